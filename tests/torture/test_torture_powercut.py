"""F4: the power may go after any call: what the ledger calls done, and what was printed as done, is on the disk."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from powercut import Step, laid_out, prefixes, steps
from rig import QUICK, faulty, finished, listed, remove, results, serve

import pixhaul
from hostile import Hostile

MIXED = 1 if QUICK else 4
"""Cuts with a random part of the unsynced kept, for each prefix."""


def lies(directory: Path, printed: bytes) -> list[str]:
    """Pictures that the ledger, or a printed line, calls done, and that are not there byte for byte."""
    found = []
    done = _done(directory / ".pixhaul" / "ledger.sqlite")
    for path, digest in done.items():
        place = directory / path
        if not place.is_file() or hashlib.sha256(place.read_bytes()).digest() != digest:
            found.append(f"in the ledger, not on the disk: {path}")
    told = {str(one["path"]) for one in results(printed.decode()) if one["status"] == "done"}
    return found + [f"printed, not in the ledger: {path}" for path in told - done.keys()]


def _done(ledger: Path) -> dict[str, bytes]:
    if not ledger.exists():
        return {}
    with closing(sqlite3.connect(ledger)) as database:
        if database.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            return {"the ledger itself": b""}
        if not database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'links'").fetchone():
            return {}
        return dict(database.execute("SELECT path, sha256 FROM links WHERE status = 'done'").fetchall())


def recorded(server: Hostile, folder: Path) -> tuple[list[Step], str, list[str]]:
    """The steps of a run of 50 pictures in many batches, the folder that they speak of, and the links."""
    truth = serve(server, 50, 100, 60_000, pause=0.05)
    directory, log = folder / "images", folder / "steps.log"
    words = ["get", "--json", "--allow-private", "--per-host", "3", "-d", str(directory), "-i", listed(truth, folder)]
    with faulty(folder) as program:
        code, _ = program.run(directory, *words, log=log)
    assert code == 0, program.text
    assert finished(directory, truth) == []
    return steps(log), str(directory), truth.links


@pytest.mark.torture
def test_what_is_done_outlives_a_power_cut_after_any_call(
    server: Hostile, tmp_path: Path, record_property: object
) -> None:
    log, root, links = recorded(server, tmp_path)
    chance = random.Random(3)
    bad, states, before = {}, 0, None
    for number, disk, printed in prefixes(log):
        for left in (disk.after_a_cut(), *(disk.after_a_mixed_cut(chance) for _ in range(MIXED))):
            if (left, printed) == before:
                continue
            before = (left, printed)
            states += 1
            target = tmp_path / "after"
            remove(target)
            wrong = lies(laid_out(left, root, target), printed)
            if wrong:
                bad[number] = (log[number][:4], wrong[:3])
    remove(target)
    laid_out(disk.after_a_cut(), root, target)
    assert pixhaul.download(links, target, allow_private=True).exit == 0
    said = f"F4: {len(log)} calls, {states} states after a cut, {len(bad)} where done is not on the disk"
    record_property("figure", said)  # type: ignore[operator]
    assert not bad, "\n".join(f"{key}: {value}" for key, value in [*bad.items()][:10])


@pytest.mark.torture
def test_the_model_finds_a_run_that_does_not_sync(server: Hostile, tmp_path: Path) -> None:
    log, root, _ = recorded(server, tmp_path)
    careless = [step for step in log if step.kind != "S"]
    assert any(
        lies(laid_out(disk.after_a_cut(), root, tmp_path / f"after{number}"), b"")
        for number, disk, _ in prefixes(careless)
        if number % 20 == 0 or number == len(careless) - 1
    )
