"""Programs in the simulated web: one run of one program in one scene, with a server that has seen nobody before."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from contest import Result
from corpus import picture
from measure import emptied, free_port, run
from output import compare
from peers import Program, Task
from web.hosts import Desk
from web.scenes import SCENES, SEED, Scene, links
from web.server import STRIDE

FOLDER = Path(__file__).parent.parent
TRIES = 5
"""Times that each program may ask for a link: pixhaul's default."""

PORT = free_port("127.77.0.1" if sys.platform == "linux" else "127.0.0.1")
"""Of all hosts, in all runs: what a program remembers of a host must be true in its next run."""
Counted = dict[str, dict[str, Any]]


class Played(NamedTuple):
    """One run."""

    result: Result
    counted: Counted
    """What each host has seen."""


@contextmanager
def serving(name: str, counted: Counted) -> Iterator[dict[str, str]]:
    """A server for one run; where its hosts are. `counted` is filled in at the end."""
    command = [sys.executable, "-m", "web.server", name, str(PORT)]
    server = subprocess.Popen(command, cwd=FOLDER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(server.stdout.readline())
        counted.update(json.loads(server.communicate()[0]))
    finally:
        server.kill()
        server.communicate()


def wanted(scene: Scene, bases: dict[str, str]) -> list[tuple[str, str | None]]:
    """Every link, each with the SHA-256 of its picture; None where a healthy client gets nothing."""
    number = {host.name: place for place, host in enumerate(scene.hosts)}
    desks = {host.name: Desk(host, SEED) for host in scene.hosts}
    found: list[tuple[str, str | None]] = []
    for host, link in links(scene):
        data, extension = picture("tiny", number[host.name] * STRIDE + link)
        nothing = host.sick or desks[host.name].absent(link)
        address = f"{bases[host.name]}/{host.name}-{link:06}.{extension}"
        found.append((address, None if nothing else hashlib.sha256(data).hexdigest()))
    return found


def play(name: str, program: Program, work: Path, environment: dict[str, str], extra: tuple[str, ...] = ()) -> Played:
    """One run."""
    scene: Scene = SCENES[name]
    counted: Counted = {}
    folder, notes = emptied(work / "kept"), emptied(work / "notes")
    with serving(name, counted) as bases:
        found = wanted(scene, bases)
        task = Task([address for address, _ in found], folder, notes, tries=TRIES, extra=extra)
        figures = run(program.command(task), environment, scene.limit)
    kept = compare(folder, {digest for _, digest in found if digest})
    emptied(folder)
    return Played(Result(figures, kept), counted)
