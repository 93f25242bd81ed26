"""What refusals teach: laws in virtual time, for refusals by chance and for limits of every kind, with fixed seeds."""

from __future__ import annotations

from math import inf
from statistics import median

import pytest

from pixhaul.doubt import Doubt
from pixhaul.pace import Pace
from pixhaul.stretches import Stretches
from simulation import Host, Job, Report

ASKED = [None, 0.0, 1.0]


def run(host: Host, links: int, seed: int, until: float = inf) -> tuple[Report, Pace]:
    pace = Pace()
    report = Job(host, pace, links, seed).run(until)
    assert report.early == 0
    return report, pace


# -- by chance ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("latency", [0.005, 0.05, 0.25])
@pytest.mark.parametrize(("links", "seeds"), [(40, 9), (400, 9), (4_000, 4)])
@pytest.mark.parametrize(("chance", "most"), [(0.01, 1.25), (0.03, 1.5), (0.1, 2.2)])
def test_refusals_by_chance_cost_little_more_than_the_pauses_they_ask_for(
    links: int, seeds: int, latency: float, asked: float | None, chance: float, most: float
) -> None:
    alone = median(run(Host(latency), links, seed)[0].seconds for seed in range(seeds))
    found = [run(Host(latency, noise=chance, retry_after=asked), links, seed)[0] for seed in range(seeds)]
    ratios = [(one.seconds - 1.01 * (asked or 0.0) * one.refused) / alone for one in found]
    assert median(ratios) <= most


@pytest.mark.parametrize("latency", [0.05, 0.25])
def test_one_refusal_in_five_by_chance_is_found_to_be_chance(latency: float) -> None:
    alone = run(Host(latency), 4_000, 1)[0].seconds
    ratios = [run(Host(latency, noise=0.2), 4_000, seed)[0].seconds / alone for seed in range(9)]
    assert median(ratios) <= 4.0
    assert max(ratios) <= 20.0


@pytest.mark.parametrize("asked", ASKED)
def test_refusals_by_chance_leave_no_rate_for_the_next_run(asked: float | None) -> None:
    for seed in range(20):
        pace = run(Host(0.05, noise=0.05, retry_after=asked), 400, seed)[1]
        assert "rate" not in pace.memory(0.0)


def test_a_false_alarm_is_recovered_from() -> None:
    """Refusals that begin like a limit, all in a row, and go on by chance."""
    pace = Pace()
    tokens = []
    while pace.admit(0.0) == 0.0:
        tokens.append(pace.start(0.0))
    pace.end(tokens[0], 0.1, "good", None)
    for token in tokens[1:]:
        pace.end(token, 0.1, "refused", None)
    report = Job(Host(0.05, noise=0.03), pace, 2_000, 1).run(now=0.2)
    assert pace.rate is None or pace.rate > 100.0
    assert report.seconds <= 40.0


def test_a_rate_is_remembered_only_when_it_was_confirmed() -> None:
    short = run(Host(0.05, rate=50.0), 100, 1)[1]
    assert short.learned is not None
    assert "rate" not in short.memory(0.0)
    long = run(Host(0.05, rate=50.0), 1_500, 1)[1]
    assert 40.0 <= long.memory(0.0)["rate"] <= 55.0


# -- limits ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", [None, 1.0, 2.0])
@pytest.mark.parametrize(
    ("rate", "latency", "refusing"), [(6, 0.1, 0.02), (10, 0.03, 1.0), (50, 0.25, 0.02), (200, 0.1, 1.0)]
)
def test_a_bucket_is_found_and_hardly_ever_emptied(rate: float, latency: float, refusing: float, asked: float) -> None:
    for seed in range(3):
        host = Host(latency, rate=rate, retry_after=asked, refusing=refusing)
        report = run(host, 1_000_000, seed, until=max(120.0, 1_500 / rate))[0]
        assert report.answered >= 0.9 * rate * report.seconds
        assert report.refused_share <= 0.03
        assert report.refused_late <= 0.01


