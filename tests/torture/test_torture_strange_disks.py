"""File systems of memory sticks: they fold case and know no hard links. Needs root on Linux, and their tools."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from rig import QUICK, finished, listed, remove, serve, torn, whole

from hostile import Hostile, answer
from pictures import png
from program import command, environment, pixhaul

pytestmark = pytest.mark.torture
_PATH = os.environ.get("PATH", "") + ":/sbin:/usr/sbin"
ALIKE = ["Photo", "photo", "PHOTO", "ph\u00f6to", "pho\u0308to", "PH\u00d6TO", "\ufb00", "FF", "a.", "A", "stra\u00dfe"]
"""Stems that such a file system, or its tables of upper case, may take for one another."""


def does(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of the system."""
    return subprocess.run(words, env={"PATH": _PATH}, capture_output=True, text=True, check=False)


@pytest.fixture(params=["vfat", "exfat"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A disk of 128 MB, by the kernel, or by FUSE where the kernel does not know it."""
    kind = str(request.param)
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which(f"mkfs.{kind}", path=_PATH):
        pytest.skip(f"needs root on Linux, and mkfs.{kind}")
    image, place = tmp_path / "disk.img", tmp_path / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(128 << 20)
    does(f"mkfs.{kind}", str(image))
    device = does("losetup", "--find", "--show", str(image)).stdout.strip()
    try:
        by_kernel = device and does("mount", "-t", kind, device, str(place)).returncode == 0
        by_fuse = not by_kernel and shutil.which(f"mount.{kind}-fuse", path=_PATH)
        if not by_kernel and (not by_fuse or does(f"mount.{kind}-fuse", device, str(place)).returncode):
            pytest.skip(f"{kind} cannot be mounted here")
        yield place
        does("umount", "-l", str(place))
    finally:
        if device:
            does("losetup", "--detach", device)


def test_names_that_differ_in_case_alone_are_files_of_their_own(
    disk: Path, server: Hostile, tmp_path: Path, record_property: object
) -> None:
    (disk / "probe").touch()
    assert (disk / "PROBE").exists()  # else this shows nothing
    links = []
    for number, stem in enumerate(ALIKE * 4):
        path = f"/{number}/{quote(stem)}.png"
        body = answer(png(number, padding=3_000 * number))
        server.routes[path] = lambda _, body=body: body  # type: ignore[misc]
        links.append(server.url(path))
    (tmp_path / "links.txt").write_text("\n".join(links))
    words = ["get", "--allow-private", "-d", str(disk / "images"), "-i", "links.txt"]
    assert pixhaul(*words, folder=tmp_path).returncode == 0
    kept = whole(disk / "images")
    assert len(kept) == len(set(kept.values())) == len(links)
    assert pixhaul("check", str(disk / "images"), folder=tmp_path).returncode == 0
    asked = len(server.requests)
    assert pixhaul(*words, folder=tmp_path).returncode == 0
    record_property("figure", f"P8: {len(links)} names that fold together: {len(kept)} files")  # type: ignore[operator]
    assert len(server.requests) == asked


def test_a_file_that_was_there_under_a_folded_name_is_not_replaced(disk: Path, server: Hostile, tmp_path: Path) -> None:
    (disk / "images").mkdir()
    (disk / "images" / "PHOTO.PNG").write_bytes(b"mine")
    server.routes["/photo.png"] = lambda _: answer(png())
    done = pixhaul("get", "--allow-private", "-d", str(disk / "images"), server.url("/photo.png"), folder=tmp_path)
    assert done.returncode == 0
    assert (disk / "images" / "PHOTO.PNG").read_bytes() == b"mine"
    assert sorted(len(path.read_bytes()) for path in (disk / "images").iterdir() if path.is_file())[1] == len(png())


def test_a_kill_there_tears_and_loses_nothing(
    disk: Path, server: Hostile, tmp_path: Path, record_property: object
) -> None:
    truth = serve(server, 200, 1_000, 60_000, pause=0.02)
    directory = disk / "images"
    words = ["get", "--allow-private", "--per-host", "4", "-d", str(directory), "-i", listed(truth, tmp_path)]
    struck = 0
    for moment in (0.2, 0.5) if QUICK else (0.1, 0.25, 0.4, 0.55, 0.7, 0.85):
        remove(directory)
        server.asked.clear()
        with subprocess.Popen(
            command(*words),
            cwd=tmp_path,
            env=environment(tmp_path),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as child:
            while not directory.exists() and child.poll() is None:
                time.sleep(0.001)
            time.sleep(moment)
            child.kill()
            struck += child.wait() == -signal.SIGKILL
        assert torn(directory, truth) == []
        kept = len(whole(directory))
        asked = server.asked.copy()
        again = pixhaul(*words, folder=tmp_path, seconds=120)
        assert again.returncode == 0, again.stderr
        assert finished(directory, truth) == []
        assert sum((server.asked - asked).values()) == 200 - kept
    record_property("figure", f"F2 without hard links: {struck} kills, 0 violations")  # type: ignore[operator]
    assert struck >= 1
