"""The simulated web of the benchmarks behaves as its scenes say, and counts what it sees."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@contextmanager
def scene(name: str, counted: dict[str, Any]) -> Iterator[dict[str, str]]:
    """A scene being played; where its hosts are. At the end, what they counted."""
    command = [sys.executable, "-m", "web.server", name]
    with subprocess.Popen(command, cwd=BENCHMARKS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            yield json.loads(server.stdout.readline())
            counted.update(json.loads(server.communicate()[0]))
        finally:
            server.kill()


def connected(base: str, seconds: float = 20.0) -> socket.socket:
    parts = urlsplit(base)
    return socket.create_connection((str(parts.hostname), parts.port or 80), seconds)


def ask(wire: socket.socket, host: str, count: int) -> bytes:
    """Ask for so many pictures at once and read until all answers are there."""
    wire.sendall(
        b"".join(f"GET /{host}-{number:06}.jpg HTTP/1.1\r\nHost: h\r\n\r\n".encode() for number in range(count))
    )
    said = b""
    while said.count(b"HTTP/1.1 ") < count:
        piece = wire.recv(65536)
        assert piece, "closed before all was answered"
        said += piece
    return said


def test_pages_and_charts_show_the_figures_that_were_measured() -> None:
    check = [sys.executable, str(BENCHMARKS / "publish.py"), "--check"]
    said = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


def test_a_host_with_a_rate_refuses_what_is_above_it_and_counts_who_comes_back_too_soon() -> None:
    counted: dict[str, Any] = {}
    with scene("strict", counted) as bases, connected(bases["strict"]) as wire:
        said = ask(wire, "strict", 200)
        time.sleep(0.3)
        ask(wire, "strict", 1)
    host = counted["strict"]
    assert said.count(b" 429 ") == said.count(b"\r\nRetry-After: 2\r\n") >= 100
    assert host["served"] + host["refused"] == host["requests"] == 201
    assert host["served"] >= 50
    assert host["early"] == 1


def test_a_narrow_host_refuses_the_thirteenth_request() -> None:
    counted: dict[str, Any] = {}
    with scene("narrow", counted) as bases, connected(bases["narrow"]) as wire:
        said = ask(wire, "narrow", 20)
    assert (said.count(b" 200 OK"), said.count(b" 503 ")) == (12, 8)
    assert (counted["narrow"]["served"], counted["narrow"]["unavailable"]) == (12, 8)


def test_a_host_may_tell_how_many_at_once_it_bears_by_a_pause() -> None:
    counted: dict[str, Any] = {}
    with scene("told", counted) as bases, connected(bases["told"]) as wire:
        said = ask(wire, "told", 20)
    assert (said.count(b" 200 OK"), said.count(b" 429 "), said.count(b"\r\nRetry-After: 2\r\n")) == (12, 8, 8)
    assert (counted["told"]["served"], counted["told"]["refused"]) == (12, 8)


def test_a_host_resets_the_seventeenth_connection() -> None:
    counted: dict[str, Any] = {}
    with scene("resets", counted) as bases, ExitStack() as stack:
        for _ in range(16):
            ask(stack.enter_context(connected(bases["resets"])), "resets", 1)
        with pytest.raises(OSError, match=r"reset|abort|closed"):
            ask(stack.enter_context(connected(bases["resets"])), "resets", 1)
    assert (counted["resets"]["opened"], counted["resets"]["resets"], counted["resets"]["most"]) == (17, 1, 16)


def test_sick_hosts_are_sick_each_in_its_way_and_healthy_ones_give_whole_pictures() -> None:
    counted: dict[str, Any] = {}
    with scene("crowd", counted) as bases:
        with pytest.raises(ConnectionRefusedError):
            connected(bases["h000"])
        with pytest.raises(TimeoutError):
            connected(bases["h001"], 0.5)
        with connected(bases["h002"], 1.0) as silent, pytest.raises(TimeoutError):
            ask(silent, "h002", 1)
        with connected(bases["h003"]) as dripping:
            said = ask(dripping, "h003", 1)
            assert len(said.partition(b"\r\n\r\n")[2]) < 100
        with connected(bases["h020"]) as wire:
            wire.sendall(b"GET /h020-000000.jpg HTTP/1.0\r\nHost: h\r\n\r\n")
            head, _, body = whole(wire).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    Image.open(io.BytesIO(body)).load()
    assert counted["h020"]["served"] == 1


def whole(wire: socket.socket) -> bytes:
    """One answer, as long as its head says."""
    said = b""
    while b"\r\n\r\n" not in said or len(said) < said.index(b"\r\n\r\n") + 4 + length(said):
        said += wire.recv(65536)
    return said


def length(said: bytes) -> int:
    return int(said.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])


def test_hosts_in_virtual_time_are_put_beside_the_best_settings() -> None:
    words = [sys.executable, str(BENCHMARKS / "paces.py"), "--seeds", "2", "--only", "12 servers,resets above 4"]
    said = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120).stdout.splitlines()
    assert [line.split("|")[1].strip() for line in said] == [
        "resets above 4: 400",
        "resets above 40: 4,000",
        "12 servers: 3,600",
    ]
    assert all(float(line.split("|")[3].split("/")[0]) >= 0.9 for line in said)
