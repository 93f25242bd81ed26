"""The lesson's job: 40 pictures from the stand-in at 0.25 s, by the lesson's first program and by every strategy."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from contest import fresh
from measure import Figures, emptied, in_turn, median, run

PIXHAUL = (sys.executable, "-m", "pixhaul")
STRATEGIES = ("sequential", "threads", "asyncio", "multi")
LESSON = Path(__file__).parent.parent / "lesson"


@contextmanager
def standin(latency: float) -> Iterator[dict[str, str]]:
    """The stand-in Imgur as a process of its own; the environment that leads to it."""
    command = [*PIXHAUL, "standin", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            said = json.loads(server.stdout.readline())
            yield {"IMGUR_API": said["api"], "IMGUR_CLIENT_ID": said["client_id"]}
        finally:
            server.terminate()


def lesson(_: object, rounds: int, work: Path) -> dict[str, Any]:
    """Whole processes, the API's calls included."""
    runs: dict[str, list[Figures]] = {}
    with standin(0.25) as environment:

        def take(name: str) -> None:
            command = _single(work) if name == "single.py" else _strategy(name, emptied(work / "kept"))
            runs.setdefault(name, []).append(run(command, fresh(work) | environment))

        in_turn({name: partial(take, name) for name in ("single.py", *STRATEGIES)}, min(rounds, 3))
    rows = {name: {"seconds": round(median([one.wall for one in found]), 2)} for name, found in runs.items()}
    return {"lesson": {"title": "40 pictures at 0.25 s from the stand-in Imgur", "unit": "s", "rows": rows}}


def _strategy(name: str, folder: Path) -> tuple[str, ...]:
    at_once = ("--connections", "40", "--per-host", "40", "--strategy", name)
    return (*PIXHAUL, "get", "-q", "imgur:random", "-n", "40", "--seed", "1", "-d", str(folder), *at_once)


def _single(work: Path) -> tuple[str, ...]:
    """The lesson's program in a folder of its own, since it keeps its pictures where it stands."""
    folder = emptied(work / "lesson")
    for name in ("download.py", "single.py"):
        shutil.copy(LESSON / name, folder)
    return ("env", "-C", str(folder), sys.executable, "single.py")
