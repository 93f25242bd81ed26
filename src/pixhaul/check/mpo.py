"""The index of a JPEG file that holds several pictures: stereo pairs, previews, gain maps."""

from __future__ import annotations

from collections.abc import Iterator
from struct import error, unpack_from

from pixhaul.check.verdict import Data

_NAME = b"MPF\x00"
_ENTRIES = 0xB002
NEAR = 4096
"""Cameras pad a picture to a block before the next one begins."""


def index(data: Data, start: int, stop: int) -> tuple[tuple[int, int], ...]:
    """Where each further picture begins and ends, in bytes of the file; nothing when APP2 is no such index.

    Source: CIPA DC-007, section 5: "MPF", then a TIFF directory, whose offsets count from its byte-order mark. Only its
    first table is read, so that a directory of nothing but tables costs no more than another.
    """
    if bytes(data[start : start + 4]) != _NAME:
        return ()
    try:
        return tuple(_pictures(data, start + 4, stop))
    except error:
        return ()


def _pictures(data: Data, origin: int, stop: int) -> Iterator[tuple[int, int]]:
    order = "<" if data[origin] == ord("I") else ">"
    directory = origin + unpack_from(order + "4xI", data, origin)[0]
    (fields,) = unpack_from(order + "H", data, directory)
    places = range(directory + 2, min(directory + 2 + 12 * fields, stop), 12)
    table = next((at for at in places if unpack_from(order + "H", data, at)[0] == _ENTRIES), stop)
    length, first = unpack_from(order + "4xII", data, table)
    for entry in range(origin + first, min(origin + first + length, stop), 16):
        size, offset = unpack_from(order + "4xII", data, entry)
        if offset:
            yield origin + offset, origin + offset + size


def end_of_album(pictures: tuple[tuple[int, int], ...], end: int) -> int:
    """Where the last picture ends, in bytes of the file, when the first ended at `end`; 0 when nobody knows.

    Programs that rewrite the first picture and drop the others often leave the index as it was. It is believed only
    where it says that the second begins just behind the first; and where nothing at all follows the first, the caller
    does not ask.
    """
    begin = min((start for start, _ in pictures), default=0)
    return max(stop for _, stop in pictures) if end <= begin <= end + NEAR else 0
