"""Whole pictures of every kind that is kept, made on the spot, each small enough to be cut at every byte."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import Any

from PIL import Image, ImageFilter

ENOUGH = 1_000_000
WIDTH, HEIGHT = 24, 18


def canvas(mode: str = "RGB", width: int = WIDTH, height: int = HEIGHT) -> Image.Image:
    """A picture with some noise in it, so that no coder can make it vanish."""
    bands = [Image.effect_noise((width, height), 60 + index).filter(ImageFilter.BLUR) for index in range(4)]
    plain = Image.merge("RGBA", bands)
    return plain if mode == "RGBA" else plain.convert("RGB").convert(mode)


def saved(kind: str, picture: Image.Image | None = None, **options: Any) -> bytes:
    """What Pillow writes."""
    target = io.BytesIO()
    (picture or canvas()).save(target, kind, **options)
    return target.getvalue()


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    """A PNG chunk with its checksum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(header: bytes, *chunks: bytes) -> bytes:
    """A PNG of those chunks, between a header chunk and the end."""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IEND")


def interlaced() -> bytes:
    """A black PNG of 8 x 8 grey pixels in the seven passes of Adam7."""
    passes = ((1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4))
    rows = b"".join(bytes(1 + across) * down for across, down in passes)
    return png(struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 1), chunk(b"IDAT", zlib.compress(rows)))


def box(kind: bytes, *content: bytes) -> bytes:
    """A box of an ISO base media file."""
    inner = b"".join(content)
    return struct.pack(">I4s", 8 + len(inner), kind) + inner


def endless(data: bytes) -> bytes:
    """The same AVIF, whose last box does not say how long it is."""
    at = data.rindex(b"mdat") - 4
    assert at + struct.unpack_from(">I", data, at)[0] == len(data)
    return data[:at] + bytes(4) + data[at + 4 :]


def open_height(data: bytes) -> bytes:
    """The same JPEG, which says its height after the scan."""
    at = data.index(b"\xff\xc0") + 5
    height = data[at : at + 2]
    return data[:at] + bytes(2) + data[at + 2 : -2] + b"\xff\xdc\x00\x04" + height + data[-2:]


def segment(code: int, content: bytes) -> bytes:
    """A JPEG segment."""
    return struct.pack(">BBH", 0xFF, code, len(content) + 2) + content


@cache
def jpegs() -> dict[str, bytes]:
    """JPEG files by what is special about them."""
    baseline, small = saved("JPEG"), saved("JPEG", canvas(width=8, height=8))
    return {
        "baseline": baseline,
        "every sample": saved("JPEG", subsampling=0, quality=98),
        "grey": saved("JPEG", canvas("L")),
        "four inks": saved("JPEG", canvas("CMYK")),
        "progressive": saved("JPEG", progressive=True),
        "restarts": saved("JPEG", restart_marker_blocks=1),
        "progressive with restarts": saved("JPEG", progressive=True, restart_marker_blocks=1),
        "one pixel": saved("JPEG", canvas(width=1, height=1)),
        "own tables": saved("JPEG", optimize=True),
        "a comment": saved("JPEG", comment=b"a comment that holds \xff\xd9 and \xff\xda"),
        "a thumbnail": baseline[:2] + segment(0xE1, b"Exif\0\0" + small) + baseline[2:],
        "arithmetic": baseline.replace(b"\xff\xc0", b"\xff\xc9", 1),
        "lossless": baseline.replace(b"\xff\xc0", b"\xff\xc3", 1),
        "extended": baseline.replace(b"\xff\xc0", b"\xff\xc1", 1),
        "its height at the end": open_height(baseline),
        "fill bytes": baseline.replace(b"\xff\xda", b"\xff\xff\xff\xda", 1).replace(b"\xff\xc4", b"\xff\xff\xc4"),
        "fill bytes at the end": baseline[:-2] + b"\xff\xff\xff\xd9",
        "two pictures": saved("MPO", save_all=True, append_images=[canvas()]),
        "four pictures, and an index that is wrong": saved("MPO", save_all=True, append_images=[canvas()] * 3),
    }


