"""Which failures of earlier runs are worth another request."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pixhaul.again import Choice, can_differ, conditions
from pixhaul.models import Reason
from pixhaul.options import Options

THEN = Options(max_bytes=1000, max_pixels=1000, max_redirects=3, types=frozenset({"png"}))
REMEMBERED = [one for one in Reason if conditions(one, THEN) is not None]


@pytest.mark.parametrize("reason", [one for one in Reason if not one.permanent])
def test_what_may_pass_is_always_tried(reason: Reason) -> None:
    assert Choice(THEN).wants(reason, conditions(reason, THEN))
    assert Choice(THEN).takes_up(reason, conditions(reason, THEN))


@pytest.mark.parametrize("reason", REMEMBERED)
def test_what_is_for_good_is_not_tried_under_the_same_options(reason: Reason) -> None:
    before = conditions(reason, THEN)
    assert not Choice(THEN).wants(reason, before)
    assert Choice(THEN, everything=True).wants(reason, before)
    assert Choice(THEN, only=frozenset({reason})).wants(reason, before)
    assert not Choice(THEN, only=frozenset({"timeout"})).wants(reason, before)


@pytest.mark.parametrize(
    ("reason", "change", "asked"),
    [
        (Reason.TOO_LARGE, {"max_bytes": 1001}, True),
        (Reason.TOO_LARGE, {"max_bytes": 999}, False),
        (Reason.TOO_LARGE, {"max_pixels": 10**9}, False),
        (Reason.TOO_MANY_PIXELS, {"max_pixels": 1001}, True),
        (Reason.TOO_MANY_REDIRECTS, {"max_redirects": 4}, True),
        (Reason.ADDRESS_REFUSED, {"allow_private": True}, True),
        (Reason.ADDRESS_REFUSED, {"max_bytes": 10**9}, False),
        (Reason.TYPE_REFUSED, {"types": None}, True),
        (Reason.TYPE_REFUSED, {"types": frozenset({"gif"})}, True),
        (Reason.TYPE_REFUSED, {"types": frozenset({"png"})}, False),
        (Reason.NOT_FOUND, {"user_agent": "another"}, True),
        (Reason.NOT_FOUND, {"proxy": "http://proxy.example:3128"}, True),
        (Reason.NOT_FOUND, {"retries": 99, "timeout": 999.0, "connections": 1}, False),
    ],
)
def test_a_wider_option_lets_what_it_refused_be_tried(reason: Reason, change: dict[str, object], asked: bool) -> None:
    assert can_differ(reason, conditions(reason, THEN), replace(THEN, **change)) is asked  # type: ignore[arg-type]


def test_a_kind_unknown_to_this_version_stays_refused_when_all_kinds_were_asked_for() -> None:
    every = replace(THEN, types=None)
    assert not can_differ(Reason.TYPE_REFUSED, conditions(Reason.TYPE_REFUSED, every), THEN)


@pytest.mark.parametrize("before", [None, "", "{}", "[1]", "[", "5"])
def test_conditions_that_say_nothing_are_asked_about(before: str | None) -> None:
    assert can_differ(Reason.NOT_FOUND, before, THEN)


def test_no_password_of_a_proxy_is_in_the_conditions_or_changes_them() -> None:
    said = [conditions(Reason.NOT_FOUND, replace(THEN, proxy=f"http://me:{word}@proxy.example:1")) for word in "ab"]
    assert said[0] == said[1]


def test_a_link_that_is_none_is_told_each_time_but_not_retried() -> None:
    assert Choice(THEN).wants("bad-url", None)
    assert not Choice(THEN).takes_up("bad-url", None)
    assert Choice(THEN, everything=True).takes_up("bad-url", None)
