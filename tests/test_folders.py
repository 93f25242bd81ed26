"""Folders by handle: no symbolic link, placed before or swapped in meanwhile, leads a picture outside."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from pixhaul import folders
from pixhaul.folders import Folders
from pixhaul.part import write_part

TRIES = 1_000
ENOUGH = 10
"""Swaps, that the test should mean something."""


@pytest.fixture(params=[True, False], ids=["by handle", "by path"])
def placed(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folders]:
    """Both ways: with handles, where the system has them, and as on Windows."""
    if request.param and not folders.HANDLES:
        pytest.skip("no handles of folders here")
    monkeypatch.setattr(folders, "HANDLES", request.param)
    (tmp_path / "images" / "parts").mkdir(parents=True)
    with closing(Folders(tmp_path / "images", tmp_path / "images" / "parts")) as opened:
        yield opened


def part(folder: Path, number: int = 0) -> str:
    """A part file in the staging folder."""
    path = str(folder / "images" / "parts" / f"{number}.part")
    write_part(path, b"picture")
    return path


def test_a_picture_gets_its_name_and_its_folders(placed: Folders, tmp_path: Path) -> None:
    placed.place(part(tmp_path), "a/b/c.png")
    placed.place(part(tmp_path), "d.png")
    placed.sync(["a/b/c.png", "d.png"])
    assert (tmp_path / "images" / "a" / "b" / "c.png").read_bytes() == b"picture"
    assert (tmp_path / "images" / "d.png").read_bytes() == b"picture"


def test_a_name_that_is_taken_is_never_replaced(placed: Folders, tmp_path: Path) -> None:
    (tmp_path / "images" / "a").mkdir()
    (tmp_path / "images" / "a" / "b.png").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        placed.place(part(tmp_path), "a/b.png")
    assert (tmp_path / "images" / "a" / "b.png").read_bytes() == b"mine"


@pytest.mark.parametrize("where", ["a/x.png", "a/b/x.png", "file/x.png"])
def test_a_link_or_a_file_in_the_way_is_refused(where: str, placed: Folders, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.mkdir()
    (tmp_path / "images" / "a").symlink_to(victim)
    (tmp_path / "images" / "file").write_bytes(b"mine")
    with pytest.raises(OSError, match=r"in the way|Not a directory|exists"):
        placed.place(part(tmp_path), where)
    assert list(victim.iterdir()) == []
    assert not placed.holds("a/x.png", 7, b"")


def test_what_has_the_name_is_compared_only_when_it_is_a_plain_file(placed: Folders, tmp_path: Path) -> None:
    digest = hashlib.sha256(b"picture").digest()
    (tmp_path / "images" / "plain").write_bytes(b"picture")
    (tmp_path / "images" / "link").symlink_to(tmp_path / "images" / "plain")
    os.mkfifo(tmp_path / "images" / "pipe")
    (tmp_path / "images" / "folder").mkdir()
    found = [placed.holds(name, 7, digest) for name in ("plain", "link", "pipe", "folder", "nothing")]
    assert found == [True, False, False, False, False]


@pytest.mark.skipif(not folders.HANDLES, reason="no handles of folders here")
def test_a_folder_that_is_swapped_for_a_link_all_the_time_leads_nowhere(tmp_path: Path) -> None:
    victim, images = tmp_path / "victim", tmp_path / "images"
    victim.mkdir()
    (images / "parts").mkdir(parents=True)
    (images / "album").mkdir()
    ending = threading.Event()

    swaps = 0

    def swap() -> None:
        nonlocal swaps
        while not ending.is_set():
            with suppress(OSError):  # it is made again by the one who places
                (images / "album").rename(images / f"aside-{swaps}")
                (images / "album").symlink_to(victim)
            time.sleep(0)
            with suppress(OSError):
                (images / "album").unlink()
            swaps += 1

    swapper = threading.Thread(target=swap)
    swapper.start()
    refused = tried = 0
    try:
        with closing(Folders(images, images / "parts")) as placed:
            while tried < TRIES or swaps <= ENOUGH:  # a busy machine may let the other thread run late
                placed._forget()  # each time anew, as for a picture of another album
                try:
                    placed.place(part(tmp_path, tried), f"album/{tried}.png")
                except OSError:
                    refused += 1
                tried += 1
    finally:
        ending.set()
        swapper.join()
    assert list(victim.iterdir()) == []
    assert len(list(images.rglob("*.png"))) == tried - refused
