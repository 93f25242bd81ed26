"""Bodies that came coded although they were not to."""

from __future__ import annotations

import gzip
import zlib

import pytest

from pixhaul.decoding import ALWAYS_ALLOWED, decoded
from pixhaul.models import Reason

BODY = bytes(range(256)) * 20


@pytest.mark.parametrize(
    ("data", "coding"),
    [
        (BODY, ""),
        (BODY, "identity"),
        (gzip.compress(BODY), "gzip"),
        (gzip.compress(BODY), "x-gzip"),
        (zlib.compress(BODY), "deflate"),
        (BODY, "gzip"),  # labelled, and plain all the same
    ],
)
def test_the_plain_bytes_come_out(data: bytes, coding: str) -> None:
    assert decoded(data, coding, 1 << 20) == BODY


@pytest.mark.parametrize(
    ("data", "coding", "reason"),
    [
        (gzip.compress(BODY)[:-20], "gzip", Reason.TRUNCATED),
        (gzip.compress(BODY)[:40] + b"??" + gzip.compress(BODY)[42:], "gzip", Reason.TRUNCATED),
        (gzip.compress(bytes(50 * ALWAYS_ALLOWED)), "gzip", Reason.TOO_LARGE),
        (BODY, "br", Reason.HTTP_ERROR),
        (BODY, "gzip, gzip", Reason.HTTP_ERROR),
        (BODY, ", ".join(["gzip"] * 1000), Reason.HTTP_ERROR),
    ],
)
def test_what_cannot_be_decoded_in_bounds_is_refused(data: bytes, coding: str, reason: Reason) -> None:
    answer = decoded(data, coding, 1 << 30)
    assert isinstance(answer, tuple)
    assert answer[0] is reason


def test_the_budget_of_the_link_is_kept() -> None:
    answer = decoded(gzip.compress(BODY), "gzip", len(BODY) - 1)
    assert isinstance(answer, tuple)
    assert answer[0] is Reason.TOO_LARGE
