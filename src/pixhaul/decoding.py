"""A body that came coded although `identity` was asked for: decoded step by step within budgets, or refused. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterable, Iterator

from pixhaul.models import Reason

MOST_RATIO = 100
"""Decoded bytes for each coded one. Pictures are compressed already: an honest ratio is near 1, a bomb's near 1,000."""
ALWAYS_ALLOWED = 1024 * 1024
"""Bytes that may come out whatever the ratio."""
MOST_MEMBERS = 10_000
"""Gzip members of one body: those that are made to be read at any place have one for each 64 KB."""
STEP = 256 * 1024
"""Bytes that come out at once."""
_FED = 64 * 1024
"""Bytes that go in at once, so that what follows a member is never copied whole."""
_GZIP = frozenset({"gzip", "x-gzip"})
_NOT_CODINGS = frozenset({"", "identity", "none", "binary", "utf-8", "utf8"})
"""What servers write there, and it changes nothing."""


class CodingError(Exception):
    """Raised while a body is decoded, and caught where its reply is made."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def coding_of(value: str) -> str:
    """The codings of a Content-Encoding, in lower case; empty: the bytes are plain.

    >>> coding_of("identity, GZIP"), coding_of("none"), coding_of("gzip, br")
    ('gzip', '', 'gzip, br')
    """
    names = (name.strip().lower() for name in value.split(","))
    return ", ".join(name for name in names if name not in _NOT_CODINGS)


def is_only_said(coding: str, begins: bytes) -> bool:
    """Whether a body that is labelled as gzip cannot be gzip: then it is what it is."""
    return coding in _GZIP and not _is_member(begins)


def decoded(pieces: Iterable[bytes], coding: str, begins: bytes, budget: int) -> Iterator[bytes]:
    """The plain bytes, a quarter of a megabyte at a time. Raises CodingError as it goes.

    Args:
        pieces: The coded body.
        coding: As `coding_of` gives it.
        begins: Its first two bytes, or more.
        budget: Bytes that may come out.
    """
    if coding in _GZIP:
        return _within(_inflated(pieces, coding, 31), coding, budget)
    if coding == "deflate":  # with zlib's header by the book; some servers leave that away
        has_header = len(begins) > 1 and begins[0] & 15 == 8 and (begins[0] << 8 | begins[1]) % 31 == 0
        return _within(_inflated(pieces, coding, 15 if has_header else -15), coding, budget)
    raise CodingError(Reason.HTTP_ERROR, f"coded as {coding[:60]}, which was not asked for")


def budget_of(size: int, most: int) -> int:
    """Bytes that may come out of so many coded ones, `most` at the most."""
    return min(most, max(ALWAYS_ALLOWED, MOST_RATIO * size))


def _within(pieces: Iterator[bytes], coding: str, budget: int) -> Iterator[bytes]:
    out = 0
    for piece in pieces:
        out += len(piece)
        if out > budget:
            raise CodingError(Reason.TOO_LARGE, f"a {coding} body that grows beyond {budget} bytes")
        yield piece


def _inflated(pieces: Iterable[bytes], coding: str, window: int) -> Iterator[bytes]:
    try:
        ended = yield from _members(pieces, coding, window)
    except zlib.error as error:
        raise CodingError(Reason.TRUNCATED, f"the {coding} body is damaged: {error}") from error
    if not ended:
        raise CodingError(Reason.TRUNCATED, f"the {coding} body is cut")


def _members(pieces: Iterable[bytes], coding: str, window: int) -> Generator[bytes, None, bool]:
    """What comes out of one member after another; at last, whether the last one was whole."""
    engine = zlib.decompressobj(window)
    members = 1
    for piece in _slices(pieces):
        fed = piece
        while fed:
            if engine.eof:
                if coding not in _GZIP or not _is_member(fed):
                    return True  # what follows is no part of it: servers pad with zeros
                engine, members = zlib.decompressobj(window), members + 1
            if members > MOST_MEMBERS:
                raise CodingError(Reason.TOO_LARGE, f"a {coding} body of more than {MOST_MEMBERS} members")
            yield engine.decompress(fed, STEP)
            fed = engine.unused_data if engine.eof else engine.unconsumed_tail
    while not engine.eof and (rest := engine.decompress(b"", STEP)):  # what it still holds
        yield rest
    return engine.eof


def _is_member(data: bytes) -> bool:
    return data.startswith(b"\x1f\x8b"[: len(data)])


def _slices(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, len(piece), _FED):
            yield piece[at : at + _FED]
