"""The nouns of a race."""

from __future__ import annotations

from typing import NamedTuple

from .chart import Curve, Lane, Work, curve, fetched
from .racers import PROCESSES, THUMBNAILS, Racer
from .road import Conditions
from .verdict import DONE, Verdict

TRACE, RECORD = "pixhaul's own trace", "the stand-in's record"


class Run(NamedTuple):
    """One racer's run, measured and judged."""

    racer: Racer
    verdict: Verdict
    seconds: float
    """From the start of its program to its end."""
    cpu: float | None
    memory: int | None
    """Bytes, at the most."""
    requests: int
    """For pictures."""
    api_requests: int
    connections: int
    """For pictures, in all."""
    right: int
    """Pictures that are byte for byte the stand-in's."""
    wrong: tuple[str, ...]
    lanes: tuple[Lane, ...]
    source: str
    """Who saw the lanes: pixhaul's own trace or the stand-in's record."""
    standin_cpu: float = 0.0
    """Seconds of processor that the stand-in took for it."""
    left_out: int = 0
    """Transfers that are not drawn."""

    @property
    def curve(self) -> Curve:
        """Transfers of pictures under way over time."""
        return curve(fetched(self.lanes))


class Race(NamedTuple):
    """All of it."""

    conditions: Conditions
    each: float
    """Seconds that a picture takes on this road."""
    runs: tuple[Run, ...]
    absent: tuple[Racer, ...]
    """Those that could not run, with the reason."""
    thumbnails: bool = False
    processors: int = 1

    def work(self, run: Run) -> Work:
        """What each picture costs this racer."""
        if run.racer.group != THUMBNAILS:
            return Work(self.each)
        alone = next((one for one in self.runs if one.racer.name == "thumbnails sequential" and one.cpu), None)
        computing = (alone.cpu or 0.0) / self.conditions.pictures if alone else 0.0
        return Work(self.each, computing, self.processors if run.racer.name.endswith(PROCESSES) else 1)

    @property
    def base(self) -> float:
        """Seconds of the slowest way, one after another: measured where somebody ran it, else reckoned."""
        singles = ("single", "pixhaul sequential", "thumbnails sequential")
        for name in singles:
            for run in self.runs:
                if run.racer.name.removesuffix(".py") == name and run.verdict.word == DONE:
                    return run.seconds
        return self.conditions.pictures * self.each
