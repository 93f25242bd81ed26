"""The boxes of ISO base media files, and how to find one inside others."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from pixhaul.check.verdict import Data, cut, named, nonsense

_HEADER = Struct(">I4s")
_LARGE = Struct(">Q")
_MOST = 1 << 16
"""Boxes side by side: the longest list, of properties, has 32,767, for their numbers have 15 bits."""


class Box(NamedTuple):
    """Type, and where the content starts and stops, in bytes of the file; a file's own box may stop beyond its end."""

    kind: bytes
    start: int
    stop: int


def boxes(data: Data, start: int, stop: int) -> Iterator[Box]:
    """Each box from `start` on, one after another, not those inside them; fewer than 8 bytes at the end are none.

    Source: ISO/IEC 14496-12, 4.2: size 0 reaches to the end, size 1 has 64 bits after the type.

    Raises:
        FlawError: truncated where a size is impossible.
    """
    for _ in range(_MOST):
        if start + 8 > stop:
            return
        size, kind = _HEADER.unpack_from(data, start)
        header = 8
        if size == 1:
            (size,), header = _LARGE.unpack_from(data, start + 8), 16
        end = start + size if size else stop
        if end < start + header:
            raise cut("a box has an impossible size")
        yield Box(kind, start + header, end)
        start = end
    raise nonsense("it has too many boxes")


def children(data: Data, box: Box, skip: int = 0) -> dict[bytes, Box]:
    """The first box of each type inside another, whose content begins with `skip` bytes of its own.

    Raises:
        FlawError: truncated where a box reaches out of the one around it.
    """
    found: dict[bytes, Box] = {}
    for inner in boxes(data, box.start + skip, box.stop):
        if inner.stop > box.stop:
            raise cut(f"box {named(inner.kind)} reaches out of its place")
        found.setdefault(inner.kind, inner)
    return found


def inside(data: Data, box: Box, *path: bytes) -> Box | None:
    """The box at the end of a path of types, such as mdia, minf, stbl; None where a step is missing."""
    found: Box | None = box
    for kind in path:
        found = children(data, found).get(kind) if found else None
    return found
