"""What is particular about GIF."""

from __future__ import annotations

import struct

from whole_pictures import ENOUGH, gifs

from pixhaul.check import inspect

FRAME = b"\x02\x02\x4c\x01\x00"


def gif(*blocks: bytes, width: int = 4, height: int = 4) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6) + b"".join(blocks) + b";"


def frame(left: int, top: int, width: int, height: int, data: bytes = FRAME) -> bytes:
    return b"," + struct.pack("<HHHHB", left, top, width, height, 0) + data


def test_the_first_frame_may_reach_beyond_the_screen() -> None:
    found = inspect(gif(frame(2, 1, 10, 2), frame(0, 0, 99, 99)), ENOUGH)
    assert (found.flaw, found.width, found.height) == ("", 12, 4)


def test_a_later_frame_of_too_many_pixels_is_refused() -> None:
    assert inspect(gif(frame(0, 0, 4, 4), frame(0, 0, 60_000, 60_000)), ENOUGH).flaw == "too-many-pixels"


def test_no_frame_or_an_empty_first_one_is_no_picture() -> None:
    assert inspect(gif(), ENOUGH).detail == "it has no frame"
    assert inspect(gif(frame(0, 0, 0, 4)), ENOUGH).detail == "its first frame has no area"
    assert not inspect(gif(frame(0, 0, 4, 4), frame(0, 0, 0, 0)), ENOUGH).flaw


def test_junk_between_blocks_is_damage() -> None:
    assert inspect(gif(frame(0, 0, 4, 4), b"junk", frame(0, 0, 4, 4)), ENOUGH).flaw == "truncated"


def test_blocks_of_any_length_are_passed_over() -> None:
    for length in (1, 2, 254, 255):
        data = b"\x02" + (bytes([length]) + bytes(length)) * 3_000 + b"\0"
        assert not inspect(gif(frame(0, 0, 4, 4, data)), ENOUGH).flaw


def test_a_picture_without_its_last_byte_is_cut() -> None:
    assert inspect(gifs()["plain"][:-1], ENOUGH).flaw == "truncated"


def test_what_lies_in_a_full_block_is_never_taken_for_an_end() -> None:
    whole = gif(frame(0, 0, 4, 4, b"\x02" + (b"\xff" + bytes(1) + b";" * 254) * 3 + b"\0"))
    assert not inspect(whole, ENOUGH).flaw
    assert [cut for cut in range(len(whole)) if not inspect(whole[:cut], ENOUGH).flaw] == []
