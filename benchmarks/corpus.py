"""Made-up pictures for the benchmarks: seeded, all distinct, real JPEG, PNG and GIF, in three sizes."""

from __future__ import annotations

import hashlib
import io
import random
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image

SEED = 1
KINDS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif"}


class Size(NamedTuple):
    """How large the pictures of a corpus are."""

    scenes: int
    """So many differ by more than a comment."""
    shapes: tuple[tuple[int, int], ...]
    """Pixels, width and height."""
    grain: int
    """The side of one blot of noise, in pixels: the smaller, the more bytes."""
    kinds: tuple[str, ...] = ("JPEG", "JPEG", "PNG", "GIF")


SIZES = {
    "tiny": Size(24, ((120, 90), (160, 120)), 4),
    "small": Size(120, ((400, 300), (480, 360), (320, 240)), 8),
    "large": Size(12, ((1600, 1200), (1800, 1350), (1400, 1050)), 2, ("JPEG",)),
}
"""On average 8 KB (the simulated web), 46 KB (the flood), 1.8 MB (1 to 3 MB: the large ones)."""


@cache
def scenes(size: str) -> tuple[tuple[bytes, str], ...]:
    """The pictures that all of a corpus are made from, each with its extension."""
    wanted, chance = SIZES[size], random.Random(SEED)
    return tuple(_scene(wanted, chance, number) for number in range(wanted.scenes))


def _scene(size: Size, chance: random.Random, number: int) -> tuple[bytes, str]:
    width, height = chance.choice(size.shapes)
    coarse = width // size.grain, height // size.grain
    noise = Image.frombytes("RGB", coarse, chance.randbytes(coarse[0] * coarse[1] * 3))
    picture, kind, buffer = (
        noise.resize((width, height), Image.BICUBIC),
        size.kinds[number % len(size.kinds)],
        io.BytesIO(),
    )
    if kind == "JPEG":
        picture.save(buffer, kind, quality=chance.randint(80, 95))
    else:
        picture.quantize(64).save(buffer, kind)
    return buffer.getvalue(), KINDS[kind]


def picture(size: str, number: int) -> tuple[bytes, str]:
    """The picture of that number, and its extension. No two numbers give the same bytes."""
    drawn = scenes(size)
    data, extension = drawn[number % len(drawn)]
    return labelled(data, extension, b"%08d" % number), extension


def labelled(data: bytes, extension: str, label: bytes) -> bytes:
    """The same picture with a comment in it."""
    if extension == "jpg":
        return data[:2] + b"\xff\xfe" + struct.pack(">H", 2 + len(label)) + label + data[2:]
    if extension == "png":
        chunk = b"tEXtComment\0" + label
        return data[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]
    palette_end = 13 + 3 * (2 << (data[10] & 7))
    return data[:palette_end] + b"!\xfe" + bytes([len(label)]) + label + b"\0" + data[palette_end:]


def digest(size: str, number: int) -> str:
    """The SHA-256 that a right copy has."""
    return hashlib.sha256(picture(size, number)[0]).hexdigest()


def fill(folder: Path, size: str, count: int) -> Iterator[tuple[str, str]]:
    """Write so many pictures; give the name and the SHA-256 of each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        data, extension = picture(size, number)
        name = f"{number:06}.{extension}"
        (folder / name).write_bytes(data)
        yield name, hashlib.sha256(data).hexdigest()
