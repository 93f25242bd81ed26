"""AVIF and HEIC: every box of the file, and whether all the bytes that its index speaks of are there."""

from __future__ import annotations

import re

from pixhaul.check import items, tracks
from pixhaul.check.boxes import Box, boxes
from pixhaul.check.items import Index
from pixhaul.check.verdict import Data, check_single, check_tail, cut, named, refused
from pixhaul.models import Picture

_PICTURES = re.compile(rb"avi[fso]|mi[af][1-3f]|msf1|he[iv][cmsx]")
"""Brands of still pictures and sequences: ISO/IEC 23008-12, 10.2 and B.4; AV1 Image File Format, 6."""
_OTHERS = {b"qt  ": "mov", b"crx ": "cr3", b"jp2 ": "jp2", b"jxl ": "jxl", b"M4A ": "m4a"}
_KNOWN = frozenset((b"ftyp", b"styp", b"meta", b"moov", b"mdat", b"idat", b"free", b"skip", b"uuid", b"moof", b"mfra"))
_NAME = re.compile(rb"[0-9A-Za-z_]{1,4}")
_LIKELY = 0x0900_0000
"""Bytes: a box behind the picture that claims no more than these, under a name of letters, is one, and was cut. Text
that somebody put there would claim more, for its first letters are read as a number."""
_DESCRIPTIONS = frozenset((b"meta", b"moov"))


def walk(data: Data, max_pixels: int) -> Picture:
    """The size of a whole AVIF or HEIC, and which of the two it is, by its codec; bytes that are no box are left alone.

    A picture is whole when every box is and the index speaks of no byte beyond the end: so a cut between two boxes
    shows too, and one inside a last box that names no length.

    Raises:
        FlawError: The first flaw met.
    """
    _brand(data, next(boxes(data, 0, len(data))))
    found = _found(data)
    described = [items.index(data, found[b"meta"], max_pixels)] if b"meta" in found else []
    if b"moov" in found:
        described.append(tracks.index(data, found[b"moov"], max_pixels))
    if not described:
        raise cut("the description of its pictures has not come")
    end = max(index.end for index in described)
    if end > len(data):
        raise cut(f"{len(data)} bytes have come of {end}")
    check_single(data, end)
    check_tail(data, end, described[0].size)
    return Picture(_kind(data, described), *described[0].size)


def _found(data: Data) -> dict[bytes, Box]:
    """The first box of each type that describes pictures."""
    found: dict[bytes, Box] = {}
    end = 0
    for box in boxes(data, 0, len(data)):
        end = box.stop
        if box.start > 16 and box.kind == b"ftyp":
            break  # another file is glued on
        if box.stop > len(data):
            if box.kind in _KNOWN or not found or _is_likely(box.kind, box.stop - box.start):
                raise cut(f"box {named(box.kind)} is not all there")
            break
        if box.kind in _DESCRIPTIONS:
            found.setdefault(box.kind, box)
    rest = bytes(data[end : end + 8])
    if 4 < len(rest) < 8 and _is_likely(rest[4:], int.from_bytes(rest[:4], "big")):
        raise cut("the header of a box is not all there")
    return found


def _is_likely(name: bytes, size: int) -> bool:
    """Whether what does not end within the file began as a box: cameras put films and notes behind their pictures."""
    return 0 < size < _LIKELY and _NAME.fullmatch(name) is not None


def _brand(data: Data, box: Box) -> None:
    """Refuse films: a file names what it is good for in its first box, the best use first."""
    if box.stop > len(data):
        raise cut("it ends in its first box")
    brands = [bytes(data[at : at + 4]) for at in (box.start, *range(box.start + 8, min(box.stop, box.start + 1024), 4))]
    if not any(_PICTURES.fullmatch(brand) for brand in brands):
        kind = _OTHERS.get(brands[0], "mp4")
        raise refused(kind)


def _kind(data: Data, described: list[Index]) -> str:
    kinds = frozenset[str]().union(*(index.kinds for index in described))
    likely = "heic" if bytes(data[8:10]) == b"he" else "avif"
    if not kinds:
        raise refused("heif")
    return likely if likely in kinds else min(kinds)
