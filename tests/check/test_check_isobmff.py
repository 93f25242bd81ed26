"""What is particular about AVIF and HEIC."""

from __future__ import annotations

import struct

import pytest
from whole_pictures import ENOUGH, avifs, box, heics

from pixhaul.check import inspect

BRANDS = box(b"ftyp", b"avif\0\0\0\0avifmif1")


def meta(*places: bytes, codec: bytes = b"av1C", size: tuple[int, int] = (5, 7)) -> bytes:
    """The index of a file with one picture, whose bytes lie where the box `iloc` says."""
    properties = box(b"ipco", box(codec, bytes(4)), box(b"ispe", bytes(4), struct.pack(">II", *size)))
    links = box(b"ipma", struct.pack(">IIHBBB", 0, 1, 1, 2, 0x81, 2))
    return box(
        b"meta",
        bytes(4),
        box(b"pitm", struct.pack(">IH", 0, 1)),
        box(b"iprp", properties, links),
        box(b"iloc", *places),
    )


def place(offset: int, length: int, source: int = 0) -> bytes:
    """Where the one item lies; sources other than 0 are other files."""
    return struct.pack(">IBBHHHHII", 0, 0x44, 0, 1, 1, source, 1, offset, length)


@pytest.mark.skipif(not avifs(), reason="this Pillow writes no AVIF")
def test_without_its_last_box_a_picture_is_cut() -> None:
    for data in (avifs()["plain"], avifs()["animated"], heics()["plain"]):
        assert inspect(data[: data.rindex(b"mdat") - 4], ENOUGH).flaw == "truncated"


def test_an_index_that_speaks_of_bytes_beyond_the_end_means_a_cut() -> None:
    assert not inspect(BRANDS + meta(place(10, 20)), ENOUGH).flaw
    assert inspect(BRANDS + meta(place(10, 2_000)), ENOUGH).flaw == "truncated"
    assert inspect(BRANDS + meta(place(2_000, 0)), ENOUGH).flaw == "truncated"
    assert not inspect(BRANDS + meta(place(10, 2_000, source=1)), ENOUGH).flaw


def test_the_codec_decides_between_the_two_formats() -> None:
    assert inspect(BRANDS + meta(place(1, 1), codec=b"hvcC"), ENOUGH).format == "heic"
    assert inspect(BRANDS.replace(b"avif", b"mif1") + meta(place(1, 1)), ENOUGH).format == "avif"


def test_a_picture_in_another_codec_is_refused() -> None:
    found = inspect(BRANDS + meta(place(1, 1), codec=b"vvcC"), ENOUGH)
    assert (found.format, found.flaw) == ("heif", "type-refused")


def test_the_size_is_that_of_the_picture_named_first() -> None:
    found = inspect(BRANDS + meta(place(1, 1)), ENOUGH)
    assert (found.width, found.height) == (5, 7)


def test_a_bomb_is_refused_as_one() -> None:
    assert inspect(BRANDS + meta(place(1, 1), size=(1 << 20, 1 << 20)), ENOUGH).flaw == "too-many-pixels"


def test_a_box_with_64_bits_of_length_is_read() -> None:
    large = struct.pack(">I4sQ", 1, b"mdat", 16 + 100) + bytes(100)
    whole = BRANDS + meta(place(200, 50)) + large
    assert not inspect(whole, ENOUGH).flaw
    assert inspect(whole[:-1], ENOUGH).flaw == "truncated"


@pytest.mark.parametrize(("brand", "kind"), [(b"isom", "mp4"), (b"qt  ", "mov"), (b"crx ", "cr3")])
def test_films_are_refused_by_name(brand: bytes, kind: str) -> None:
    found = inspect(box(b"ftyp", brand, bytes(4), brand) + box(b"moov"), ENOUGH)
    assert (found.format, found.flaw) == (kind, "type-refused")


@pytest.mark.skipif(not avifs(), reason="this Pillow writes no AVIF")
@pytest.mark.parametrize("kind", [b"mpvd", b"sefd", b"free", b"mdat", b"uuid", b"jumb", b"abcd"])
def test_what_a_camera_puts_behind_a_picture_comes_whole_or_not_at_all(kind: bytes) -> None:
    film = box(b"ftyp", b"mp42") + bytes(2_000)
    for data in (avifs()["plain"], heics()["animated"]):
        for tail in (box(kind, film), struct.pack(">I4sQ", 1, kind, 16 + len(film)) + film):
            assert not inspect(data + tail, ENOUGH).flaw
            assert not inspect(data + tail + b"\n<!-- cached -->\n", ENOUGH).flaw
            cuts = [*range(5, 20), 100, len(tail) - 1]
            assert [inspect(data + tail[:cut], ENOUGH).flaw for cut in cuts] == ["truncated"] * len(cuts)


@pytest.mark.skipif(not avifs(), reason="this Pillow writes no AVIF")
@pytest.mark.parametrize(
    "tail",
    [b"\n", bytes(3), bytes(7), b"\r\n\r\n", b"<html>", b"\n<!-- cached -->\n", b"--boundary--", b" " * 50, b"\t<p>"],
)
def test_text_behind_a_picture_is_no_box(tail: bytes) -> None:
    assert not inspect(avifs()["plain"] + tail, ENOUGH).flaw
