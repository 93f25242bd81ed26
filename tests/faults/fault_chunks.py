"""Chunked bodies that are not as they should be (B1, B3, B8)."""

from __future__ import annotations

from fault import Case, chunked, chunks, ends, forever, keeps, picture, reply, tried

from hostile import CUT, HANG

JPEG = picture("jpeg")
LARGE = JPEG + bytes(300_000 - len(JPEG))
HEAD = reply(b"", "Transfer-Encoding: chunked", length=False)
SIZE = b"%x" % len(JPEG)
_BROKEN = ("truncated", "http-error", "not-an-image", "too-large", "connect")


def _one(size: bytes, rest: bytes = b"\r\n0\r\n\r\n") -> list[object]:
    """All of the body as one chunk, whose size line is as given."""
    return [HEAD + size + b"\r\n" + JPEG + rest, CUT]


def broken_chunks() -> list[Case]:
    """Chunks that cannot be read: refused."""
    return [
        tried("a chunk size that is no number", "B1", _one(b"zz"), *_BROKEN),
        tried("a chunk size that is empty", "B1", _one(b""), *_BROKEN),
        tried("a negative chunk size", "B1", _one(b"-1"), *_BROKEN),
        tried("a chunk size with 0x before it", "B1", _one(b"0x" + SIZE), *_BROKEN),
        tried("a chunk size with a plus sign", "B1", _one(b"+" + SIZE), *_BROKEN),
        tried("a chunk size of seventeen digits", "B1", _one(b"1" + b"0" * 13 + SIZE), *_BROKEN),
        tried("a chunk size of 2**64 and a bit", "B1", _one(b"1" + b"0" * 12 + SIZE), *_BROKEN),
        tried("a chunk size one too small", "B1", _one(b"%x" % (len(JPEG) - 1)), *_BROKEN),
        tried("a chunk size two too great", "B1", _one(b"%x" % (len(JPEG) + 2)), *_BROKEN),
        tried("a chunk size half of the chunk", "B1", _one(b"%x" % (len(JPEG) // 2)), *_BROKEN),
        tried("a first chunk of size 0", "B1", [HEAD + b"0\r\n\r\n" + JPEG, CUT], "not-an-image", "truncated"),
        tried("no line break after a chunk", "B1", [HEAD + SIZE + b"\r\n" + JPEG[:-1] + b"0\r\n\r\n", CUT], *_BROKEN),
        tried("chunks that nobody announced", "B1", reply(chunks(JPEG) + b"0\r\n\r\n", length=False), *_BROKEN),
        tried("announced chunks that are none", "B1", [HEAD + JPEG, CUT], *_BROKEN),
        tried("a reset in the size of a chunk", "B1", [HEAD + b"ff", CUT], *_BROKEN),
        tried("silence in the size of a chunk", "B7", [HEAD + b"ff", HANG], "timeout", "too-slow"),
        tried("silence before the last chunk", "B7", [chunked(JPEG, end=b""), HANG], "timeout", "too-slow"),
        tried("a chunk size line that never ends", "B8", forever(HEAD, b"0" * 60_000), *_BROKEN),
        tried(
            "a chunk extension that never ends",
            "B8",
            forever(HEAD + b"5;", b"x" * 60_000, 0.01),
            *_BROKEN,
            "timeout",
            "too-slow",
        ),
        tried("trailers that never end", "B8", forever(chunked(JPEG, end=b"0\r\n"), b"X: y\r\n" * 999), *_BROKEN),
        tried("one trailer that never ends", "B8", forever(chunked(JPEG, end=b"0\r\nX: "), b"y" * 60_000), *_BROKEN),
        tried("empty chunk lines for ever", "B8", forever(HEAD, b"\r\n" * 9_999), *_BROKEN),
        ends("chunks that never end", "B7", forever(HEAD, b"4000\r\n" + bytes(0x4000) + b"\r\n"), "too-large"),
    ]


def odd_chunks() -> list[Case]:
    """Chunks that are odd but right, or nearly: whole, or refused."""
    either = [
        ("chunks of one byte", chunked(JPEG[:2000] + JPEG[2000:], size=1)),
        ("chunks with extensions", HEAD + SIZE + b";name=value\r\n" + JPEG + b"\r\n0\r\n\r\n"),
        ("chunk sizes in capitals", HEAD + SIZE.upper() + b"\r\n" + JPEG + b"\r\n0\r\n\r\n"),
        ("chunk sizes with zeros before", HEAD + b"0000" + SIZE + b"\r\n" + JPEG + b"\r\n0\r\n\r\n"),
        ("chunk sizes with a space after", HEAD + SIZE + b" \r\n" + JPEG + b"\r\n0\r\n\r\n"),
        ("chunk lines that end in a bare line feed", HEAD + SIZE + b"\n" + JPEG + b"\n0\n\n"),
        ("a chunk size line of 4,000 zeros", HEAD + b"0" * 4000 + SIZE + b"\r\n" + JPEG + b"\r\n0\r\n\r\n"),
        ("a few trailers", chunked(JPEG, end=b"0\r\nX-Check: 1\r\nContent-Length: 5\r\n\r\n")),
        ("trailers that give another type and status", chunked(JPEG, end=b"0\r\nContent-Type: text/html\r\n\r\n")),
        ("a trailer that looks like an answer", chunked(JPEG, end=b"0\r\nHTTP/1.1 404 Not Found\r\n\r\n")),
        ("no empty line after the last chunk", chunked(JPEG, end=b"0\r\n")),
        ("a last chunk with an extension", chunked(JPEG, end=b"0;x\r\n\r\n")),
    ]
    return [
        *(Case(name, "B8", lambda _, steps=steps: steps, ("kept", *_BROKEN), JPEG, 0) for name, steps in either),
        keeps("300 KB in chunks of one byte", "B1", chunked(LARGE, size=1), LARGE),
        keeps("a whole picture in chunks", "B1", chunked(JPEG), JPEG),
        keeps("a whole picture in one chunk", "B1", chunked(JPEG, size=10**6), JPEG),
    ]
