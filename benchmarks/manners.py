"""How pixhaul treats a host that it does not know, on the second run one that it does, and hosts that are sick.

    python benchmarks/manners.py [--links N] [--runs N] [--each N] [--only far|limited|sick]

Hosts are ports of a server in a process of its own; the pictures are one pixel large, so that pacing alone is seen.
Each row is pixhaul with no option about speed beside its own best of a grid of `--per-host` settings.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

GRID = (64, 128, 256, 512)


def _picture() -> bytes:
    """A PNG of one grey pixel."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\x80")),
        (b"IEND", b""),
    )
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


PICTURE = _picture()


class Host(NamedTuple):
    """How one port behaves."""

    latency: float = 0.0
    rate: float = 0.0
    """Answers a second; above it 429. 0: no limit."""
    pause: float = 0.0
    """Retry-After of a 429, in seconds."""
    silent: bool = False
    """Takes connections and never says a word."""


class Port(asyncio.Protocol):
    """One connection to one host."""

    hosts: dict[int, _Record]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Find out which host was asked."""
        self.transport: Any = transport
        self.record = self.hosts[transport.get_extra_info("sockname")[1]]

    def data_received(self, data: bytes) -> None:
        """Answer each request, after the host's latency."""
        if self.record.host.silent:
            return
        status, more = self.record.ask(asyncio.get_running_loop().time())
        body = PICTURE if status == 200 else b""
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode()
        asyncio.get_running_loop().call_later(self.record.host.latency, self._send, head + body)

    def _send(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)


class _Record:
    """What one host was asked."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.level, self.seen, self.first = host.rate, 0.0, 0.0
        self.pauses: list[tuple[float, float]] = []
        self.counts = {"asked": 0, "refused": 0, "refused_after_10": 0, "early": 0}

    def ask(self, now: float) -> tuple[int, str]:
        """The status of one more request, with a header."""
        host, counts = self.host, self.counts
        self.first = self.first or now
        counts["asked"] += 1
        counts["early"] += any(heard < now < over for heard, over in self.pauses)
        if not host.rate:
            return 200, ""
        self.level = min(host.rate, self.level + host.rate * (now - self.seen))
        self.seen = now
        if self.level >= 1.0:
            self.level -= 1.0
            return 200, ""
        counts["refused"] += 1
        counts["refused_after_10"] += now - self.first > 10.0
        heard = now + host.latency + 0.1  # before that the client cannot know, and requests are on their way
        self.pauses = [*self.pauses[-9:], (heard, now + host.latency + host.pause)]
        return 429, f"Retry-After: {host.pause:.0f}\r\n"


def _serve(hosts: list[Host], pipe: Connection) -> None:
    async def main() -> None:
        Port.hosts = {}
        loop = asyncio.get_running_loop()
        for host in hosts:
            server = await loop.create_server(Port, "127.0.0.1", 0, backlog=2048)
            Port.hosts[server.sockets[0].getsockname()[1]] = _Record(host)
        pipe.send(list(Port.hosts))
        await loop.run_in_executor(None, pipe.recv)
        pipe.send([record.counts for record in Port.hosts.values()])

    asyncio.run(main())


@contextmanager
def web(hosts: list[Host]) -> Iterator[tuple[list[int], Callable[[], list[dict[str, int]]]]]:
    """A server with these hosts; its ports, and what to call for the counts, which ends it."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(hosts, theirs))
    process.start()
    ports = ours.recv()

    def counts() -> list[dict[str, int]]:
        ours.send(None)
        found: list[dict[str, int]] = ours.recv()
        return found

    try:
        yield ports, counts
    finally:
        process.kill()
        process.join()


class Run(NamedTuple):
    """What one run of pixhaul came to."""

    seconds: float
    done: int
    last: dict[str, float]
    """When each host's last link ended, in seconds from the start."""


