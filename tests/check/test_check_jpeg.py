"""What is particular about JPEG."""

from __future__ import annotations

import struct

import pytest
from whole_pictures import ENOUGH, canvas, jpegs, saved, segment

from pixhaul.check import inspect

BASELINE = jpegs()["baseline"]
SCAN = BASELINE.index(b"\xff\xda")


def sized(width: int, height: int) -> bytes:
    """The baseline picture, which says that it is larger or smaller than it is."""
    at = BASELINE.index(b"\xff\xc0") + 5
    return BASELINE[:at] + struct.pack(">HH", height, width) + BASELINE[at + 4 :]


def test_an_end_marker_stuck_on_a_picture_without_a_scan_does_not_make_it_whole() -> None:
    assert inspect(BASELINE[:SCAN] + b"\xff\xd9", ENOUGH).flaw == "truncated"


def test_a_picture_that_lacks_a_component_is_cut() -> None:
    one = BASELINE[:SCAN] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + bytes(200) + b"\xff\xd9"
    found = inspect(one, ENOUGH)
    assert (found.flaw, found.detail) == ("truncated", "1 of 3 components have come")


def test_a_scan_too_short_for_its_frame_is_cut() -> None:
    assert inspect(sized(900, 900), ENOUGH).detail.endswith("bytes of picture data cannot fill 900 x 900 pixels")


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_an_empty_sheet_in_the_shortest_code_can_fill_its_frame(progressive: bool, mode: str) -> None:
    sheet = canvas(mode, 1_001, 777).point(lambda _: 0)
    assert not inspect(saved("JPEG", sheet, quality=1, optimize=True, progressive=progressive), ENOUGH).flaw


def test_a_beginning_with_the_whole_file_after_it_is_refused() -> None:
    progressive = jpegs()["progressive"]
    found = inspect(progressive[:-40] + progressive, ENOUGH)
    assert (found.flaw, found.detail) == ("truncated", "another picture begins before this one ends")


def test_tables_alone_are_no_picture() -> None:
    tables = BASELINE[: BASELINE.index(b"\xff\xc0")] + b"\xff\xd9"
    assert inspect(tables, ENOUGH).flaw == "not-an-image"


@pytest.mark.parametrize(("width", "height"), [(0, 18), (24, 0)])
def test_a_frame_without_area_is_no_picture(width: int, height: int) -> None:
    assert inspect(sized(width, height), ENOUGH).flaw == "not-an-image"


def test_a_segment_shorter_than_its_own_length_is_damage() -> None:
    assert inspect(BASELINE[:2] + b"\xff\xe0\x00\x01" + BASELINE[2:], ENOUGH).flaw == "truncated"


def test_junk_between_segments_is_passed_over() -> None:
    assert not inspect(BASELINE[:SCAN] + b"junk" + BASELINE[SCAN:], ENOUGH).flaw


def test_another_compression_under_the_same_markers_is_refused_by_name() -> None:
    found = inspect(BASELINE.replace(b"\xff\xc0", b"\xff\xf7", 1), ENOUGH)
    assert (found.format, found.flaw) == ("jpeg-ls", "type-refused")


def test_an_index_left_behind_by_a_program_that_dropped_the_second_picture_is_not_believed() -> None:
    both = jpegs()["two pictures"]
    end = both.index(b"\xff\xd9\xff\xd8") + 2
    scan = both.index(b"\xff\xda")
    longer = both[:scan] + segment(0xFE, bytes(9_000)) + both[scan:end]
    assert not inspect(both[:end], ENOUGH).flaw
    assert not inspect(longer, ENOUGH).flaw
    assert not inspect(longer + b"\0", ENOUGH).flaw
    assert inspect(both[: end + 1], ENOUGH).flaw == "truncated"


def test_a_damaged_index_of_pictures_is_no_flaw() -> None:
    for index in (b"MPF\0", b"MPF\0II*\0\xff\xff\xff\xff", b"MPF\0II*\0\x08\0\0\0\xff\xff", b"MPF\0XX"):
        assert not inspect(BASELINE[:2] + segment(0xE2, index) + BASELINE[2:], ENOUGH).flaw


@pytest.mark.parametrize("title", ["baseline", "progressive", "restarts", "four inks"])
def test_half_a_picture_with_a_whole_one_behind_it_is_cut(title: str) -> None:
    data, small = jpegs()[title], saved("JPEG", canvas(width=8, height=8))
    for cut in range(20, len(data)):
        assert inspect(data[:cut] + data, ENOUGH).flaw, cut
        assert inspect(data[:cut] + small, ENOUGH).flaw, cut
        assert inspect(memoryview(data[:cut] + small), ENOUGH).flaw, cut


@pytest.mark.parametrize("name", [b"Exif\0\0", b"JFXX\0\x10"])
def test_a_thumbnail_in_a_segment_of_its_own_is_no_other_picture(name: bytes) -> None:
    small = saved("JPEG", canvas(width=8, height=8))
    code = 0xE0 if name.startswith(b"JFXX") else 0xE1
    assert not inspect(BASELINE[:2] + segment(code, name + small) + BASELINE[2:], ENOUGH).flaw
