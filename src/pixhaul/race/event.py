"""The race itself: one racer after another on the same road, each measured, checked and judged."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

from . import heat
from .chart import API, Lane, Transfer, curve, fetched
from .harvest import Harvest, harvest
from .models import RECORD, TRACE, Run
from .racers import OURS, Racer, search_path
from .records import from_record, from_trace
from .road import Road
from .verdict import CRASHED, Facts, Verdict, is_flood, verdict

NO_RECORD: dict[str, Any] = {"connections": {}, "requests": [], "missed": 0, "cpu": 0.0}
"""Of a stand-in that is not there any more."""


def race(racers: Iterable[Racer], road: Road, deadline: float) -> Generator[Run, None, None]:
    """Let each run, for at most so many seconds; yield what came of it. Closing it ends whoever is running."""
    for racer in racers:
        with tempfile.TemporaryDirectory(prefix="pixhaul-race-", ignore_cleanup_errors=True) as name:
            yield _one(racer, road, Path(name), deadline)


def _one(racer: Racer, road: Road, base: Path, deadline: float) -> Run:
    road.begin()
    folder, trace = base / "here", base / "trace.json"
    folder.mkdir()
    places = road.write_lists(base) | {"trace": str(trace), "directory": str(folder)}
    known = {
        "IMGUR_API": road.standin.api,
        "IMGUR_CLIENT_ID": road.standin.client_id,
        "PICTURES": str(road.conditions.pictures),
        "PIXHAUL_CACHE_DIR": str(base),  # what one racer learns of the road is not known to the next
        "RACE_LINKS": places["links"],
        "RACE_DIRECTORY": places["directory"],
    }
    command = [_filled(word, places) for word in racer.command]
    pictures = road.conditions.pictures
    rules = heat.Rules(deadline, lambda: is_flood(pictures, *road.traffic()))
    try:
        ran = heat.run(command, folder, heat.environment(known, search_path()), rules)
    except OSError as error:
        return _unstarted(racer, error)
    record = road.record()
    if record is None:
        ran, record = ran._replace(stopped=heat.DOWN), NO_RECORD
    paths = {row[1] for row in record["requests"] if _is_picture_port(record, row)}
    truth = frozenset(one.sha256 for one in (*road.job, *road.learn(sorted(paths))))
    return _judged(racer, ran, record, harvest(folder, truth), (road, trace, deadline))


def _filled(word: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        word = word.replace(f"{{{name}}}", value)
    return word


def _is_picture_port(record: dict[str, Any], row: list[Any]) -> bool:
    about = record["connections"].get(str(row[0]))
    return about is not None and about[0] == "images"


def _judged(
    racer: Racer, ran: heat.Heat, record: dict[str, Any], kept: Harvest, where: tuple[Road, Path, float]
) -> Run:
    road, trace, deadline = where
    lanes = from_record(record, ran.start)
    asked = len(fetched(lanes)) + record["missed"]
    facts = Facts(
        road.conditions.pictures,
        min(len(kept.right), road.conditions.pictures),
        kept.wrong,
        ran.code,
        ran.stopped,
        ran.said,
        asked,
        _open_at_once(record),
        deadline,
        racer.group == OURS,
    )
    drawn, source, left_out = _best(racer, trace, lanes, ran.start)
    return Run(
        racer,
        verdict(facts),
        ran.seconds,
        ran.cpu,
        ran.memory,
        asked,
        sum(len(lane.transfers) for lane in lanes if lane.kind == API),
        sum(lane.kind != API for lane in lanes),
        facts.right,
        kept.wrong,
        tuple(drawn),
        source,
        record["cpu"],
        left_out,
    )


def _open_at_once(record: dict[str, Any]) -> int:
    """Connections to the picture port that were open at the same moment, at the most."""
    lives = [about for about in record["connections"].values() if about[0] == "images"]
    end = max((max(about[1:]) for about in lives), default=0.0)
    return curve(Transfer("", opened, closed or end + 1.0) for _, opened, closed in lives).most


def _best(racer: Racer, trace: Path, lanes: list[Lane], start: float) -> tuple[list[Lane], str, int]:
    """What pixhaul wrote down itself where it did, for it knows more phases; else what the stand-in saw."""
    if racer.group == OURS and trace.exists():
        found = from_trace(trace, start)
        if found:
            return [lane for one in found for lane in one.lanes], TRACE, sum(one.left_out for one in found)
    return lanes, RECORD, 0


def _unstarted(racer: Racer, error: OSError) -> Run:
    why = Verdict(CRASHED, f"it could not be started: {error.strerror}")
    return Run(racer, why, 0.0, None, None, 0, 0, 0, 0, (), (), RECORD)
