"""One row of the fault table: what a server does, what must come of it, and how many requests it may cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import NamedTuple

from whole_pictures import avifs, canvas, gifs, pngs, saved, webps

from hostile import Asked, Serve, Step, Steps
from http2 import Serve2

KEPT = "kept"
"""The outcome of a picture that was kept, byte for byte."""
TRIES = 0
"""As many requests as the run has tries: what failed may succeed the next time."""
TWICE = -1
"""Twice as many: libcurl itself asks again what a server of HTTP/2 says that it has not looked at."""


class Http2(NamedTuple):
    """A server that speaks HTTP/2, over TLS."""

    serve: Serve2
    opening: bytes
    """The first bytes of each connection."""
    plain: Serve | None = None
    """What it answers to HTTP/1.1, where it speaks that too."""


class Case(NamedTuple):
    """A server that does one thing wrong, or something odd but right."""

    name: str
    """What the server does, in words; unique in the table."""
    hazard: str
    """The row of the catalogue: B1-B15 bodies and protocol, R1-R8 redirects and addresses."""
    serve: Serve
    expected: tuple[str, ...]
    """The outcomes that are right: `kept`, or reasons of the closed list."""
    truth: bytes = b""
    """The only bytes that may be kept."""
    requests: int = 1
    """The most that it may cost; TRIES: one for each try."""
    options: tuple[tuple[str, object], ...] = ()
    """Options of the run that this case needs."""
    http2: Http2 | None = None
    """What is served in place of `serve`, by HTTP/2."""


def keeps(name: str, hazard: str, steps: Steps | Serve, truth: bytes, requests: int = 1) -> Case:
    """The picture is whole, however it came: it is kept as it was served."""
    return Case(name, hazard, _serve(steps), (KEPT,), truth, requests)


def ends(name: str, hazard: str, steps: Steps | Serve, *reasons: str) -> Case:
    """It will not be better another time: one request."""
    return Case(name, hazard, _serve(steps), reasons)


def tried(name: str, hazard: str, steps: Steps | Serve, *reasons: str) -> Case:
    """It may be better another time: it is tried again, and fails in the end."""
    return Case(name, hazard, _serve(steps), reasons, requests=TRIES)


def _serve(steps: Steps | Serve) -> Serve:
    if callable(steps):
        return steps
    kept: bytes | list[Step] = steps if isinstance(steps, bytes) else list(steps)
    return lambda _asked: kept


def then(*answers: Steps) -> Serve:
    """The first answer to the first request, and so on; the last one for ever."""
    return lambda asked: answers[min(asked.order, len(answers) - 1)]


def at(routes: dict[str, Callable[[Asked], Steps] | bytes]) -> Serve:
    """An answer for each path; 404 elsewhere."""

    def serve(asked: Asked) -> Steps:
        found = routes.get(asked.path, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
        return found if isinstance(found, bytes) else found(asked)

    return serve


def reply(body: bytes, *lines: str, status: str = "200 OK", length: bool = True, version: str = "1.1") -> bytes:
    """An answer: status line, the fields as they stand, a true Content-Length unless there shall be none."""
    fields = [*lines, f"Content-Length: {len(body)}"] if length else list(lines)
    head = "".join(f"{line}\r\n" for line in (f"HTTP/{version} {status}", *fields))
    return head.encode("latin-1") + b"\r\n" + body


def chunks(body: bytes, size: int = 1000) -> bytes:
    """The body in chunks, without the last one."""
    pieces = (body[at : at + size] for at in range(0, len(body), size))
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


def chunked(body: bytes, *lines: str, end: bytes = b"0\r\n\r\n", size: int = 1000) -> bytes:
    """An answer in chunks."""
    return reply(chunks(body, size) + end, "Transfer-Encoding: chunked", *lines, length=False)


def forever(first: bytes, again: bytes, pause: float = 0.0) -> Serve:
    """An answer that never ends."""

    def steps() -> Iterable[Step]:
        yield first
        while True:
            yield again
            if pause:
                yield pause

    return lambda _asked: steps()


def drip(head: bytes, body: bytes, pause: float) -> Serve:
    """The body byte by byte."""

    def steps() -> Iterable[Step]:
        yield head
        for place in range(len(body)):
            yield body[place : place + 1]
            yield pause

    return lambda _asked: steps()


@cache
def picture(kind: str) -> bytes:
    """One whole picture of a format, a few kilobytes."""
    if kind == "jpeg":
        return saved("JPEG", canvas(width=96, height=64), quality=90)
    if kind == "png":
        return saved("PNG", canvas(width=48, height=32))
    if kind == "gif":
        return saved("GIF", canvas("P", 64, 48))
    if kind == "webp":
        return saved("WEBP", canvas(width=96, height=64))
    if kind == "avif":
        return saved("AVIF", canvas(width=96, height=64))
    raise ValueError(kind)


KINDS = tuple(kind for kind in ("jpeg", "png", "gif", "webp", "avif") if kind != "avif" or avifs())
"""The formats that this Pillow can write."""

ANIMATED = {"png": pngs, "gif": gifs, "webp": webps, "avif": avifs}
"""Where animated ones are to be found."""
