"""Bodies that came coded although they were not to."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.decoding import MOST_MEMBERS, STEP, CodingError, budget_of, coding_of, decoded, is_only_said
from pixhaul.models import Reason

BODY = bytes(range(256)) * 20
PLENTY = 1 << 30


def zipped(data: bytes) -> bytes:
    """Gzip without the time in it, so that a test has the same name in every process."""
    return gzip.compress(data, mtime=0)


def raw(data: bytes) -> bytes:
    """Deflate without zlib's header."""
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


def plain(data: bytes, coding: str, budget: int = PLENTY, step: int = 1000) -> bytes:
    pieces = [data[at : at + step] for at in range(0, len(data), step)]
    return b"".join(decoded(pieces, coding, data[:2], budget))


@pytest.mark.parametrize(
    ("data", "coding"),
    [
        (zipped(BODY), "gzip"),
        (zipped(BODY), "x-gzip"),
        (zipped(BODY) + bytes(99), "gzip"),
        (zipped(BODY[:9]) + zipped(BODY[9:]), "gzip"),
        (zipped(b"") * 50 + zipped(BODY), "gzip"),
        (zlib.compress(BODY), "deflate"),
        (raw(BODY), "deflate"),
    ],
)
@pytest.mark.parametrize("step", [1, 1000, 10**6])
def test_the_plain_bytes_come_out(data: bytes, coding: str, step: int) -> None:
    assert plain(data, coding, step=step) == BODY


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=5000), st.integers(1, 300), st.integers(0, 3))
def test_whatever_was_coded_comes_out_as_it_was(data: bytes, step: int, times: int) -> None:
    assert plain(zipped(data * 10**times), "gzip", step=step) == data * 10**times


@pytest.mark.parametrize(
    ("data", "coding", "reason"),
    [
        (zipped(BODY)[:-20], "gzip", Reason.TRUNCATED),
        (zipped(BODY)[:-1], "gzip", Reason.TRUNCATED),
        (zipped(BODY)[:40] + b"??" + zipped(BODY)[42:], "gzip", Reason.TRUNCATED),
        (zipped(b"") * (MOST_MEMBERS + 1), "gzip", Reason.TOO_LARGE),
        (zipped(bytes(2 * 10**6)), "gzip", Reason.TOO_LARGE),
        (zlib.compress(bytes(2 * 10**6)), "deflate", Reason.TOO_LARGE),
        (BODY, "br", Reason.HTTP_ERROR),
        (BODY, "gzip, gzip", Reason.HTTP_ERROR),
    ],
)
def test_what_cannot_be_decoded_in_bounds_is_refused(data: bytes, coding: str, reason: Reason) -> None:
    with pytest.raises(CodingError) as caught:
        plain(data, coding, budget_of(len(data), 10**6))
    assert caught.value.reason is reason


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_gzip_body_that_is_cut_anywhere_is_refused(cut: int) -> None:
    data = zipped(bytes(range(50)))
    with pytest.raises(CodingError):
        plain(data[:-cut], "gzip")


def test_a_bomb_comes_out_in_small_pieces_and_no_further_than_its_budget() -> None:
    data = zipped(bytes(50 * 10**6))
    sizes = []

    def unpack() -> None:
        for piece in decoded([data], "gzip", data[:2], budget_of(len(data), 3 * 10**6)):
            sizes.append(len(piece))  # noqa: PERF401 - it raises, and what came before is what we want

    with pytest.raises(CodingError):
        unpack()
    assert max(sizes) <= STEP
    assert sum(sizes) <= 3 * 10**6


def test_labels_that_change_nothing_are_no_codings() -> None:
    assert [coding_of(value) for value in ("", "identity", "None", "utf-8", "Identity, GZIP")] == [
        "",
        "",
        "",
        "",
        "gzip",
    ]
    assert coding_of(", ".join(["gzip"] * 3)) == "gzip, gzip, gzip"


def test_only_gzip_begins_as_gzip() -> None:
    assert is_only_said("gzip", BODY)
    assert not is_only_said("gzip", zipped(BODY))
    assert not is_only_said("br", BODY)