def first_of_two() -> bytes:
    """The first picture of a file of two: as whole as a file of one, so nothing tells that another was to follow."""
    return _first(jpegs()["two pictures"])


def firsts() -> frozenset[bytes]:
    """The first picture of each file of several."""
    return frozenset(_first(data) for data in jpegs().values() if b"\xff\xd9\xff\xd8" in data)


def _first(album: bytes) -> bytes:
    return album[: album.index(b"\xff\xd9\xff\xd8") + 2]


@cache
def pngs() -> dict[str, bytes]:
    """PNG files by what is special about them."""
    modes = {mode: saved("PNG", canvas(mode)) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")}
    frames = [canvas("RGBA"), canvas("RGBA")]
    return modes | {
        "transparent palette": saved("PNG", canvas("P"), transparency=3),
        "interlaced": interlaced(),
        "animated": saved("PNG", canvas("RGBA"), save_all=True, append_images=frames, duration=100),
        "one pixel": saved("PNG", canvas(width=1, height=1)),
    }


@cache
def gifs() -> dict[str, bytes]:
    """GIF files by what is special about them."""
    frames = [canvas("P"), canvas("P")]
    grey = saved("GIF", canvas("L"))
    return {
        "plain": grey,
        "of 1987": b"GIF87a" + grey[6:],
        "colours": saved("GIF", canvas("P")),
        "animated": saved("GIF", canvas("P"), save_all=True, append_images=frames, duration=100, loop=0),
        "transparent": saved("GIF", canvas("P"), transparency=0),
        "interlaced": saved("GIF", canvas("P"), interlace=1),
        "a comment": saved("GIF", canvas("P"), comment=b"a comment, with ; in it"),
        "one pixel": saved("GIF", canvas("L", 1, 1)),
        "ended twice": grey[:-1] + b"\0" + grey[-1:],
    }


@cache
def webps() -> dict[str, bytes]:
    """WebP files by what is special about them."""
    frames = [canvas("RGBA"), canvas("RGBA")]
    return {
        "lossy": saved("WEBP"),
        "lossless": saved("WEBP", lossless=True),
        "alpha": saved("WEBP", canvas("RGBA")),
        "lossless alpha": saved("WEBP", canvas("RGBA"), lossless=True),
        "animated": saved("WEBP", canvas("RGBA"), save_all=True, append_images=frames, duration=100),
        "a profile": saved("WEBP", icc_profile=bytes(101)),
        "one pixel": saved("WEBP", canvas(width=1, height=1)),
    }


@cache
def avifs() -> dict[str, bytes]:
    """AVIF files by what is special about them; none where this Pillow cannot write any."""
    try:
        plain = saved("AVIF")
    except (KeyError, OSError):
        return {}
    moving = saved("AVIF", canvas(), save_all=True, append_images=[canvas(), canvas()], duration=100)
    return {
        "plain": plain,
        "alpha": saved("AVIF", canvas("RGBA")),
        "animated": moving,
        "no length of its last box": endless(plain),
        "animated, no length of its last box": endless(moving),
        "one pixel": saved("AVIF", canvas(width=1, height=1)),
    }


def heics() -> dict[str, bytes]:
    """HEIC files: AVIF under other names, since nothing here writes HEVC and the check does not look into it."""
    names = ((b"ftypavif", b"ftypheic"), (b"ftypavis", b"ftyphevc"), (b"av1C", b"hvcC"), (b"av01", b"hvc1"))
    made = {}
    for title, data in avifs().items():
        for old, new in names:
            data = data.replace(old, new)  # noqa: PLW2901 - one name after another
        made[title] = data
    return made


def all_pictures() -> list[tuple[str, str, bytes]]:
    """Format, what is special, and the bytes of every picture."""
    made = {"jpeg": jpegs(), "png": pngs(), "gif": gifs(), "webp": webps(), "avif": avifs(), "heic": heics()}
    return [(kind, title, data) for kind, pictures in made.items() for title, data in pictures.items()]
