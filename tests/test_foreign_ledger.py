"""A directory that came from somewhere else: what its ledger and journal say leads nowhere but into it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest

from hostile import Hostile, answer
from pictures import png
from pixhaul.journal import line, parse, read
from pixhaul.plain import is_below
from pixhaul.rows import checksum
from program import pixhaul

OUTSIDE = [
    "../evil.png",
    "a/../../evil.png",
    "/tmp/evil.png",
    "..",
    "",
    ".pixhaul/journal.new",
    ".PIXHAUL/lock",
    "a\0b",
]


@pytest.fixture
def haul(server: Hostile, tmp_path: Path) -> list[str]:
    """A directory with two pictures and a failure, and the command that made it."""
    for number in range(2):
        server.routes[f"/{number}.png"] = lambda _, number=number: answer(png(number))  # type: ignore[misc]
    words = ["get", "--allow-private", "-d", "images", *(server.url(f"/{name}.png") for name in (0, 1, "gone"))]
    assert pixhaul(*words, folder=tmp_path).returncode == 1
    return words


def change(folder: Path, *statements: str) -> None:
    """Rewrite the ledger, with checksums that are right."""
    with closing(sqlite3.connect(folder / "images" / ".pixhaul" / "ledger.sqlite")) as database:
        for statement in statements:
            database.execute(statement)
        database.create_function("fingerprint", 7, lambda *values: checksum(_row(values)))
        columns = "key, url, status, reason, path, size, sha256"
        database.execute(f"UPDATE links SET checksum = fingerprint({columns})")  # noqa: S608
        database.commit()


def _row(values: tuple[object, ...]) -> object:
    key, url, status, reason, path, size, sha256 = values
    return (key, url, status, reason, None, path, sha256, size)


def below(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {".cache", ".config"}


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_path_that_leads_out_is_never_followed(haul: list[str], tmp_path: Path, path: str) -> None:
    value = "'a' || char(0) || 'b'" if "\0" in path else f"'{path}'"
    change(tmp_path, f"UPDATE links SET path = {value} WHERE status = 'done' AND url LIKE '%0.png'")  # noqa: S608
    before = below(tmp_path)
    for words in (haul, [*haul, "-q"], ["check", "images"]):
        done = pixhaul(*words, folder=tmp_path)
        assert done.returncode == 2, done.stderr
        assert "a row leads out of the directory" in done.stderr
    assert pixhaul("check", "--rebuild", "images", folder=tmp_path).returncode == 0
    assert pixhaul(*haul, folder=tmp_path).returncode == 1
    assert below(tmp_path) == before
    assert sorted(one.name for one in (tmp_path / "images").glob("*.png")) == ["0.png", "1.png"]


@pytest.mark.parametrize("name", ["../evil", ".pixhaul/lock", "/tmp/evil"])
def test_a_name_that_leads_out_is_not_tried_again(haul: list[str], server: Hostile, tmp_path: Path, name: str) -> None:
    change(tmp_path, f"UPDATE links SET name = '{name}' WHERE status = 'failed'")  # noqa: S608
    server.routes["/gone.png"] = lambda _: answer(png(5))
    before = below(tmp_path)
    done = pixhaul("retry", "--all", "--allow-private", "images", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert below(tmp_path) == before
    assert len(list((tmp_path / "images").glob("*.png"))) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON links BEGIN SELECT RAISE(ABORT, 'no'); END",
        "CREATE VIEW v AS SELECT 1",
        "PRAGMA user_version = 2",
        "ALTER TABLE links RENAME COLUMN meta TO other",
    ],
)
def test_a_ledger_of_another_shape_is_said_to_be_damaged(haul: list[str], tmp_path: Path, statement: str) -> None:
    change(tmp_path, statement)
    done = pixhaul(*haul, folder=tmp_path)
    assert done.returncode == 2
    assert "the ledger is damaged" in done.stderr
    assert "--rebuild" in done.stderr
    assert pixhaul("check", "--rebuild", "images", folder=tmp_path).returncode == 0
    assert pixhaul(*haul, folder=tmp_path).returncode == 1


def test_a_database_of_another_program_is_left_as_it_is(haul: list[str], tmp_path: Path) -> None:
    ledger = tmp_path / "images" / ".pixhaul" / "ledger.sqlite"
    ledger.unlink()
    with closing(sqlite3.connect(ledger)) as database:
        database.execute("CREATE TABLE notes (text)")
        database.commit()
    before = ledger.read_bytes()
    done = pixhaul(*haul, folder=tmp_path)
    assert done.returncode == 2
    assert "there are things in it that pixhaul does not put there" in done.stderr
    assert ledger.read_bytes() == before


def _line(values: object) -> bytes:
    text = json.dumps(values).encode()
    return b"%08x %b" % (crc32(text), text)


GOOD = [5, "http://a/b", "done", None, None, "p.png", "ab" * 32, 9, "png", 1, 1, 200, None, None, None, 1, 1.0, 1.0]


def test_lines_of_a_journal_that_no_ledger_can_take_are_passed_over(haul: list[str], tmp_path: Path) -> None:
    assert parse(_line(GOOD)) is not None
    bad = [[1], [None] * 18, [[]] * 18, {}, 1, "x", [*GOOD[:17], float("nan")], [2**70, *GOOD[1:]]]
    bad += [[*GOOD[:place], value, *GOOD[place + 1 :]] for place, value in ((7, 2**70), (6, "zz"), (2, "failed"))]
    bad += [[*GOOD[:5], path, *GOOD[6:]] for path in [*OUTSIDE, "\ud800", 5, ["a"]]]
    assert [one for one in bad if parse(_line(one)) is not None] == []
    journal = tmp_path / "images" / ".pixhaul" / "journal"
    rows = list(read(journal))
    journal.write_bytes(b"\n".join(map(_line, bad)) + b"\n" + b"".join(map(line, rows)))
    (journal.parent / "ledger.sqlite").unlink()
    done = pixhaul(*haul, folder=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "found again: 2 pictures" in done.stderr


def test_paths_below_a_directory() -> None:
    assert all(map(is_below, ["a.png", "a/b.png", "...png", "a../b", "..a", ".pixhaul.png", ".hidden/x"]))
    assert not any(map(is_below, [*OUTSIDE, ".", "a//b", "a/", "a/.", "./a", "a\\b", "C:a"]))
