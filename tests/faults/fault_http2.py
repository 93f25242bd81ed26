"""What a server of HTTP/2 may do wrong with one stream, or with its connection (B15)."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Iterator

from fault import KEPT, TRIES, TWICE, Case, Http2, picture, reply

from hostile import CUT, HANG, KEEP, RESET, Serve
from http2 import (
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    ERRORS,
    FAREWELL,
    GOAWAY,
    HEADERS,
    PADDED,
    PING,
    PRIORITY,
    PUSH_PROMISE,
    RST_STREAM,
    SETTINGS,
    WINDOW_UPDATE,
    Flow,
    Request,
    Serve2,
    Step2,
    block,
    frame,
    goaway,
    integer,
    settings,
)

PICTURE = picture("png")
LENGTH = len(PICTURE)
HALF = PICTURE[: LENGTH // 2]
_BROKEN = ("truncated", "connect")
_LATE = ("timeout", "too-slow")
Steps = Callable[[Request], list[Step2]]


def _case(name: str, serve: Serve2, expected: tuple[str, ...], requests: int, opening: bytes = b"") -> Case:
    speaks = Http2(serve, opening or settings())
    return Case(name, "B15", lambda _: b"", expected, PICTURE, requests, http2=speaks)


def _keeps(name: str, serve: Serve2, requests: int = 1, opening: bytes = b"") -> Case:
    return _case(name, serve, (KEPT,), requests, opening)


def _ends(name: str, serve: Serve2, *reasons: str) -> Case:
    return _case(name, serve, reasons, 1)


def _tried(name: str, serve: Serve2, *reasons: str, requests: int = TRIES, opening: bytes = b"") -> Case:
    return _case(name, serve, reasons, requests, opening)


def _whole(it: Request) -> list[Step2]:
    return it.whole(PICTURE)


def _head(it: Request) -> bytes:
    return it.head(length=LENGTH)


# -- resets ------------------------------------------------------------------------------------------------------------

_OF_CODE = {"ENHANCE_YOUR_CALM": ("rate-limited",), "INADEQUATE_SECURITY": ("tls",)}


def resets() -> list[Case]:
    """RST_STREAM with each code, at each moment."""
    cases: list[Case] = []
    for code in (*ERRORS, 0xFF):
        if code == "HTTP_1_1_REQUIRED":
            continue
        word = code if isinstance(code, str) else "an unknown code"
        reasons = _OF_CODE.get(word, ("truncated", "connect"))
        tries = 1 if reasons == ("tls",) else TRIES
        cases += [
            _case(
                f"RST_STREAM {word} before the head",
                lambda it, code=code: it.reset(code),
                reasons,
                TWICE if code == "REFUSED_STREAM" else tries,
            ),
            _case(
                f"RST_STREAM {word} behind the head", lambda it, code=code: _head(it) + it.reset(code), reasons, tries
            ),
            _case(
                f"RST_STREAM {word} in the middle of the body",
                lambda it, code=code: _head(it) + it.data(HALF) + it.reset(code),
                reasons,
                tries,
            ),
            _case(
                f"RST_STREAM {word} behind all bytes, in place of the end",
                lambda it, code=code: _head(it) + it.data(PICTURE) + it.reset(code),
                (KEPT, *reasons) if code == "NO_ERROR" else reasons,
                tries,
            ),
            _keeps(
                f"RST_STREAM {word} behind the end",
                lambda it, code=code: _head(it) + it.data(PICTURE, end=True) + it.reset(code),
            ),
        ]
    return cases


def old_protocol() -> list[Case]:
    """A server that wants HTTP/1.1 after all, and one that does not even speak that."""
    whole: Serve = lambda _: [reply(PICTURE), KEEP]  # noqa: E731 - two of them, side by side
    half: Serve = lambda _: [reply(PICTURE)[:-9], CUT]  # noqa: E731
    places = {
        "before the head": lambda it: it.reset("HTTP_1_1_REQUIRED"),
        "behind the head": lambda it: _head(it) + it.reset("HTTP_1_1_REQUIRED"),
    }
    return [
        Case(
            f"RST_STREAM HTTP_1_1_REQUIRED {place}, and HTTP/1.1 is {what}",
            "B15",
            lambda _: b"",
            expected,
            PICTURE,
            TWICE,
            http2=Http2(serve, settings(), plain),
        )
        for place, serve in places.items()
        for what, plain, expected in (("well", whole, (KEPT, *_BROKEN)), ("cut", half, _BROKEN))
    ]


# -- connections -------------------------------------------------------------------------------------------------------


def goaways() -> list[Case]:
    """GOAWAY before, within and behind an answer."""
    cases = [
        _tried("GOAWAY before any stream", _whole, "connect", requests=TWICE, opening=settings() + goaway(0)),
        _tried(
            "GOAWAY ENHANCE_YOUR_CALM before any stream",
            _whole,
            "rate-limited",
            "connect",
            requests=TWICE,
            opening=settings() + goaway(0, "ENHANCE_YOUR_CALM"),
        ),
        _keeps("GOAWAY that spares our stream, then the picture", lambda it: [goaway(it.stream), 0.02, *_whole(it)]),
        _keeps("GOAWAY without a limit, then the picture", lambda it: [goaway(2**31 - 1), 0.02, *_whole(it)]),
        _keeps("GOAWAY within the body, then the rest", lambda it: _around(it, goaway(it.stream))),
        _keeps("GOAWAY behind the picture, then good-bye", lambda it: [*_whole(it), goaway(it.stream), 0.1, FAREWELL]),
        _keeps(
            "GOAWAY below our stream once: asked again on another connection",
            lambda it: [goaway(0), 0.05, FAREWELL] if it.order == 0 else _whole(it),
            requests=2,
        ),
        _tried("GOAWAY of four bytes", lambda it: [frame(GOAWAY, payload=bytes(4)), *_whole(it)], *_BROKEN),
    ]
    for code in ("NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "ENHANCE_YOUR_CALM"):
        cases += [
            _tried(
                f"GOAWAY {code} before the head, then the end",
                lambda it, code=code: [goaway(it.stream, code), 0.05, FAREWELL],
                *_BROKEN,
                "rate-limited",
            ),
            _tried(
                f"GOAWAY {code} within the body, then the end",
                lambda it, code=code: [_head(it) + it.data(HALF) + goaway(it.stream, code), 0.05, FAREWELL],
                *_BROKEN,
                "rate-limited",
            ),
        ]
    return cases


def _around(it: Request, between: bytes) -> list[Step2]:
    return [_head(it) + it.data(HALF) + between, 0.02, it.data(PICTURE[len(HALF) :], end=True)]


def ends_of_connections() -> list[Case]:
    """The connection ends, with and without good-bye, with and without a length."""
    return [
        _tried(f"{what} {where}", lambda it, steps=steps, last=last: [*steps(it), 0.02, last], *_BROKEN)
        for what, last in (("closed without a word", CUT), ("good-bye in TLS alone", FAREWELL), ("reset", RESET))
        for where, steps in (
            ("before the head", lambda _: []),
            ("behind the head", lambda it: [_head(it)]),
            ("in the middle of the body", lambda it: [_head(it) + it.data(HALF)]),
            ("behind all bytes, before the end of the stream", lambda it: [_head(it) + it.data(PICTURE)]),
            ("in the middle of a body without a length", lambda it: [it.head() + it.data(HALF)]),
            ("behind a body without a length, before the end of the stream", lambda it: [it.head() + it.data(PICTURE)]),
        )
    ]


# -- lengths and codings -----------------------------------------------------------------------------------------------


def lengths() -> list[Case]:
    """END_STREAM with fewer or more bytes than were said, or where nothing was said."""
    coded = gzip.compress(PICTURE)
    zipped = ("content-encoding", "gzip")
    return [
        _tried("fewer bytes than content-length", lambda it: _head(it) + it.data(HALF, end=True), "truncated"),
        _tried(
            "the picture is whole, and content-length says more",
            lambda it: it.head(length=LENGTH + 10) + it.data(PICTURE, end=True),
            "truncated",
        ),
        _tried(
            "more bytes than content-length",
            lambda it: it.head(length=LENGTH - 10) + it.data(PICTURE, end=True),
            "truncated",
        ),
        _tried(
            "more bytes, in a frame of their own",
            lambda it: [_head(it) + it.data(PICTURE), 0.02, it.data(b"more", end=True)],
            "truncated",
            KEPT,
        ),
        _tried("content-length and no byte", lambda it: it.head(length=LENGTH, end=True), "truncated"),
        _ends("no body at all", lambda it: it.head(end=True), "not-an-image"),
        _tried(
            "content-length 0 before a body", lambda it: it.head(length=0) + it.data(PICTURE, end=True), "truncated"
        ),
        _keeps("no length, and whole", lambda it: it.head() + it.data(PICTURE, end=True)),
        _keeps(
            "no length, and the end in an empty frame", lambda it: it.head() + it.data(PICTURE) + it.data(b"", True)
        ),
        _tried("no length, and cut", lambda it: it.head() + it.data(HALF, end=True), "truncated"),
        *(
            _ends(
                f"content-length {said!r}",
                lambda it, said=said: it.head(("content-length", said)) + it.data(PICTURE, end=True),
                "http-error",
            )
            for said in ("-5", "abc", "9" * 20, "", "5, 5")
        ),
        _ends(
            "two lengths",
            lambda it: it.head(("content-length", "5"), length=LENGTH) + it.data(PICTURE, end=True),
            "http-error",
        ),
        _keeps("labelled gzip and not coded", lambda it: it.head(zipped, length=LENGTH) + it.data(PICTURE, end=True)),
        _keeps("gzip, unasked", lambda it: it.head(zipped, length=len(coded)) + it.data(coded, end=True)),
        _tried("gzip, cut", lambda it: it.head(zipped) + it.data(coded[:-9], end=True), "truncated"),
        _keeps(
            "labelled br and not coded",
            lambda it: it.head(("content-encoding", "br"), length=LENGTH) + it.data(PICTURE, end=True),
        ),
    ]


# -- heads -------------------------------------------------------------------------------------------------------------


def heads() -> list[Case]:
    """Fields that must not be, and statuses that are none."""
    body = lambda it: it.data(PICTURE, end=True)  # noqa: E731
    bad = {
        "no :status": [("content-type", "image/png")],
        "two of :status": [(":status", "200"), (":status", "404")],
        ":status behind a field": [("server", "x"), (":status", "200")],
        ":path in an answer": [(":status", "200"), (":path", "/")],
        "a made-up pseudo-field": [(":status", "200"), (":color", "red")],
        "transfer-encoding": [(":status", "200"), ("transfer-encoding", "chunked")],
        "connection": [(":status", "200"), ("connection", "close")],
        "capital letters": [(":status", "200"), ("X-Upper", "a")],
    }
    statuses = ("099", "1000", "abc", "20", "-200", "", "000", "200 OK", "600", "999", "299", "206")
    odd = {
        "a field of two lines": ("x-a", "a\r\nx-robots-tag: noai\r\n\r\nHTTP/1.1 404 No"),
        "a field with a NUL": ("x-a", "a\0b"),
        "a field without a name": ("", "a"),
        "a name with a space": ("x a", "b"),
    }
    return [
        *(
            _ends(f"{name}, in HTTP/2", lambda it, fields=fields: it.headers(block(*fields)) + body(it), "http-error")
            for name, fields in bad.items()
        ),
        *(
            _ends(f"status {status!r}, in HTTP/2", lambda it, s=status: it.head(status=s) + body(it), "http-error")
            for status in statuses
        ),
        *(
            _case(
                f"{name}, in HTTP/2", lambda it, f=field: it.head(f, length=LENGTH) + body(it), (KEPT, "http-error"), 1
            )
            for name, field in odd.items()
        ),
        _tried("DATA before the head", body, *_BROKEN),
        _tried("an empty end, and no head", lambda it: it.data(b"", end=True), *_BROKEN),
        _ends("a second head", lambda it: _head(it) * 2 + body(it), "http-error"),
        _ends("status 101, in HTTP/2", lambda it: [it.head(status="101"), *_whole(it)], "http-error"),
        _tried(
            "an interim answer that ends the stream",
            lambda it: it.head(status="103", end=True),
            "truncated",
            "http-error",
        ),
        _keeps("103 Early Hints, in HTTP/2", lambda it: [it.head(status="103") * 5, *_whole(it)]),
        _keeps("trailers", lambda it: _head(it) + it.data(PICTURE) + it.headers(block(("x-a", "b")), end=True)),
        _keeps(
            "trailers that lie",
            lambda it: (
                _head(it)
                + it.data(PICTURE)
                + it.headers(block(("x-robots-tag", "noai"), ("content-encoding", "gzip")), end=True)
            ),
        ),
        _ends(
            "trailers with a length",
            lambda it: _head(it) + it.data(PICTURE) + it.headers(block(("content-length", "5")), end=True),
            "http-error",
        ),
        _ends(
            "trailers with a status",
            lambda it: _head(it) + it.data(PICTURE) + it.headers(block((":status", "404")), end=True),
            "http-error",
        ),
        _ends(
            "trailers that do not end the stream",
            lambda it: _head(it) + it.data(PICTURE) + it.headers(block(("x-a", "b"))),
            "http-error",
        ),
        _case("429 with Retry-After once, in HTTP/2", _refused_once, (KEPT, "rate-limited"), 2),
        _keeps(
            "a redirect, in HTTP/2",
            lambda it: it.head(("location", "/there"), status="302", end=True) if it.path == "/" else _whole(it),
            requests=2,
        ),
    ]


def _refused_once(it: Request) -> list[Step2]:
    return [it.head(("retry-after", "1"), status="429", end=True)] if it.order == 0 else _whole(it)


# -- floods ------------------------------------------------------------------------------------------------------------


def _endless(first: Callable[[Request], bytes], again: Callable[[Request], bytes], pause: float = 0.0) -> Serve2:
    def steps(it: Request) -> Iterator[Step2]:
        yield first(it)
        while True:
            yield again(it)
            if pause:
                yield pause

    return steps


def _nothing(_: Request) -> bytes:
    return b""


def _fields(count: int, size: int = 4) -> list[tuple[str, str]]:
    return [(f"x-{number}", "v" * size) for number in range(count)]


def floods() -> list[Case]:
    """More of something than anybody needs."""
    open_head = lambda it: frame(HEADERS, 0, it.stream, block((":status", "200")))  # noqa: E731
    more = block(*_fields(10, 1000))
    one = block((":status", "200"))
    entry = b"\x40" + integer(3, 7) + b"x-b" + integer(4000, 7) + b"y" * 4000
    with_fields = lambda *fields: lambda it: it.headers(block((":status", "200"), *fields)) + it.data(PICTURE, True)  # noqa: E731
    return [
        _tried(
            "CONTINUATION without bytes, for ever", _endless(open_head, lambda it: frame(9, 0, it.stream)), *_BROKEN
        ),
        _tried(
            "CONTINUATION with fields, for ever",
            _endless(open_head, lambda it: frame(CONTINUATION, 0, it.stream, more)),
            *_BROKEN,
            "http-error",
            requests=TWICE,
        ),
        _keeps("90 fields, in HTTP/2", with_fields(*_fields(90))),
        _ends("101 fields, in HTTP/2", with_fields(*_fields(101)), "http-error"),
        _ends("5,000 fields, in HTTP/2", with_fields(*_fields(5000)), "http-error"),
        _keeps("fields of 60 KB in all", with_fields(*_fields(60, 900))),
        _ends("fields of 70 KB in all", with_fields(*_fields(70, 1000)), "http-error"),
        _tried("fields of 1 MB in all", with_fields(*_fields(1000, 1000)), *_BROKEN, "http-error", requests=TWICE),
        _ends(
            "one field of 4 KB, named 16,000 times by HPACK",
            lambda it: it.headers(one + entry + b"\xbe" * 16_000) + it.data(PICTURE, end=True),
            "http-error",
        ),
        _ends("fifty interim answers, in HTTP/2", lambda it: [it.head(status="103") * 50, *_whole(it)], "http-error"),
        _ends("interim answers for ever", _endless(_nothing, lambda it: it.head(status="103") * 100), "http-error"),
        _ends(
            "5,000 trailers",
            lambda it: _head(it) + it.data(PICTURE) + it.headers(block(*_fields(5000)), end=True),
            "http-error",
        ),
        _tried("PING for ever", _endless(_nothing, lambda _: frame(PING, payload=b"12345678") * 100), *_BROKEN),
        _tried("SETTINGS for ever", _endless(_nothing, lambda _: settings(max_concurrent_streams=9) * 100), *_BROKEN),
        _tried("DATA without bytes, for ever", _endless(_head, lambda it: it.data(b"") * 100), *_BROKEN),
        _tried("RST_STREAM for ever", _endless(_nothing, lambda _: frame(RST_STREAM, 0, 99, bytes(4)) * 100), *_BROKEN),
        _tried(
            "WINDOW_UPDATE for ever",
            _endless(_nothing, lambda _: frame(WINDOW_UPDATE, payload=b"\0\0\0\1") * 100, 0.001),
            *_BROKEN,
            *_LATE,
        ),
        _tried(
            "PRIORITY for ever",
            _endless(_nothing, lambda it: frame(PRIORITY, 0, it.stream, b"\0\0\0\0\1") * 100),
            *_BROKEN,
        ),
        _tried(
            "unknown frames for ever", _endless(_nothing, lambda _: frame(0x42, payload=bytes(1000)) * 10), *_BROKEN
        ),
        _keeps("ten unknown frames", lambda it: [frame(0x42, 255, it.stream, bytes(1000)) * 10, *_whole(it)]),
        _case(
            "a body without end, in HTTP/2",
            _endless(Request.head, lambda it: Flow(it.stream, bytes(16_384), end=False)),  # type: ignore[arg-type,return-value]
            ("too-large", *_LATE),
            1,
        ),
    ]


# -- frames ------------------------------------------------------------------------------------------------------------


def frames() -> list[Case]:
    """Frames that are wrong, or odd."""
    promise = struct.pack(">I", 2) + block(
        (":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "a")
    )
    wrong: dict[str, Steps] = {
        "PUSH_PROMISE, unasked": lambda it: [frame(PUSH_PROMISE, END_HEADERS, it.stream, promise), *_whole(it)],
        "DATA for a stream that is not": lambda it: [frame(DATA, 0, 99, b"x"), *_whole(it)],
        "DATA for a stream of the server": lambda it: [frame(DATA, 0, 2, b"x"), *_whole(it)],
        "DATA for no stream": lambda it: [frame(DATA, 0, 0, b"x"), *_whole(it)],
        "HEADERS for a stream of the server": lambda it: [frame(HEADERS, END_HEADERS, 2, block((":status", "200")))],
        "more padding than frame": lambda it: [
            _head(it),
            frame(DATA, PADDED | END_STREAM, it.stream, b"\xff" + HALF[:99]),
        ],
        "a frame of 20,000 bytes": lambda it: [_head(it), frame(DATA, END_STREAM, it.stream, bytes(20_000))],
        "a frame of 16 MB": lambda it: [_head(it), frame(DATA, END_STREAM, it.stream, bytes(2**24 - 1))],
        "HPACK that is none": lambda it: [frame(HEADERS, END_HEADERS, it.stream, b"\xff" * 6)],
        "SETTINGS of three bytes": lambda it: [frame(SETTINGS, payload=b"xxx"), *_whole(it)],
        "SETTINGS that permit pushing": lambda it: [settings(enable_push=1), *_whole(it)],
        "PING of three bytes": lambda it: [frame(PING, payload=b"xxx"), *_whole(it)],
        "RST_STREAM of no stream": lambda it: [frame(RST_STREAM, payload=bytes(4)), *_whole(it)],
        "WINDOW_UPDATE by 0": lambda it: [frame(WINDOW_UPDATE, payload=bytes(4)), *_whole(it)],
        "WINDOW_UPDATE beyond all bounds": lambda it: [frame(WINDOW_UPDATE, payload=b"\x7f\xff\xff\xff"), *_whole(it)],
        "a head that is interrupted": lambda it: [
            frame(HEADERS, 0, it.stream, block((":status", "200"))) + frame(PING, payload=bytes(8)),
            frame(CONTINUATION, END_HEADERS, it.stream) + it.data(PICTURE, end=True),
        ],
    }
    odd: dict[str, Steps] = {
        "DATA on a closed stream": lambda it: [*_whole(it), it.data(PICTURE)],
        "padding": lambda it: [_head(it), frame(DATA, PADDED | END_STREAM, it.stream, b"\xc8" + PICTURE + bytes(200))],
        "a priority that depends on itself": lambda it: [
            frame(PRIORITY, 0, it.stream, struct.pack(">IB", it.stream, 1)),
            *_whole(it),
        ],
        "the picture in frames of one byte": lambda it: [
            _head(it) + b"".join(it.data(PICTURE[at : at + 1]) for at in range(LENGTH)) + it.data(b"", end=True)
        ],
        "ALTSVC and ORIGIN": lambda it: [frame(10, payload=b"\0\1ah3=:1") + frame(12, payload=b"\0\1a"), *_whole(it)],
        "fewer streams permitted in the midst": lambda it: [settings(max_concurrent_streams=1), *_whole(it)],
        "no streams permitted in the midst": lambda it: [settings(max_concurrent_streams=0), *_whole(it)],
    }
    openings = {
        "a window of 0": settings(initial_window_size=0),
        "one stream at most": settings(max_concurrent_streams=1),
        "no stream at all": settings(max_concurrent_streams=0),
        "a header table of 4 GB": settings(header_table_size=2**32 - 1),
        "SETTINGS ten times": settings() * 10,
    }
    broken = {
        "an answer of HTTP/1.1": b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        "random bytes in place of frames": bytes(range(256)),
        "no SETTINGS": frame(PING, payload=bytes(8)),
        "a picture in place of frames": PICTURE,
    }
    return [
        *(_tried(name, serve, *_BROKEN, "http-error") for name, serve in wrong.items()),
        *(_keeps(name, serve) for name, serve in odd.items()),
        *(_keeps(f"at first {name}", _whole, opening=opening) for name, opening in openings.items()),
        *(_tried(f"at first {name}", _whole, *_BROKEN, opening=opening) for name, opening in broken.items()),
    ]


# -- times -------------------------------------------------------------------------------------------------------------


def stalls() -> list[Case]:
    """Silence and slowness on a stream."""

    def drip(it: Request) -> Iterator[Step2]:
        yield _head(it)
        for at in range(LENGTH):
            yield it.data(PICTURE[at : at + 1])
            yield 0.2

    def pieces(it: Request) -> Iterator[Step2]:
        yield 0.3
        yield _head(it)
        for at in range(0, LENGTH, 1 + LENGTH // 5):
            yield it.data(PICTURE[at : at + 1 + LENGTH // 5])
            yield 0.05
        yield it.data(b"", end=True)

    silent: dict[str, Steps] = {
        "before the head": lambda _: [HANG],
        "behind the head": lambda it: [_head(it), HANG],
        "in the middle of the body": lambda it: [_head(it) + it.data(HALF), HANG],
        "behind all bytes, before the end of the stream": lambda it: [it.head() + it.data(PICTURE), HANG],
        "behind an interim answer": lambda it: [it.head(status="103"), HANG],
        "within a frame": lambda it: [(_head(it) + it.data(PICTURE))[:-20], HANG],
        "behind GOAWAY": lambda it: [goaway(it.stream), HANG],
    }
    return [
        *(_tried(f"silence {where}, in HTTP/2", serve, *_LATE) for where, serve in silent.items()),
        _tried("the body byte by byte, in HTTP/2", drip, *_LATE),
        _tried("DATA without bytes each moment", _endless(_head, lambda it: it.data(b""), 0.05), *_LATE),
        _tried(
            "PING each moment, and nothing else",
            _endless(_nothing, lambda _: frame(PING, payload=bytes(8)), 0.1),
            *_LATE,
        ),
        _tried(
            "an interim answer each moment, in HTTP/2",
            _endless(_nothing, lambda it: it.head(status="103"), 0.5),
            *_LATE,
        ),
        _keeps("a picture that comes in five pieces, in HTTP/2", pieces),
    ]
