import json
from pathlib import Path

import pytest

from hostile import Hostile, answer
from pictures import png
from program import pixhaul


@pytest.fixture
def kept(server: Hostile, tmp_path: Path) -> Path:
    """A folder of four pictures."""
    for number in range(4):
        server.routes[f"/{number}.png"] = lambda _, number=number: answer(png(number))  # type: ignore[misc]
    done = pixhaul("get", "--allow-private", *(server.url(f"/{one}.png") for one in range(4)), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path / "images"


def test_pictures_as_they_were_kept_are_fine(kept: Path) -> None:
    done = pixhaul("check", "images", folder=kept.parent)
    assert done.returncode == 0
    assert not done.stdout
    assert done.stderr == "4 pictures in images, every one as it was kept.\n"


def test_each_that_is_missing_changed_or_broken_is_a_line(kept: Path) -> None:
    (kept / "0.png").unlink()
    (kept / "1.png").write_bytes(png(77))
    (kept / "2.png").write_bytes(png(2)[:-9])
    done = pixhaul("check", "images", folder=kept.parent)
    assert done.returncode == 1
    assert sorted(line.split()[:2] for line in done.stdout.splitlines()) == [
        ["broken", "2.png"],
        ["changed", "1.png"],
        ["missing", "0.png"],
    ]
    assert "4 pictures in images: 1 " in done.stderr


def test_a_program_gets_json(kept: Path) -> None:
    (kept / "0.png").unlink()
    done = pixhaul("check", "images", "--json", folder=kept.parent)
    found, summary = (json.loads(line) for line in done.stdout.splitlines())
    assert found["path"] == "0.png"
    assert summary == {"summary": {"pictures": 4, "whole": 3, "missing": 1, "changed": 0, "broken": 0, "exit": 1}}
    assert not done.stderr


def test_quiet_leaves_the_exit_code(kept: Path) -> None:
    (kept / "0.png").unlink()
    done = pixhaul("check", "images", "-q", folder=kept.parent)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def test_a_folder_without_a_ledger_is_wrong_usage(tmp_path: Path) -> None:
    done = pixhaul("check", ".", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("pixhaul: ")
    assert list(tmp_path.iterdir()) == []
