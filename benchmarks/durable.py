"""What durability costs: a flood of made pictures into a folder of a real disk, with syncs and without, in turns.

    python benchmarks/durable.py [FOLDER] [PICTURES] [ROUNDS]

Two figures, since a disk that others use makes run times vary by a third: the medians of the run times, and the share
of a durable run that was spent in waiting for syncs and commits. Needs nginx and openssl.
"""

from __future__ import annotations

import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from nginx import serving
from pictures import png

LEAST, MOST = 5_000, 87_000
"""Bytes of a picture; 46 KB in the middle."""


def timed(holder: Any, name: str, spent: list[float]) -> None:
    """Count the seconds that a function takes."""
    function: Callable[..., Any] = getattr(holder, name)

    def counted(*values: Any, **more: Any) -> Any:
        start = time.perf_counter()
        try:
            return function(*values, **more)
        finally:
            spent[0] += time.perf_counter() - start

    setattr(holder, name, counted)


def measured(arguments: list[str]) -> None:
    """One run in this process: print its seconds, and those spent in syncs and commits."""
    from pixhaul.cli import run
    from pixhaul.folders import Folders
    from pixhaul.ledger import Ledger
    from pixhaul.sinks import folder

    spent = [0.0]
    for holder, name in ((folder, "sync_all"), (Folders, "sync"), (Ledger, "record")):
        timed(holder, name, spent)
    start = time.perf_counter()
    code = run(arguments)
    sys.stdout.write(json.dumps([code, time.perf_counter() - start, spent[0]]) + "\n")


def one(place: Path, how: str) -> list[float]:
    """A process of its own for one run into an empty directory; its seconds and the waited ones."""
    target = place / "out"
    shutil.rmtree(target, ignore_errors=True)
    subprocess.run(["sync", "-f", str(place)], check=True)
    words = ["get", "-q", "--allow-private", "--per-host", "64", how, "-d", str(target), "-i", str(place / "links.txt")]
    done = subprocess.run([sys.executable, __file__, "--run", *words], capture_output=True, text=True, check=True)
    code, seconds, waited = json.loads(done.stdout.splitlines()[-1])
    if code:
        raise SystemExit(f"a run ended with {code}: {done.stderr[-500:]}")
    return [seconds, waited]


def main(folder: str = ".", pictures: str = "10000", rounds: str = "5") -> None:
    """Make the pictures, run in turns, print a line for each manner and one for the share."""
    sizes = random.Random(1)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        place = Path(name).resolve()  # the server would look for a relative one below its own folder
        place.chmod(0o755)
        (place / "served").mkdir()
        for number in range(int(pictures)):
            (place / "served" / f"{number}.png").write_bytes(png(number, padding=sizes.randrange(LEAST, MOST)))
        with serving(place / "served") as origin:
            (place / "links.txt").write_text("".join(f"{origin.plain}/{n}.png\n" for n in range(int(pictures))))
            found = {how: [] for how in ("--durable", "--no-durable")}
            for _ in range(int(rounds)):
                for how, runs in found.items():
                    runs.append(one(place, how))
    for how, runs in found.items():
        middle = statistics.median(seconds for seconds, _ in runs)
        waits = statistics.median(waited for _, waited in runs)
        print(f"{how:13} {middle:6.2f} s, of it {waits:.2f} s in syncs and commits")
    share = statistics.median(waited / seconds for seconds, waited in found["--durable"])
    rest = statistics.median(waited / seconds for seconds, waited in found["--no-durable"])
    print(f"durability: {share - rest:.1%} of a run")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        measured(sys.argv[2:])
    else:
        main(*sys.argv[1:])
