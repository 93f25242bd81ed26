"""Lengths that are wrong, doubled, or no numbers (B3): the picture is whole, or it is refused."""

from __future__ import annotations

from fault import Case, chunked, chunks, ends, keeps, picture, reply, tried

from hostile import CUT, KEEP, RESET

JPEG = picture("jpeg")
SIZE = len(JPEG)


def _said(*lines: str, body: bytes = JPEG) -> list[object]:
    return [reply(body, *lines, length=False), CUT]


def _length(value: object) -> list[object]:
    return _said(f"Content-Length: {value}")


def lengths() -> list[Case]:
    """Content-Length alone."""
    return [
        tried("Content-Length one more than the body", "B1", _length(SIZE + 1), "truncated"),
        tried("Content-Length a thousand more than the body", "B1", _length(SIZE + 1000), "truncated"),
        tried("Content-Length ten times the body", "B1", _length(SIZE * 10), "truncated"),
        tried("Content-Length one less than the body", "B3", _length(SIZE - 1), "truncated"),
        tried("Content-Length half of the body", "B3", _length(SIZE // 2), "truncated"),
        tried("Content-Length 0 before a body", "B3", _length(0), "not-an-image", "truncated"),
        tried("Content-Length 1 before a body", "B3", _length(1), "not-an-image", "truncated"),
        tried("Content-Length negative", "B3", _length(-1), "http-error", "truncated"),
        tried("Content-Length with a plus sign", "B3", _length(f"+{SIZE}"), "http-error", "truncated"),
        tried("Content-Length in hexadecimal", "B3", _length(hex(SIZE)), "http-error", "truncated"),
        tried("Content-Length with a fraction", "B3", _length(f"{SIZE}.0"), "http-error", "truncated"),
        tried("Content-Length with an exponent", "B3", _length("1e9"), "http-error", "truncated"),
        tried("Content-Length of words", "B3", _length("many"), "http-error", "truncated"),
        tried("Content-Length with words after it", "B3", _length(f"{SIZE} bytes"), "http-error", "truncated"),
        tried("Content-Length with a semicolon", "B3", _length(f"{SIZE};"), "http-error", "truncated"),
        tried("Content-Length with an underscore", "B3", _length(f"1_{SIZE}"), "http-error", "truncated"),
        tried("Content-Length of 2**64 and a bit", "B3", _length(2**64 + SIZE), "http-error", "truncated", "too-large"),
        tried("Content-Length of 2**63", "B3", _length(2**63), "http-error", "truncated", "too-large"),
        tried("Content-Length of forty digits", "B3", _length("9" * 40), "http-error", "truncated", "too-large"),
        ends("Content-Length larger than the budget, in a small body", "B7", _length(2**40), "too-large"),
        tried(
            "two different Content-Lengths in a list", "B3", _length(f"{SIZE}, {SIZE + 1}"), "http-error", "truncated"
        ),
        tried("Content-Length twice, the second smaller", "B3", _twice(SIZE, SIZE - 9), "http-error", "truncated"),
        tried("Content-Length twice, the first smaller", "B3", _twice(SIZE - 9, SIZE), "http-error", "truncated"),
        tried("Content-Length twice, the second larger", "B3", _twice(SIZE, SIZE + 9), "http-error", "truncated"),
    ]


def _twice(first: int, second: int) -> list[object]:
    return _said(f"Content-Length: {first}", f"Content-Length: {second}")


def odd_lengths() -> list[Case]:
    """Oddities that clients may read either way: the whole picture, or a refusal, and nothing in between."""
    either = [
        ("Content-Length empty", _length("")),
        ("Content-Length with spaces around", _length(f"  {SIZE}  ")),
        ("Content-Length with a tab before", _length(f"\t{SIZE}")),
        ("Content-Length with zeros before", _length(f"000{SIZE}")),
        ("Content-Length twice the same in a list", _length(f"{SIZE}, {SIZE}")),
        ("Content-Length twice the same", _twice(SIZE, SIZE)),
        ("Content-Length with a space before the colon", _said(f"Content-Length : {SIZE}")),
        ("Content-Length folded onto a second line", _said("Content-Length:", f" {SIZE}")),
        ("Content-Length in quotes", _length(f'"{SIZE}"')),
        ("Content-Length beside chunks", _both(SIZE)),
        ("Content-Length smaller beside chunks", _both(SIZE // 2)),
        ("Content-Length larger beside chunks", _both(SIZE * 2)),
        ("chunks announced twice", _said("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body=_chunks())),
        ("Transfer-Encoding: identity, chunked", _said("Transfer-Encoding: identity, chunked", body=_chunks())),
        ("Transfer-Encoding: identity with a length", _said("Transfer-Encoding: identity", f"Content-Length: {SIZE}")),
        ("Transfer-Encoding in capitals", _said("TRANSFER-ENCODING: CHUNKED", body=_chunks())),
        ("Transfer-Encoding with a space before the colon", _said("Transfer-Encoding : chunked", body=_chunks())),
        ("Transfer-Encoding: xchunked, not chunked at all", _said("Transfer-Encoding: xchunked")),
        ("Transfer-Encoding: gzip, not coded at all", _said("Transfer-Encoding: gzip")),
        ("chunks by HTTP/1.0", [reply(_chunks(), "Transfer-Encoding: chunked", length=False, version="1.0"), CUT]),
    ]
    return [Case(name, "B3", lambda _, steps=steps: steps, _EITHER, JPEG, 0) for name, steps in either]


_EITHER = ("kept", "http-error", "truncated", "not-an-image", "connect")


def _both(length: int) -> list[object]:
    return _said("Transfer-Encoding: chunked", f"Content-Length: {length}", body=_chunks())


def _chunks() -> bytes:
    return chunks(JPEG) + b"0\r\n\r\n"


def after_the_body() -> list[Case]:
    """More bytes after a whole body: the next answer on that connection must not be made of them."""
    poison = reply(picture("png"))
    smuggled = reply(JPEG) + poison
    return [
        keeps("a second answer behind the first, on a connection that stays", "B3", [smuggled, KEEP], JPEG),
        keeps("garbage behind the body, on a connection that stays", "B3", [reply(JPEG) + b"\x00garbage", KEEP], JPEG),
        keeps("a second answer behind the last chunk", "B3", [chunked(JPEG) + poison, KEEP], JPEG),
        keeps("no length, and the picture ends with the connection", "B2", [reply(JPEG, length=False), CUT], JPEG),
        keeps(
            "HTTP/1.0, and the picture ends with the connection", "B2", reply(JPEG, version="1.0", length=False), JPEG
        ),
        keeps("no length, and a reset behind the picture", "B2", [reply(JPEG, length=False), 0.1, RESET], JPEG),
        tried(
            "no length, and a reset within the picture", "B2", [reply(JPEG[:-1], length=False), 0.1, RESET], "truncated"
        ),
        keeps("HTTP/1.0 with a length", "B2", reply(JPEG, version="1.0"), JPEG),
    ]
