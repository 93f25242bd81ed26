"""Hosts that limit what is at once and ask for a pause: in values, and in virtual time."""

from __future__ import annotations

import pytest

from pixhaul.at_once import AtOnce
from pixhaul.pace import Pace
from simulation import Host, Job, fixed, simulate


def test_two_limits_alike_of_which_one_came_with_a_trial_show_it() -> None:
    known = AtOnce()
    assert not known.shows(40, at_once=True)
    assert known.shows(38, at_once=False)
    assert known.limit == 38


def test_refusals_some_time_after_a_trial_began_show_nothing() -> None:
    known = AtOnce()
    assert not any(known.shows(40, at_once=False) for _ in range(9))


def test_what_may_be_chance_must_come_three_times_alike_and_never_between_trials() -> None:
    known = AtOnce()
    assert [known.suspects(12, 3, at_once=True) for _ in range(3)] == [False, False, True]
    known = AtOnce()
    assert not any(known.suspects(12, 3, at_once=number % 3 != 2) for number in range(9))
    assert not any(known.suspects(12, 2, at_once=True) for _ in range(9))
    assert not any(known.suspects(borne, 3, at_once=True) for borne in (12, 20, 12, 20, 12, 20))


def test_a_few_at_once_are_too_coarse_a_limit() -> None:
    known = AtOnce()
    assert not any(known.shows(7, at_once=True) for _ in range(9))


def test_a_limit_that_is_refused_twice_is_none_and_is_not_believed_again() -> None:
    known = AtOnce()
    known.shows(12, at_once=True)
    assert known.shows(12, at_once=True)
    assert (known.is_refuted(), known.limit, known.is_refuted(), known.limit) == (False, 12, True, 0)
    assert not any(known.shows(12, at_once=True) for _ in range(9))


@pytest.mark.parametrize("latency", [0.05, 0.25])
@pytest.mark.parametrize(("most", "asked", "least"), [(12, 1.0, 0.9), (12, 5.0, 0.75), (40, 1.0, 0.8), (40, 5.0, 0.65)])
def test_a_host_that_bears_so_many_at_once_gets_them(most: int, asked: float, least: float, latency: float) -> None:
    host, links = Host(latency=latency, at_once=most, retry_after=asked), int(60 * most / latency)
    pace = Pace()
    report = Job(host, pace, links).run()
    assert simulate(host, links, fixed(most)).seconds / report.seconds >= least
    assert report.refused_share < 0.01
    assert report.early == 0
    assert 0.94 * most <= pace.width <= most
    assert pace.rate is None


@pytest.mark.parametrize(("links", "asked", "least"), [(400, 2.0, 0.55), (400, 5.0, 0.35), (2_000, 5.0, 0.7)])
def test_what_a_trial_was_refused_at_is_not_tried_again_soon(links: int, asked: float, least: float) -> None:
    host = Host(latency=0.1, at_once=12, retry_after=asked)
    for seed in range(5):
        report = Job(host, Pace(), links, seed).run()
        assert simulate(host, links, fixed(12)).seconds / report.seconds >= least


def test_a_width_at_rest_that_is_refused_after_each_pause_shows_the_limit_as_well() -> None:
    for seed in range(6):
        pace = Pace(start=16)
        report = Job(Host(latency=0.1, at_once=12, retry_after=2.0), pace, 1_200, seed).run()
        assert report.seconds <= 17.0
        assert pace.rate is None


def test_a_tiny_bucket_that_looks_like_such_a_limit_gets_its_rate_back() -> None:
    host = Host(latency=0.265, rate=80.0, burst=16.0, retry_after=5.0)
    report = simulate(host, 16_000)
    assert 16_000 / 80 / report.seconds >= 0.6
    assert report.refused_share < 0.01


def test_a_far_host_that_refuses_by_chance_is_not_held_at_a_width() -> None:
    for seed in range(5):
        host = Host(latency=0.25, noise=0.03, retry_after=1.0)
        pace = Pace()
        Job(host, pace, 6_000, seed).run()
        assert pace.width >= 64
