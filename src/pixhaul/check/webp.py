"""WebP: every chunk inside the RIFF, and the bitstream's own header, lossy or lossless, still or animated."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from pixhaul.check.verdict import MOST_PARTS, Data, Size, check_single, check_tail, cut, named, nonsense, sized
from pixhaul.models import Picture

_RIFF = Struct("<I")
_CHUNK = Struct("<4sI")
_LOSSY = Struct("<HB3sHH")
_LOSSLESS = Struct("<BI")
_FRAME_HEADER = 16


def walk(data: Data, max_pixels: int) -> Picture:
    """The size of a whole WebP; bytes after the RIFF are left alone.

    Source: WebP container specification; RFC 6386 section 9.1 (VP8), WebP lossless specification section 3 (VP8L).

    Raises:
        FlawError: The first flaw met.
    """
    end = 8 + _RIFF.unpack_from(data, 4)[0]
    if end > len(data):
        raise cut(f"{len(data)} bytes have come of {end}")
    canvas: Size | None = None
    picture: Size | None = None
    parts = iter(range(MOST_PARTS))
    for kind, start, stop in _chunks(data, 12, end, parts):
        if kind == b"VP8X":
            canvas = sized(_number24(data, start + 4) + 1, _number24(data, start + 7) + 1, max_pixels)
        elif kind == b"ANMF":
            picture = picture or sized(*_frame(data, start, stop, parts), max_pixels)
        elif kind in _BITSTREAMS:
            picture = picture or sized(*_BITSTREAMS[kind](data, start, stop), max_pixels)
    if picture is None:
        raise nonsense("it has no picture data")
    check_single(data, end)
    check_tail(data, end, canvas or picture)
    return Picture("webp", *(canvas or picture))


def _chunks(data: Data, position: int, end: int, parts: Iterator[int]) -> Iterator[tuple[bytes, int, int]]:
    """Type, start and end of each chunk's content; frames share the parts that a file may have."""
    for _ in parts:
        if position + 8 > end:
            return
        kind, length = _CHUNK.unpack_from(data, position)
        start, stop = position + 8, position + 8 + length
        if stop > end:
            raise cut(f"chunk {named(kind)} reaches beyond the end")
        yield kind, start, stop
        position = stop + (length & 1)
    raise nonsense("it has too many chunks")


def _frame(data: Data, start: int, stop: int, parts: Iterator[int]) -> Size:
    """Size of one frame of an animation, whose picture lies in chunks of its own."""
    for kind, inner, inner_stop in _chunks(data, start + _FRAME_HEADER, stop, parts):
        if kind in _BITSTREAMS:
            return _BITSTREAMS[kind](data, inner, inner_stop)
    raise nonsense("a frame has no picture data")


def _lossy(data: Data, start: int, stop: int) -> Size:
    if stop - start < 10:
        raise cut("its picture data ends in the header")
    low, high, code, width, height = _LOSSY.unpack_from(data, start)
    tag = low | high << 16
    if tag & 1 or code != b"\x9d\x01\x2a":
        raise nonsense("its picture data has no key frame")
    if tag >> 5 > stop - start - 10:
        raise cut("its first partition reaches beyond the picture data")
    return width & 0x3FFF, height & 0x3FFF


def _lossless(data: Data, start: int, stop: int) -> Size:
    if stop - start < 5:
        raise cut("its picture data ends in the header")
    mark, bits = _LOSSLESS.unpack_from(data, start)
    if mark != 0x2F or bits >> 29:
        raise nonsense("its picture data has no lossless header")
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


_BITSTREAMS = {b"VP8 ": _lossy, b"VP8L": _lossless}


def _number24(data: Data, position: int) -> int:
    return data[position] | data[position + 1] << 8 | data[position + 2] << 16
