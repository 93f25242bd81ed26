"""What is particular about PNG."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from whole_pictures import ENOUGH, chunk, png, pngs

from pixhaul.check import inspect

HEADER = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
DATA = zlib.compress(bytes(9) * 8)


@given(some.sampled_from(sorted(pngs())), some.integers(0), some.integers(1, 255))
@settings(max_examples=400, deadline=None)
def test_a_changed_byte_anywhere_is_refused(title: str, place: int, change: int) -> None:
    data = bytearray(pngs()[title])
    data[place % len(data)] ^= change
    assert inspect(bytes(data), ENOUGH).flaw in {"truncated", "not-an-image"}


def test_a_wrong_checksum_counts_also_in_a_chunk_that_decoders_may_skip() -> None:
    whole = png(HEADER, chunk(b"tEXt", b"a\0b"), chunk(b"IDAT", DATA))
    found = inspect(whole.replace(b"a\0b", b"a\0c"), ENOUGH)
    assert (found.flaw, found.detail) == ("truncated", "chunk tEXt is damaged: its checksum does not match")


@pytest.mark.parametrize(
    ("header", "flaw"),
    [
        (struct.pack(">IIBBBBB", 0, 8, 8, 0, 0, 0, 0), "not-an-image"),
        (struct.pack(">IIBBBBB", 8, 8, 3, 0, 0, 0, 0), "not-an-image"),
        (struct.pack(">IIBBBBB", 8, 8, 8, 1, 0, 0, 0), "not-an-image"),
        (struct.pack(">IIBBBBB", 8, 8, 8, 0, 1, 0, 0), "not-an-image"),
        (struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 2), "not-an-image"),
        (struct.pack(">IIBBBBB", 70_000, 70_000, 8, 0, 0, 0, 0), "too-many-pixels"),
    ],
)
def test_a_header_with_impossible_values_is_refused(header: bytes, flaw: str) -> None:
    assert inspect(png(header, chunk(b"IDAT", DATA)), ENOUGH).flaw == flaw


@pytest.mark.parametrize(
    ("chunks", "detail"),
    [
        ((), "it has no picture data"),
        ((chunk(b"IDAT"),), "it has no picture data"),
        ((chunk(b"IDAT", DATA[:5]), chunk(b"tEXt"), chunk(b"IDAT", DATA[5:])), "its picture data is interrupted"),
    ],
)
def test_without_its_data_in_one_place_it_is_no_picture(chunks: tuple[bytes, ...], detail: str) -> None:
    found = inspect(png(HEADER, *chunks), ENOUGH)
    assert (found.flaw, found.detail) == ("not-an-image", detail)


def test_data_in_many_chunks_is_whole() -> None:
    assert not inspect(png(HEADER, *(chunk(b"IDAT", DATA[at : at + 1]) for at in range(len(DATA)))), ENOUGH).flaw


def test_data_that_cannot_fill_the_picture_is_refused() -> None:
    huge = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0)
    assert inspect(png(huge, chunk(b"IDAT", DATA)), 10**9).flaw == "truncated"


def test_the_best_that_deflate_can_do_is_accepted() -> None:
    header = struct.pack(">IIBBBBB", 4_000, 4_000, 1, 0, 0, 0, 0)
    data = zlib.compress(bytes(501 * 4_000), 9)
    assert not inspect(png(header, chunk(b"IDAT", data)), 10**9).flaw


def test_line_ends_that_were_changed_on_the_way_are_seen() -> None:
    assert inspect(pngs()["RGB"].replace(b"\r\n", b"\n", 1), ENOUGH).detail == "its signature is damaged"


def test_the_variant_for_one_maker_of_telephones_is_refused_by_name() -> None:
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"CgBI", bytes(4)) + png(HEADER, chunk(b"IDAT", DATA))[8:]
    assert inspect(data, ENOUGH)[::3] == ("cgbi", "type-refused")
