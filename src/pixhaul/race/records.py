"""Lanes from what others wrote down: the stand-in's record, or pixhaul's own trace. Pure but for reading a file."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pixhaul.errors import UsageError
from pixhaul.trace.events import short

from .chart import API, CONNECTION, KEEPING, PHASES, Bar, Lane, Transfer

MOST_SHOWN = 20_000
"""Transfers of a trace that are drawn: a page of more than that no browser likes."""


def from_record(record: dict[str, Any], start: float) -> list[Lane]:
    """A lane for each connection that the stand-in saw; moments become seconds since `start` (monotonic)."""
    rows: dict[int, list[list[Any]]] = {}
    for row in record["requests"]:
        rows.setdefault(row[0], []).append(row)
    lanes, counts = [], {"images": 0, "api": 0}
    for number, (port, opened, closed) in sorted((int(key), about) for key, about in record["connections"].items()):
        counts[port] += 1
        until = closed or max((row[4] or row[2] for row in rows.get(number, [])), default=opened)
        transfers = _transfers(rows.get(number, []), (opened - start, until - start), start)
        if port == "api":
            lanes.append(Lane(f"API, connection {counts[port]}", API, transfers))
        else:
            lanes.append(Lane(f"connection {counts[port]}", CONNECTION, transfers))
    return [lane for lane in lanes if lane.kind == API] + [lane for lane in lanes if lane.kind == CONNECTION]


def _transfers(rows: list[list[Any]], life: tuple[float, float], start: float) -> tuple[Transfer, ...]:
    made, before = [], life[0]
    for place, (_, path, came, first, ended, status, size) in enumerate(rows):
        asked, answered = came - start, (first or ended or life[1] + start) - start
        done = (ended - start) if ended else life[1]
        bars = [Bar("connecting", before, asked)] if not place and asked > before else []
        bars.append(Bar("waiting", asked, max(asked, answered)))
        if first:  # often in one write, and then of no length: the drawing shows it all the same
            bars.append(Bar("receiving", answered, max(answered, done)))
        made.append(Transfer(short(f"x://x{path}"), asked, max(asked, done), tuple(bars), status, size))
    return tuple(made)


ROUNDING = 2e-6
"""Seconds: moments in a trace are whole microseconds."""
LATEST = 1e9
"""Seconds: an event after more than thirty years of a machine's uptime is none."""


class Traced(NamedTuple):
    """One process of a trace."""

    name: str
    lanes: tuple[Lane, ...]
    left_out: int
    """Transfers beyond MOST_SHOWN."""


def from_trace(path: Path, start: float | None = None) -> list[Traced]:
    """The processes of a trace of ours, whole or cut short by a kill.

    Args:
        path: The file.
        start: The moment (monotonic seconds) that becomes 0; None: the first of each process.

    Raises:
        UsageError: It cannot be read, or is no trace of ours.
    """
    found: dict[int, _Process] = {}
    known = False
    for event in _events(path):
        known = known or event.get("cat") == "transfer" or event.get("name") == "process_name"
        try:
            found.setdefault(int(event["pid"]), _Process()).take(event)
        except (KeyError, TypeError, ValueError):
            continue  # of somebody else, who may add events to our file
    if not known:
        hint = "A trace is written by: pixhaul get ... --trace FILE"
        raise UsageError(f"{path} is no trace of pixhaul's.", hint)
    return [process.traced(start) for process in found.values()]


def _events(path: Path) -> Iterator[dict[str, Any]]:
    """The events of a file that has one a line; a last line that was cut is passed over."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    event = json.loads(line.strip().removesuffix(","))
                except (ValueError, RecursionError):
                    continue
                if isinstance(event, dict):
                    yield event
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", "Name a trace that exists.") from error


class _Process:
    """Collects the events of one process."""

    def __init__(self) -> None:
        self.name = ""
        self.names: dict[int, str] = {}
        self.spans: dict[int, list[tuple[float, float, dict[str, Any]]]] = {}
        self.bars: dict[int, list[Bar]] = {}
        self.checks: dict[int, list[Bar]] = {}
        """By the lane of the transfer."""
        self.shown = 0
        self.left_out = 0

    def take(self, event: dict[str, Any]) -> None:
        """Keep what is drawn."""
        lane, kind = int(event["tid"]), event.get("cat", event["name"])
        if event["ph"] == "M":
            self._name(kind, lane, str(event["args"]["name"]))
        elif event["ph"] == "X":
            began, length = float(event["ts"]) / 1e6, float(event["dur"]) / 1e6
            if not (abs(began) < LATEST and 0 <= length < LATEST):  # false for what is no number, too
                raise ValueError
            self._span(kind, lane, (began, began + length), event)

    def _name(self, kind: str, lane: int, name: str) -> None:
        if kind == "process_name":
            self.name = name
        else:
            self.names[lane] = name

    def _span(self, kind: str, lane: int, span: tuple[float, float], event: dict[str, Any]) -> None:
        if kind == "phase" and event["name"] in PHASES:
            if not self.left_out:
                self.bars.setdefault(lane, []).append(Bar(event["name"], *span))
        elif kind == "checking":
            self.checks.setdefault(int(event["args"]["lane"]), []).append(Bar("checking", *span))
        elif kind in ("transfer", "keeping"):
            self.left_out += self.shown >= MOST_SHOWN
            if self.shown < MOST_SHOWN:
                self.shown += 1
                self.spans.setdefault(lane, []).append((*span, event))

    def traced(self, start: float | None) -> Traced:
        """What was collected."""
        zero = start
        if zero is None:
            zero = min((span[0] for spans in self.spans.values() for span in spans), default=0.0)
        lanes = [self._lane(number, zero) for number in sorted(self.spans)]
        return Traced(self.name, tuple(lanes), self.left_out)

    def _lane(self, number: int, zero: float) -> Lane:
        spans = sorted(self.spans[number], key=lambda span: span[:2])
        kind = {"keeping": KEEPING}.get(spans[0][2]["cat"], CONNECTION)
        name = self.names.get(number, f"lane {number}")
        if name.startswith("API"):
            kind = API
        bars = sorted(self.bars.get(number, []), key=lambda bar: bar.began)
        transfers = list(_within(spans, bars, zero))
        ends = [one.ended for one in transfers]
        for bar in self.checks.get(number, []):
            place = bisect_right(ends, bar.began - zero + ROUNDING) - 1
            if place >= 0:
                late = Bar("checking", bar.began - zero, bar.ended - zero)
                transfers[place] = transfers[place]._replace(bars=(*transfers[place].bars, late))
        return Lane(name, kind, tuple(transfers))


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _within(spans: list[tuple[float, float, dict[str, Any]]], bars: Iterable[Bar], zero: float) -> Iterator[Transfer]:
    """The transfers of one lane, each with the bars that lie in it. Both come in the order of time."""
    left = list(reversed(list(bars)))
    for began, ended, event in spans:
        own = []
        while left and left[-1].began < ended:
            bar = left.pop()
            if bar.began >= began - ROUNDING:
                own.append(Bar(bar.phase, bar.began - zero, bar.ended - zero))
        about = event["args"] if isinstance(event.get("args"), dict) else {}
        if event["cat"] == "keeping" and event.get("name") in PHASES:
            own = [Bar(event["name"], began - zero, ended - zero)]
        name = str(about.get("picture", event.get("name", "")))
        status, size = _whole(about.get("status")), _whole(about.get("bytes"))
        yield Transfer(name, began - zero, ended - zero, tuple(own), status, size, str(about.get("flaw", "")))
