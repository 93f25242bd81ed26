"""The index of an AVIF or HEIC file: which item is the picture, its size, and where the bytes of all items lie."""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from
from typing import NamedTuple

from pixhaul.check.boxes import Box, boxes, children, inside
from pixhaul.check.verdict import Data, Size, cut, nonsense, sized

_CODECS = {b"av1C": "avif", b"hvcC": "heic"}
_MOST_ITEMS = 1 << 16
"""Pictures, tiles and descriptions in a file; a picture of 200 megapixels has about 800 tiles."""


class Index(NamedTuple):
    """What the file says about its pictures."""

    size: Size
    kinds: frozenset[str]
    """avif or heic, by the codecs configured; none or both are possible."""
    end: int
    """The file's least length, in bytes, that holds all that is spoken of."""


def index(data: Data, meta: Box, max_pixels: int) -> Index:
    """The index in a `meta` box.

    Source: ISO/IEC 14496-12, 8.11 (pitm, iloc), ISO/IEC 23008-12, 6.5 and 9.3 (ispe, ipma).

    Raises:
        FlawError: The first flaw met.
    """
    parts = children(data, meta, skip=4)
    primary, places, about = parts.get(b"pitm"), parts.get(b"iloc"), parts.get(b"iprp")
    if primary is None or places is None or about is None:
        raise nonsense("it names no picture")
    known = list(boxes(data, *_content(data, about)))
    areas = {at: _area(data, box, max_pixels) for at, box in enumerate(known, start=1) if box.kind == b"ispe"}
    item = _number(data, primary.start + 4, 4 if data[primary.start] else 2)
    size = next((areas[number] for number in _associated(data, about, item) if number in areas), None)
    if size is None:
        raise nonsense("its picture has no size")
    kinds = frozenset(_CODECS[box.kind] for box in known if box.kind in _CODECS)
    return Index(size, kinds, max(_ends(data, places), default=0))


def _area(data: Data, box: Box, max_pixels: int) -> Size:
    width, height = unpack_from(">II", data, box.start + 4)
    return sized(width, height, max_pixels)


def _number(data: Data, position: int, width: int) -> int:
    return int.from_bytes(data[position : position + width], "big")


def _content(data: Data, about: Box) -> tuple[int, int]:
    """Where the list of all properties starts and stops."""
    properties = inside(data, about, b"ipco")
    return (properties.start, properties.stop) if properties else (0, 0)


def _associated(data: Data, about: Box, item: int) -> Iterator[int]:
    """Numbers of the item's properties, in the order of the file, which may have several tables of them."""
    for table in boxes(data, about.start, about.stop):
        if table.kind == b"ipma":
            yield from _linked(data, table, item)


def _linked(data: Data, table: Box, item: int) -> Iterator[int]:
    wide, step = (4 if data[table.start] else 2), 1 + (data[table.start + 3] & 1)
    position = table.start + 8
    for _ in range(min(_number(data, table.start + 4, 4), _MOST_ITEMS)):
        if position + wide >= table.stop:
            return
        first = position + wide + 1
        after = first + step * data[first - 1]
        if _number(data, position, wide) == item:
            yield from (_number(data, at, step) & (1 << 8 * step - 1) - 1 for at in range(first, after, step))
        position = after


def _ends(data: Data, places: Box) -> Iterator[int]:
    """Where each piece of each item ends, in bytes of the file."""
    version, sizes, more = data[places.start], data[places.start + 4], data[places.start + 5]
    offset, length, base, extra = sizes >> 4, sizes & 15, more >> 4, (more & 15 if version else 0)
    wide = 4 if version == 2 else 2
    position = places.start + 6 + wide
    for _ in range(min(_number(data, places.start + 6, wide), _MOST_ITEMS)):
        method = data[position + wide + 1] & 15 if version else 0
        position += wide + (2 if version else 0)
        begin = _number(data, position + 2, base)
        elsewhere = method or _number(data, position, 2)
        pieces, position = _number(data, position + 2 + base, 2), position + 4 + base
        step = extra + offset + length
        if position + step * pieces > places.stop:
            raise cut("its index is damaged")
        for at in range(position, position + step * pieces, step or 1):
            start = begin + _number(data, at + extra, offset)
            if not elsewhere:
                yield start + max(_number(data, at + extra + offset, length), 1)
        position += step * pieces
