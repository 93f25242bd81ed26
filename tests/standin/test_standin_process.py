"""The child process: it starts quickly, says what is wrong, and is never left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pixhaul import standin

COMMAND = [sys.executable, "-m", "pixhaul.standin"]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until_gone(pid: int) -> bool:
    end = time.monotonic() + 10
    while is_alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_alive(pid)


def test_api_and_pictures_are_two_origins_on_loopback() -> None:
    with standin.start() as running:
        assert running.api.startswith("http://127.0.0.1:")
        assert running.images.startswith("http://127.0.0.1:")
        assert running.api != running.images


def test_leaving_the_block_ends_the_child() -> None:
    with standin.start() as running:
        assert is_alive(running.pid)
    assert not is_alive(running.pid)
    running.stop()  # again does nothing


@pytest.mark.skipif(sys.platform == "win32", reason="kills a parent the Unix way")
def test_the_child_ends_when_its_parent_is_killed() -> None:
    script = "import pixhaul.standin as s, time; print(s.start().pid, flush=True); time.sleep(60)"
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        child = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
    assert wait_until_gone(child)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_in_the_foreground_it_prints_one_line_and_leaves_cleanly(number: int) -> None:
    program = subprocess.Popen([*COMMAND, "--posts", "5"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    ready = json.loads(program.stdout.readline())
    program.send_signal(number)
    rest, _ = program.communicate(timeout=10)
    assert set(ready) == {"api", "images", "client_id"}
    assert (rest, program.returncode) == ("", 0)


def test_a_port_in_use_is_one_clear_line_and_exit_2() -> None:
    with standin.start(posts=5) as running:
        port = int(running.api.rpartition(":")[2])
        done = subprocess.run([*COMMAND, f"--port={port}"], capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert f"127.0.0.1:{port}" in done.stderr
        with pytest.raises(ValueError, match=f"127.0.0.1:{port}"):
            standin.start(port=port)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"port": 70000}, "port"),
        ({"posts": 0}, "post"),
        ({"latency": -1}, "latency"),
        ({"latency": float("nan")}, "latency"),
        ({"bandwidth": 0.5}, "bandwidth"),
        ({"credits": -1}, "credits"),
        ({"host": "0.0.0.0"}, "127.0.0.1 only"),
        ({"links_base": "i.imgur.com"}, "http"),
        ({"pictures": "/nowhere/at/all"}, "no folder"),
        ({"faults": "404=5%,nonsense"}, "nonsense"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_in_one_line(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        standin.Settings(**settings)
    assert "\n" not in str(caught.value)


def test_every_setting_reaches_the_child(tmp_path: Path) -> None:
    from pixhaul.standin.__main__ import _parser
    from pixhaul.standin.process import arguments

    settings = standin.Settings(
        port=5, pictures=_with_a_file(tmp_path), posts=9, latency=0.5, bandwidth=1e6, credits=7, faults="404=5%,cut=1%",
        seed=3, links_base="https://i.imgur.com", random_gone=True,
    )  # fmt: skip
    options = vars(_parser().parse_args(arguments(settings)))
    options.pop("leave_with_stdin")
    assert standin.Settings(**options) == settings


def _with_a_file(folder: Path) -> Path:
    (folder / "a.jpg").write_bytes(b"a")
    return folder
