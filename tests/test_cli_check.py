import json
import shutil
import subprocess
from pathlib import Path

import pytest

from hostile import Hostile, answer
from pictures import png
from program import command, environment, pixhaul


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


def test_the_current_folder_can_be_checked(kept: Path) -> None:
    done = pixhaul("check", ".", folder=kept)
    assert done.stderr == "4 pictures in ., every one as it was kept.\n"


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
    assert "delete what is changed and broken" in done.stderr


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
@pytest.mark.parametrize("place", ["0.png", "album"])
def test_what_cannot_be_read_is_told_and_not_taken_for_whole(kept: Path, server: Hostile, place: str) -> None:
    server.routes["/9.png"] = lambda _: answer(png(9))
    words = ["get", "--allow-private", "-f", "album/{stem}", server.url("/9.png")]
    assert pixhaul(*words, folder=kept.parent).returncode == 0
    (kept / place).chmod(0)
    bare = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all", *command("check", "images")]
    done = subprocess.run(bare, check=False, cwd=kept.parent, env=environment(kept.parent), capture_output=True)
    (kept / place).chmod(0o755)
    if b"setpriv:" in done.stderr:
        pytest.skip("capabilities cannot be given up here")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(b"broken  " + place.encode())
    assert b"cannot be read: Permission denied" in done.stdout
    assert len(done.stdout.splitlines()) == 1
    assert b"5 pictures in images: 1 broken" in done.stderr


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


def test_files_of_other_origin_are_a_note(kept: Path) -> None:
    (kept / "mine.txt").write_text("mine")
    done = pixhaul("check", "images", folder=kept.parent)
    assert done.returncode == 0
    assert done.stderr.splitlines()[1] == "Besides, 1 file of other origin: left alone."


def test_a_damaged_ledger_is_said_to_be_and_made_again(kept: Path, server: Hostile) -> None:
    ledger = kept / ".pixhaul" / "ledger.sqlite"
    ledger.write_bytes(b"no database at all" * 500)
    links = [server.url(f"/{one}.png") for one in range(4)]
    for words in (("check", "images"), ("retry", "images"), ("get", "--allow-private", *links)):
        done = pixhaul(*words, folder=kept.parent)
        assert done.returncode == 2
        assert "the ledger is damaged" in done.stderr
        assert "pixhaul check --rebuild images" in done.stderr
    done = pixhaul("check", "images", "--rebuild", folder=kept.parent)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        "The ledger of images is made again: 4 pictures.",
        "The old one lies in images/.pixhaul/ledger.sqlite.damaged-1; delete it when you like.",
    ]
    assert (kept / ".pixhaul" / "ledger.sqlite.damaged-1").read_bytes() == b"no database at all" * 500
    again = pixhaul("get", "--allow-private", *links, folder=kept.parent)
    assert again.stderr.startswith("0 kept, 4 skipped, 0 failed")


def test_what_is_made_again_holds_only_what_is_whole(kept: Path) -> None:
    (kept / "0.png").unlink()
    (kept / "1.png").write_bytes(png(77))
    done = pixhaul("check", "images", "--rebuild", "--json", folder=kept.parent)
    *found, last = (json.loads(line) for line in done.stdout.splitlines())
    assert done.returncode == 1
    assert sorted((one["problem"], one["path"]) for one in found) == [("changed", "1.png"), ("missing", "0.png")]
    counts = {"pictures": 4, "whole": 2, "missing": 1, "changed": 1, "broken": 0, "failures": 0}
    assert last == {"summary": counts | {"aside": ".pixhaul/ledger.sqlite.damaged-1", "exit": 1}}
    assert pixhaul("check", "images", folder=kept.parent).returncode == 0


def test_failures_are_remembered_through_a_rebuild(kept: Path, server: Hostile) -> None:
    pixhaul("get", "--allow-private", server.url("/none.png"), folder=kept.parent)
    done = pixhaul("check", "images", "--rebuild", folder=kept.parent)
    assert done.stderr.startswith("The ledger of images is made again: 4 pictures and 1 failures.")
    asked = server.asked.copy()
    again = pixhaul("get", "--allow-private", server.url("/none.png"), folder=kept.parent)
    assert "failed in an earlier run" in again.stderr
    assert server.asked == asked


def test_a_ledger_that_is_gone_is_made_again_by_the_next_run(kept: Path, server: Hostile) -> None:
    (kept / ".pixhaul" / "ledger.sqlite").unlink()
    asked = server.asked.copy()
    done = pixhaul("get", "--allow-private", *(server.url(f"/{one}.png") for one in range(4)), folder=kept.parent)
    assert "found again: 4 pictures" in done.stderr
    assert "0 kept, 4 skipped" in done.stderr
    assert server.asked == asked


def test_nothing_to_make_a_ledger_from_is_wrong_usage(tmp_path: Path) -> None:
    done = pixhaul("check", ".", "--rebuild", folder=tmp_path)
    assert done.returncode == 2
    assert list(tmp_path.iterdir()) == []
