"""What lies where files of pixhaul should be, and is none: said in a line, never followed, never waited for."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile import Hostile, answer
from pictures import png
from pixhaul.plain import kind, open_plain, refuse_others, remove
from program import pixhaul

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.symlink_to(path.parents[2] / "outside" / "made")


def leading(path: Path) -> None:
    path.symlink_to(path.parents[2] / "outside" / "victim")


def folder(path: Path) -> None:
    path.mkdir()


def bound(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(os.path.relpath(path))  # a long path does not fit


KINDS = {pipe: "a named pipe", dangling: "a symbolic link", leading: "a symbolic link", folder: "a folder"}
PLACES = ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-journal", "journal", "lock"]


@pytest.fixture
def haul(server: Hostile, tmp_path: Path) -> list[str]:
    """A directory with one picture kept, and the command that asks for it and for another."""
    for number in range(2):
        server.routes[f"/{number}.png"] = lambda _, number=number: answer(png(number))  # type: ignore[misc]
    words = ["get", "--allow-private", "-d", "images", server.url("/0.png")]
    assert pixhaul(*words, folder=tmp_path).returncode == 0
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "victim").write_text("mine")
    return [*words, server.url("/1.png")]


def put(place: Path, make: Callable[[Path], None]) -> None:
    place.unlink(missing_ok=True)
    make(place)


def outside(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (folder / "outside").iterdir()}


@needs_pipes
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_what_is_no_file_of_ours_is_named_and_neither_followed_nor_waited_for(
    haul: list[str], tmp_path: Path, place: str, make: Callable[[Path], None]
) -> None:
    put(tmp_path / "images" / ".pixhaul" / place, make)
    done = pixhaul(*haul, folder=tmp_path, seconds=20)
    assert done.returncode == 2, done.stderr
    assert f"{place}: is {KINDS[make]}, where a file of pixhaul's should be" in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert outside(tmp_path) == {"victim": "mine"}
    assert (tmp_path / "images" / "0.png").read_bytes() == png(0)


@needs_pipes
@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
@pytest.mark.parametrize("words", [["check"], ["retry"]])
def test_commands_that_read_a_ledger_say_what_lies_in_its_place(
    haul: list[str], tmp_path: Path, make: Callable[[Path], None], words: list[str]
) -> None:
    put(tmp_path / "images" / ".pixhaul" / "ledger.sqlite", make)
    done = pixhaul(*words, "images", folder=tmp_path, seconds=20)
    assert done.returncode == 2
    assert f"is {KINDS[make]}" in done.stderr


@needs_pipes
@pytest.mark.parametrize("place", ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-journal"])
@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_a_ledger_is_made_again_whatever_lies_in_its_place(
    haul: list[str], tmp_path: Path, place: str, make: Callable[[Path], None]
) -> None:
    put(tmp_path / "images" / ".pixhaul" / place, make)
    done = pixhaul("check", "--rebuild", "images", folder=tmp_path, seconds=20)
    assert done.returncode == 0, done.stderr
    assert "made again: 1 pictures" in done.stderr
    assert outside(tmp_path) == {"victim": "mine"}
    assert pixhaul(*haul, folder=tmp_path).returncode == 0
    assert pixhaul("check", "images", folder=tmp_path).returncode == 0


def test_a_ledger_is_not_made_again_through_a_link(haul: list[str], tmp_path: Path) -> None:
    home = tmp_path / "images" / ".pixhaul"
    shutil.move(home, tmp_path / "elsewhere")
    home.symlink_to(tmp_path / "elsewhere")
    before = sorted(path.name for path in (tmp_path / "elsewhere").iterdir())
    done = pixhaul("check", "--rebuild", "images", folder=tmp_path)
    assert done.returncode == 2
    assert "is a symbolic link" in done.stderr
    assert sorted(path.name for path in (tmp_path / "elsewhere").iterdir()) == before


@needs_pipes
@pytest.mark.parametrize("make", [pipe, dangling, leading, folder], ids=lambda make: make.__name__)
@pytest.mark.parametrize("name", ["0000000000000001.resume", "left.part"])
def test_what_lies_among_the_parts_holds_nothing_up(
    haul: list[str], tmp_path: Path, name: str, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "images" / ".pixhaul" / "parts" / name)
    done = pixhaul(*haul, folder=tmp_path, seconds=20)
    assert done.returncode == 0, done.stderr
    assert outside(tmp_path) == {"victim": "mine"}


def test_an_empty_ledger_is_said_to_be_empty(haul: list[str], tmp_path: Path) -> None:
    (tmp_path / "images" / ".pixhaul" / "ledger.sqlite").write_bytes(b"")
    for words in (["check", "images"], ["retry", "images"]):
        done = pixhaul(*words, folder=tmp_path)
        assert done.returncode == 2
        assert "the ledger is empty" in done.stderr
        assert "--rebuild" in done.stderr
    assert pixhaul(*haul, folder=tmp_path).returncode == 0


@needs_pipes
def test_kinds_of_file_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a" / "b").mkdir(parents=True)
    for make, name in {**KINDS, bound: "a socket"}.items():
        path = tmp_path / "a" / "b" / make.__name__
        make(path)
        assert kind(path) == name
        with pytest.raises(Exception, match=name):
            refuse_others(tmp_path / "nothing", path)
        with pytest.raises(Exception, match=name):
            open_plain(path, os.O_RDONLY)
        remove(path)
        assert path.exists() == (make is folder)
    plain = tmp_path / "plain"
    os.close(open_plain(plain, os.O_WRONLY | os.O_CREAT))
    assert kind(plain) == kind(tmp_path / "nothing") == kind(plain / "below") == ""
