"""PNG and APNG: every chunk by its length and its CRC-32, from the signature to IEND."""

from __future__ import annotations

from struct import Struct
from zlib import crc32

from pixhaul.check.verdict import MOST_PARTS, Data, Size, cut, named, nonsense, refused, sized
from pixhaul.models import Picture

_HEADER = Struct(">I4sIIBBBBB")
_CHUNK = Struct(">I4s")
_NUMBER = Struct(">I")
_SIGNATURE = 8

_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Bits of a sample that each colour type allows: PNG specification (third edition), table 12."""
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

_BEST_RATIO = 1032
"""Deflate at its best writes 258 bytes with two bits: zlib's technical notes, "maximum compression factor"."""


def walk(data: Data, max_pixels: int) -> Picture:
    """The size of a whole PNG; bytes after IEND are left alone.

    Every CRC counts, also that of ancillary chunks: docs/decisions/checking.md.

    Raises:
        FlawError: The first flaw met.
    """
    with memoryview(data) as view:
        size, raw = _header(view, max_pixels)
        kept = _chunks(view)
    if not kept:
        raise nonsense("it has no picture data")
    if kept * _BEST_RATIO < raw:
        raise cut(f"{kept} bytes of picture data cannot fill {size[0]} x {size[1]} pixels")
    return Picture("png", *size)


def _header(view: memoryview, max_pixels: int) -> tuple[Size, int]:
    """Size, and how many bytes the rows take at least; IHDR's own CRC is left to the walk over all chunks."""
    length, kind, width, height, depth, colour, *methods = _HEADER.unpack_from(view, _SIGNATURE)
    if kind == b"CgBI":
        raise refused("cgbi")
    if kind != b"IHDR" or length != 13:
        raise cut("it does not begin with a header chunk")
    if crc32(view[12:29]) != _NUMBER.unpack_from(view, 29)[0]:
        raise cut("chunk IHDR is damaged: its checksum does not match")
    if depth not in _DEPTHS.get(colour, ()) or methods[0] or methods[1] or methods[2] > 1:
        raise nonsense("its header has values that do not exist")
    return sized(width, height, max_pixels), width * height * depth * _SAMPLES[colour] // 8


def _chunks(view: memoryview) -> int:
    """Bytes in all IDAT chunks, once IEND is reached."""
    position, kept, last = _SIGNATURE, 0, b""
    for _ in range(MOST_PARTS):
        length, kind = _CHUNK.unpack_from(view, position)
        end = position + 8 + length
        (expected,) = _NUMBER.unpack_from(view, end)
        if crc32(view[position + 4 : end]) != expected:
            raise cut(f"chunk {named(kind)} is damaged: its checksum does not match")
        if kind == b"IDAT":
            if kept and last != kind:
                raise nonsense("its picture data is interrupted")
            kept += length
        elif kind == b"IEND":
            return kept
        position, last = end + 4, kind
    raise nonsense("it has too many chunks")
