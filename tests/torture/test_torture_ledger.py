"""F17: a damaged ledger is found, or the damage does no harm; and it is made again with every picture."""

from __future__ import annotations

import random
from pathlib import Path

import damage
import pytest
from rig import QUICK, Truth, remove, serve, whole

import pixhaul
from hostile import Hostile
from pixhaul.errors import PixhaulError
from pixhaul.rebuild import rebuild

PICTURES = 300
ROUNDS = 1000
FILES = ("ledger.sqlite", "ledger.sqlite", "ledger.sqlite", "ledger.sqlite-wal", "journal")


@pytest.fixture
def kept(server: Hostile, tmp_path: Path) -> tuple[Path, Truth]:
    """A directory as a run has left it; beside it one as a killed run would have."""
    truth = serve(server, PICTURES, 100, 2_000)
    first = tmp_path / "first"
    links = [*truth.links, server.url("/none")]
    assert pixhaul.download(links, first, allow_private=True).done == PICTURES
    damage.copy(first, tmp_path / "killed")
    damage.unfold(tmp_path / "killed")
    return first, truth


def consequence(directory: Path, truth: Truth, server: Hostile) -> tuple[str, list[str]]:
    """What came of a damage (found, or harmless), and what is wrong with that."""
    server.asked.clear()
    before = whole(directory)
    found = "harmless"
    try:
        summary = pixhaul.download(truth.links, directory, allow_private=True)
    except PixhaulError as error:
        found = "found"
        if error.exit_code != 2 or not error.hint:
            return found, [f"exit {error.exit_code}, {error.hint!r}"]
        made = rebuild(directory, lambda owner: None)
        if made.pictures < PICTURES * 0.999:
            return found, [f"{made.pictures} of {PICTURES} made again"]
        summary = pixhaul.download(truth.links, directory, allow_private=True)
    wrong = [] if summary.skipped == PICTURES else [f"{summary.skipped} of {PICTURES} are known"]
    wrong += [f"{sum(server.asked.values())} were asked for again"] if server.asked else []
    return found, wrong + (["the files have changed"] if whole(directory) != before else [])


def rounds(
    count: int, kept: tuple[Path, Truth], server: Hostile, folder: Path
) -> tuple[dict[str, int], dict[int, object]]:
    """Damage so many copies, each in a way of its own; how many were found or harmless, and what went wrong."""
    first, truth = kept
    ends = {"found": 0, "harmless": 0}
    bad: dict[int, object] = {}
    for number in range(count):
        chance = random.Random(number)
        file = chance.choice(FILES)
        source = folder / "killed" if file.endswith("-wal") or number % 4 == 0 else first
        directory = folder / "copy"
        remove(directory)
        damage.copy(source, directory)
        how = chance.choice(damage.OF_LEDGER if file == "ledger.sqlite" else damage.OF_OTHERS)
        how(directory / ".pixhaul" / file, chance)
        try:
            end, wrong = consequence(directory, truth, server)
        except Exception as error:  # whatever it is, it is told with its number
            end, wrong = "found", [repr(error)[:300]]
        ends[end] += 1
        if wrong:
            bad[number] = (file, how.__name__, end, wrong[:3])
    return ends, bad


@pytest.mark.filterwarnings("ignore:found again")
def test_damage_to_a_ledger_is_found_or_harmless(kept: tuple[Path, Truth], server: Hostile, tmp_path: Path) -> None:
    _, bad = rounds(40, kept, server, tmp_path)
    assert not bad


@pytest.mark.torture
@pytest.mark.filterwarnings("ignore:found again")
def test_a_thousand_damages_to_a_ledger(
    kept: tuple[Path, Truth], server: Hostile, tmp_path: Path, record_property: object
) -> None:
    count = 150 if QUICK else ROUNDS
    ends, bad = rounds(count, kept, server, tmp_path)
    said = f"F17: {count} damages, {ends['found']} found, {ends['harmless']} harmless, {len(bad)} violations"
    record_property("figure", said)  # type: ignore[operator]
    assert not bad, "\n".join(f"{key}: {value}" for key, value in [*bad.items()][:20])
