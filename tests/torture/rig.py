"""What the torture tests share: a program whose file-system calls fail, many pictures, and what must always be true."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from hostile import Hostile, answer
from pictures import png
from pixhaul.verify import verify
from program import BARE

HERE = Path(__file__).parent
QUICK = os.environ.get("TORTURE") == "quick"


class Truth(NamedTuple):
    """Pictures on a server, and the only bytes that each may ever have."""

    links: list[str]
    bodies: dict[str, bytes]
    """By the path on the server."""
    digests: frozenset[bytes]


def serve(server: Hostile, count: int, least: int, most: int, pause: float = 0.0) -> Truth:
    """That many pictures, each of its own size and bytes, each answer after a pause in seconds."""
    sizes = random.Random(count)
    bodies = {f"/{number}.png": png(number, padding=sizes.randrange(least, most)) for number in range(count)}
    for path, body in bodies.items():
        whole = answer(body)
        server.routes[path] = lambda _, whole=whole: [pause, whole] if pause else whole  # type: ignore[misc]
    digests = frozenset(hashlib.sha256(body).digest() for body in bodies.values())
    return Truth([server.url(path) for path in bodies], bodies, digests)


def listed(truth: Truth, folder: Path) -> str:
    """A list file of the links."""
    place = folder / "links.txt"
    place.write_text("\n".join(truth.links) + "\n")
    return str(place)


def whole(directory: Path) -> dict[str, bytes]:
    """The digests of all that lies under final names, by name."""
    files = (path for path in directory.rglob("*") if path.is_file() and ".pixhaul" not in path.parts)
    return {path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).digest() for path in files}


def torn(directory: Path, truth: Truth) -> list[str]:
    """Names of files that are not, byte for byte, one of the pictures."""
    return [name for name, digest in whole(directory).items() if digest not in truth.digests]


def results(text: str) -> list[dict[str, object]]:
    """The JSON lines about links; a last line that a kill has cut is left away."""
    found = [json.loads(line) for line in text.splitlines() if line.startswith("{") and line.endswith("}")]
    return [one for one in found if "summary" not in one]


def finished(directory: Path, truth: Truth) -> list[str]:
    """What is wrong with a directory that should hold every picture once and a whole ledger; nothing if nothing is."""
    there = Counter(whole(directory).values())
    wrong = [f"{count} copies of one picture" for count in there.values() if count > 1]
    if set(there) != set(truth.digests):
        wrong.append(f"{len(set(truth.digests) - set(there))} missing, {len(set(there) - truth.digests)} strange")
    wrong += [f"{found.problem}: {found.path}" for found in verify(directory) if found.problem]
    with closing(sqlite3.connect(directory / ".pixhaul" / "ledger.sqlite")) as database:
        said = database.execute("PRAGMA integrity_check").fetchone()[0]
    wrong += [] if said == "ok" else [str(said)]
    wrong += [f"left behind: {path.name}" for path in (directory / ".pixhaul" / "parts").iterdir()]
    return wrong


def remove(directory: Path) -> None:
    """Take a directory away, to begin again."""
    shutil.rmtree(directory, ignore_errors=True)


class Faulty:
    """pixhaul with a fault at the N-th file-system call in its directory."""

    DIE_BEFORE, DIE_AFTER, SHORT, FULL_FROM = -2, -3, -1, -4
    OPEN, WRITE, SYNC, NAME, OTHER, LOOK = 1, 2, 4, 8, 16, 32

    def __init__(self, process: subprocess.Popen[str], output: Path) -> None:
        self._process = process
        self._output = output
        self.text = ""
        """Both outputs of the last run."""

    def run(
        self, directory: Path, *arguments: str, number: int = 0, how: int = 0, kinds: int = 0, log: Path | None = None
    ) -> tuple[int, int]:
        """One run; its exit code, or the negative number of the signal that ended it, and its file-system calls."""
        case: dict[str, object] = {
            "arguments": arguments,
            "directory": str(directory),
            "number": number,
            "how": how,
            "kinds": kinds,
        }
        case["log"] = str(log) if log else ""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(case | {"output": str(self._output)}) + "\n")
        self._process.stdin.flush()
        code, calls = json.loads(self._process.stdout.readline())
        self.text = self._output.read_text("utf-8", "replace")
        return code, calls


@contextmanager
def faulty(folder: Path) -> Iterator[Faulty]:
    """A driver with the shim; the test is skipped where it cannot be compiled."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        pytest.skip("needs Linux and a C compiler")
    shim = folder / "shim.so"
    subprocess.run(
        [compiler, "-shared", "-fPIC", "-O1", "-w", "-o", str(shim), str(HERE / "shim.c"), "-ldl"], check=True
    )
    with subprocess.Popen(
        [sys.executable, str(HERE / "driver.py")],
        env=BARE | {"HOME": str(folder), "LD_PRELOAD": str(shim)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
    ) as process:
        try:
            yield Faulty(process, folder / "output.txt")
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(20)
