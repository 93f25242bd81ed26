"""What is drawn of one racer: lanes, transfers and bars, and what follows from them. Pure; times in seconds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

PHASES = ("name look-up", "connecting", "TLS", "waiting", "receiving", "checking", "writing", "syncing", "naming")
"""All that a bar may be, in the order of a transfer."""
CONNECTION, API, KEEPING = "connection", "api", "keeping"
"""Kinds of lane."""


class Bar(NamedTuple):
    """One phase; seconds since the racer's start."""

    phase: str
    began: float
    ended: float


class Transfer(NamedTuple):
    """One request and its answer, or a piece of keeping; seconds since the racer's start."""

    name: str
    began: float
    ended: float
    bars: tuple[Bar, ...] = ()
    status: int = 0
    size: int = 0
    """Bytes, of the whole answer where the stand-in told it, of the body where pixhaul did."""
    flaw: str = ""


class Lane(NamedTuple):
    """What happened one after another in one place."""

    name: str
    kind: str
    transfers: tuple[Transfer, ...]


class Curve(NamedTuple):
    """How many transfers were under way when."""

    steps: tuple[tuple[float, int], ...]
    """From this moment on so many, until the next."""

    @property
    def most(self) -> int:
        """Most at once."""
        return max((count for _, count in self.steps), default=0)

    @property
    def span(self) -> tuple[float, float]:
        """From the first moment to the last."""
        return (self.steps[0][0], self.steps[-1][0]) if self.steps else (0.0, 0.0)

    @property
    def mean(self) -> float:
        """At once on average over the span: by Little's law, transfers a second times seconds a transfer."""
        began, ended = self.span
        return self.area(began, ended) / (ended - began) if ended > began else 0.0

    def area(self, began: float, ended: float) -> float:
        """Transfer-seconds between two moments."""
        total = 0.0
        for (start, count), (end, _) in zip(self.steps, self.steps[1:], strict=False):
            total += count * max(0.0, min(end, ended) - max(start, began))
        return total


def curve(transfers: Iterable[Transfer]) -> Curve:
    """The curve of transfers, each under way from its beginning until just before its end.

    >>> curve([Transfer("a", 0.0, 2.0), Transfer("b", 1.0, 2.0)]).steps
    ((0.0, 1), (1.0, 2), (2.0, 0))
    """
    changes: dict[float, int] = {}
    for one in transfers:
        changes[one.began] = changes.get(one.began, 0) + 1
        changes[one.ended] = changes.get(one.ended, 0) - 1
    steps, count = [], 0
    for moment in sorted(changes):
        count += changes[moment]
        steps.append((moment, count))
    return Curve(tuple(steps))


def fetched(lanes: Sequence[Lane]) -> list[Transfer]:
    """The transfers of pictures, in the order of their beginnings."""
    return sorted((one for lane in lanes if lane.kind == CONNECTION for one in lane.transfers), key=lambda one: one[1])


def spent(transfers: Iterable[Transfer]) -> dict[str, float]:
    """Seconds by phase, all added up, in the order of PHASES; only what there was."""
    sums = dict.fromkeys(PHASES, 0.0)
    for one in transfers:
        for bar in one.bars:
            sums[bar.phase] = sums.get(bar.phase, 0.0) + bar.ended - bar.began
    return {phase: seconds for phase, seconds in sums.items() if seconds > 0}


class Prediction(NamedTuple):
    """What the road and the processors allow with so many transfers at once."""

    at_once: int
    seconds: float


class Work(NamedTuple):
    """What each picture costs."""

    each: float
    """Seconds that it takes to come."""
    computing: float = 0.0
    """Seconds of processor that are spent on it afterwards."""
    processors: int = 1
    """How many of them can compute at the same time."""


def predict(pictures: int, work: Work, at_once: int) -> Prediction | None:
    """The least time for all; None where nothing was ever under way.

    One at a time: everything added up. Else the longer of two: whole rounds of `at_once` pictures; or the first
    picture's coming, and all the computing shared out among the processors (Amdahl: that share is what more waiting at
    the same time cannot shorten).

    >>> predict(40, Work(0.25), 8).seconds, predict(41, Work(0.25), 8).seconds, predict(40, Work(0.25), 1).seconds
    (1.25, 1.5, 10.0)
    >>> predict(40, Work(0.25, 0.2), 8).seconds, predict(40, Work(0.25, 0.2, 2), 8).seconds
    (8.25, 4.25)
    """
    if at_once < 1:
        return None
    if at_once == 1:
        return Prediction(1, pictures * (work.each + work.computing))
    rounds = -(-pictures // at_once) * work.each
    return Prediction(at_once, max(rounds, work.each + pictures * work.computing / work.processors))
