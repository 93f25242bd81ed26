"""What the runs of the simulated web come to: a row for each program, and how it does beside the best setting."""

from __future__ import annotations

from typing import Any

from contest import Row, summary
from measure import median
from web.hosts import BIN
from web.play import Counted, Played
from web.scenes import Scene

PLOTTED = ("far-long", "strict", "pair")
"""Scenes whose answers over time are kept."""


def row(name: str, scene: Scene, runs: list[Played]) -> Row:
    """One program in one scene: medians of time, sums of what the hosts counted."""
    results = [one.result for one in runs]
    asked = sum(host.links for host in scene.hosts)
    made = summary(results, asked)
    walls = [one.figures.wall for one in results]
    made |= {"seconds": round(median(walls), 3), "all_seconds": [round(wall, 3) for wall in walls]}
    made |= {"cut": any(one.figures.cut for one in results)} | _manners(runs)
    healthy = [_healthy(scene, one.counted) for one in runs]
    made["healthy_last"] = round(median([max(lasts) for lasts in healthy]), 2)
    made["healthy_median"] = round(median([median(lasts) for lasts in healthy]), 2)
    if name in PLOTTED:
        made["over_time"] = " ".join(map(str, over_time(runs[-1].counted)))
    return made


def _manners(runs: list[Played]) -> dict[str, Any]:
    hosts = [host for one in runs for host in one.counted.values()]

    def total(field: str) -> int:
        return sum(host[field] for host in hosts)

    return {
        "requests": total("requests"),
        "share_429": _share(total("refused"), total("requests")),
        "share_429_late": _share(total("refused_late"), total("requests_late")),
        "share_503": _share(total("unavailable"), total("requests")),
        "early": total("early"),
        "connections": total("opened"),
        "resets": total("resets"),
        "most_connections": max(host["most"] for host in hosts),
    }


def _share(part: int, whole: int) -> float:
    """In percent."""
    return round(100 * part / whole, 2) if whole else 0.0


def _healthy(scene: Scene, counted: Counted) -> list[float]:
    """When the links of each healthy host ended that sets no limit; in a scene without one, of every host."""
    free = [host for host in scene.hosts if not host.sick and host.rate == float("inf")]
    return [counted[host.name]["last"] for host in free or scene.hosts]


def over_time(counted: Counted) -> list[int]:
    """Answers of 200 in each second of a run, from all hosts."""
    each = round(1 / BIN)
    longest = max((len(host["served_by"]) for host in counted.values()), default=0)
    seconds = [0] * -(-longest // each)
    for host in counted.values():
        for number, count in enumerate(host["served_by"]):
            seconds[number // each] += count
    return seconds


def best(case: dict[str, Any]) -> str:
    """The fastest setting of the grid that lost no more than any other row; empty when there was no grid."""
    rows = case["rows"]
    fewest = min(row["missing"] for row in rows.values())
    tuned = [name for name, row in rows.items() if "--" in name and row["missing"] == fewest and not row["cut"]]
    return min(tuned, key=lambda name: rows[name]["seconds"], default="")


def of_best(case: dict[str, Any], name: str) -> float | None:
    """Speed beside the best setting: 1 is as fast. None for a row that lost more: giving up is quick."""
    rows, tuned = case["rows"], best(case)
    if not tuned or rows[name]["missing"] > rows[tuned]["missing"]:
        return None
    return float(rows[tuned]["seconds"] / rows[name]["seconds"])


def show(case: dict[str, Any]) -> None:
    """Print the table of a scene."""
    print(f"\n{case['title']} ({case['links']:,} links)")
    heads = ("seconds", "of best", "429 %", "later", "503 %", "early", "healthy", "widest")
    print(f"  {'':34}" + "".join(f"{head:>9}" for head in heads))
    for name, row in case["rows"].items():
        beside = of_best(case, name)
        fast = f"{beside:.2f}" if beside else ""
        words = f"  {name:34}{row['seconds']:9.2f}{fast:>9}{row['share_429']:9.2f}{row['share_429_late']:9.2f}"
        words += f"{row['share_503']:9.2f}{row['early']:9}{row['healthy_last']:9.2f}{row['most_connections']:9}"
        words += "  cut off" if row["cut"] else ""
        print(words + "".join(f"  {row[kind]:,} {kind}" for kind in ("wrong", "missing", "resets") if row[kind]))
