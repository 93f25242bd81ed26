"""What the system no longer gives: one line that says what, the right exit code, and no host blamed for it."""

import errno
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hostile import Hostile, answer
from pictures import png
from pixhaul.errors import shortage
from program import command, environment, pixhaul

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


@pytest.fixture
def words(server: Hostile, tmp_path: Path) -> list[str]:
    """A job of 60 pictures, some seconds long."""
    for number in range(60):
        body = answer(png(number, padding=3_000))
        server.routes[f"/{number}.png"] = lambda _, body=body: [0.05, body]  # type: ignore[misc]
    (tmp_path / "l.txt").write_text("".join(f"{server.url(f'/{number}.png')}\n" for number in range(60)))
    return ["get", "--allow-private", "--per-host", "2", "--retries", "0", "-i", "l.txt"]


@linux
@pytest.mark.parametrize("limit", [9, 12, 16, 18])
def test_too_few_descriptors_are_said_before_a_host_is_blamed(words: list[str], tmp_path: Path, limit: int) -> None:
    limited = ["bash", "-c", f'ulimit -n {limit}; exec "$@"', "bash", *command(*words)]
    done = subprocess.run(
        limited, cwd=tmp_path, env=environment(tmp_path), capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 2, done.stderr
    assert b"open" in done.stderr
    assert len(done.stderr.splitlines()) == 2
    assert pixhaul(*words, folder=tmp_path).returncode == 0


@linux
@pytest.mark.parametrize(
    "take",
    [
        lambda images: images.rename(images.with_name("elsewhere")),
        lambda images: (images / ".pixhaul").rename(images.with_name("elsewhere")),
        lambda images: shutil.rmtree(images / ".pixhaul" / "parts"),
    ],
)
def test_a_directory_that_is_taken_away_ends_the_run_and_fails_no_link(
    words: list[str], tmp_path: Path, take: object
) -> None:
    images = tmp_path / "images"

    def strike() -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until and len(list(images.glob("*.png"))) < 3:
            time.sleep(0.01)
        take(images)  # type: ignore[operator]

    thread = threading.Thread(target=strike)
    thread.start()
    done = pixhaul(*words, folder=tmp_path)
    thread.join()
    assert done.returncode == 2, done.stderr
    assert "taken away or renamed" in done.stderr or "No such file" in done.stderr
    assert "failed  disk" not in done.stderr
    assert pixhaul(*words, folder=tmp_path).returncode == 0
    assert len(list(images.glob("*.png"))) == 60


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EMFILE, "too many"), "No more files"),
        (OSError(errno.ENOMEM, "no memory"), "no memory left"),
        (MemoryError(), "no memory left"),
        (RuntimeError("can't start new thread"), "No more threads"),
    ],
)
def test_what_is_lacking_is_said(error: BaseException, said: str) -> None:
    lack = shortage(error)
    assert lack is not None
    assert said in lack.message
    assert lack.hint


def test_other_errors_are_faults_of_ours() -> None:
    assert shortage(OSError(errno.EINVAL, "what")) is None
    assert shortage(RuntimeError("dictionary changed size")) is None


@pytest.mark.skipif(os.name != "posix" or shutil.which("setpriv") is None, reason="needs setpriv")
def test_a_directory_that_may_not_be_written_to_is_said_before_anything_is_fetched(
    words: list[str], server: Hostile, tmp_path: Path
) -> None:
    pixhaul(*words, "-n", "1", folder=tmp_path)
    (tmp_path / "images").chmod(0o555)
    asked = len(server.requests)
    bare = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-all", *command(*words)]
    done = subprocess.run(bare, cwd=tmp_path, env=environment(tmp_path), capture_output=True, timeout=60, check=False)
    (tmp_path / "images").chmod(0o755)
    if b"setpriv:" in done.stderr:
        pytest.skip("capabilities cannot be given up here")
    assert done.returncode == 2, done.stderr
    assert b"images: cannot be written to: Permission denied" in done.stderr
    assert len(server.requests) == asked
