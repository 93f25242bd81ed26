"""The write path, one step at a time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pixhaul import part
from pixhaul.part import create_part, rename_new, sync_all, sync_folder, write_part


def test_a_part_holds_what_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "a.part"
    write_part(path, b"x" * 100_000)
    assert path.read_bytes() == b"x" * 100_000


@pytest.mark.parametrize("make", [lambda path: write_part(path, b"new"), lambda path: create_part(path).close()])
def test_a_part_never_takes_the_place_of_anything(make: object, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"old")
    link = tmp_path / "link.part"
    link.symlink_to(tmp_path / "nowhere")
    for path in (victim, link):
        with pytest.raises(FileExistsError):
            make(path)  # type: ignore[operator]
    assert victim.read_bytes() == b"old"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("way", ["best", "link", "look"])
def test_a_rename_never_replaces(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if way != "best":  # as on a system without renameat2, and on a file system without hard links
        monkeypatch.setattr(part, "_renameat2", lambda *names: False)
    if way == "look":
        monkeypatch.setattr(os, "link", _no_links)
    source, taken, dangling, free = (tmp_path / name for name in ("source", "taken", "dangling", "free"))
    source.write_bytes(b"new")
    taken.write_bytes(b"old")
    dangling.symlink_to(tmp_path / "nowhere")
    for target in (taken, dangling):
        with pytest.raises(FileExistsError):
            rename_new(source, target)
    rename_new(source, free)
    assert (taken.read_bytes(), free.read_bytes(), source.exists()) == (b"old", b"new", False)
    assert not (tmp_path / "nowhere").exists()


def _no_links(*_: object, **__: object) -> None:
    raise PermissionError(1, "Operation not permitted")


def test_syncing_reports_what_is_not_there(tmp_path: Path) -> None:
    write_part(tmp_path / "a.part", b"x")
    sync_all([tmp_path / "a.part"], tmp_path)
    sync_folder(tmp_path)
    with pytest.raises(OSError, match="No such file"):
        sync_all([], tmp_path / "gone")
