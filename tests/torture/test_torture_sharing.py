"""F16: two to four pixhauls in one directory at once: none lost, none twice, and never a locked database."""

from __future__ import annotations

import random
import signal
import subprocess
from pathlib import Path

import pytest
from rig import QUICK, finished, remove, serve, whole

from hostile import Hostile
from program import command, environment

RUNS = 6 if QUICK else 50


def together(count: int, folder: Path, words: list[list[str]]) -> list[subprocess.Popen[bytes]]:
    """That many of them, started at once."""
    return [
        subprocess.Popen(
            command(*words[number]),
            cwd=folder,
            env=environment(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for number in range(count)
    ]


@pytest.mark.torture
def test_many_in_one_directory(server: Hostile, tmp_path: Path, record_property: object) -> None:
    truth = serve(server, 120, 1_000, 60_000, pause=0.01)
    directory = tmp_path / "images"
    chance = random.Random(4)
    bad, waited = {}, 0
    for run in range(RUNS):
        remove(directory)
        server.asked.clear()
        count = chance.randint(2, 4)
        words = []
        for number in range(count):
            links = chance.sample(truth.links, len(truth.links))
            (tmp_path / f"{number}.txt").write_text("\n".join(links))
            words.append(["get", "--allow-private", "-d", "images", "-i", f"{number}.txt"])
        children = together(count, tmp_path, words)
        killed = run % 3 == 0
        if killed:  # the one that works dies in the middle; one of those that wait goes on
            children[0].send_signal(signal.SIGKILL) if _begun(directory, children[0]) else None
        said = [child.communicate(timeout=120)[1].decode() for child in children]
        waited += sum("waiting for another pixhaul" in text for text in said)
        codes = {child.returncode for child in children[killed:]}
        wrong = [] if codes == {0} else [f"exits {codes}: {said}"]
        wrong += ["database is locked"] * any("locked" in text for text in said)
        wrong += finished(directory, truth)
        most = max(server.asked.values())
        wrong += [f"one was asked for {most} times"] if most > 1 + killed else []
        if wrong:
            bad[run] = (count, wrong[:4])
    record_property("figure", f"F16: {RUNS} runs of 2 to 4 at once, {waited} waited, {len(bad)} violations")  # type: ignore[operator]
    assert not bad, str(bad)[:3000]
    assert waited


def _begun(directory: Path, child: subprocess.Popen[bytes]) -> bool:
    """Wait until some pictures are kept, or the process has ended."""
    while child.poll() is None:
        if len(whole(directory)) > 10:
            return True
    return False
