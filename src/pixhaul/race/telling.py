"""The race for other programs: an object a racer, and a trace of all of them. Pure but for the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from pixhaul.trace.events import Event, complete, named
from pixhaul.trace.lanes import Row
from pixhaul.trace.writer import TraceFile

from .chart import KEEPING, Bar, Transfer, predict, spent
from .chart import fetched as pictures_of
from .models import Race, Run
from .verdict import DONE

FIRST = 10
"""The first lane of a process in the trace."""


def record(run: Run, race: Race) -> dict[str, Any]:
    """One racer, for a line of JSON. Seconds, bytes; `phases` are seconds of all transfers together."""
    curve = run.curve
    foreseen = predict(race.conditions.pictures, race.work(run), curve.most)
    return {
        "racer": run.racer.name,
        "group": run.racer.group,
        "verdict": run.verdict.word,
        "detail": run.verdict.detail,
        "seconds": round(run.seconds, 3),
        "times_faster": round(race.base / run.seconds, 2) if run.verdict.word == DONE and run.seconds else None,
        "predicted": round(foreseen.seconds, 3) if foreseen else None,
        "most_at_once": curve.most,
        "mean_at_once": round(curve.mean, 2),
        "cpu": None if run.cpu is None else round(run.cpu, 3),
        "memory": run.memory,
        "requests": run.requests,
        "api_requests": run.api_requests,
        "connections": run.connections,
        "pictures": race.conditions.pictures,
        "right": run.right,
        "wrong": list(run.wrong),
        "phases": {phase: round(seconds, 4) for phase, seconds in spent(pictures_of(run.lanes)).items()},
        "lanes_from": run.source,
        "standin_cpu": round(run.standin_cpu, 4),
    }


def summary(race: Race, page: str, code: int) -> dict[str, Any]:
    """The last line of JSON."""
    seconds = sum(run.seconds for run in race.runs)
    used = sum(run.standin_cpu for run in race.runs)
    return {
        "summary": {
            "racers": len(race.runs),
            "left_out": {racer.name: racer.missing for racer in race.absent},
            "one_by_one": round(race.base, 3),
            "standin_share": round(used / seconds, 4) if seconds else None,
            "page": page,
            "exit": code,
        }
    }


def write_trace(race: Race, path: str, warn: Callable[[str], None]) -> None:
    """All racers in one trace, a process each, every one from the moment 0. Raises UsageError."""
    with closing(TraceFile(path, warn)) as file:
        for number, run in enumerate(race.runs, 1):
            file.add(events(run, number))


def events(run: Run, process: int) -> Iterator[Event]:
    """One racer as a process of a trace."""
    yield named("process_name", (process, 0), run.racer.name)
    late: list[tuple[Bar, Transfer, int]] = []
    for number, lane in enumerate(run.lanes, FIRST):
        yield named("thread_name", (process, number), lane.name)
        kind = "keeping" if lane.kind == KEEPING else "transfer"
        for one in lane.transfers:
            yield from _transfer(one, kind, (process, number))
            late += [(bar, one, number) for bar in one.bars if bar.phase == "checking"]
    yield from _checks(late, process, FIRST + len(run.lanes))


def _transfer(one: Transfer, kind: str, place: tuple[int, int]) -> Iterator[Event]:
    about: dict[str, Any] = {"picture": one.name, "status": one.status, "bytes": one.size}
    about |= {"flaw": one.flaw} if one.flaw else {}
    began = min([one.began, *(bar.began for bar in one.bars)])
    called = one.bars[0].phase if kind == "keeping" and one.bars else one.name
    yield complete(kind, called, (began, one.ended), place, about)
    for bar in one.bars:
        if kind == "transfer" and bar.phase != "checking":
            yield complete("phase", bar.phase, (bar.began, bar.ended), place)


def _checks(late: list[tuple[Bar, Transfer, int]], process: int, first: int) -> Iterator[Event]:
    """Checks in lanes of their own: a connection may be at the next transfer meanwhile."""
    row = Row()
    for bar, one, lane in sorted(late, key=lambda found: found[0].ended):
        place = (process, first + row.place(bar.began, bar.ended))
        yield complete("checking", "checking", (bar.began, bar.ended), place, {"picture": one.name, "lane": lane})
