"""Lists that come by a pipe, slowly: what has come is fetched, and nothing waits for what has not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hostile import Hostile, answer
from pictures import png
from program import command, environment

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs signals and pipes")


@pytest.fixture
def links(server: Hostile) -> list[str]:
    for number in range(3):
        server.routes[f"/{number}.png"] = lambda _, number=number: answer(png(number))  # type: ignore[misc]
    return [server.url(f"/{number}.png") for number in range(3)]


@contextmanager
def reading(folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        command("get", "--allow-private", *words),
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        timer = threading.Timer(30, child.kill)
        timer.start()
        try:
            yield child
        finally:
            timer.cancel()
            child.kill()


def give(child: subprocess.Popen[bytes], text: str) -> None:
    assert child.stdin is not None
    child.stdin.write(f"{text}\n".encode())
    child.stdin.flush()


def told(child: subprocess.Popen[bytes]) -> dict[str, object]:
    assert child.stdout is not None
    found: dict[str, object] = json.loads(child.stdout.readline())
    return found


def test_a_link_is_fetched_while_the_next_has_not_come(links: list[str], tmp_path: Path) -> None:
    with reading(tmp_path, "--json", "-i", "-") as child:
        for link in links:
            give(child, link)
            assert told(child)["url"] == link
        assert child.stdin is not None
        child.stdin.close()
        assert told(child)["summary"]
        assert child.wait(20) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("words", [["--json"], ["-g"]])
def test_a_signal_ends_a_run_that_waits_for_its_list(
    links: list[str], tmp_path: Path, words: list[str], number: signal.Signals
) -> None:
    with reading(tmp_path, *words, "-i", "-") as child:
        give(child, links[0])
        assert child.stdout is not None
        assert links[0].encode() in child.stdout.readline()
        begun = time.monotonic()
        child.send_signal(number)
        assert child.wait(20) == 5
        assert time.monotonic() - begun < 4
        assert child.stderr is not None
        assert b"Traceback" not in child.stderr.read()


@pytest.mark.parametrize("words", [["--json"], ["-g"]])
def test_a_run_that_has_enough_does_not_wait_for_more(links: list[str], tmp_path: Path, words: list[str]) -> None:
    with reading(tmp_path, *words, "-n", "1", "-i", "-") as child:
        give(child, "\n".join(links))
        assert child.wait(20) == 0
        assert child.stderr is not None
        assert not child.stderr.read()


def test_a_named_pipe_is_read_as_it_comes(links: list[str], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with reading(tmp_path, "--json", "-i", "pipe") as child, (tmp_path / "pipe").open("w") as pipe:
        for link in links[:2]:
            print(link, file=pipe, flush=True)
            assert told(child)["url"] == link
        child.send_signal(signal.SIGTERM)
        assert child.wait(20) == 5


def test_a_long_list_by_a_pipe_is_read_to_its_end(links: list[str], tmp_path: Path) -> None:
    listed = "".join(f"http://127.0.0.1:1/{number}\n" for number in range(100_000))
    done = subprocess.run(
        [*command("get", "-g", "-i", "-")],
        cwd=tmp_path,
        env=environment(tmp_path),
        input=listed.encode(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.decode()) == (0, listed)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's pseudo-terminals")
def test_a_terminal_without_columns_is_told_all_the_same(links: list[str], tmp_path: Path) -> None:
    import pty

    ours, theirs = pty.openpty()
    words = command("get", "--allow-private", links[0])
    with subprocess.Popen(
        words, cwd=tmp_path, env=environment(tmp_path, {"COLUMNS": "0", "TERM": "xterm"}), stderr=theirs
    ) as child:
        os.close(theirs)
        said = b""
        while b"1 kept" not in said:
            said += os.read(ours, 4096)
        assert child.wait(20) == 0
    os.close(ours)
