"""The tracks of an image sequence: its size, its codec, and where the bytes of its samples end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from struct import calcsize, iter_unpack, unpack_from
from typing import Any

from pixhaul.check.boxes import Box, boxes, children, inside
from pixhaul.check.items import Index
from pixhaul.check.verdict import Data, cut, nonsense, sized

_CODECS = {b"av01": "avif", b"hvc1": "heic", b"hev1": "heic"}
_MOST_TRACKS = 8
"""Colour, alpha, depth and thumbnails are the most that a sequence has."""


def index(data: Data, moov: Box, max_pixels: int) -> Index:
    """What a `moov` box says about the pictures of a sequence; the size is the first track's.

    Source: ISO/IEC 14496-12, 8.5.2 (stsd) and 8.7 (stsz, stsc, stco, co64).

    Raises:
        FlawError: The first flaw met.
    """
    tracks = (box for box in boxes(data, moov.start, moov.stop) if box.kind == b"trak")
    tables = [inside(data, track, b"mdia", b"minf", b"stbl") for track in islice(tracks, _MOST_TRACKS)]
    found = [table for table in tables if table]
    entries = [entry for table in found if (entry := _entry(data, table))]
    if not entries:
        raise nonsense("it has no track of pictures")
    width, height = unpack_from(">HH", data, entries[0].start + 24)
    kinds = frozenset(_CODECS[entry.kind] for entry in entries if entry.kind in _CODECS)
    return Index(sized(width, height, max_pixels), kinds, max(_end(data, table) for table in found))


def _entry(data: Data, table: Box) -> Box | None:
    """The first description of samples, a box that begins with a picture's size when the samples are pictures."""
    descriptions = inside(data, table, b"stsd")
    return descriptions and next(boxes(data, descriptions.start + 8, descriptions.stop), None)


def _end(data: Data, table: Box) -> int:
    """Where the last sample of a track ends, in bytes of the file."""
    parts = children(data, table)
    sizes, runs, narrow = parts.get(b"stsz"), parts.get(b"stsc"), parts.get(b"stco")
    places = narrow or parts.get(b"co64")
    if sizes is None or runs is None or places is None:
        raise cut("a track has no index")
    (same,) = unpack_from(">I", data, sizes.start + 4)
    each = (size for (size,) in _rows(data, sizes, 12, ">I"))
    chunks = zip(_rows(data, places, 8, ">I" if places is narrow else ">Q"), _counts(data, runs), strict=False)
    ends = (offset + (same * count or sum(islice(each, count))) for (offset,), count in chunks)
    return max(ends, default=0)


def _rows(data: Data, box: Box, skip: int, row: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a table that begins after `skip` bytes of a box: those that are there, however many it announces."""
    start, width = box.start + skip, calcsize(row)
    stop = start + max(box.stop - start, 0) // width * width
    return iter_unpack(row, memoryview(data)[start:stop])


def _counts(data: Data, runs: Box) -> Iterator[int]:
    """How many samples each chunk holds, chunk by chunk without end: the last run goes on."""
    chunk, count = 1, 0
    for first, samples, _ in _rows(data, runs, 8, ">III"):
        for _ in range(chunk, first):
            yield count
        chunk, count = max(chunk, first), samples
    while True:
        yield count
