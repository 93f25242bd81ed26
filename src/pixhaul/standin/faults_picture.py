"""What can go wrong with a picture's answer. To add a fault, write its steps and one entry in the table at the end."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from .messages import Ending, Reply, Request, Step, Steps, encode
from .placeholder import REMOVED, REMOVED_ETAG, page

FOREVER = 3600.0
"""Seconds for which a stalled answer stays silent before the connection is closed."""


class Case(NamedTuple):
    """One answer that is about to go wrong."""

    reply: Reply
    """As it should have been: a whole answer, a range, a 304."""
    request: Request
    options: dict[str, float]
    turn: int
    """How often this rule has struck this picture, from 1."""


class Fault(NamedTuple):
    """An entry of a table of faults."""

    act: Callable[[Case], Steps]
    says: str
    """What happens, for people."""
    options: Mapping[str, float] = MappingProxyType({})
    """Names and default values."""


def _status(code: int) -> Callable[[Case], Steps]:
    def act(case: Case) -> Steps:
        wait = case.options.get("retry-after", -1)
        headers = [("Content-Type", "text/html")] + ([("Retry-After", f"{wait:g}")] if wait >= 0 else [])
        body = f"<html><head><title>{code}</title></head><body>{code}</body></html>\n"
        return [encode(Reply(code, tuple(headers), body.encode()), case.request)]

    return act


def parts(case: Case, length: int | None = -1) -> tuple[bytes, bytes]:
    """Head and body apart."""
    whole = encode(case.reply, case.request, length)
    end = whole.index(b"\r\n\r\n") + 4
    return whole[:end], whole[end:]


def _some(case: Case) -> int:
    """How many bytes of the body go out: the option `after`, else half."""
    half = len(case.reply.body) // 2
    return min(int(case.options["after"]), len(case.reply.body) - 1) if case.options["after"] else half


def _cut(case: Case) -> Steps:
    head, body = parts(case)
    return [head + body[: _some(case)], Ending.CLOSE]


def _cut_without_length(case: Case) -> Steps:
    head, body = parts(closing(case), None)
    return [head + body[: _some(case)], Ending.CLOSE]


def closing(case: Case) -> Case:
    """The same, on a connection that is closed afterwards."""
    return case._replace(request=case.request._replace(keeps=False))


def _chunked(case: Case, body: bytes) -> bytes:
    chunks = b"".join(
        b"%x\r\n%b\r\n" % (len(body[at : at + 8192]), body[at : at + 8192]) for at in range(0, len(body), 8192)
    )
    head, _ = parts(case._replace(reply=case.reply.with_headers(transfer_encoding="chunked")), None)
    return head + chunks


def _cut_chunked(case: Case) -> Steps:
    return [_chunked(case, case.reply.body[: _some(case)]), Ending.CLOSE]


def _reset(case: Case) -> Steps:
    head, body = parts(case)
    return [head + body[: _some(case)], 0.02, Ending.RESET]


def _stall(case: Case) -> Steps:
    head, body = parts(case)
    return [head + body[: _some(case)], case.options["seconds"], Ending.CLOSE]


def _drip(case: Case) -> Iterator[Step]:
    head, body = parts(case)
    yield head
    for at in range(len(body)):
        yield body[at : at + 1]
        yield case.options["every"]


def _endless(case: Case) -> Iterator[Step]:
    head, body = parts(closing(case), None)
    yield head + body
    while True:
        yield bytes(65536)
        yield 0.01


def _redirect(target: str) -> Callable[[Case], Steps]:
    def act(case: Case) -> Steps:
        place = target.format(path=case.request.path, turn=case.turn)
        return [encode(Reply(302, (("Location", place), ("Content-Type", "text/html"))), case.request)]

    return act


def _instead(reply: Reply) -> Callable[[Case], Steps]:
    return lambda case: [encode(reply, case.request)]


def _renamed(kind: str, reply: Reply | None = None) -> Callable[[Case], Steps]:
    """The same bytes (or another reply's) under another Content-Type."""
    return lambda case: [encode((reply or case.reply).with_headers(content_type=kind), case.request)]


def _gzip(case: Case) -> Steps:
    body = gzip.compress(case.reply.body, 1, mtime=0)
    return [encode(case.reply._replace(body=body).with_headers(content_encoding="gzip"), case.request)]


def _short_length(case: Case) -> Steps:
    return [encode(case.reply, closing(case).request, _some(case)), Ending.CLOSE]


def _long_length(case: Case) -> Steps:
    return [encode(case.reply, case.request, len(case.reply.body) + 1000), Ending.CLOSE]


def _corrupt(case: Case) -> Steps:
    body, at = case.reply.body, _some(case)
    return [
        encode(case.reply._replace(body=body[:at] + bytes(len(body[at : at + 64])) + body[at + 64 :]), case.request)
    ]


def _half_as_whole(case: Case) -> Steps:
    return [encode(case.reply._replace(body=case.reply.body[: _some(case)]), case.request)]


def _begun_twice(case: Case) -> Steps:
    body = case.reply.body
    return [encode(case.reply._replace(body=body[: _some(case)] + body), case.request)]


def _hollow(case: Case) -> Steps:
    body = case.reply.body
    return [encode(case.reply._replace(body=body[: _some(case)].ljust(len(body), b"\0")), case.request)]


def _bad_range(case: Case) -> Steps:
    """Strikes ranges only: a 206 that starts 100 bytes further on than it was asked to."""
    reply = case.reply
    if reply.status == 206:
        start, _, rest = dict(reply.headers)["content-range"].removeprefix("bytes ").partition("-")
        moved = reply.with_headers(content_range=f"bytes {int(start) + 100}-{rest}")
        return [encode(moved._replace(body=reply.body[100:]), case.request)]
    return [encode(reply, case.request)]


def _changed(case: Case) -> Steps:
    """Another ETag and another last byte each time, as when the file is replaced meanwhile."""
    reply = case.reply.with_headers(etag=f'"{case.turn:032x}"')
    return [encode(reply._replace(body=reply.body + bytes([case.turn % 256])), case.request)]


def _late(case: Case) -> Steps:
    return [case.options["seconds"], encode(case.reply, case.request)]


_HTML = page("gone")
_REMOVED = Reply(200, (("Content-Type", "image/png"), ("ETag", f'"{REMOVED_ETAG}"')), REMOVED)
_HALF = {"after": 0.0}

PICTURE_FAULTS: dict[str, Fault] = {
    **{str(code): Fault(_status(code), f"status {code}") for code in (400, 401, 403, 404, 410, 451, 500, 502, 504)},
    "429": Fault(_status(429), "status 429; no Retry-After unless retry-after=SECONDS", {"retry-after": -1.0}),
    "503": Fault(_status(503), "status 503; no Retry-After unless retry-after=SECONDS", {"retry-after": -1.0}),
    "cut": Fault(_cut, "closed after so many bytes of the body (0: half)", _HALF),
    "cut-chunked": Fault(_cut_chunked, "chunked, closed before the last chunk", _HALF),
    "cut-no-length": Fault(_cut_without_length, "no Content-Length, closed halfway", _HALF),
    "half-as-whole": Fault(_half_as_whole, "half the bytes with a Content-Length that agrees", _HALF),
    "half-then-whole": Fault(_begun_twice, "half the bytes and then all of them, in one body", _HALF),
    "hollow": Fault(_hollow, "as many bytes as it has, the second half zeros", _HALF),
    "reset": Fault(_reset, "the connection is reset within the body", _HALF),
    "refuse": Fault(lambda _case: [Ending.RESET], "the connection is reset before any answer"),
    "hang-up": Fault(lambda _case: [Ending.CLOSE], "the connection is closed before any answer"),
    "stall": Fault(_stall, "silence within the body", _HALF | {"seconds": FOREVER}),
    "late": Fault(_late, "the answer comes so many seconds late", {"seconds": 2.0}),
    "drip": Fault(_drip, "one byte every so many seconds", {"every": 0.5}),
    "endless": Fault(_endless, "a body without end"),
    "html": Fault(_instead(_HTML), "200 with an HTML page, labelled so"),
    "html-as-jpeg": Fault(_renamed("image/jpeg", _HTML), "200 with an HTML page, labelled image/jpeg"),
    "empty": Fault(lambda case: [encode(case.reply._replace(body=b""), case.request)], "200 with no body"),
    "removed": Fault(_redirect("/removed.png"), "302 to removed.png"),
    "removed-in-place": Fault(_instead(_REMOVED), "removed.png's bytes under the picture's own address"),
    "redirect-loop": Fault(_redirect("{path}?again={turn}"), "302 to itself, for ever"),
    "redirect-page": Fault(_redirect("/page/elsewhere"), "302 to an HTML page"),
    "redirect-file": Fault(_redirect("file:///etc/passwd"), "302 to a file: address"),
    "short-length": Fault(_short_length, "Content-Length says less than the body is", _HALF),
    "long-length": Fault(_long_length, "Content-Length says 1000 bytes more than the body is"),
    "no-length": Fault(lambda case: [b"".join(parts(closing(case), None)), Ending.CLOSE], "whole, without a length"),
    "chunked": Fault(lambda case: [_chunked(case, case.reply.body) + b"0\r\n\r\n"], "whole, chunked"),
    "gzip": Fault(_gzip, "whole, with Content-Encoding: gzip, asked for or not"),
    "wrong-type": Fault(_renamed("text/plain"), "whole, labelled text/plain"),
    "corrupt": Fault(_corrupt, "64 bytes in the middle are zero", _HALF),
    "bad-range": Fault(_bad_range, "a 206 that starts elsewhere than asked"),
    "changed": Fault(_changed, "other bytes and another ETag at every request"),
    "garbage": Fault(lambda _case: [b"\x00\x01 this is not HTTP\r\n\r\n", Ending.CLOSE], "not HTTP at all"),
}
"""Name to fault: all that `--faults` knows of pictures."""
