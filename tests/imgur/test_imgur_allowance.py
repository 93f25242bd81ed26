"""The allowance: credits are read from headers, and calls stop before they are used up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.imgur.allowance import DAY, HOUR, Allowance, merge, read, shortage

NOW = 1_800_000_000.0


def test_a_reset_is_a_time_or_seconds_left_by_its_size() -> None:
    for value in ("1800000060", "60", "1800000060000"):
        assert read({"x-ratelimit-userreset": value}, NOW).user_reset == NOW + 60


def test_what_is_not_told_is_unknown_and_no_shortage() -> None:
    assert read({}, NOW) == Allowance()
    assert shortage(Allowance(), NOW) is None


@pytest.mark.parametrize("value", ["", "many", "-", "1e9", "²", "9" * 40, "-5", "12.5"])
def test_odd_headers_do_no_harm(value: str) -> None:
    odd = read({f"x-ratelimit-{name}": value for name in ("userremaining", "userreset", "clientremaining")}, NOW)
    shortage(odd, NOW)


@pytest.mark.parametrize(
    ("known", "short"),
    [
        (Allowance(user_left=11, user_limit=500), False),
        (Allowance(user_left=10, user_limit=500), True),
        (Allowance(user_left=10), True),
        (Allowance(user_left=1, user_limit=30), False),
        (Allowance(user_left=0, user_limit=30), True),
        (Allowance(client_left=101, client_limit=12_500), False),
        (Allowance(client_left=100, client_limit=12_500), True),
        (Allowance(client_left=3, client_limit=100), False),
        (Allowance(user_left=11, user_limit=12_500), False),
        (Allowance(user_left=400, client_left=0), True),
        (Allowance(user_left=0, user_reset=NOW - 1), False),
    ],
)
def test_a_small_reserve_is_kept(known: Allowance, short: bool) -> None:
    assert (shortage(known, NOW) is not None) is short


def test_a_shortage_lasts_until_the_reset_or_the_whole_period() -> None:
    told = shortage(Allowance(user_left=0, user_reset=NOW + 90), NOW)
    assert told is not None
    assert (told.seconds, told.known) == (90, True)
    for known, period in ((Allowance(user_left=0), HOUR), (Allowance(client_left=0), DAY)):
        told = shortage(known, NOW)
        assert told is not None
        assert (told.seconds, told.known) == (period, False)


def test_an_answer_out_of_a_cache_does_not_undo_what_is_known() -> None:
    known = Allowance(user_left=7, user_limit=500)
    assert merge(known, Allowance()) == known
    assert merge(known, Allowance(user_left=6)) == Allowance(user_left=6, user_limit=500)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["x-ratelimit-userreset", "x-ratelimit-userremaining"]), st.text(max_size=12)))
def test_a_wait_is_never_negative(headers: dict[str, str]) -> None:
    told = shortage(read(headers, NOW), NOW)
    assert told is None or told.seconds >= 0
