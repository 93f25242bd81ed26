"""What is particular about WebP."""

from __future__ import annotations

import struct

from whole_pictures import ENOUGH, webps

from pixhaul.check import inspect


def webp(*chunks: bytes) -> bytes:
    inner = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(inner)) + inner


def chunk(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + bytes(len(content) & 1)


def test_a_last_chunk_may_lack_its_padding() -> None:
    lossless = b"\x2f" + struct.pack("<I", 23 | 17 << 14) + bytes(20)
    whole = webp(chunk(b"VP8L", lossless)[: 8 + 25])
    found = inspect(whole, ENOUGH)
    assert (found.flaw, found.width, found.height) == ("", 24, 18)


def test_a_chunk_that_reaches_out_of_the_file_is_damage() -> None:
    assert inspect(webp(b"VP8L\xff\0\0\0" + bytes(30)), ENOUGH).flaw == "truncated"


def test_a_picture_without_a_key_frame_or_without_data_is_none() -> None:
    lossy = webps()["lossy"]
    assert inspect(lossy.replace(b"\x9d\x01\x2a", b"\x9d\x01\x2b"), ENOUGH).flaw == "not-an-image"
    assert inspect(webp(chunk(b"VP8X", bytes(10))), ENOUGH).flaw == "not-an-image"
    assert inspect(webp(chunk(b"VP8X", bytes(10)), chunk(b"ANMF", bytes(16))), ENOUGH).flaw == "not-an-image"


def test_a_partition_that_reaches_out_of_its_chunk_is_damage() -> None:
    lossy = bytearray(webps()["lossy"])
    lossy[lossy.index(b"VP8 ") + 9] = 0xFF
    lossy[lossy.index(b"VP8 ") + 10] = 0xFF
    assert inspect(bytes(lossy), ENOUGH).flaw == "truncated"


def test_a_canvas_of_too_many_pixels_is_refused() -> None:
    assert inspect(webp(chunk(b"VP8X", bytes(4) + b"\xff" * 6)), ENOUGH).flaw == "too-many-pixels"