def pixhaul(links: list[str], cache: str, *more: str) -> Run:
    """One run, in memory where there is a file system for it."""
    place = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112, S108
    with tempfile.TemporaryDirectory(dir=place) as folder:
        listed = Path(folder) / "links.txt"
        listed.write_text("".join(f"{link}\n" for link in links))
        words = [sys.executable, "-m", "pixhaul", "get", "-i", str(listed), "-d", f"{folder}/out", "--allow-private"]
        words += ["--json", "--cache-dir", cache, *more]
        begun = time.monotonic()
        last: dict[str, float] = {}
        done = 0
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout or ():
                one = json.loads(line)
                if "url" in one:
                    last[one["url"].rpartition("/")[0]] = time.monotonic() - begun
                    done += one["status"] == "done"
        return Run(time.monotonic() - begun, done, last)


def far(links: int, runs: int) -> None:
    """A host 250 ms away that bears hundreds: the first run, the second, and the best of a grid."""
    with web([Host(0.25)]) as ([port], _):
        urls = [f"http://127.0.0.1:{port}/{number}" for number in range(links)]
        found: dict[str, list[float]] = {}
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as cache:
                for name in ("first", "second", "third"):
                    found.setdefault(name, []).append(pixhaul(urls, cache).seconds)
            for width in GRID:
                options = ("--no-remember", "--per-host", str(width))
                found.setdefault(f"per-host {width}", []).append(pixhaul(urls, "", *options).seconds)
        best = min(statistics.median(found[f"per-host {width}"]) for width in GRID)
        print(f"\n250 ms away, {links} links, medians of {runs}: seconds (ratio to the best setting)")
        for name, seconds in found.items():
            print(f"  {name:14} {statistics.median(seconds):6.2f}  ({statistics.median(seconds) / best:.2f})")


def limited(links: int) -> None:
    """50 a second with Retry-After 2: what was refused, what was early, and how fast it was."""
    with web([Host(0.1, 50.0, 2.0)]) as ([port], counts), tempfile.TemporaryDirectory() as cache:
        urls = [f"http://127.0.0.1:{port}/{number}" for number in range(links)]
        for name in ("first", "second"):
            run = pixhaul(urls, cache)
            print(
                f"\n50 a second, then 429 with Retry-After 2, {name} run: {run.done} of {links} in {run.seconds:.1f} s"
            )
            print(f"  {links / 50 / run.seconds:.2f} of the known rate")
        told = counts()[0]
        print(f"  both runs: {told}; refused {100 * told['refused'] / told['asked']:.2f} %")


def sick(each: int) -> None:
    """180 healthy hosts, with and without 20 that never answer: when the last healthy link ended."""
    hosts = [Host(0.02 + 0.002 * number) for number in range(180)] + [Host(silent=True)] * 20
    with web(hosts) as (ports, _):
        urls = [[f"http://127.0.0.1:{port}/{number}" for port in ports] for number in range(each)]
        healthy = [url for row in urls for url in row[:180]]
        every = [url for row in urls for url in row]
        ends: dict[str, list[float]] = {"alone": [], "with sick": []}
        for _ in range(3):
            for name, links in (("alone", healthy), ("with sick", every)):
                run = pixhaul(links, "", "--no-remember", "--timeout", "5")
                names = {f"http://127.0.0.1:{port}" for port in ports[:180]}
                ends[name].append(max(seconds for host, seconds in run.last.items() if host in names))
        alone, beside = (statistics.median(ends[name]) for name in ends)
        print(f"\n180 healthy hosts, {each} links each: {alone:.2f} s alone, {beside:.2f} s beside 20 silent ones")
        print(f"  ratio {beside / alone:.2f}")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--links", type=int, default=4_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--each", type=int, default=20, help="links of each of the 200 hosts")
    parser.add_argument("--only", choices=("far", "limited", "sick"))
    chosen = parser.parse_args()
    if chosen.only in (None, "far"):
        far(chosen.links, chosen.runs)
    if chosen.only in (None, "limited"):
        limited(2_000)
    if chosen.only in (None, "sick"):
        sick(chosen.each)


if __name__ == "__main__":
    main()
