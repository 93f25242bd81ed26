"""Signals, against the real program: the contract's exit code, in time, with nothing lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hostile import HANG, Hostile, answer
from pictures import png
from pixhaul.commands.interrupts import GRACE, Interrupts
from program import command, environment, pixhaul

MANY = 30


@pytest.fixture
def links(server: Hostile) -> list[str]:
    """The first five answer at once, the next ones after a second, the last ones never."""
    for number in range(MANY):
        body = answer(png(number))
        steps = [body] if number < 5 else [1.0, body] if number < 10 else [HANG]
        server.routes[f"/{number}.png"] = lambda _, steps=steps: list(steps)  # type: ignore[misc]
    return [server.url(f"/{number}.png") for number in range(MANY)]


@contextmanager
def running(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A get that goes on."""
    with subprocess.Popen(
        command("get", "--allow-private", *words),
        cwd=folder,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def first_lines(child: subprocess.Popen[bytes], count: int) -> list[dict[str, object]]:
    assert child.stdout is not None
    return [json.loads(child.stdout.readline()) for _ in range(count)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_from_the_system_ends_it_in_two_seconds_and_what_was_kept_stays(
    number: int, links: list[str], server: Hostile, tmp_path: Path
) -> None:
    with running(tmp_path, "--json", "--per-host", "30", *links) as child:
        first_lines(child, 5)
        start = time.monotonic()
        child.send_signal(number)
        output, errors = child.communicate(timeout=20)
        assert time.monotonic() - start < 4  # 2 promised; the machine may be busy
    assert child.returncode == 5
    assert json.loads(output.splitlines()[-1])["summary"]["exit"] == 5
    assert b"Traceback" not in errors
    asked = server.asked.copy()
    done = pixhaul("get", "--allow-private", *links[:5], folder=tmp_path)
    assert done.stderr.startswith("0 kept, 5 skipped")
    assert server.asked == asked


def test_ctrl_c_lets_what_is_in_flight_end(links: list[str], tmp_path: Path) -> None:
    with running(tmp_path, "--json", "--per-host", "10", *links[:10], *links[:10]) as child:
        first_lines(child, 5)
        child.send_signal(signal.SIGINT)
        output, errors = child.communicate(timeout=20)
    lines = [json.loads(line) for line in output.splitlines()]
    assert sum(line.get("status") == "done" for line in lines) == 5
    assert b"press Ctrl-C again to stop now" in errors
    assert child.returncode == 0  # it had read all its links, and all of them have ended


def test_a_second_ctrl_c_stops_at_once(links: list[str], tmp_path: Path) -> None:
    with running(tmp_path, "--per-host", "30", "-v", *links) as child:
        assert child.stderr is not None
        for _ in range(5):
            assert child.stderr.readline().startswith(b"kept")
        child.send_signal(signal.SIGINT)
        while b"press Ctrl-C again" not in child.stderr.readline():
            pass
        start = time.monotonic()
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=20)
        assert time.monotonic() - start < 4
    assert child.returncode == 5
    assert b"Interrupted: run the same command again to go on." in errors
    assert b"Traceback" not in errors
    assert not [path for path in tmp_path.rglob("*.part*") if path.is_file()]


def test_a_closed_pipe_stops_the_run_with_5(links: list[str], tmp_path: Path) -> None:
    with running(tmp_path, "--json", "--per-host", "30", *links) as child:
        first_lines(child, 3)
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        assert child.stderr.read() == b""
        assert child.wait(20) == 5


def test_ctrl_c_before_anything_began_is_quiet(tmp_path: Path) -> None:
    with subprocess.Popen(
        command("get", "-g", "-i", "-"),
        cwd=tmp_path,
        env=environment(tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(b"http://example.org/a.png\n" * 3)
        child.stdin.flush()
        assert child.stdout.readline() == b"http://example.org/a.png\n"  # it is there, and waits for more of the list
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=20)
    assert child.returncode == 5
    assert b"Traceback" not in errors


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_signal_whose_exception_a_destructor_swallowed_still_ends_the_run() -> None:
    class Last:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    asked: list[float] = []
    with Interrupts() as interrupts:
        Last()  # Python prints what a destructor raises, and goes on
        interrupts.aim(asked.append)
    assert asked == [GRACE]


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize("part", ["gettext", "click", "pixhaul.errors"])
def test_ctrl_c_while_the_program_is_loaded_shows_no_traceback(tmp_path: Path, part: str) -> None:
    words = [sys.executable, "-X", "importtime", *command("get", "http://127.0.0.1:1/a.png", "--retries", "0")[1:]]
    with subprocess.Popen(words, cwd=tmp_path, env=environment(tmp_path), stderr=subprocess.PIPE) as child:
        assert child.stderr is not None
        for line in child.stderr:
            if line.split()[-1].decode() == part:
                break
        child.send_signal(signal.SIGINT)
        said = child.stderr.read()
    assert b"Traceback" not in said
    assert child.returncode == 5


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_rain_of_signals_ends_with_one_code_and_no_traceback(tmp_path: Path, number: signal.Signals) -> None:
    # Without -W error: what was opened in the moment of a signal is closed by the end of the process.
    words = [sys.executable, "-X", "importtime", *command("get", "http://127.0.0.1:1/a.png", "--retries", "0")[3:]]
    for part in ("pixhaul.errors", "pixhaul.commands.run", "pixhaul.session", "pixhaul.wire"):
        with subprocess.Popen(words, cwd=tmp_path, env=environment(tmp_path), stderr=subprocess.PIPE) as child:
            assert child.stderr is not None
            for line in child.stderr:
                if line.split()[-1].decode() == part:
                    break
            while child.poll() is None:
                child.send_signal(number)
                time.sleep(0.001)
            said = child.stderr.read()
        assert b"Traceback" not in said, said.decode()[-3000:]
        assert child.returncode in (3, 5)
