"""More that can go wrong with a picture's answer: its framing and its head. One entry a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .faults_picture import FOREVER, Case, Fault, closing, parts
from .messages import Ending, Step, Steps

_HEAD = b"HTTP/1.1 200 OK\r\n"


def _with(case: Case, *lines: str, body: bytes | None = None) -> Steps:
    """The answer with more lines in its head, as they stand, without a length but theirs."""
    head, whole = parts(closing(case), None)
    more = "".join(f"{line}\r\n" for line in lines).encode("latin-1")
    return [head[:-2] + more + b"\r\n" + (whole if body is None else body), Ending.CLOSE]


def _said(*lines: str) -> Callable[[Case], Steps]:
    """A head with those lines; {size} and {half} are the body's."""

    def act(case: Case) -> Steps:
        size = len(case.reply.body)
        return _with(case, *(line.format(size=size, half=size // 2) for line in lines))

    return act


def _chunks(first: bytes, last: bytes = b"\r\n0\r\n\r\n") -> Callable[[Case], Steps]:
    """All of the body as one chunk with that size line; %x is its size."""

    def act(case: Case) -> Steps:
        whole = case.reply.body
        size = first % len(whole) if b"%" in first else first
        return _with(case, "Transfer-Encoding: chunked", body=size + b"\r\n" + whole + last)

    return act


def _crumbs(case: Case) -> Steps:
    whole = case.reply.body
    chunks = b"".join(b"1\r\n%b\r\n" % whole[at : at + 1] for at in range(len(whole)))
    return _with(case, "Transfer-Encoding: chunked", body=chunks + b"0\r\n\r\n")


def _endless(begin: Callable[[Case], bytes], again: bytes) -> Callable[[Case], Iterator[Step]]:
    def act(case: Case) -> Iterator[Step]:
        yield begin(case)
        while True:
            yield again
            yield 0.005

    return act


def _chunked_head(case: Case) -> bytes:
    return next(step for step in _with(case, "Transfer-Encoding: chunked", body=b"") if isinstance(step, bytes))


def _after_body(case: Case) -> bytes:
    whole = case.reply.body
    return _chunked_head(case) + b"%x\r\n%b\r\n0\r\n" % (len(whole), whole)


def _before(data: bytes) -> Callable[[Case], Steps]:
    """Those bytes, then the answer as it should be."""
    return lambda case: [data + b"".join(parts(case))]


def _silent_head(case: Case) -> Steps:
    head, _ = parts(case)
    return [head[: len(head) // 2], case.options["seconds"], Ending.CLOSE]


def _drip_head(case: Case) -> Iterator[Step]:
    head, body = parts(case)
    for at in range(len(head)):
        yield head[at : at + 1]
        yield case.options["every"]
    yield body


def _interim(case: Case) -> Steps:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
    return [early * int(case.options["count"]) + b"".join(parts(case))]


def _many_fields(case: Case) -> Steps:
    return _with(case, *(f"X-Field-{number}: v" for number in range(int(case.options["count"]))))


def _long_field(case: Case) -> Steps:
    return _with(case, "X-Long: " + "v" * int(case.options["bytes"]))


def _second(case: Case) -> Steps:
    """The answer, and behind it one that nobody asked for, on a connection that stays open."""
    poison = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\npoison"
    return [b"".join(parts(case)) + poison]


def _status(line: bytes) -> Callable[[Case], Steps]:
    """The answer under another status line."""

    def act(case: Case) -> Steps:
        head, body = parts(case)
        return [line + head[head.index(b"\r\n") :] + body, Ending.CLOSE]

    return act


WIRE_FAULTS: dict[str, Fault] = {
    "length-twice": Fault(_said("Content-Length: {size}", "Content-Length: {half}"), "two Content-Lengths that differ"),
    "length-list": Fault(_said("Content-Length: {size}, {half}"), "two Content-Lengths in one"),
    "length-negative": Fault(_said("Content-Length: -{size}"), "Content-Length with a minus"),
    "length-plus": Fault(_said("Content-Length: +{size}"), "Content-Length with a plus"),
    "length-nonsense": Fault(_said("Content-Length: many"), "Content-Length that is no number"),
    "length-huge": Fault(_said("Content-Length: 99999999999999999999999"), "Content-Length beyond all bounds"),
    "length-0": Fault(_said("Content-Length: 0"), "Content-Length 0 before a body"),
    "length-and-chunks": Fault(
        lambda case: _with(
            case,
            "Transfer-Encoding: chunked",
            "Content-Length: 5",
            body=_after_body(case).partition(b"\r\n\r\n")[2] + b"\r\n",
        ),
        "chunks, and a Content-Length that lies",
    ),
    "chunk-nonsense": Fault(_chunks(b"zz"), "a chunk whose size is no number"),
    "chunk-negative": Fault(_chunks(b"-%x"), "a chunk of negative size"),
    "chunk-huge": Fault(_chunks(b"fffffffffffffffff"), "a chunk of more than 2**64 bytes"),
    "chunk-short": Fault(_chunks(b"10"), "a chunk that is longer than its size"),
    "chunks-of-one": Fault(_crumbs, "whole, in chunks of one byte"),
    "chunk-extension": Fault(_chunks(b"%x;name=value"), "whole, in a chunk with an extension"),
    "chunk-line-endless": Fault(_endless(_chunked_head, b"0" * 8192), "the size of a chunk never ends"),
    "trailer": Fault(
        _chunks(b"%x", b"\r\n0\r\nETag: x\r\nContent-Encoding: gzip\r\n\r\n"), "whole, chunked, with a trailer"
    ),
    "trailer-endless": Fault(_endless(_after_body, b"X-Trailer: v\r\n" * 500), "the trailer never ends"),
    "http-0.9": Fault(lambda case: [case.reply.body, Ending.CLOSE], "the bare picture, without a head"),
    "http-9": Fault(_status(b"HTTP/9.0 200 OK"), "whole, as HTTP/9.0"),
    "status-nonsense": Fault(_status(b"HTTP/1.1 abc OK"), "a status that is no number"),
    "status-999": Fault(_status(b"HTTP/1.1 999 Request Denied"), "status 999"),
    "icy": Fault(_status(b"ICY 200 OK"), "another protocol's status line"),
    "line-feeds": Fault(
        lambda case: [parts(case)[0].replace(b"\r\n", b"\n") + parts(case)[1]], "whole, bare line feeds"
    ),
    "leading-line": Fault(_before(b"\r\n"), "whole, after an empty line"),
    "interim": Fault(_interim, "so many interim answers, then the picture", {"count": 50.0}),
    "interim-endless": Fault(
        _endless(lambda _: b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 50), "interim answers for ever"
    ),
    "fields": Fault(_many_fields, "so many fields", {"count": 500.0}),
    "field-long": Fault(_long_field, "a field of so many bytes", {"bytes": 100_000.0}),
    "fields-endless": Fault(_endless(lambda _: _HEAD, b"X-Field: v\r\n" * 500), "fields for ever"),
    "field-endless": Fault(_endless(lambda _: _HEAD + b"X: ", b"v" * 8192), "one field for ever"),
    "head-cut": Fault(lambda case: [parts(case)[0][:-9], Ending.CLOSE], "closed within the head"),
    "stall-head": Fault(_silent_head, "silence within the head", {"seconds": FOREVER}),
    "stall-before": Fault(
        lambda case: [case.options["seconds"], Ending.CLOSE], "silence at first", {"seconds": FOREVER}
    ),
    "drip-head": Fault(_drip_head, "the head, one byte every so many seconds", {"every": 0.5}),
    "second-answer": Fault(_second, "whole, and an answer behind it that nobody asked for"),
}
"""Name to fault: framing and heads."""
