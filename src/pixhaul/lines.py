"""A file as numbered lines: lazily, in flat memory, unpacked where it is packed, whatever is in it."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from io import BufferedReader, BytesIO
from itertools import chain
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias, cast

from pixhaul.escape import terminal

BLOCK = 256 * 1024
"""Bytes read at once."""
MOST_ROW_LINES = 100
"""Lines that one csv row may take."""
_LONGEST_CELL = 2**31 - 1
"""Characters; a row has its limits already, and Python's own, 131,072, is less than a caption may have."""
BOM = b"\xef\xbb\xbf"
"""What some editors write before UTF-8."""


class CutError(Exception):
    """The bytes end before the list does. The message is fit for a terminal."""


class Stream(Protocol):
    """Bytes that come as they are there."""

    def read1(self, size: int, /) -> bytes: ...


class Bad(NamedTuple):
    """A line, or a row of a table, that cannot be read."""

    beginning: str
    """Fit for a terminal."""
    flaw: str


Line: TypeAlias = tuple[int, str | Bad]
"""The number of a line, from 1, and its text without the line feed."""
Row: TypeAlias = tuple[int, list[str] | Bad]
"""The number of the line where a row begins, and its cells; none where the line is blank."""


def opened(place: str) -> AbstractContextManager[BufferedReader]:
    """The bytes of a path, or of standard input, which stays open, where it is -. Raises OSError at once."""
    if place == "-" and sys.stdin is None:  # it was closed when we were started
        return nullcontext(BufferedReader(BytesIO()))
    if place == "-":
        return nullcontext(_standard_input())
    return Path(os.path.expanduser(place)).open("rb")  # noqa: PTH111 - pathlib raises for users that there are not


def _standard_input() -> BufferedReader:
    """A reader of its own where there is a descriptor: the interpreter cannot end while a thread waits in its own."""
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except (OSError, ValueError):
        return cast(BufferedReader, sys.stdin.buffer)


def unpacked(raw: BufferedReader) -> Stream:
    """The bytes themselves, or what gzip or zstd packed into them: told by how they begin, whatever the name says."""
    magic = raw.peek(4)[:4]
    if magic[:2] == b"\x1f\x8b":
        import gzip

        return gzip.GzipFile(fileobj=raw)
    if magic == b"\x28\xb5\x2f\xfd":
        if sys.version_info >= (3, 14):  # pragma: no cover
            from compression import zstd
        else:
            from backports import zstd

        return zstd.ZstdFile(raw)
    return raw


def block(stream: Stream) -> bytes:
    """The next bytes, at most 256 KB; none at the end. Raises CutError where they cannot be had."""
    try:
        return stream.read1(BLOCK)
    except Exception as error:  # each packer has errors of its own, besides EOFError and OSError
        raise CutError(terminal(str(error))) from error


def numbered(first: bytes, stream: Stream, longest: int) -> Iterator[Line]:
    """The lines of a first block and of all that follows, numbered from 1.

    A line of more than `longest` bytes is bad, and so is one that is not UTF-8. What stands after the last line feed of
    a stream that breaks is not given, since it may be half a line; then CutError is raised.
    """
    return enumerate(chain.from_iterable(together(first, stream, longest)), 1)


def together(first: bytes, stream: Stream, longest: int) -> Iterator[Sequence[str | Bad]]:
    """The same lines, those together that were read at once."""
    return (_lines(lines, longest) for lines in _blocks(first, stream, longest))


def _blocks(first: bytes, stream: Stream, longest: int) -> Iterator[bytes]:
    """Whole lines, many at a time; of a line that is longer, at least one byte more than that."""
    rest, some = b"", _without_mark(first, stream)
    while some:
        whole, newline, tail = some.rpartition(b"\n")
        if newline:
            yield rest + whole
            rest = tail
        else:
            rest = (rest + some)[: longest + 1]
        some = block(stream)
    if rest:
        yield rest


def _without_mark(first: bytes, stream: Stream) -> bytes:
    """The first bytes after a byte order mark, which a pipe may bring in pieces, or alone: that is no end."""
    while first and BOM.startswith(first) and (more := block(stream)):
        first += more
    return first.removeprefix(BOM)


def _lines(several: bytes, longest: int) -> Sequence[str | Bad]:
    try:
        lines = several.decode().split("\n")
    except UnicodeDecodeError:
        lines = []
    if lines and max(map(len, lines)) * 4 <= longest:  # no character takes more than four bytes
        return lines
    return [_line(raw, longest) for raw in several.split(b"\n")]


def _line(raw: bytes, longest: int) -> str | Bad:
    if len(raw) > longest:
        return Bad(beginning(raw[:400].decode(errors="backslashreplace")), f"longer than {longest} bytes")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return Bad(beginning(raw[:400].decode(errors="backslashreplace")), "not UTF-8")


def beginning(text: str) -> str:
    """The first 80 characters of a text, fit for a terminal."""
    return terminal(text if len(text) <= 80 else text[:77] + "...")


def tsv_rows(lines: Iterator[Line]) -> Iterator[Row]:
    """The rows of a list with tabs: one a line, and a quote is a character like any other (IANA tab-separated-values).

    Only a cell that stands in quotes as a whole is taken out of them, since some programs write all cells so.
    """
    for number, line in lines:
        if isinstance(line, Bad):
            yield number, line
            continue
        text = line.rstrip("\r")
        cells = text.split("\t") if text else []
        yield number, [_unquoted(cell) for cell in cells] if '"' in text else cells


def _unquoted(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def csv_rows(lines: Iterator[Line]) -> Iterator[Row]:
    """The rows of a list with commas (RFC 4180, strict). A row that breaks the rules costs itself alone.

    When a quote is never closed, the line where it opens is bad and the next one begins a new row, so it swallows
    nothing.
    """
    feed = _Feed(lines)
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    reader = csv.reader(feed, strict=True)
    while (begun := feed.take()) is not None:
        number, line = begun
        if isinstance(line, Bad):
            yield number, line
        elif '"' not in line and "\r" not in (text := line.rstrip("\r")):  # as by the reader, at half of its cost
            yield number, text.split(",") if text else []
        else:
            yield number, feed.row(begun, reader)


class _Feed:
    """Lines for the csv reader, held until their row is whole, so that they can be read once more."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._again: list[Line] = []
        self._held: list[Line] = []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if len(self._held) >= MOST_ROW_LINES:
            raise csv.Error(f"a quote is not closed within {MOST_ROW_LINES} lines")
        taken = self.take()
        if taken is None:
            raise StopIteration
        if isinstance(taken[1], Bad):
            self._again.append(taken)
            raise csv.Error("a quote is not closed before a line that cannot be read")
        self._held.append(taken)
        return taken[1] + "\n"

    def take(self) -> Line | None:
        """The next line; None at the end."""
        return self._again.pop() if self._again else next(self._lines, None)

    def row(self, begun: Line, reader: Iterator[list[str]]) -> list[str] | Bad:
        """The cells of the row that begins with a line. Where it breaks the rules, only that line is lost."""
        self._held.clear()
        self._again.append(begun)
        try:
            return next(reader)
        except csv.Error as error:
            self._again.extend(reversed(self._held[1:]))
            return Bad(beginning(str(begun[1])), str(error))
