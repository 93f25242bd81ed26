"""Lists of links: text, csv, tsv and JSON lines, each also .gz or .zst, or standard input; read lazily, in flat memory.

A line that cannot be read is an entry with a flaw, and the reading goes on. Text is read line by line and nothing in it
is special but `#` at the beginning: a comma or a quote belongs to the link.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from pixhaul.bundle import MOST, Bundle
from pixhaul.errors import UsageError
from pixhaul.escape import terminal
from pixhaul.lines import (
    Bad,
    CutError,
    Line,
    Row,
    beginning,
    csv_rows,
    numbered,
    opened,
    together,
    tsv_rows,
    unpacked,
)
from pixhaul.list_kinds import beginning_of, kind_of, shown_as

LONGEST_LINE = 64 * 1024
"""Bytes; a longer line of a text is no link, and is passed over without being held."""
LONGEST_ROW = 1024 * 1024
"""Bytes; the same for csv, tsv and JSON lines, which carry captions and more."""

COLUMNS = ("url", "link", "image_url", "image_link", "img_url", "imageurl", "image", "uri", "href", "src")
"""Columns, or fields of an object, that hold the link: the first of these that is there, in any case."""
META = ("id", "title", "caption", "album", "album_title", "index", "account", "datetime", "key")
"""Columns, or fields, that go along as `meta`."""


class Entry(NamedTuple):
    """One link of a list, not yet looked at, or one line that cannot be read."""

    text: str
    """What stands there; with a flaw its beginning, fit for a terminal."""
    line: int
    """Counts from 1; of a csv row its first."""
    meta: tuple[tuple[str, str | int], ...] = ()
    """Pairs of a name out of META and what the list says."""
    flaw: str = ""
    """Empty, or why the line cannot be read."""
    file: str = ""
    """Which list, fit for a terminal."""

    @property
    def place(self) -> str:
        """Where it stands, for people."""
        return f"{self.file}:{self.line}"


Item: TypeAlias = Entry | Bundle
"""An entry, or links that stand together: these have no flaw."""


def read(place: str, column: str = "") -> Iterator[Entry]:
    """The entries of a list, in its order, bad lines among them.

    Args:
        place: A path, or - for standard input, which is text, or JSON lines where it begins with a brace.
        column: The column or field that holds the link; empty: found by its name, or by its first cell being a link.

    Raises:
        UsageError: At once: there is no such file, it is no list, it has no such column, or nothing is in it.
    """
    return chain.from_iterable(map(_entries, bundles(place, column)))


def bundles(place: str, column: str = "") -> Iterator[Item]:
    """The same, and as raised there: the lines of a text in bundles, which cost a fifth."""
    items = _items(place, column)
    try:
        first = next(items, None)
    except OSError as error:
        hint = "links are given as they are, without -i" if "://" in place else ""
        shown = "the list" if "@" in place and hint else terminal(place)  # there may be a password in a link
        raise UsageError(f"cannot read {shown}: {error.strerror or error}", hint) from error
    if first is None:
        raise UsageError(f"no links in {shown_as(place)}", "one link a line; lines that begin with # do not count")
    shown = shown_as(place)
    return (item if item.file else item._replace(file=shown) for item in chain((first,), items))


def _entries(item: Item) -> Iterator[Entry]:
    if isinstance(item, Bundle):
        return (Entry(text, line, (), "", item.file) for text, line in zip(item.texts, item.lines, strict=True))
    return iter((item,))


def _items(place: str, column: str) -> Iterator[Item]:
    with opened(place) as raw:
        stream = unpacked(raw)
        shown = shown_as(place)
        first = beginning_of(stream, shown)
        kind = kind_of(place, first)
        line = 0
        try:
            if kind == "text":
                for number, lines in _counted(together(first, stream, LONGEST_LINE)):
                    line = number + len(lines) - 1
                    yield from _text(number, lines, shown)
                return
            for entry in _of_kind(kind, numbered(first, stream, LONGEST_ROW), column, shown):
                line = entry.line
                yield entry
        except CutError as error:
            yield Entry("", line + 1, (), f"the rest cannot be read: {error}")


def _of_kind(kind: str, lines: Iterator[Line], column: str, shown: str) -> Iterator[Entry]:
    if kind == "jsonl":
        return _json_lines(lines, column, shown)
    return _table(tsv_rows(lines) if kind == "tsv" else csv_rows(lines), column, shown)


# From lines to entries.


def _counted(blocks: Iterator[Sequence[str | Bad]]) -> Iterator[tuple[int, Sequence[str | Bad]]]:
    """Lines that were read together, with the number of the first of them."""
    number = 1
    for lines in blocks:
        yield number, lines
        number += len(lines)


def _text(first: int, lines: Sequence[str | Bad], shown: str) -> Iterator[Item]:
    """Bundles of what stands in lines without flaw, and in between the others."""
    start = 0
    bad = (
        [(place, line) for place, line in enumerate(lines) if isinstance(line, Bad)] if Bad in map(type, lines) else []
    )
    for place, line in (*bad, (len(lines), None)):
        for begun in range(start, place, MOST):
            yield from _bundle(first + begun, lines[begun : min(begun + MOST, place)], shown)
        if line is not None:
            yield Entry(line.beginning, first + place, (), line.flaw)
        start = place + 1


def _bundle(first: int, lines: Sequence[Any], shown: str) -> Iterator[Bundle]:
    texts = [line.strip() for line in lines]
    links = [place for place, text in enumerate(texts) if text and text[0] != "#"]
    if len(links) == len(texts):
        yield Bundle(texts, range(first, first + len(texts)), (), shown)
    elif links:
        yield Bundle([texts[place] for place in links], [first + place for place in links], (), shown)


def _json_lines(lines: Iterator[Line], column: str, shown: str) -> Iterator[Entry]:
    for number, line in lines:
        if isinstance(line, Bad):
            yield Entry(line.beginning, number, (), line.flaw)
        elif line and not line.isspace():
            yield _from_json(line, number, column, shown)


def _from_json(line: str, number: int, column: str, shown: str) -> Entry:
    text = line.strip(" \t\r")
    try:
        value, end = _DECODE(text)
    except (ValueError, RecursionError):
        end = -1
    if end != len(text):
        return Entry(beginning(line), number, (), "not JSON")
    if isinstance(value, str) and value.strip():
        return Entry(value.strip(), number, (), "", shown)
    if not isinstance(value, dict):
        return Entry(beginning(line), number, (), "neither an object nor a link in quotes")
    wanted, known = _fields(tuple(value), column)
    link = next((value[name] for name in wanted if value[name]), None)
    if not isinstance(link, str) or not link.strip():
        return Entry(beginning(line), number, (), f"no link under {terminal(column) or 'url or link'}")
    meta = _meta((name, value[field]) for name, field in known) if known else ()
    return Entry(link.strip(), number, meta, "", shown)


_DECODE = json.JSONDecoder().raw_decode  # json.loads looks for blanks on both sides with an expression of its own


@lru_cache(16)
def _fields(names: tuple[str, ...], column: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The fields of an object that may hold the link, the first choice first; and names out of META with their fields.

    One object has mostly the same fields as the one before it.
    """
    called = {name.lower(): name for name in names}
    wanted = (column.lower(),) if column else COLUMNS
    return [called[name] for name in wanted if name in called], [
        (name, called[name]) for name in META if name in called
    ]


