"""A kept directory, and a thousand ways to damage its ledger."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

PAGE = 4096

Damage = Callable[[Path, random.Random], None]


def _changed(path: Path, change: Callable[[bytearray], object]) -> None:
    data = bytearray(path.read_bytes())
    change(data)
    path.write_bytes(data)


def bits(path: Path, chance: random.Random) -> None:
    """One to three flipped bits, anywhere."""

    def flip(data: bytearray) -> None:
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)

    _changed(path, flip)


def header(path: Path, chance: random.Random) -> None:
    """A flipped bit among SQLite's first hundred bytes."""
    _changed(
        path, lambda data: data.__setitem__(place := chance.randrange(100), data[place] ^ 1 << chance.randrange(8))
    )


def cut(path: Path, chance: random.Random) -> None:
    """The end is missing."""
    os.truncate(path, chance.randrange(path.stat().st_size))


def zeros(path: Path, chance: random.Random) -> None:
    """A page is empty."""
    page = chance.randrange(max(1, path.stat().st_size // PAGE)) * PAGE
    _changed(path, lambda data: data.__setitem__(slice(page, page + PAGE), bytes(min(PAGE, len(data) - page))))


def junk(path: Path, chance: random.Random) -> None:
    """A page holds something else."""
    page = chance.randrange(max(1, path.stat().st_size // PAGE)) * PAGE
    _changed(
        path, lambda data: data.__setitem__(slice(page, page + PAGE), chance.randbytes(min(PAGE, len(data) - page)))
    )


def swapped(path: Path, chance: random.Random) -> None:
    """Two pages have changed places."""
    pages = max(2, path.stat().st_size // PAGE)
    first, second = (chance.randrange(pages) * PAGE for _ in range(2))

    def swap(data: bytearray) -> None:
        one, two = bytes(data[first : first + PAGE]), bytes(data[second : second + PAGE])
        data[first : first + PAGE], data[second : second + PAGE] = two, one

    _changed(path, swap)


def gone(path: Path, chance: random.Random) -> None:
    """It is not there."""
    path.unlink()


def empty(path: Path, chance: random.Random) -> None:
    """It has no bytes."""
    path.write_bytes(b"")


def newer(path: Path, chance: random.Random) -> None:
    """It says that it is of another version."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {chance.choice([0, 1, 3, 99, -5])}")


OF_LEDGER: tuple[Damage, ...] = (bits, bits, bits, header, cut, zeros, junk, swapped, gone, empty, newer)
OF_OTHERS: tuple[Damage, ...] = (bits, cut, zeros, junk, gone, empty)


def copy(source: Path, target: Path) -> None:
    """A directory of its own with the same pictures (as hard links) and a ledger of its own."""
    target.mkdir()
    for path in source.iterdir():
        if path.is_file():
            os.link(path, target / path.name)
    shutil.copytree(source / ".pixhaul", target / ".pixhaul")


def unfold(directory: Path) -> None:
    """Bring the ledger into the state of a run that was killed: half of the rows are in the write-ahead log alone."""
    path = directory / ".pixhaul" / "ledger.sqlite"
    aside = directory / ".pixhaul" / "aside"
    aside.mkdir()
    line = (directory / ".pixhaul" / "journal").read_bytes().splitlines(keepends=True)[0]
    first, key = len(line), json.loads(line[9:])[0]
    late = f"key % 2 = 0 AND key != {key}"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute(f"CREATE TEMP TABLE late AS SELECT * FROM links WHERE {late}")  # noqa: S608
        settled = database.execute("SELECT value FROM facts").fetchone()[0]
        database.executescript(f"DELETE FROM links WHERE {late}; UPDATE facts SET value = {first};")  # noqa: S608
        database.executescript("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0;")
        database.executescript(
            f"BEGIN; INSERT INTO links SELECT * FROM late; UPDATE facts SET value = {settled}; COMMIT;"  # noqa: S608
        )
        for suffix in ("", "-wal"):
            shutil.copy(f"{path}{suffix}", aside / f"ledger.sqlite{suffix}")
    for file in aside.iterdir():
        file.replace(directory / ".pixhaul" / file.name)
    aside.rmdir()
