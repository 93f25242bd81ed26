"""Bombs: what they cost a run in memory and on disk (B4, B5, B7, B8; F8)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import fault_chunks
import fault_codings
import fault_heads
import fault_pictures
import pytest
from fault import Case, forever, picture, reply

from hostile import Hostile

MOST = 64 * 1024 * 1024
"""Bytes that all of them together may cost."""

PROGRAM = """
import json, sys, pixhaul
from pathlib import Path
def peak():  # not ru_maxrss, which a child inherits from the process that began it
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
directory, first, *links = sys.argv[1:]
chosen = dict(allow_private=True, retries=0, timeout=20.0, max_bytes=20_000_000)
pixhaul.download([first], directory, **chosen)
before, disk = peak(), 0
outcomes = []
for result in pixhaul.stream(links, directory, **chosen):
    outcomes.append(result.reason or "kept")
    parts = Path(directory, ".pixhaul", "parts").glob("*")
    disk = max(disk, sum(path.stat().st_size for path in parts if path.exists()))
print(json.dumps({"growth": peak() - before, "disk": disk, "outcomes": outcomes}))
"""


def bombs() -> list[Case]:
    """Thirty of them and more."""
    endless = [
        Case("an endless body of zeros", "B7", forever(reply(b"", length=False), bytes(60_000)), ("too-large",)),
        Case(
            "an endless picture",
            "B7",
            forever(reply(picture("png")[:-12], length=False), bytes(60_000)),
            ("too-large",),
        ),
    ]
    never = [case for case in fault_heads.floods() + fault_chunks.broken_chunks() if "never end" in case.name]
    return [*fault_codings.bombs(), *fault_pictures.bombs(), *endless, *never]


@pytest.mark.torture
def test_thirty_bombs_at_once_cost_little(server: Hostile, tmp_path: Path, record_property: object) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("the peak of memory is read from /proc")
    cases = bombs()
    links = [server.origin(case.serve).url() for case in cases]
    first = server.origin(lambda _: reply(picture("jpeg"))).url()
    program = [sys.executable, "-c", PROGRAM, str(tmp_path), first, *links]
    ended = subprocess.run(program, capture_output=True, text=True, check=True, timeout=300)
    told = json.loads(ended.stdout)
    cost = f"{told['growth'] / 1e6:.1f} MB of memory, {told['disk'] / 1e6:.1f} MB of disk"
    record_property("figure", f"F8: {len(cases)} bombs: {cost}")  # type: ignore[operator]
    assert len(cases) >= 30
    assert "kept" not in told["outcomes"]
    assert told["growth"] <= MOST
    assert told["disk"] <= 20_000_000 * len(cases)
