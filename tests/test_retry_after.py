"""Retry-After in every form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixhaul.retry_after import FOREVER, http_date, longest_wait, retry_after

NOW = 784111777.0  # Sun, 06 Nov 1994 08:49:37 GMT


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("  7 ", 7.0),
        ("007", 7.0),
        ("9999999999", float(FOREVER)),
        ("9" * 4000, float(FOREVER)),
        ("Sun, 06 Nov 1994 08:49:40 GMT", 3.0),
        ("Sunday, 06-Nov-94 08:49:40 GMT", 3.0),
        ("Sun Nov  6 08:49:40 1994", 3.0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", float(FOREVER)),
        ("1.5", 2.0),
        ("0.001", 1.0),
        ("120.0", 120.0),
        ("+7", 7.0),
        ('"7"', 7.0),
        ("7s", 7.0),
        ("7 Seconds", 7.0),
        ("1500 ms", 2.0),
        ("1.5 minutes", 90.0),
        ("1 hour", 3600.0),
        ("1,000", 1000.0),
        ("1994-11-06T08:49:40Z", 3.0),
        ("1994-11-06 09:49:40.5+01:00", 3.5),
    ],
)
def test_a_wait_is_understood(value: str, seconds: float) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    "value",
    ["", "-1", ".5", "1e3", "120 60", "5 weeks", "inf", "nan", "1e400", "soon", "٣", "Sun, 99 Nov 1994 08:49:40 GMT"],
)
def test_nonsense_is_no_wait(value: str) -> None:
    assert retry_after(value, NOW) is None


@pytest.mark.parametrize(
    ("values", "seconds"),
    [
        ([], None),
        (["soon"], None),
        (["1", "5"], 5.0),
        (["5", "1"], 5.0),
        (["5", "soon"], 5.0),
        (["5, 1"], 5.0),
        (["1,5"], 5.0),
        (["1", "Sun, 06 Nov 1994 08:49:40 GMT"], 3.0),
        (["," * 60_000], None),
    ],
)
def test_of_several_waits_the_longest_counts(values: list[str], seconds: float | None) -> None:
    assert longest_wait(values, NOW) == seconds


@given(st.text())
def test_no_text_breaks_it(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or 0.0 <= wait <= FOREVER


@given(st.integers(0, 4102444800))
def test_a_date_comes_back(moment: int) -> None:
    from email.utils import formatdate

    assert http_date(formatdate(moment, usegmt=True)) == moment
