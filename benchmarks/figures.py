"""Which charts there are, drawn from benchmarks/results/."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chart import Bar, Line, Panel, bars, lines
from results import load
from tables import scenes

Case = dict[str, Any]
SHOWN = ("pixhaul", "pixhaul, second run", "curl", "urllib in threads", "aria2c")
"""Lines of the plot over time; more would hide each other."""
FEWEST = 2
"""Seconds of a program that gave up at once, and is not drawn."""
LONGEST = 60
"""Seconds that the plot shows."""


def floods() -> str:
    """Pictures a second: floods and large pictures."""
    cases = load("flood")["cases"] | load("large").get("cases", {})
    groups = {}
    for case in cases.values():
        speeds = {name: case["links"] / row["seconds"] for name, row in case["rows"].items()}
        most = max(speeds.values())
        groups[case["title"]] = [
            Bar(name, speed / most, f"{speed:,.0f} a second" + _lost(case["rows"][name]))
            for name, speed in sorted(speeds.items(), key=lambda pair: -pair[1])
        ]
    note = "Pictures a second, longer is better. pixhaul and img2dataset check them; the others do not."
    return bars("Without delay, from nginx on the same machine", note, groups)


def waits() -> str:
    """Share of the best possible speed when every answer takes a quarter of a second."""
    groups = {}
    for case in load("waits")["cases"].values():
        rows = sorted(case["rows"].items(), key=lambda pair: pair[1]["to_floor"])
        groups[case["title"]] = [
            Bar(name, 1 / row["to_floor"], f"{100 / row['to_floor']:.0f} %" + _lost(row)) for name, row in rows
        ]
    note = "Share of the speed that nobody can exceed, because every answer takes that long. Longer is better."
    return bars("Waiting for answers", note, groups)


def _lost(row: Case) -> str:
    return f", {100 * row['missing'] / row['links']:.0f} % missing" if row["missing"] else ""


def web() -> str:
    """How many of the pictures each program brings home from each scene, how soon, and how often it was refused."""
    groups = {
        case["title"]: [_brought(name, row) for name, row in case["rows"].items() if "--" not in name]
        for case in scenes()
    }
    note = "Share of the pictures that arrive, and when. pixhaul is told nothing, the others 64 connections, 5 tries."
    return bars("A simulated web", note, groups)


def _brought(name: str, row: Case) -> Bar:
    share = row["right"] / (row["right"] + row["missing"])
    soon = row["healthy_last"] if row["cut"] and share == 1 else row["seconds"]
    said = f"{'all' if share == 1 else f'{int(1000 * share) / 10:.1f} %'} in {soon:.1f} s"
    said += " (cut off later)" if soon < row["seconds"] else " (cut off)" if row["cut"] else ""
    refused = row["share_429"] + row["share_503"]
    return Bar(name, share, said + (f", {refused:.0f} % refused" if refused >= 0.5 else ""))


def over_time() -> str:
    """Answers a second over time in two scenes."""
    cases = load("web")["cases"]
    panels = [_over_time(cases[name]) for name in ("strict", "far-long") if name in cases]
    note = "Pictures answered in each second. pixhaul is told nothing; the others are told 64 connections."
    return lines("Finding the speed that a host bears", note, panels)


def _over_time(case: Case) -> Panel:
    found = []
    for colour, name in enumerate(SHOWN):
        points = [int(value) for value in case["rows"].get(name, {}).get("over_time", "").split()]
        if len(points) > FEWEST:
            found.append(Line(name, points[:LONGEST], colour))
    return Panel(case["title"], found)


CHARTS: dict[str, tuple[tuple[str, ...], Callable[[], str]]] = {
    "flood": (("flood",), floods),
    "waits": (("waits",), waits),
    "web": (("web",), web),
    "over-time": (("web",), over_time),
}
"""The name of each file, the results that it needs, and who draws it."""
