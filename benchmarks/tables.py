"""The tables that README.md and docs/benchmarks.md show, as Markdown, from benchmarks/results/."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from results import load
from web.scenes import PLAYED
from web.tally import best, of_best

Case = dict[str, Any]
BUSY = 4.0
"""The load average above which a machine of two cores had more to do than the benchmark, its server and one program."""
README = ("pixhaul", "curl", "wget2", "aria2c", "urllib in threads", "img2dataset", "gallery-dl")


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; all columns but the first are figures."""
    lines = [heads, ["---", *["--:"] * (len(heads) - 1)], *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def contest(name: str) -> str:
    """Every case of a benchmark in which programs do the same job."""
    return "\n".join(f"**{case['title']}**\n\n{_contest(case)}" for case in load(name).get("cases", {}).values())


def _contest(case: Case) -> str:
    floor = bool(case.get("floor"))
    last = "of the floor" if floor else "of curl"
    heads = ("program", "seconds", last, "CPU ms a picture", "peak MB", "right", "missing or wrong")
    rows = []
    for name, row in case["rows"].items():
        few = "" if row["links"] == case["links"] else f" ({row['links']:,} links)"
        to = row["to_floor"] if floor else row["to"].get("curl")
        beside = f"{to:.2f}" if to else ""
        costs = (f"{row['seconds']:.2f}", beside, f"{row['cpu_ms']:.2f}", f"{row['memory_mb']:,.0f}")
        rows.append((name + few, *costs, f"{row['right']:,}", f"{row['missing'] + row['wrong']:,}"))
    return markdown(heads, rows)


def web() -> str:
    """Every scene."""
    return "\n".join(f"**{case['title']}** ({case['links']:,} links)\n\n{_scene(case)}" for case in scenes())


def scenes() -> list[Case]:
    """What was measured of the simulated web, in the order of the scenes."""
    cases = load("web").get("cases", {})
    return [cases[name] for name in PLAYED if name in cases]


def _scene(case: Case) -> str:
    heads = ("program", "seconds", "right", "missing", "429 %", "after 10 s", "503 %", "too early", "resets", "widest")
    rows = []
    for name, row in case["rows"].items():
        seconds = f"cut off at {case['limit']:.0f}" if row["cut"] else f"{row['seconds']:.1f}"
        refused = (f"{row['share_429']:.1f}", f"{row['share_429_late']:.1f}", f"{row['share_503']:.1f}")
        counts = tuple(f"{row[kind]:,}" for kind in ("early", "resets", "most_connections"))
        rows.append((name, seconds, f"{row['right']:,}", f"{row['missing']:,}", *refused, *counts))
    return markdown(heads, rows)


def defaults() -> str:
    """pixhaul's defaults beside the best setting, scene by scene."""
    heads = ("scene", "best by hand", "first run", "second run", "429 %", "after 10 s", "503 %", "too early")
    rows = []
    for case in scenes():
        if tuned := best(case):
            first = case["rows"]["pixhaul"]
            setting = f"{tuned.removeprefix('pixhaul ')}: {case['rows'][tuned]['seconds']:.1f} s"
            shares = [f"{of_best(case, name):.2f}" for name in ("pixhaul", "pixhaul, second run")]
            manners = [f"{first[kind]:.1f}" for kind in ("share_429", "share_429_late", "share_503")]
            rows.append((case["title"], setting, *shares, *manners, f"{first['early']}"))
    return markdown(heads, rows)


def healthy() -> str:
    """When the links of the healthy hosts ended, with and without sick ones."""
    cases = load("web").get("cases", {})
    if not {"crowd", "crowd-healthy"} <= set(cases):
        return ""
    rows = []
    for name, alone in cases["crowd-healthy"]["rows"].items():
        beside = cases["crowd"]["rows"].get(name)
        if beside and "--" not in name:
            last = (alone["healthy_last"], beside["healthy_last"])
            whole = not alone["missing"] and not beside["missing"]
            ratio = f"{last[1] / last[0]:.2f}" if whole else "incomplete"
            rows.append((name, f"{last[0]:.1f}", f"{last[1]:.1f}", ratio, f"{beside['missing']:,}"))
    return markdown(("program", "alone, s", "beside sick ones, s", "ratio", "missing"), rows)


def plain(name: str) -> str:
    """Tables whose rows say themselves what they hold."""
    said = []
    for case in load(name).get("cases", {}).values():
        heads = list(dict.fromkeys(key for row in case["rows"].values() for key in row))
        rows = [
            (title, *[f"{row[key]:,}" if key in row else "" for key in heads]) for title, row in case["rows"].items()
        ]
        said.append(f"**{case['title']}**\n\n{markdown(('', *heads), rows)}")
    return "\n".join(said)


def short() -> str:
    """README's table: seconds by program for the jobs that anybody has."""
    wanted = {
        "10,000 of 46 KB": ("flood", "plain"),
        "the same over TLS": ("flood", "tls"),
        "500 of 1 to 3 MB": ("large", "large"),
        "4,000 at 0.25 s, 256 at once": ("waits", "256"),
    }
    found = {title: load(name).get("cases", {}).get(case) for title, (name, case) in wanted.items()}
    jobs = {title: case for title, case in found.items() if case}
    rows = []
    for name in README:
        cells = [case["rows"].get(name) for case in jobs.values()]
        rows.append((name, *[_seconds(cell, case) for cell, case in zip(cells, jobs.values(), strict=True)]))
    return markdown(("seconds", *jobs), [row for row in rows if any(row[1:])]) + _busy(list(jobs.values()))


def _busy(cases: list[Case]) -> str:
    """A warning when other work ran on the machine while these were measured."""
    load = max((case.get("load", 0.0) for case in cases), default=0.0)
    warning = (
        f"Other work ran on the machine at that time (load {load} on two cores): read the ratios, and those roughly."
    )
    return f"\n{warning}\n" if load > BUSY else ""


def _seconds(row: Case | None, case: Case) -> str:
    if row is None:
        return ""
    star = "" if row["links"] == case["links"] else "*"
    return f"{row['seconds']:.2f}{star}" + (" (incomplete)" if row["missing"] else "")


def machine() -> str:
    """What was measured when and where, how busy the machine was, and with which versions."""
    said = []
    for name in ("flood", "large", "waits", "web", "memory", "kept", "start", "lesson"):
        if document := load(name):
            loads = [case["load"] for case in document["cases"].values() if "load" in case]
            busy = f"{min(loads)} to {max(loads)}" if loads else "not noted"
            where = ", ".join(f"{value}" for value in list(document["machine"].values())[1:])
            said.append(f"* {name}: {document['date']}, {document['machine']['cores']} cores, load {busy}, {where}\n")
    versions = load("flood").get("versions", {})
    return "".join(said) + "* " + "; ".join(f"{name}: {version}" for name, version in versions.items()) + "\n"


BLOCKS: dict[str, Callable[[], str]] = {
    "short": short,
    "flood": partial(contest, "flood"),
    "large": partial(contest, "large"),
    "waits": partial(contest, "waits"),
    "web": web,
    "defaults": defaults,
    "healthy": healthy,
    "memory": partial(plain, "memory"),
    "kept": partial(plain, "kept"),
    "start": partial(plain, "start"),
    "lesson": partial(plain, "lesson"),
    "machine": machine,
}
"""By the name in the mark on the page. Each ends in a line break."""
