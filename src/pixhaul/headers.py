"""The header fields of an answer that somebody reads, and the budget that all of them must keep. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from pixhaul.models import Reason

MOST_BYTES = 64 * 1024
"""Of all fields together, those of interim answers and trailers too."""
MOST_FIELDS = 100
"""Of the answer; its trailer may have as many again."""
MOST_INTERIM = 10
"""Answers 1xx before the real one."""

Fields: TypeAlias = tuple[tuple[str, str], ...]


class Flaw(NamedTuple):
    """What is wrong with the head of an answer."""

    reason: Reason
    detail: str


# One search for all costs a quarter of looking at each line in Python.
_WANTED = re.compile(
    rb"^(content-encoding|content-length|content-range|date|etag|last-modified|location|retry-after|transfer-encoding|"
    rb"x-robots-tag|(?:x-)?ratelimit(?:-remaining|-reset)?)"
    rb":[ \t]*([^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_RANGE = re.compile(r"bytes +(\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII | re.IGNORECASE)


def read_headers(lines: list[bytes]) -> tuple[Fields, Flaw | None]:
    """The fields of the real answer among the lines, names in lower case; and what is wrong with its head, if anything.

    Interim answers come before it and a trailer after it; neither says anything about the answer.

    Args:
        lines: As libcurl gives them, each with its line break: status lines, fields and empty lines.
    """
    if lines and lines[-1] == _END and lines.index(_END) == len(lines) - 1:  # nearly always: one head, and whole
        answer, interim, is_cut = lines[:-1], 0, False
    else:
        answer, interim, is_cut = _answer(lines)
    flaw = _flaw(lines, len(answer) - 1, interim)
    if flaw is None and is_cut:
        flaw = Flaw(Reason.TRUNCATED, "the head of the answer is cut")
    found = _WANTED.findall(b"".join(answer))
    return tuple([(_name(name), value.strip().decode("latin-1")) for name, value in found]), flaw


_END = b"\r\n"


@lru_cache(maxsize=256)
def _name(name: bytes) -> str:
    """In lower case; the spellings that servers use are few."""
    return name.lower().decode("ascii")


def status_of(lines: list[bytes]) -> int:
    """The status of the real answer, for where libcurl cannot be asked; 0: there is none.

    >>> status_of([b"HTTP/1.1 100 Continue", b"\\r\\n", b"HTTP/2 206 ", b"\\r\\n"])
    206
    """
    answer, _, _ = _answer(lines)
    match = _STATUS.match(answer[0]) if answer else None
    return int(match[1]) if match else 0


_STATUS = re.compile(rb"HTTP/[0-9.]+ +([1-9][0-9]{2})")


def length_of(fields: Fields) -> int:
    """Bytes that the body is to have, as its head says; -1: it does not say, or not clearly."""
    said = [value for name, value in fields if name == "content-length"]
    if len(said) != 1 or not _DIGITS.fullmatch(said[0]) or any(name == "transfer-encoding" for name, _ in fields):
        return -1
    return int(said[0])


def ends_with_connection(lines: list[bytes]) -> bool:
    """Whether the body ends where the connection does, by HTTP/1 (RFC 9112 6.3).

    Then a reset, or TLS without a farewell, is an end like another, and the check says whether all has come.

    >>> ends_with_connection([b"HTTP/1.0 200 OK\\r\\n", b"\\r\\n"])
    True
    """
    said = {name for name, _ in read_headers(lines)[0]}
    return bool(lines) and lines[0].startswith(b"HTTP/1") and said.isdisjoint(("content-length", "transfer-encoding"))


def keeps_connection(lines: list[bytes]) -> bool:
    """Whether the connection is to stay after an answer, by its head (RFC 9112 9.3).

    >>> keeps_connection([b"HTTP/1.1 200 OK\\r\\n", b"Content-Length: 5\\r\\n", b"\\r\\n"])
    True
    """
    answer, _, _ = _answer(lines)
    head = b"".join(answer).lower()
    return head.startswith(b"http/1.1") and bool(_LENGTH.search(head)) and not _CLOSE.search(head)


_LENGTH = re.compile(rb"^(?:content-length|transfer-encoding):", re.MULTILINE)
_CLOSE = re.compile(rb"^(?:proxy-)?connection:[^\r\n]*close", re.MULTILINE)

_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)


def _answer(lines: list[bytes]) -> tuple[list[bytes], int, bool]:
    """The lines of the real answer, how many interim ones there are before it, and whether its head is cut."""
    start, interim = 0, 0
    end = _empty(lines, 0)
    while 0 <= end < len(lines) - 1 and _is_interim(lines[start]):
        start, interim = end + 1, interim + 1
        end = _empty(lines, start)
    return (lines[start:end] if end >= 0 else lines[start:]), interim, end < 0 and bool(lines)


def _empty(lines: list[bytes], start: int) -> int:
    """Where the next empty line is; -1: there is none."""
    for ending in (b"\r\n", b"\n"):
        if ending in lines:
            try:
                return lines.index(ending, start)
            except ValueError:
                continue
    return -1


def _is_interim(line: bytes) -> bool:
    return line.partition(b" ")[2].lstrip().startswith(b"1")


def _flaw(lines: list[bytes], fields: int, interim: int) -> Flaw | None:
    if interim > MOST_INTERIM:
        return Flaw(Reason.HTTP_ERROR, f"more than {MOST_INTERIM} interim answers")
    if fields > MOST_FIELDS or len(lines) - 2 * interim - fields > MOST_FIELDS + 3:
        return Flaw(Reason.HTTP_ERROR, f"more than {MOST_FIELDS} header fields")
    if sum(map(len, lines)) > MOST_BYTES:
        return Flaw(Reason.HTTP_ERROR, f"more than {MOST_BYTES} bytes of headers")
    return None


class Span(NamedTuple):
    """What a Content-Range says: bytes first to last, both counted from 0, of so many."""

    first: int
    last: int
    total: int


def content_range(value: str) -> Span | None:
    """The one span of a Content-Range that is wholly known and makes sense (RFC 9110 14.4), or None.

    >>> content_range("bytes 100-199/200")
    Span(first=100, last=199, total=200)
    >>> content_range("bytes 0-9/*"), content_range("bytes 9-0/10"), content_range("lines 0-9/10")
    (None, None, None)
    """
    match = _RANGE.fullmatch(value.strip())
    if match is None:
        return None
    span = Span(*map(int, match.groups()))
    return span if span.first <= span.last < span.total else None


def strong_validator(etag: str) -> str:
    """The ETag, when it is a strong one that may be sent in If-Range (RFC 9110 8.8.3); else nothing.

    >>> strong_validator('"abc"'), strong_validator('W/"abc"'), strong_validator("abc"), strong_validator('""')
    ('"abc"', '', '', '')
    """
    return etag if _STRONG.fullmatch(etag) else ""


_STRONG = re.compile(r'"[\x21\x23-\x7e]{1,200}"')
