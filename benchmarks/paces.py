"""How fast one host is asked in virtual time, beside the best setting by hand: many kinds of host, no sockets.

    python benchmarks/paces.py [--only PREFIX,...] [--seeds N] [--draws N]

Each row is a host of `tests/simulation.py`: its time with the best of a grid of `--per-host` and `--rate` settings
(each as it is, and as trouble may narrow it), then pixhaul's speed beside that in the median, in the slowest tenth and
at worst, the share of refusals in all and after ten seconds, and requests before a Retry-After was over. With --draws
random hosts of each kind are put beside what an oracle would need that knows their limit and never waits.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from functools import partial
from math import inf
from multiprocessing import Pool
from pathlib import Path
from statistics import mean, median
from typing import NamedTuple

sys.path[:0] = [str(Path(__file__).parent.parent / "tests")]

from pixhaul.pace import Pace  # noqa: E402 - after the path
from simulation import EXACT, Host, Job, Report  # noqa: E402

LONGEST = 4_000.0
"""Seconds after which a job is cut off."""
WIDTHS = (4, 8, 12, 16, 24, 32, 64, 128, 256, 512)
GRID_SEEDS = 3


class Model(NamedTuple):
    """One kind of host."""

    host: Host
    links: int
    widths: tuple[int, ...] = WIDTHS
    rate: float | None = None
    """The rate that a person would set who knows it."""


def models() -> Iterator[tuple[str, Model]]:
    """By name."""
    for links in (40, 400, 4_000, 20_000):
        yield f"250 ms, no limit: {links:,}", Model(Host(0.25), links, (64, 512))
    for share in (1, 3, 5, 10, 20):
        yield f"{share} % refused by chance: 4,000", Model(Host(0.05, noise=share / 100), 4_000, (8, 64, 512))
    yield "10 % refused by chance, 250 ms: 4,000", Model(Host(0.25, noise=0.1), 4_000, (64, 512))
    yield "10 % refused by chance, asks for 1 s: 400", Model(Host(0.05, noise=0.1, retry_after=1.0), 400, (64, 512))
    for share in (1, 3, 5, 10, 20):
        yield f"{share} % reset by chance: 4,000", Model(Host(0.1, resets=share / 100), 4_000, (8, 64, 512))
    for asked, links in ((1, 400), (2, 400), (5, 400), (10, 400), (2, 2_000), (5, 2_000), (10, 2_000), (2, 7_200)):
        told = Host(0.1, at_once=12, retry_after=float(asked))
        yield f"12 at once, asks for {asked} s: {links:,}", Model(told, links, (8, 12))
    for links in (2_000, 10_000):
        yield f"40 at once, asks for 2 s: {links:,}", Model(Host(0.1, at_once=40, retry_after=2.0), links, (32, 40))
    yield "12 at once, bare: 3,000", Model(Host(0.1, at_once=12), 3_000, (8, 12))
    yield from limited()
    yield from strained()


def limited() -> Iterator[tuple[str, Model]]:
    """Hosts with a rate."""
    for latency, links in ((0.05, 300), (0.05, 1_500), (0.05, 3_000), (0.25, 1_500), (0.25, 3_000)):
        host = Host(latency, rate=50, retry_after=2.0)
        yield f"50 a second, asks for 2 s, {1000 * latency:.0f} ms: {links:,}", Model(host, links, (16, 32), 50)
    yield "50 a second, bare: 1,500", Model(Host(0.05, rate=50), 1_500, (16,), 50)
    yield "50 a second, bucket of 10: 1,500", Model(Host(0.05, rate=50, burst=10, retry_after=1.0), 1_500, (16,), 50)
    yield "50 a second, bucket of 250: 1,500", Model(Host(0.05, rate=50, burst=250, retry_after=1.0), 1_500, (16,), 50)
    yield (
        "20 a second after the first 500: 2,000",
        Model(Host(0.05, rate=20, burst=500, retry_after=1.0), 2_000, (16,), 20),
    )
    yield "6 a second, bare: 300", Model(Host(0.05, rate=6), 300, (8,), 6)
    yield "80 a second and 3 % by chance: 4,000", Model(Host(0.1, rate=80, noise=0.03), 4_000, (16,), 80)
    words: dict[float | None, str] = {None: "bare", EXACT: "the right pause", 2.0: "2 s"}
    for window, rate, links in ((1, 50, 1_500), (10, 10, 1_000), (60, 5, 1_200), (60, 50, 6_000)):
        for asked, said in words.items():
            host = Host(0.05, rate=rate, window=window, retry_after=asked)
            name = f"{rate * window} in each {window} s, {said}: {links:,}"
            yield name, Model(host, links, (8, 16), rate)


def strained() -> Iterator[tuple[str, Model]]:
    """Hosts that reset, fall silent, slow down or are full."""
    for most, links in ((4, 400), (7, 700), (16, 4_000), (40, 4_000), (64, 4_000), (100, 8_000)):
        yield f"resets above {most}: {links:,}", Model(Host(0.1, connections=most), links, (most // 2, most))
    for most in (8, 24, 100):
        yield f"silent above {most}: 4,000", Model(Host(0.1, drops=most, timeout=20.0), 4_000, (most // 2, most))
    for most in (8, 32, 200):
        yield f"latency doubles at {most} in flight: 4,000", Model(Host(0.05, crowding=most), 4_000)
    for line in (20, 200, 1_000):
        yield (
            f"a line of {line} a second: {min(4_000, 60 * line):,}",
            Model(Host(0.1, line=line), min(4_000, 60 * line)),
        )
    yield "2 % take 20 times as long: 4,000", Model(Host(0.1, tail=(0.02, 20.0)), 4_000)
    for servers in (2, 12, 64):
        yield f"{servers} servers: {300 * servers:,}", Model(Host(0.1, servers=servers), 300 * servers)
    yield "bans for 30 s above 100 in a second: 2,000", Model(Host(0.05, ban=(100, 1.0, 30.0)), 2_000, (4, 8, 16), 95)


def seconds(report: Report, links: int) -> float:
    """How long it took; a job that was not done took for ever."""
    return report.seconds if report.answered == links else inf


def row(seeds: int, name: str) -> str:
    """One line of the table."""
    model = dict(models())[name]
    rates = (None,) if model.rate is None else (None, model.rate, 0.98 * model.rate)
    best = min(
        median(seconds(Job(model.host, Pace(width, width, rate, adapt), model.links, seed).run(LONGEST), model.links)
               for seed in range(GRID_SEEDS))
        for width in model.widths for rate in rates for adapt in (False, True)
    )  # fmt: skip
    reports = [Job(model.host, Pace(), model.links, seed).run(LONGEST) for seed in range(seeds)]
    speeds = sorted(best / seconds(one, model.links) for one in reports)
    all_of = mean(one.refused_share for one in reports), mean(one.refused_late for one in reports)
    return (
        f"| {name} | {best:.1f} | {median(speeds):.2f} / {speeds[len(speeds) // 10]:.2f} / {speeds[0]:.2f} "
        f"| {all_of[0]:.1%} / {all_of[1]:.2%} | {sum(one.early for one in reports)} |"
    )


# -- random hosts ------------------------------------------------------------------------------------------------------

Draw = tuple[Host, int, float]
"""A host, links, and the least seconds that they take."""


def bucket(dice: random.Random, latency: float) -> Draw:
    """2 to 300 a second, buckets of a third of a second to three."""
    rate = 2 * 150 ** dice.random()
    links = max(100, int(rate * dice.choice([20, 60, 120])))
    asked, refusing = dice.choice([None, None, 1.0, 2.0, 5.0]), dice.choice([0.02, 0.02, 1.0])
    size = max(1.0, rate * dice.choice([1, 1, 1, 0.3, 3]))
    host = Host(latency, rate=rate, burst=size, retry_after=asked, refusing=refusing)
    return host, links, max(links / rate, links * latency / 512)


def window(dice: random.Random, latency: float) -> Draw:
    """So many in 1 to 60 seconds, fixed or sliding."""
    rate, span = 2 * 50 ** dice.random(), dice.choice([1, 5, 10, 30, 60])
    links = max(100, int(rate * dice.choice([60, 120])))
    asked = dice.choice([None, None, EXACT, 1.0, 2.0, 5.0])
    host = Host(latency, rate=rate, window=span, slides=dice.random() < 0.5, retry_after=asked)
    return host, links, links / rate


def at_once(dice: random.Random, latency: float) -> Draw:
    """4 to 100 at once, told with and without a pause."""
    most = dice.randint(4, 100)
    links = int(most / latency * dice.choice([10, 60]))
    asked = dice.choice([None, None, 1.0, 2.0, 5.0])
    return Host(latency, at_once=most, retry_after=asked), links, links * latency / most


def resetting(dice: random.Random, latency: float) -> Draw:
    """Resets above 4 to 200 connections."""
    most = dice.randint(4, 200)
    links = min(20_000, int(most / latency * dice.choice([10, 60])))
    return Host(latency, connections=most), links, links * latency / most


def chance(dice: random.Random, latency: float) -> Draw:
    """1 to 25 % refused or reset by chance; beside 64 transfers at once, pauses included."""
    refused, reset = dice.choice([(1, 0), (0, 1)])
    share, links = dice.uniform(0.01, 0.25), dice.choice([100, 400, 4_000])
    asked = dice.choice([None, None, 0.0, 1.0])
    pauses = refused * (asked or 0.0) * share * links
    host = Host(latency, noise=refused * share, resets=reset * share, retry_after=asked)
    return host, links, 2 * latency + links * latency / 64 + pauses


KINDS: tuple[Callable[[random.Random, float], Draw], ...] = (bucket, window, at_once, resetting, chance)


def drawn(kind: Callable[[random.Random, float], Draw], number: int) -> tuple[float, float, float]:
    """One of them: speed beside the least time, refusals in all and after ten seconds."""
    dice = random.Random(f"{kind.__name__} {number}")
    host, links, least = kind(dice, dice.uniform(0.02, 0.4))
    report = Job(host, Pace(), links, number).run(LONGEST)
    return least / seconds(report, links), report.refused_share, report.refused_late


def draws(count: int, pool: Callable[..., list[tuple[float, float, float]]]) -> None:
    """Print what random hosts of each kind come to."""
    for kind in KINDS:
        found = pool(partial(drawn, kind), range(count))
        speeds = sorted(min(1.2, one[0]) for one in found)
        tenth, refused, late = speeds[count // 10], mean(one[1] for one in found), mean(one[2] for one in found)
        spread = f"{mean(speeds):.2f} | {median(speeds):.2f} / {tenth:.2f} / {speeds[0]:.2f}"
        print(f"| {kind.__doc__} | {spread} | {refused:.1%} / {late:.2%} |", flush=True)


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="beginnings of names")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--draws", type=int, default=0, help="random hosts of each kind, instead")
    chosen = parser.parse_args()
    with Pool(2) as pool:
        if chosen.draws:
            draws(chosen.draws, partial(pool.map, chunksize=4))
            return
        names = [name for name, _ in models() if name.startswith(tuple(chosen.only.split(",")))]
        for line in pool.imap(partial(row, chosen.seeds), names):
            print(line, flush=True)


if __name__ == "__main__":
    main()
