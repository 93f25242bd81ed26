"""What a program costs besides transfers: memory for long lists, lists that are kept already, and the start."""

from __future__ import annotations

import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from contest import fresh
from kept import keep, write_list
from measure import Figures, emptied, in_turn, median, run
from peers import OUT, PROGRAMS, Program, Task
from web.play import serving

HELD = 10.0
"""Seconds after which a program that holds a list has shown what it needs."""
BEARABLE = 400.0
"""MB for 100,000 links above which a program is not asked to hold a million."""
PIXHAUL = (sys.executable, "-m", "pixhaul")
Case = dict[str, Any]


def memory(programs: dict[str, Program], _: int, work: Path) -> dict[str, Case]:
    """Peak memory of each program while it holds a list, and of `pixhaul get -g` over one."""
    rows = {name: holding(program, work) for name, program in programs.items()}
    title = f"Peak memory in the first {HELD:.0f} s with a list of so many links, 8 connections, 0.25 s an answer"
    found = {"holding": {"title": title, "unit": "MB", "rows": rows}}
    if "pixhaul" in programs:
        found["printing"] = {"title": "pixhaul get -g", "unit": "MB or seconds", "rows": {"pixhaul": printing(work)}}
    return found


def holding(program: Program, work: Path) -> dict[str, float]:
    """MB by number of links; a million only where that can be borne."""
    found: dict[str, float] = {}
    for count in (10_000, 100_000, 1_000_000):
        if count == 1_000_000 and found["100,000 links"] > BEARABLE:
            break
        with serving("wait", {}) as bases:
            links = [f"{bases['wait']}/wait-{number:07}.jpg" for number in range(count)]
            task = Task(links, emptied(work / "kept"), emptied(work / "notes"), 8)
            figures = run(program.command(task), fresh(work), HELD)
        found[f"{count:,} links"] = round(figures.memory / 1024, 1)
    counts = [int(name.split()[0].replace(",", "")) for name in found]
    sizes = list(found.values())
    found["bytes a link"] = round((sizes[-1] - sizes[0]) * 1024 * 1024 / (counts[-1] - counts[0]))
    return found


def printing(work: Path) -> dict[str, float]:
    """Peak, whole time, and time to the first link of `get -g` over two lists."""
    found = {}
    for count in (10_000, 1_000_000):
        listed = write_list(emptied(work / "notes") / "long.txt", count)
        command = (*PIXHAUL, "get", "-g", "-i", str(listed))
        figures = run(command, fresh(work))
        found[f"{count:,} links, MB"] = round(figures.memory / 1024, 1)
        found[f"{count:,} links, s"] = round(figures.wall, 2)
        found[f"{count:,} links, first after s"] = round(_first_line(command), 2)
    return found


def _first_line(command: tuple[str, ...]) -> float:
    begun = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        passed = time.monotonic() - begun
        child.kill()
    return passed


def kept(programs: dict[str, Program], rounds: int, work: Path) -> dict[str, Case]:
    """The same command once more, when all of its list is kept."""
    rows = {f"{count:,} links": recognised(count, min(rounds, 3), work) for count in (10_000, 100_000, 1_000_000)}
    title = "pixhaul get -i LIST, when every picture of the list is there"
    return {"kept": {"title": title, "unit": "", "rows": rows}} if "pixhaul" in programs else {}


def recognised(count: int, rounds: int, work: Path) -> dict[str, float]:
    """Seconds and MB of the whole command."""
    directory, notes = emptied(work / "kept"), emptied(work / "notes")
    keep(directory, count, "jpg", b"a picture that nobody looks into")
    listed = write_list(notes / "long.txt", count)
    command = (*PIXHAUL, "get", "-i", str(listed), "-d", str(directory))
    runs = [run(command, fresh(work)) for _ in range(rounds + 1)][1:]
    seconds = median([one.wall for one in runs])
    return {
        "s": round(seconds, 2),
        "us a link": round(seconds * 1e6 / count, 1),
        "CPU s": round(median([one.cpu for one in runs]), 2),
        "MB": round(median([one.memory for one in runs]) / 1024, 1),
        "exit": max(one.code for one in runs),
    }


def start(programs: dict[str, Program], rounds: int, work: Path) -> dict[str, Case]:
    """From nothing to the end of --help, beside a bare Python that imports argparse."""
    commands = {"python, import argparse": (sys.executable, "-c", "import argparse")}
    commands |= {name: helped[name] for name in programs if name in (helped := _helps())}
    runs: dict[str, list[Figures]] = {name: [] for name in commands}

    def take(name: str) -> None:
        runs[name].append(run(commands[name], fresh(work)))

    in_turn({name: partial(take, name) for name in commands}, max(9, rounds) + 1)
    rows = {
        name: {
            "ms": round(median([one.wall for one in found[1:]]) * 1000, 1),
            "MB": round(median([one.memory for one in found[1:]]) / 1024, 1),
        }
        for name, found in runs.items()
    }
    return {"start": {"title": "Start: from nothing to the end of --help", "unit": "", "rows": rows}}


def _helps() -> dict[str, tuple[str, ...]]:
    return {
        "pixhaul": (*PIXHAUL, "--help"),
        "gallery-dl": (str(OUT / "gallery-dl/bin/gallery-dl"), "--help"),
        "img2dataset": (str(OUT / "img2dataset/bin/img2dataset"), "--help"),
    } | {name: (PROGRAMS[name].version[0], "--help") for name in ("curl", "wget2", "aria2c")}


def show(case: Case) -> None:
    """Print a table of plain figures."""
    print(f"\n{case['title']}")
    for name, row in case["rows"].items():
        print(f"  {name:26}" + "   ".join(f"{key} {value:,}" for key, value in row.items()))