@pytest.mark.parametrize("asked", [None, 1.0])
@pytest.mark.parametrize("rate", [6, 50])
def test_a_large_bucket_is_found_too(rate: float, asked: float | None) -> None:
    host = Host(0.1, rate=rate, burst=5 * rate, retry_after=asked)
    report = run(host, 1_000_000, 1, until=400.0)[0]
    assert report.answered >= 0.95 * rate * report.seconds
    assert report.refused_share <= 0.03
    assert report.refused_late <= 0.01


@pytest.mark.parametrize("slides", [False, True])
@pytest.mark.parametrize("asked", [None, 2.0])
def test_so_many_in_each_window_are_found_without_asking_again_and_again(slides: bool, asked: float | None) -> None:
    host = Host(0.1, rate=10, window=10, slides=slides, retry_after=asked)
    report = run(host, 1_000_000, 1, until=600.0)[0]
    assert report.answered >= 0.6 * 10 * report.seconds
    assert report.refused_late <= 0.02


@pytest.mark.parametrize("refusing", [0.02, 1.0])
@pytest.mark.parametrize("at_once", [12, 20, 40])
def test_a_limit_on_what_is_in_flight_is_a_width(at_once: int, refusing: float) -> None:
    report = run(Host(0.1, at_once=at_once, refusing=refusing), 1_000_000, 1, until=60.0)[0]
    assert report.answered >= 0.6 * at_once / 0.1 * report.seconds
    assert report.refused_share <= 0.03


@pytest.mark.parametrize("noise", [0.03, 0.06])
def test_chance_beside_a_limit_does_not_bring_its_rate_down(noise: float) -> None:
    """Each bare refusal used to lower a rate that had been right: 80 requests a second became one in ten seconds."""
    shares = []
    for seed in range(9):
        report = run(Host(0.1, rate=80.0, noise=noise), 4_000, seed, until=2_000.0)[0]
        shares.append(report.answered / report.seconds / 80.0)
    assert median(shares) >= 0.3


# -- the parts ---------------------------------------------------------------------------------------------------------


def test_two_stretches_tell_the_rate_whatever_the_bucket_holds() -> None:
    stretches = Stretches()
    stretches.begin(0.0)
    assert stretches.difference(30, 1.0) == 0.0
    stretches.end(30, 1.0, 3.0)  # 20 in the bucket, 10 a second
    assert stretches.difference(20, 3.5) == 0.0
    assert stretches.difference(120, 13.0) == pytest.approx(10.0)


def test_what_ran_over_while_a_rate_was_borne_does_not_belie_the_limit() -> None:
    stretches = Stretches()
    stretches.begin(0.0)
    stretches.end(60, 1.0, 11.0)  # 50 in the bucket, 10 a second
    stretches.brim(72, 20.0)  # 8 a second, and the bucket is full again
    assert stretches.difference(72 + 50 + 30, 23.0) == pytest.approx(10.0)


def test_a_rate_that_was_lowered_in_vain_is_doubted_and_the_next_time_later() -> None:
    doubt = Doubt()
    assert [doubt.is_vain(rate, 20, 0.0, False) for rate in (100.0, 50.0, 30.0)] == [False, False, True]
    assert [doubt.is_vain(rate, 20, 0.0, False) for rate in (100.0, 30.0, 11.0)] == [False, False, True]


@pytest.mark.parametrize("taken", [3, 60])
def test_a_rate_whose_refusals_become_rarer_or_leave_nothing_is_not_doubted(taken: int) -> None:
    doubt = Doubt()
    assert not doubt.is_vain(100.0, 20, 0.0, False)
    assert not doubt.is_vain(20.0, taken, 0.0, False)


@pytest.mark.parametrize(("seen", "was_raised", "wrong"), [(8.0, False, True), (5.0, False, False), (8.0, True, False)])
def test_a_guess_that_was_as_slow_as_the_host_and_is_refused_is_wrong(
    seen: float, was_raised: bool, wrong: bool
) -> None:
    doubt = Doubt()
    doubt.guessed()
    assert doubt.is_vain(10.0, 20, seen, was_raised) is wrong
    assert doubt.dropped is wrong
