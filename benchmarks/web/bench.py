"""The simulated web: pixhaul by default, again with what it remembers, by a grid of settings; and its peers."""

from __future__ import annotations

import shlex
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from contest import fresh, settled
from measure import in_turn
from peers import Program
from web import tally
from web.play import Played, play
from web.scenes import SCENES


class Entry(NamedTuple):
    """One way to play a scene."""

    program: Program
    extra: tuple[str, ...] = ()
    again: bool = False
    """Whether what the run before has remembered is there."""


def entries(name: str, programs: dict[str, Program], grid: bool, extra: tuple[str, ...]) -> dict[str, Entry]:
    """All ways to play a scene, by the name of their row."""
    found: dict[str, Entry] = {}
    for title, program in programs.items():
        found[title] = Entry(program, extra if title == "pixhaul" else ())
        if title == "pixhaul":
            found["pixhaul, second run"] = Entry(program, extra, again=True)
            settings = SCENES[name].grid if grid else ()
            found |= {f"pixhaul {setting}": Entry(program, tuple(shlex.split(setting))) for setting in settings}
    return found


def scene(name: str, ways: dict[str, Entry], rounds: int, work: Path) -> dict[str, Any]:
    """Play one scene in all ways, in turn; the table of it."""
    runs: dict[str, list[Played]] = {title: [] for title in ways}

    def take(title: str, entry: Entry) -> None:
        environment = settled(work / "home") if entry.again else fresh(work)
        runs[title].append(play(name, entry.program, work, environment, entry.extra))

    in_turn({title: partial(take, title, entry) for title, entry in ways.items()}, rounds)
    chosen = SCENES[name]
    rows = {title: tally.row(name, chosen, played) for title, played in runs.items()}
    links = sum(host.links for host in chosen.hosts)
    return {"title": chosen.title, "links": links, "limit": chosen.limit, "learns": chosen.learns, "rows": rows}
