"""Several programs do the same job in turn: what each run cost, and whether the pictures are right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from measure import Figures, emptied, in_turn, median, run
from output import Kept, compare
from peers import Program, Task, trusting

Row = dict[str, Any]


class Case(NamedTuple):
    """One job."""

    name: str
    title: str
    links: list[str]
    digests: list[str]
    """The SHA-256 of each link's picture."""
    width: int
    """Transfers at once."""
    authority: Path | None = None
    latency: float = 0.0
    """Seconds that the server waits before each answer."""
    rounds: int = 5
    """Counted runs, at most."""

    @property
    def floor(self) -> float | None:
        """Seconds below which nobody can be, because every answer takes that long; None where nothing waits."""
        return -(-len(self.links) // self.width) * self.latency or None

    def share(self, program: Program) -> int:
        """How many of the links a program is given: slow ones get fewer, and over TLS fewer still."""
        if program.alone and self.latency:
            return min(len(self.links), int(5 / self.latency))
        return min(len(self.links), program.most // 4 if self.authority else program.most)


class Result(NamedTuple):
    """One run."""

    figures: Figures
    kept: Kept


class Contest:
    """One case, with a place for what comes of it."""

    def __init__(self, case: Case, place: Path, extra: tuple[str, ...] = ()) -> None:
        self._case, self._place, self._extra = case, place, extra
        self.results: dict[str, list[Result]] = {}

    def take(self, name: str, program: Program) -> None:
        """One run of one program, in an empty folder and with an empty cache."""
        case, count = self._case, self._case.share(program)
        folder, notes = emptied(self._place / "kept"), emptied(self._place / "notes")
        task = Task(case.links[:count], folder, notes, case.width, authority=case.authority, extra=self._extra)
        figures = run(program.command(task), fresh(notes) | trusting(case.authority))
        kept = compare(folder, set(case.digests[:count]))
        self.results.setdefault(name, []).append(Result(figures, kept))
        emptied(folder)

    def run(self, programs: Mapping[str, Program], rounds: int) -> None:
        """Every program once a round, after one round that does not count."""
        steps = {name: partial(self.take, name, program) for name, program in programs.items()}
        in_turn(steps, 1)
        self.results.clear()
        in_turn(steps, min(rounds, self._case.rounds))

    def rows(self, programs: Mapping[str, Program]) -> dict[str, Row]:
        """The medians of each program, and how it compares, round by round."""
        whole = len(self._case.links)
        walls = {
            name: [one.figures.wall * whole / self._case.share(programs[name]) for one in results]
            for name, results in self.results.items()
        }
        rows = {}
        for name, results in self.results.items():
            row = summary(results, self._case.share(programs[name]))
            row["seconds"] = round(median(walls[name]), 3)
            row["all_seconds"] = [round(wall, 3) for wall in walls[name]]
            row["to"] = {other: ratio(walls[name], walls[other]) for other in ("curl", "wget2") if other in walls}
            row["to_floor"] = round(row["seconds"] / self._case.floor, 3) if self._case.floor else None
            rows[name] = row
        return rows


def fresh(notes: Path) -> dict[str, str]:
    """Environment for a program that has never run here: an empty cache and no settings."""
    return settled(emptied(notes / "home"))


def settled(home: Path) -> dict[str, str]:
    """Environment for a program whose cache lies there."""
    return {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "PIXHAUL_CACHE_DIR": str(home / "pixhaul")}


def summary(results: list[Result], links: int) -> Row:
    """What all runs of one program come to. Right, wrong and missing are those of the worst run."""
    worst = min((one.kept for one in results), key=lambda kept: (kept.right, -kept.wrong))
    return {
        "runs": len(results),
        "links": links,
        "cpu_ms": round(median([one.figures.cpu for one in results]) * 1000 / links, 3),
        "memory_mb": round(median([one.figures.memory for one in results]) / 1024, 1),
        "right": worst.right,
        "wrong": worst.wrong,
        "missing": worst.missing,
        "exits": sorted({one.figures.code for one in results}),
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
    }


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the ratios of runs in the same round."""
    return round(median([one / other for one, other in zip(ours, theirs, strict=True)]), 3)
