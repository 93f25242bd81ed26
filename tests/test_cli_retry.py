"""`pixhaul retry`, and what an ordinary run does about earlier failures."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from hostile import Hostile, answer
from pictures import png
from pixhaul.standin import start
from program import pixhaul

GONE = answer(b"gone", "404 Not Found", "text/plain")
BUSY = answer(b"busy", "500 Internal Server Error", "text/plain")


@pytest.fixture
def failed(server: Hostile, tmp_path: Path) -> Path:
    """A folder where one picture was kept, one not found, one too large, and one met a broken server."""
    server.routes["/fine.png"] = lambda _: answer(png(1))
    server.routes["/gone.png"] = lambda number: GONE if number < 2 else answer(png(2))
    server.routes["/busy.png"] = lambda number: BUSY if number < 1 else answer(png(3))
    server.routes["/large.png"] = lambda _: answer(png(4, padding=20_000))
    done = get(server, tmp_path)
    assert done.returncode == 1, done.stderr
    return tmp_path


def get(server: Hostile, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    links = [server.url(f"/{name}.png") for name in ("fine", "gone", "busy", "large")]
    return pixhaul("get", "--allow-private", "--retries", "0", "--max-bytes", "9000", *more, *links, folder=folder)


def asked(server: Hostile) -> dict[str, int]:
    return {path[1:-4]: count for path, count in server.asked.items()}


def test_an_ordinary_run_asks_only_for_what_may_succeed_now(server: Hostile, failed: Path) -> None:
    done = get(server, failed)
    assert asked(server) == {"fine": 1, "gone": 1, "busy": 2, "large": 1}
    assert done.returncode == 1
    assert "(failed in an earlier run: HTTP 404)" in done.stderr
    lines = done.stderr.splitlines()
    assert lines[-2].startswith("1 kept, 1 skipped, 2 failed (not-found 1, too-large 1)")
    assert lines[-1] == "To ask again for what failed for good (2): pixhaul retry images --all"


def test_a_wider_bound_lets_an_ordinary_run_ask_again(server: Hostile, failed: Path) -> None:
    done = get(server, failed, "--max-bytes", "90000")
    assert asked(server) == {"fine": 1, "gone": 1, "busy": 2, "large": 2}
    assert done.stderr.splitlines()[-2].startswith("2 kept, 1 skipped, 1 failed (not-found 1)")


def test_retry_needs_no_list_and_keeps_the_names(server: Hostile, failed: Path) -> None:
    done = pixhaul("retry", "--allow-private", "--max-bytes", "9000", "images", folder=failed)
    assert done.returncode == 0, done.stderr
    assert asked(server) == {"fine": 1, "gone": 1, "busy": 2, "large": 1}
    assert (failed / "images" / "busy.png").read_bytes() == png(3)
    again = pixhaul("retry", "--allow-private", "--max-bytes", "9000", "images", folder=failed)
    assert again.returncode == 0
    assert again.stderr.startswith("Nothing in images can succeed now: ")
    assert "pixhaul retry images --all" in again.stderr


def test_retry_takes_the_reasons_that_are_named(server: Hostile, failed: Path) -> None:
    pixhaul("retry", "--allow-private", "--only", "not-found", "images", folder=failed)
    assert asked(server) == {"fine": 1, "gone": 2, "busy": 1, "large": 1}


def test_retry_all_asks_for_everything_that_failed(server: Hostile, failed: Path) -> None:
    done = pixhaul("retry", "--allow-private", "--all", "--retries", "0", "--json", "images", folder=failed)
    assert asked(server) == {"fine": 1, "gone": 2, "busy": 2, "large": 2}
    *results, summary = (json.loads(line) for line in done.stdout.splitlines())
    assert summary["summary"]["exit"] == done.returncode == 1
    assert {one["path"] for one in results if one["status"] == "done"} == {"busy.png", "large.png"}


def test_retry_names_again_by_a_template_that_is_given(server: Hostile, tmp_path: Path) -> None:
    server.routes["/a.png"] = lambda number: BUSY if number < 1 else answer(png(3))
    (tmp_path / "list.csv").write_text(f"url,title\n{server.url('/a.png')},A Title\n")
    first = ("get", "--allow-private", "--retries", "0", "-f", "{title}", "-i", "list.csv")
    assert pixhaul(*first, folder=tmp_path).returncode == 3
    pixhaul("retry", "--allow-private", "-f", "{num}-{title}", folder=tmp_path)
    assert (tmp_path / "images" / "1-A Title.png").read_bytes() == png(3)


def test_a_page_that_was_refused_becomes_its_pictures(tmp_path: Path) -> None:
    with start(posts=3) as standin:
        more = {"IMGUR_API": standin.api}
        (tmp_path / "list.txt").write_text("imgur:hot\n")
        first = pixhaul("get", "-i", "list.txt", folder=tmp_path, more=more)
        assert first.returncode == 4, first.stderr
        known = more | {"IMGUR_CLIENT_ID": standin.client_id}
        done = pixhaul("retry", "images", folder=tmp_path, more=known)
        assert " kept, 0 skipped, 0 failed" in done.stderr.splitlines()[-1], done.stderr
        again = pixhaul("retry", "images", folder=tmp_path, more=known)
    assert again.stderr == "Nothing has failed in images.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("retry", "nowhere"), "there is no ledger of pixhaul here"),
        (("retry", "--only", "sleepy"), "is no reason; the reasons are bad-url"),
        (("retry", "--all", "--only", "dns"), "contradict each other"),
        (("retry", "-i", "list"), "No such option"),
    ],
)
def test_wrong_usage_is_one_clear_line(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = pixhaul(*words, folder=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []
