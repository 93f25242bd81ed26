"""Silence and slowness in every phase (B7): ended by the deadline of the attempt, or by the least speed."""

from __future__ import annotations

from collections.abc import Iterable

from fault import Case, chunked, drip, forever, picture, reply, tried

from hostile import HANG, KEEP, Asked, Step, Steps

JPEG = picture("jpeg")
HEAD = reply(b"", f"Content-Length: {len(JPEG)}", length=False)
_LATE = ("timeout", "too-slow")


def stalls() -> list[Case]:
    """A server that stops, in each phase."""
    return [
        tried("silence before the status line", "B7", [HANG], *_LATE),
        tried("silence within the status line", "B7", [b"HTTP/1.1 20", HANG], *_LATE),
        tried("silence within the fields", "B7", [HEAD[:30], HANG], *_LATE),
        tried("silence after the fields", "B7", [HEAD, HANG], *_LATE),
        tried("silence after the first byte of the body", "B7", [HEAD + JPEG[:1], HANG], *_LATE),
        tried("silence in the middle of the body", "B7", [HEAD + JPEG[: len(JPEG) // 2], HANG], *_LATE),
        tried("silence before the last byte", "B7", [HEAD + JPEG[:-1], HANG], *_LATE),
        tried("silence after interim answers", "B7", [b"HTTP/1.1 100 Continue\r\n\r\n", HANG], *_LATE),
        tried("silence after the last chunk's size", "B7", [chunked(JPEG, end=b"0\r\n"), HANG], *_LATE),
        tried(
            "no length, and the connection stays open behind the picture",
            "B7",
            [reply(JPEG, length=False), HANG],
            *_LATE,
        ),
    ]


def drips() -> list[Case]:
    """A server that is slow, for ever."""
    fields = b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 50
    return [
        tried("the status line byte by byte", "B7", drip(b"", HEAD + JPEG, 0.2), *_LATE),
        tried("the fields byte by byte", "B7", drip(b"HTTP/1.1 200 OK\r\n", fields + HEAD[17:] + JPEG, 0.2), *_LATE),
        tried("the body byte by byte", "B7", drip(HEAD, JPEG, 0.2), *_LATE),
        tried("the body byte by byte, without a length", "B7", drip(reply(b"", length=False), JPEG, 0.2), *_LATE),
        tried("a chunk of one byte each moment", "B7", forever(chunked(b"", end=b""), b"1\r\nx\r\n", 0.2), *_LATE),
        tried("an interim answer each moment", "B7", forever(b"", b"HTTP/1.1 102 Processing\r\n\r\n", 0.5), *_LATE),
    ]


def patience() -> list[Case]:
    """Slow, but not too slow."""

    def slowly(_asked: Asked) -> Steps:
        def steps() -> Iterable[Step]:
            yield 0.3
            yield HEAD
            for at in range(0, len(JPEG), 1 + len(JPEG) // 5):
                yield JPEG[at : at + 1 + len(JPEG) // 5]
                yield 0.05
            yield KEEP

        return steps()

    return [Case("a picture that comes in five pieces", "B7", slowly, ("kept",), JPEG)]


def hops_in_time() -> list[Case]:
    """A chain of redirects, each of them slow: the deadline is that of all of them together."""

    def serve(asked: Asked) -> Steps:
        number = int(asked.path.rpartition("/")[2] or 0)
        return [1.2, reply(b"", f"Location: /{number + 1}", status="302 Found")]

    return [Case("a chain of redirects, each of them slow", "B7", serve, (*_LATE, "too-many-redirects"), b"", 15)]
