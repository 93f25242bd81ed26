"""The folder: whole pictures under final names, and nothing replaced."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from pictures import png
from pixhaul.errors import DiskFull
from pixhaul.models import Failed, Fetched, Job, Picture, Reason, Receipt
from pixhaul.options import Options
from pixhaul.sinks import folder
from pixhaul.sinks.folder import Folder
from pixhaul.store import open_directory


def fetched(name: str, body: bytes | None = None, url: str = "") -> Fetched:
    body = png() if body is None else body
    url = url or f"http://h/{name}"
    return Fetched(Job(url, name), body, len(body), hashlib.sha256(body).digest(), Picture("png", 8, 8), url)


def opened(directory: Path, owned: bool = False, **options: object) -> Folder:
    open_directory(directory)
    chosen = Options(directory=str(directory), **options)  # type: ignore[arg-type]
    return Folder(chosen, directory / ".pixhaul" / "parts", lambda path, key: owned)


def keep(sink: Folder, *pictures: Fetched) -> list[Receipt | Failed]:
    ended = [failed for one in pictures if (failed := sink.add(one)) is not None]
    receipts = sink.prepare()
    while receipts:
        ended += sink.publish(receipts)
        receipts = sink.prepare()
    return ended


def names(directory: Path) -> set[str]:
    return {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.suffix == ".png"}


def test_nothing_has_a_final_name_before_it_is_published(tmp_path: Path) -> None:
    sink = opened(tmp_path)
    sink.add(fetched("a"))
    assert names(tmp_path) == set()
    sink.publish(sink.prepare())
    assert names(tmp_path) == {"a.png"}
    assert (tmp_path / "a.png").read_bytes() == png()


def test_somebodys_file_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"mine")
    [one] = keep(opened(tmp_path), fetched("a"))
    assert isinstance(one, Receipt)
    assert one.location != "a.png"
    assert (tmp_path / "a.png").read_bytes() == b"mine"
    assert (tmp_path / one.location).read_bytes() == png()


def test_a_link_under_the_name_is_never_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"mine")
    (tmp_path / "a.png").symlink_to(victim)
    (tmp_path / "b.png").symlink_to(tmp_path / "nowhere")
    ended = keep(opened(tmp_path), fetched("a"), fetched("b"))
    assert all(isinstance(one, Receipt) for one in ended)
    assert victim.read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()


def test_the_same_bytes_under_the_name_are_ours_from_before_a_crash(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    [one] = keep(opened(tmp_path), fetched("a"))
    assert isinstance(one, Receipt)
    assert one.location == "a.png"
    assert names(tmp_path) == {"a.png"}


def test_the_same_bytes_of_another_link_get_a_name_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    [one] = keep(opened(tmp_path, owned=True), fetched("a"))
    assert isinstance(one, Receipt)
    assert one.location != "a.png"


def test_many_of_one_name_all_find_one(tmp_path: Path) -> None:
    ended = keep(opened(tmp_path), *(fetched("a", png(number), url="http://h/same") for number in range(6)))
    assert len({one.location for one in ended if isinstance(one, Receipt)}) == 6


def test_folders_of_a_template_are_made_and_links_among_them_refused(tmp_path: Path) -> None:
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (tmp_path / "evil").symlink_to(outside)
    ended = keep(opened(tmp_path), fetched("album/one"), fetched("evil/two"))
    assert names(tmp_path) == {"album/one.png"}
    assert [one.reason for one in ended if isinstance(one, Failed)] == [Reason.DISK]
    assert list(outside.iterdir()) == []
    assert list(tmp_path.rglob("*.part")) == []


def test_a_name_may_be_made_of_the_bytes(tmp_path: Path) -> None:
    body = png(7)
    keep(opened(tmp_path, filename="{sha256:.8}"), fetched("", body))
    assert names(tmp_path) == {f"{hashlib.sha256(body).hexdigest()[:8]}.png"}


def test_a_full_disk_ends_the_run_and_keeps_what_has_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = opened(tmp_path)

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    big = png(1, padding=400_000)
    for name in "abc":
        sink.add(fetched(name, big))
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(DiskFull):
        sink.add(fetched("d"))
    monkeypatch.undo()
    sink.publish(sink.prepare())
    assert names(tmp_path) == {"a.png"}  # the newest gave way to the ledger, the oldest is kept
    assert list(tmp_path.rglob("*.part")) == []


def test_one_picture_that_cannot_be_written_is_one_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sink = opened(tmp_path)
    monkeypatch.setattr(folder, "write_part", _denied)
    failed = sink.add(fetched("a"))
    assert failed is not None
    assert failed.reason is Reason.DISK


def _denied(*_: object) -> None:
    raise PermissionError(errno.EACCES, "Permission denied")


def test_closing_leaves_no_part(tmp_path: Path) -> None:
    sink = opened(tmp_path)
    sink.add(fetched("a"))
    sink.close()
    assert list(tmp_path.rglob("*.part")) == []
