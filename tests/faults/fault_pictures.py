"""Pictures as bombs (B5), and whole ones of every kind, which are kept as they were served (B2, B12)."""

from __future__ import annotations

import struct
import zlib

from fault import KINDS, Case, ends, keeps, picture, reply, tried
from whole_pictures import all_pictures, canvas, chunk, first_of_two, png, saved


def whole() -> list[Case]:
    """Every kind of whole picture."""
    kept = [keeps(f"a {kind}: {title}", "B2", reply(data), data) for kind, title, data in all_pictures()]
    for kind in KINDS:
        data = picture(kind)
        for words, extra in (("zeros", bytes(500)), ("text", b"\n<!-- served by cache -->\n"), ("itself again", data)):
            if (kind, words) != ("avif", "text"):  # AVIF has no end but that of its boxes: text there is a broken box
                kept.append(keeps(f"a {kind} with {words} behind it", "B2", reply(data + extra), data + extra))
    noise = saved("PNG", canvas(width=700, height=700))
    return [*kept, keeps("a large picture, in a part file", "B2", reply(noise), noise)]


def _header(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    return struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)


def bombs() -> list[Case]:
    """Few bytes, many pixels: refused by the header."""
    large = "too-many-pixels"
    jpeg, gif, webp = picture("jpeg"), picture("gif"), picture("webp")
    frame = jpeg.index(b"\xff\xc0")
    wide_jpeg = jpeg[: frame + 5] + b"\xff\xff\xff\xff" + jpeg[frame + 9 :]
    wide_gif = gif[:6] + b"\xff\xff\xff\xff" + gif[10:]
    zeros = zlib.compress(bytes(10**6))
    vp8x = b"RIFF" + struct.pack("<I", 22 + len(webp) - 12) + b"WEBPVP8X" + struct.pack("<I", 10) + b"\0" * 4
    wide_webp = vp8x + b"\xff" * 6 + webp[12:]
    return [
        ends("a PNG of 2**31 - 1 pixels each way", "B5", reply(png(_header(2**31 - 1, 2**31 - 1))), large),
        ends(
            "a PNG of 60,000 x 60,000 with its data",
            "B5",
            reply(png(_header(60_000, 60_000), chunk(b"IDAT", zeros))),
            large,
        ),
        ends("a PNG one pixel high and 2**31 - 1 wide", "B5", reply(png(_header(2**31 - 1, 1))), large),
        ends("a JPEG of 65,535 x 65,535", "B5", reply(wide_jpeg), large),
        ends("a GIF of 65,535 x 65,535", "B5", reply(wide_gif), large),
        ends("a WebP of 2**24 x 2**24", "B5", reply(wide_webp), large, "not-an-image"),
        tried("a PNG of 0 x 0", "B5", reply(png(_header(0, 0))), "not-an-image", "truncated"),
        tried("a PNG of 2**32 - 1 x 1", "B5", reply(png(_header(2**32 - 1, 1))), "not-an-image", large),
        tried(
            "a PNG with little data for its size",
            "B5",
            reply(png(_header(9000, 9000), chunk(b"IDAT", zlib.compress(b"")))),
            "truncated",
        ),
        tried(
            "a PNG of a million empty chunks",
            "B5",
            reply(png(_header(1, 1), chunk(b"teSt") * 300_000)),
            "truncated",
            "not-an-image",
        ),
        tried("a PNG whose pixels have a wrong checksum", "B2", reply(_flipped(picture("png"))), "truncated"),
        tried(
            "a GIF of nothing but empty blocks",
            "B5",
            reply(b"GIF89a\1\0\1\0\0\0\0" + b"!\xfe\0" * 300_000),
            "truncated",
        ),
        tried(
            "a JPEG of nothing but fill bytes",
            "B5",
            reply(b"\xff\xd8" + b"\xff" * 500_000),
            "truncated",
            "not-an-image",
        ),
        tried("an AVIF of boxes within boxes", "B5", reply(_nested()), "truncated", "not-an-image"),
    ]


def _flipped(data: bytes) -> bytes:
    place = data.index(b"IDAT") + 20
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _nested() -> bytes:
    inner = b""
    for _ in range(2000):
        inner = struct.pack(">I4s", 8 + len(inner), b"meta") + inner
    return b"\0\0\0\x18ftypavif\0\0\0\0avifmif1" + inner


def first_alone() -> list[Case]:
    """What nothing can tell from a whole file."""
    return [keeps("the first picture of an MPO", "B2", reply(first_of_two()), first_of_two())]
