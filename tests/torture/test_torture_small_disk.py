"""A real disk of a few megabytes: full, then larger, then read-only. Needs root on Linux, for mount."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig import finished, listed, serve, torn, whole

from hostile import Hostile
from program import pixhaul

pytestmark = pytest.mark.torture


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk in memory with room for a third of the pictures."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("needs root on Linux")
    place = tmp_path / "disk"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(place)], check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def remount(place: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(place)], check=True)


def test_a_full_disk_is_exit_9_and_the_run_goes_on_when_there_is_room(
    disk: Path, server: Hostile, tmp_path: Path, record_property: object
) -> None:
    truth = serve(server, 300, 2_000, 120_000)
    directory = disk / "images"
    words = ["get", "--allow-private", "-d", str(directory), "-i", listed(truth, tmp_path)]
    kept: set[str] = set()
    for _ in range(3):  # the same again, as impatient people do
        done = pixhaul(*words, folder=tmp_path, seconds=120)
        assert done.returncode == 9, done.stderr
        assert "The disk is full" in done.stderr or "the disk is full" in done.stderr
        assert "Traceback" not in done.stderr
        assert torn(directory, truth) == []
        assert kept <= set(whole(directory))
        kept = set(whole(directory))
    assert len(kept) > 30
    assert pixhaul("check", str(directory), folder=tmp_path).returncode == 0
    asked = server.asked.copy()
    remount(disk, "size=60m")
    done = pixhaul(*words, folder=tmp_path, seconds=120)
    assert done.returncode == 0, done.stderr
    assert finished(directory, truth) == []
    fetched = sum((server.asked - asked).values())
    record_property(
        "figure", f"P2: a full disk: {len(kept)} of 300 kept with exit 9, the other {fetched} with more room"
    )  # type: ignore[operator]
    assert fetched == 300 - len(kept)


def test_a_read_only_disk_can_be_checked_and_not_written_to(disk: Path, server: Hostile, tmp_path: Path) -> None:
    truth = serve(server, 20, 2_000, 9_000)
    directory = disk / "images"
    words = ["get", "--allow-private", "-d", str(directory), "-i", listed(truth, tmp_path)]
    assert pixhaul(*words, folder=tmp_path).returncode == 0
    remount(disk, "ro")
    assert pixhaul("check", str(directory), folder=tmp_path).returncode == 0
    for command in (words, ["retry", "--all", str(directory)], ["check", "--rebuild", str(directory)]):
        done = pixhaul(*command, folder=tmp_path)
        assert done.returncode == (0 if command[0] == "retry" else 2), done.stderr  # nothing has failed there
        assert "Traceback" not in done.stderr
        assert command[0] == "retry" or "Read-only file system" in done.stderr
