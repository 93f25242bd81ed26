"""What is read of an answer's head, and what is refused."""

from __future__ import annotations

import pytest

from pixhaul.headers import MOST_FIELDS, MOST_INTERIM, content_range, read_headers, strong_validator
from pixhaul.models import Reason

HEAD = [b"HTTP/1.1 200 OK\r\n", b'ETag: "a"\r\n', b"X-A: b\r\n", b"\r\n"]
EARLY = [b"HTTP/1.1 103 Early Hints\r\n", b'ETag: "early"\r\n', b"\r\n"]


def test_the_fields_are_those_of_the_answer_alone() -> None:
    trailer = [b'ETag: "late"\r\n', b"Location: /elsewhere\r\n", b"HTTP/1.1 404 Not Found\r\n", b"\r\n"]
    assert read_headers([*EARLY, *HEAD, *trailer]) == ((("etag", '"a"'),), None)
    assert read_headers([b"HTTP/2 200 \r\n", b"etag: x\r\n", b"\r\n"]) == ((("etag", "x"),), None)


def test_bare_line_feeds_end_a_head_too() -> None:
    assert read_headers([b"HTTP/1.1 200 OK\n", b"ETag: x\n", b"\n", b"Date: y\n"]) == ((("etag", "x"),), None)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (HEAD[:-1], Reason.TRUNCATED),
        (HEAD[:1], Reason.TRUNCATED),
        (EARLY, None),
        ([*EARLY, *HEAD[:2]], Reason.TRUNCATED),
        ([*EARLY * (MOST_INTERIM + 1), *HEAD], Reason.HTTP_ERROR),
        ([*EARLY * MOST_INTERIM, *HEAD], None),
        ([HEAD[0], *[b"X: y\r\n"] * MOST_FIELDS, b"\r\n"], None),
        ([HEAD[0], *[b"X: y\r\n"] * (MOST_FIELDS + 1), b"\r\n"], Reason.HTTP_ERROR),
        ([*HEAD, *[b"X: y\r\n"] * 300, b"\r\n"], Reason.HTTP_ERROR),
        ([HEAD[0], b"X: " + bytes(70_000) + b"\r\n", b"\r\n"], Reason.HTTP_ERROR),
        ([], None),
    ],
)
def test_a_head_is_whole_and_within_bounds(lines: list[bytes], reason: Reason | None) -> None:
    flaw = read_headers(lines)[1]
    assert (flaw.reason if flaw else None) is reason


@pytest.mark.parametrize(
    "value", ["", "bytes */9", "bytes 0-9", "bytes 5-4/9", "bytes 0-9/9", "bytes -1-2/9", "bytes 0-1,3-4/9"]
)
def test_a_range_that_makes_no_sense_is_none(value: str) -> None:
    assert content_range(value) is None


@pytest.mark.parametrize("value", ['W/"a"', "a", '""', '"a', '"a"b"', '"a\n"', '"\xff"', '"' + "a" * 300 + '"'])
def test_only_a_strong_validator_vouches_for_bytes(value: str) -> None:
    assert strong_validator(value) == ""