class _Head(NamedTuple):
    """What the first row of a table says about the others."""

    link: int
    """The column of the link, from 0."""
    meta: tuple[tuple[str, int], ...]
    """Names out of META and their columns."""
    width: int
    """Cells of a row."""
    is_row: bool
    """Whether it is no header but a row like the others."""


def _table(rows: Iterator[Row], column: str, shown: str) -> Iterator[Entry]:
    head: _Head | None = None
    for number, cells in rows:
        if isinstance(cells, Bad):
            yield Entry(cells.beginning, number, (), cells.flaw)
            continue
        if not any(cells):
            continue
        if head is None:
            head = _head(cells, column, shown)
            if not head.is_row:
                continue
        yield _from_row(cells, number, head, shown)


def _head(cells: list[str], column: str, shown: str) -> _Head:
    names = [cell.strip().lower() for cell in cells]
    wanted = (column.strip().lower(),) if column else COLUMNS
    found = next((names.index(name) for name in wanted if name in names), None)
    if found is not None:
        meta = tuple((name, names.index(name)) for name in META if name in names)
        return _Head(found, meta, len(cells), is_row=False)
    first = next((place for place, name in enumerate(names) if name.startswith(_LINK)), None)
    if first is None or column:
        there = ", ".join(beginning(cell) for cell in cells[:12])
        raise UsageError(f"{shown} has no column {terminal(column) or 'url or link'}", f"its columns are: {there}")
    return _Head(first, (), len(cells), is_row=True)


_LINK = ("http://", "https://", "imgur:")


def _from_row(cells: list[str], number: int, head: _Head, shown: str) -> Entry:
    while len(cells) > head.width and not cells[-1].strip():
        cells.pop()
    if len(cells) > head.width:
        # More often than not a comma in a link that was not quoted: the link would be cut there.
        flaw = f"{len(cells)} cells where the first row has {head.width}"
        return Entry(beginning(", ".join(cells)), number, (), flaw)
    text = cells[head.link].strip() if head.link < len(cells) else ""
    if not text:
        return Entry(beginning(", ".join(cells)), number, (), "no link in its column")
    meta = _meta((name, cells[place]) for name, place in head.meta if place < len(cells)) if head.meta else ()
    return Entry(text, number, meta, "", shown)


_NUMBERS = ("index", "datetime")


def _meta(pairs: Iterator[tuple[str, Any]]) -> tuple[tuple[str, str | int], ...]:
    """What is worth keeping of them: text that is not blank, and whole numbers."""
    kept: list[tuple[str, str | int]] = []
    for name, value in pairs:
        if isinstance(value, str):
            if text := value.strip():
                number = name in _NUMBERS and text.isascii() and text.isdigit() and len(text) < 19
                kept.append((name, int(text) if number else text))
        elif isinstance(value, int) and not isinstance(value, bool):
            kept.append((name, value))
    return tuple(kept)
