"""GIF 87a and 89a: every block, from the logical screen to the trailer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import Struct

from pixhaul.check.verdict import MOST_PARTS, Data, Size, check_single, cut, nonsense, sized
from pixhaul.models import Picture

_SCREEN = Struct("<HHB")
_FRAME = Struct("<HHHHB")
_FULL_BLOCKS = re.compile(rb"(?s:(?:\xff.{255})*+)")
"""Most sub-blocks are full ones of 255 bytes; the expression passes over a row of them in C."""

_IMAGE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_PADDING = 0
"""Some writers end a chain of sub-blocks twice; decoders pass over it."""


def walk(data: Data, max_pixels: int) -> Picture:
    """The size of a whole GIF: the screen, or the first frame where it reaches beyond.

    Bytes after the trailer are left alone. Without a trailer a GIF counts as cut, though some writers forget it:
    nothing else tells the two apart.

    Raises:
        FlawError: The first flaw met.
    """
    (*screen, flags), size = _SCREEN.unpack_from(data, 6), None
    position = 13 + _table(flags)
    parts = iter(range(MOST_PARTS))
    for _ in parts:
        kind = data[position]
        if kind == _IMAGE:
            area, start = _frame(data, position + 1, screen, max_pixels)
            size = size or area
            position = _after_blocks(data, start, parts)
        elif kind == _EXTENSION:
            position = _after_blocks(data, position + 2, parts)
        elif kind == _TRAILER:
            check_single(data, position)
            return Picture("gif", *_shown(size))
        elif kind != _PADDING:
            raise cut("a block is damaged")
        else:
            position += 1
    raise nonsense("it has too many blocks")


def _frame(data: Data, position: int, screen: list[int], max_pixels: int) -> tuple[Size, int]:
    """How far the screen must reach for a frame, nowhere for an empty one, and where the frame's data begins."""
    left, top, width, height, flags = _FRAME.unpack_from(data, position)
    start = position + 10 + _table(flags)
    if not width * height:
        return (0, 0), start
    return sized(max(screen[0], left + width), max(screen[1], top + height), max_pixels), start


def _shown(size: Size | None) -> Size:
    if size is None:
        raise nonsense("it has no frame")
    if not size[0]:
        raise nonsense("its first frame has no area")
    return size


def _table(flags: int) -> int:
    """Bytes of the colour table that the flags announce: GIF89a, sections 18 and 20."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_blocks(data: Data, position: int, parts: Iterator[int]) -> int:
    """Where a chain of sub-blocks ends, each a length and so many bytes, the last of length 0.

    The chains of a file share the parts that it may have.
    """
    for _ in parts:
        length = data[position]
        if length == 0:
            return position + 1
        full = _FULL_BLOCKS.match(data, position) if length == 0xFF else None
        # A block that is cut is no full one: reading its bytes as lengths might come upon an end that is none.
        position = full.end() if full and full.end() > position else position + length + 1
    raise nonsense("it has too many blocks")
