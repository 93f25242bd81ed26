"""F2: kill -9 at any moment, then the same command again: nothing torn or lost, nothing kept is fetched again."""

from __future__ import annotations

import hashlib
import json
import random
import signal
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from rig import QUICK, Faulty, Truth, faulty, finished, listed, remove, results, serve, torn, whole

from hostile import Hostile
from program import command, environment, pixhaul

AT_RANDOM, AIMED = (10, 10) if QUICK else (150, 50)


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


@pytest.mark.torture
def test_a_kill_at_a_random_moment(server: Hostile, tmp_path: Path, record_property: object) -> None:
    truth = serve(server, 400, 5_000, 200_000, pause=0.02)
    words = ["get", "--json", "--allow-private", "--per-host", "12", "-d", "images", "-i", listed(truth, tmp_path)]
    directory = tmp_path / "images"
    moments = random.Random(1)
    bad, cut_short = {}, 0
    for number in range(AT_RANDOM):
        remove(directory)
        server.asked.clear()
        seconds = moments.uniform(0.2, 2.0)
        with subprocess.Popen(
            command(*words), cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as child:
            try:
                said, _ = child.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                child.kill()
                said, _ = child.communicate()
        cut_short += child.returncode == -signal.SIGKILL
        wrong = wrong_after_a_kill(directory, truth, said.decode())
        kept = set(whole(directory).values())
        again = pixhaul(*words, folder=tmp_path)
        wrong += [f"exit {again.returncode}: {again.stderr[-300:]}"] if again.returncode else finished(directory, truth)
        wrong += fetched_again(truth, kept, server.asked)
        if wrong:
            bad[number] = (seconds, wrong[:4])
    record_property("figure", f"F2 at random: {AT_RANDOM} runs, {cut_short} killed, {len(bad)} violations")  # type: ignore[operator]
    assert not bad, json.dumps(bad, indent=1)[:3000]
    assert cut_short > AT_RANDOM // 3


@pytest.mark.torture
def test_a_kill_at_a_rename_a_sync_or_a_commit(server: Hostile, tmp_path: Path, record_property: object) -> None:
    truth = serve(server, 400, 5_000, 200_000)
    directory = tmp_path / "images"
    words = ["get", "--json", "--allow-private", "-d", str(directory), "-i", listed(truth, tmp_path)]
    kinds = Faulty.NAME | Faulty.SYNC | Faulty.WRITE
    choice = random.Random(2)
    bad = {}
    with faulty(tmp_path) as program:
        remove(directory)
        _, names = program.run(directory, *words, kinds=Faulty.NAME | Faulty.SYNC)
        remove(directory)
        _, commits = program.run(directory, *words, kinds=Faulty.SYNC)
        for number in range(AIMED):
            remove(directory)
            server.asked.clear()
            kinds = Faulty.SYNC if number % 3 == 0 else Faulty.NAME | Faulty.SYNC
            place = choice.randint(1, commits + 3 if number % 3 == 0 else names)
            how = Faulty.DIE_BEFORE if number % 2 else Faulty.DIE_AFTER
            code, _ = program.run(directory, *words, number=place, how=how, kinds=kinds)
            wrong = wrong_after_a_kill(directory, truth, program.text)
            kept = set(whole(directory).values())
            again, _ = program.run(directory, *words)
            wrong += [f"exit {again}: {program.text[-300:]}"] if again else finished(directory, truth)
            wrong += fetched_again(truth, kept, server.asked)
            if wrong:
                bad[number] = (place, how, kinds, code, wrong[:4])
    record_property("figure", f"F2 aimed at renames, syncs and commits: {AIMED} kills, {len(bad)} violations")  # type: ignore[operator]
    assert not bad, json.dumps(bad, indent=1)[:3000]
