"""The simulated web as a process of its own: `python -m web.server SCENE [PORT]`, in the folder benchmarks/.

It prints one line of JSON, where each host is, and serves until its standard input ends; then it prints what each host
has counted. Links are BASE/HOST-NUMBER.EXT; the pictures are made from the number, so that both sides know every byte.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import socket
import struct
import sys
import time
from functools import partial

from corpus import picture, scenes
from web.hosts import Answer, Desk
from web.scenes import SCENES, SEED

TYPES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif"}
WORDS = {404: "Not Found", 429: "Too Many Requests", 503: "Service Unavailable"}
STRIDE = 100_000
"""Between the numbers of the first pictures of two hosts."""
DRIP = 10
"""Bytes a second of a host that drips."""


class Clock:
    """Seconds since the first request of the run."""

    def __init__(self) -> None:
        self._zero = 0.0

    def __call__(self) -> float:
        self._zero = self._zero or time.monotonic()
        return time.monotonic() - self._zero


class Connection(asyncio.Protocol):
    """One connection to one host: HTTP/1.1, one request after the other."""

    def __init__(self, desk: Desk, base: int, clock: Clock) -> None:
        self._desk, self._base, self._clock = desk, base, clock
        self._loop = asyncio.get_running_loop()
        self._stays = False
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Stay, or be reset where the host has enough."""
        self._transport = transport
        self._stays = self._desk.opens()
        if not self._stays:
            once = struct.pack("ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, once)
            transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        """Make room."""
        if self._stays:
            self._desk.closes()

    def data_received(self, data: bytes) -> None:
        """Answer each request when its time has come."""
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            name = head.split(b" ", 2)[1].rpartition(b"-")[2].partition(b".")[0]
            number = int(name) if name.isdigit() else -1
            answer = self._desk.ask(number, self._clock())
            if self._desk.host.sick == "halting":
                self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Le")
            if answer.status:
                self._loop.call_later(answer.wait, self._give, number, answer)

    def _give(self, number: int, answer: Answer) -> None:
        self._desk.sent(answer, self._clock())
        if self._transport.is_closing():
            return
        head, body = self._found(number) if answer.status == 200 else _refusal(answer)
        if self._desk.host.sick == "dripping":
            self._transport.write(head)
            self._drip(body)
        else:
            self._transport.write(head + body)

    def _found(self, number: int) -> tuple[bytes, bytes]:
        body, extension = picture("tiny", self._base + number)
        return _head("200 OK", TYPES[extension], len(body)), body

    def _drip(self, rest: bytes) -> None:
        if rest and not self._transport.is_closing():
            self._transport.write(rest[:DRIP])
            self._loop.call_later(1.0, self._drip, rest[DRIP:])


def _head(status: str, kind: str, length: int, more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}\r\n".encode()


def _refusal(answer: Answer) -> tuple[bytes, bytes]:
    word = WORDS[answer.status]
    body = f"<html><title>{word}</title></html>".encode()
    more = f"Retry-After: {answer.retry_after}\r\n" if answer.retry_after else ""
    return _head(f"{answer.status} {word}", "text/html", len(body), more), body


def bound(number: int, port: int) -> socket.socket:
    """A place for the host of that number: on Linux an address of its own, elsewhere a port (127.77 is not there).

    The same number and port give the same place again, so that a client can know a host from an earlier run.
    """
    linux = sys.platform == "linux"
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(
        (f"127.77.{number // 250}.{number % 250 + 1}", port) if linux else ("127.0.0.1", port and port + number)
    )
    return listener


def deaf(listener: socket.socket) -> list[socket.socket]:
    """Never accept, and let the queue be full: who connects hears nothing."""
    listener.listen(0)
    waiting = []
    for _ in range(2):
        waiting.append(socket.socket())
        waiting[-1].setblocking(False)
        waiting[-1].connect_ex(listener.getsockname())
    return waiting


async def open_up(listener: socket.socket, desk: Desk, number: int, clock: Clock) -> tuple[str, list[socket.socket]]:
    """Begin to serve a host; its address, and what must be kept from being collected."""
    base = "http://{}:{}".format(*listener.getsockname())
    if desk.host.sick == "closed":
        listener.close()
        return base, []
    if desk.host.sick == "deaf":
        return base, [listener, *deaf(listener)]
    make = partial(Connection, desk, number * STRIDE, clock)
    await asyncio.get_running_loop().create_server(make, sock=listener, backlog=4096)
    return base, []


async def serve(name: str, port: int) -> None:
    """Play the scene until standard input ends; port 0 is any."""
    scene, clock, held, bases = SCENES[name], Clock(), [], {}
    scenes("tiny")
    desks = {host.name: Desk(host, SEED) for host in scene.hosts}
    for number, host in enumerate(scene.hosts):
        bases[host.name], kept = await open_up(bound(number, port), desks[host.name], number, clock)
        held += kept
    print(json.dumps(bases), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    print(json.dumps({name: dataclasses.asdict(desk.counts) for name, desk in desks.items()}), flush=True)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int((*sys.argv, 0)[2])))
