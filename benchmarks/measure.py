"""A command as a whole process: wall, CPU, memory; several commands in turn, so that all see the same machine."""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
LAUNCH = HERE / "launch.py"
MEMORY = Path("/dev/shm")  # noqa: S108 - a memory file system, so that the disk is not what is measured
LONGEST = 600.0
"""Seconds after which a run is cut off."""


class Figures(NamedTuple):
    """One run."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds, user and system, of all its processes."""
    memory: int
    """Peak of all its processes together, in KB."""
    code: int
    """How it exited; -9 when it was cut off."""
    cut: bool
    """Whether it was ended because its time was over."""


def run(command: Sequence[str], environment: Mapping[str, str] | None = None, limit: float = LONGEST) -> Figures:
    """Run it once, without its output, for at most so many seconds."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.NamedTemporaryFile() as report:
        launch = [sys.executable, "-I", "-S", str(LAUNCH), report.name, str(limit), *command]
        with subprocess.Popen(launch, env=kept | dict(environment or {})) as launched:
            try:
                launched.wait()
            finally:
                launched.terminate()  # nothing when it has ended; else we are leaving, and so must what it runs
        return Figures(**json.loads(Path(report.name).read_text()))


def in_turn(steps: Mapping[str, Callable[[], None]], rounds: int) -> None:
    """Take every step once a round: so a slow minute of the machine is everybody's."""
    for _ in range(rounds):
        for step in steps.values():
            step()


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return float(statistics.median(values))


def place(asked: str = "") -> Path:
    """A new folder for what the programs download; in memory unless another place is asked for."""
    base = Path(asked) if asked else (MEMORY if MEMORY.is_dir() else HERE / "out")
    base.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix="pixhaul-bench-", dir=base))
    made.chmod(0o755)  # nginx's worker is another user
    return made


def free_port(address: str = "127.0.0.1") -> int:
    """A port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def emptied(folder: Path) -> Path:
    """The folder, with nothing in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
