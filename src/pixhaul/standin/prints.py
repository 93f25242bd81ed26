"""Made pictures without number: each is a print of a plate in colours of its own, with its id in a comment.

A print costs a copy of the plate's bytes (some ten microseconds) and no encoding, so thousands of distinct pictures
are listed and served without work worth naming.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from functools import lru_cache
from typing import NamedTuple

from .plates import PLANS, RAMPS, Plate, Sketch, drawn, ramp

_MIME = {"jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif"}


class Facts(NamedTuple):
    """What an API tells about a picture's file."""

    mime: str
    extension: str
    """Without the dot."""
    width: int
    """Pixels."""
    height: int
    """Pixels."""
    size: int
    """Bytes."""
    animated: bool = False


class Studio:
    """Where made pictures come from: `facts` and `body` of any id, always the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._plates: dict[int, Plate] = {}
        self.body = lru_cache(maxsize=512)(self._body)

    def plan(self, number: int) -> Sketch:
        """The plan of the picture with that number, without drawing it."""
        return PLANS[number % len(PLANS)]

    def plate(self, number: int) -> Plate:
        """The plate that the picture with that number is printed from."""
        number %= len(PLANS)
        if number not in self._plates:
            self._plates[number] = drawn(number, self.seed)
        return self._plates[number]

    def facts(self, identity: str, number: int) -> Facts:
        """Type, pixels and bytes of a picture."""
        plate = self.plate(number)
        kind, width, height, frames, *_ = plate.plan
        size = len(plate.body) + len(_comment(kind, identity))
        return Facts(_MIME[kind], kind.replace("jpeg", "jpg"), width, height, size, frames > 1)

    def _body(self, identity: str, number: int) -> bytes:
        plate = self.plate(number)
        chance = hashlib.blake2b(f"{self.seed}/{identity}".encode(), digest_size=8).digest()
        head = bytearray(plate.body[: plate.note])
        rest = bytearray(plate.body[plate.note : _END_OF_TABLES]) if plate.plan.kind == "jpeg" else bytearray()
        whole = head + rest
        _dress(whole, plate, chance)
        comment = _comment(plate.plan.kind, identity)
        return b"".join((whole[: plate.note], comment, whole[plate.note :], plate.body[len(whole) :]))


_END_OF_TABLES = 256
"""A made JPEG has its three quantisation tables, 69 bytes each at most, within its first 256 bytes."""


def _dress(head: bytearray, plate: Plate, chance: bytes) -> None:
    """Give the first bytes of a plate other colours, in place."""
    if plate.plan.kind == "jpeg":
        for table, draw in zip(plate.tables[1:], chance, strict=False):
            share = 0.15 + 1.7 * draw / 255  # of the blue or of the red: dull, as it is, or loud
            head[table : table + 64] = bytes(max(1, round(share * value)) for value in head[table : table + 64])
        return
    (at,) = plate.tables
    head[at : at + 768] = _colours(int.from_bytes(chance[:4]) % RAMPS)
    if plate.plan.kind == "png":
        head[at + 768 : at + 772] = struct.pack(">I", zlib.crc32(head[at - 4 : at + 768]))


@lru_cache(maxsize=RAMPS)
def _colours(number: int) -> bytes:
    return ramp(number)


def _comment(kind: str, text: str) -> bytes:
    """The text as a comment of that format: a JPEG COM segment, a PNG tEXt chunk or a GIF comment extension."""
    note = f"pixhaul stand-in {text}".encode()
    if kind == "jpeg":
        return b"\xff\xfe" + struct.pack(">H", len(note) + 2) + note
    if kind == "gif":
        return b"\x21\xfe" + bytes([len(note)]) + note + b"\x00"
    chunk = b"tEXtComment\x00" + note
    return struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))


def film(identity: str) -> bytes:
    """A small file with the boxes of an MP4 (ISO/IEC 14496-12) and no track; other bytes for each id."""
    header = struct.pack(">IIIIIIHH8x", 0, 0, 0, 1000, 4000, 0x00010000, 0x0100, 0)
    movie = (
        header + struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000) + bytes(24) + struct.pack(">I", 2)
    )
    noise = hashlib.shake_128(identity.encode()).digest(20_000)
    return (
        _box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2mp41") + _box(b"moov", _box(b"mvhd", movie)) + _box(b"mdat", noise)
    )


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content
