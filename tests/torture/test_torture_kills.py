"""F2: kill -9 at any moment, then the same command again: nothing torn or lost, nothing kept is fetched again.

A moment is drawn from the time that a whole run takes; a run that ended before it was struck does not count, and
another moment is drawn.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from rig import QUICK, Faulty, Truth, faulty, finished, listed, remove, results, serve, torn, whole

from hostile import Hostile
from program import command, environment, pixhaul

THE_ONE, THE_PARENT, A_WORKER = "the process", "the process that has workers", "a worker"
AT_RANDOM = {THE_ONE: 5, THE_PARENT: 2, A_WORKER: 2} if QUICK else {THE_ONE: 100, THE_PARENT: 30, A_WORKER: 20}
AIMED = 10 if QUICK else 50
DRAWS = 4
"""Moments drawn for each kill, at most."""


class Struck(NamedTuple):
    """A run that was to be killed."""

    by_us: bool
    """Whether the kill found its process at work."""
    code: int
    said: str
    """What it had said on standard output."""
    kept: set[bytes]
    """Digests of what lay under final names when the kill had come."""
    wrong: list[str]
    """What was wrong then."""
    seconds: float
    """From the moment its directory was there to its end."""


def wrong_after_a_kill(directory: Path, truth: Truth, said: str) -> list[str]:
    """What is wrong at the moment of the kill."""
    wrong = [f"torn: {name}" for name in torn(directory, truth)]
    done = {str(one["path"]) for one in results(said) if one["status"] == "done"}
    return wrong + [f"told as done, and not there: {name}" for name in done - set(whole(directory))]


def fetched_again(truth: Truth, kept: set[bytes], asked: Counter[str]) -> list[str]:
    """Pictures that had their names at the kill and were asked for once more, and any that were asked for too often."""
    digests = {path: hashlib.sha256(body).digest() for path, body in truth.bodies.items()}
    wrong = [f"kept, and asked for again: {path}" for path in digests if digests[path] in kept and asked[path] > 1]
    return wrong + [f"asked for {count} times: {path}" for path, count in asked.items() if count > 2]


def strike(folder: Path, words: list[str], truth: Truth, whom: str, moment: float) -> Struck:
    """Run it in `images`, and kill it so many seconds after that directory is there; inf: never."""
    directory, output = folder / "images", folder / "said.txt"
    remove(directory)
    with (
        output.open("wb") as said,
        subprocess.Popen(
            command(*words), cwd=folder, env=environment(folder), stdout=said, stderr=subprocess.DEVNULL
        ) as child,
    ):
        while not directory.exists() and child.poll() is None:
            time.sleep(0.001)
        begun = time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            child.wait(min(moment, 600.0))
        by_us = child.poll() is None and _kill(child.pid, whom)
        if by_us and whom != A_WORKER:
            by_us = child.wait(60) == -signal.SIGKILL  # else it had ended by itself, a moment before
        kept = set(whole(directory).values())
        wrong = wrong_after_a_kill(directory, truth, output.read_text() if whom != A_WORKER else "")
        code = child.wait(120)
        return Struck(by_us, code, output.read_text(), kept, wrong, time.monotonic() - begun)


def _kill(parent: int, whom: str) -> bool:
    """Kill it, or one of the workers that it has; whether there was one."""
    victim = parent
    if whom == A_WORKER:
        with suppress(OSError):
            workers = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
            victim = int(random.Random(parent).choice(workers)) if workers else 0
    with suppress(OSError):
        if victim > 0 and (victim != parent or whom != A_WORKER):
            os.kill(victim, signal.SIGKILL)
            return True
    return False


@pytest.mark.torture
@pytest.mark.parametrize("whom", AT_RANDOM)
def test_a_kill_at_a_random_moment(whom: str, server: Hostile, tmp_path: Path, record_property: object) -> None:
    if whom == A_WORKER and not Path("/proc/self/task").exists():
        pytest.skip("needs Linux, to find the workers")
    truth = serve(server, 400, 5_000, 200_000, pause=0.01)
    words = ["get", "--json", "--allow-private", "--per-host", "12", "-d", "images", "-i", listed(truth, tmp_path)]
    words += [] if whom == THE_ONE else ["--workers", "2"]
    length = min(strike(tmp_path, words, truth, whom, float("inf")).seconds for _ in range(1 if QUICK else 3))
    moments, wanted = random.Random(whom), AT_RANDOM[whom]
    bad, struck, drawn = {}, 0, 0
    while struck < wanted and drawn < wanted * DRAWS:
        server.asked.clear()
        drawn += 1
        moment = moments.uniform(0.0, length)
        run = strike(tmp_path, words, truth, whom, moment)
        struck += run.by_us
        wrong = run.wrong + wrong_after_it_went_on(tmp_path, words, truth, run, whom)
        wrong += fetched_again(truth, run.kept, server.asked)
        if wrong:
            bad[drawn] = (moment, wrong[:4])
    ended = f"{drawn - struck} runs that ended before were drawn again, {len(bad)} violations"
    record_property("figure", f"F2 at random moments: {struck} kills that struck {whom}, {ended}")  # type: ignore[operator]
    assert not bad, json.dumps(bad, indent=1)[:3000]
    assert struck == wanted


def wrong_after_it_went_on(folder: Path, words: list[str], truth: Truth, run: Struck, whom: str) -> list[str]:
    """What is wrong when the same command has come to its end; the death of a worker needs no second one."""
    if whom == A_WORKER or not run.by_us:
        return [f"exit {run.code}"] if run.code else finished(folder / "images", truth)
    again = pixhaul(*words, folder=folder)
    wrong = [] if run.code == -signal.SIGKILL else [f"exit {run.code} when it was killed"]
    return (
        wrong
        + ([f"exit {again.returncode}: {again.stderr[-300:]}"] if again.returncode else [])
        + finished(folder / "images", truth)
    )


@pytest.mark.torture
def test_a_kill_at_a_rename_a_sync_or_a_commit(server: Hostile, tmp_path: Path, record_property: object) -> None:
    truth = serve(server, 400, 5_000, 200_000)
    directory = tmp_path / "images"
    words = ["get", "--json", "--allow-private", "-d", str(directory), "-i", listed(truth, tmp_path)]
    choice = random.Random(2)
    bad, struck, drawn = {}, 0, 0
    with faulty(tmp_path) as program:
        remove(directory)
        _, names = program.run(directory, *words, kinds=Faulty.NAME | Faulty.SYNC)
        remove(directory)
        _, commits = program.run(directory, *words, kinds=Faulty.SYNC)
        while struck < AIMED and drawn < AIMED * DRAWS:
            remove(directory)
            server.asked.clear()
            drawn += 1
            kinds = Faulty.SYNC if drawn % 3 == 0 else Faulty.NAME | Faulty.SYNC
            place = choice.randint(1, commits if drawn % 3 == 0 else names)
            how = Faulty.DIE_BEFORE if drawn % 2 else Faulty.DIE_AFTER
            code, _ = program.run(directory, *words, number=place, how=how, kinds=kinds)
            struck += code == -signal.SIGKILL
            wrong = wrong_after_a_kill(directory, truth, program.text)
            kept = set(whole(directory).values())
            again, _ = program.run(directory, *words)
            wrong += [f"exit {again}: {program.text[-300:]}"] if again else finished(directory, truth)
            wrong += fetched_again(truth, kept, server.asked)
            if wrong:
                bad[drawn] = (place, how, kinds, code, wrong[:4])
    said = f"{struck} kills that struck, {drawn - struck} drawn again, {len(bad)} violations"
    record_property("figure", f"F2 aimed at renames, syncs and commits: {said}")  # type: ignore[operator]
    assert not bad, json.dumps(bad, indent=1)[:3000]
    assert struck == AIMED
