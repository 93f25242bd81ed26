"""Servers that stall: when each of them is given up, and what that costs the healthy ones beside them.

    python benchmarks/stalls.py

First every pattern of `tests/faults/fault_times.py`, and a connect and a handshake that are never answered, with a
deadline of two seconds: how long each took. Then 100 hosts of 40 pictures, 20 ms away, without and with 30 of the hosts
stalling: the time until the last healthy picture, and the 99th percentile of theirs.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

TESTS = Path(__file__).parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "check"), str(TESTS / "faults")]

import fault_times  # noqa: E402 - after the path
from fault_run import run_links  # noqa: E402

from hostile import HANG, KEEP, Asked, Steps, answer, hostile  # noqa: E402
from pictures import png  # noqa: E402
from pixhaul.models import Job  # noqa: E402

DEADLINE = 2.0
HOSTS, PICTURES, STALLING = 100, 40, 30


def healthy(asked: Asked) -> Steps:
    """A picture of 10 KB, 20 ms later, on a connection that stays."""
    return [0.02, answer(png(asked.order, padding=10_000)), KEEP]


def stalling(_asked: Asked) -> Steps:
    """Half a head, then silence."""
    return [b"HTTP/1.1 200 OK\r\nContent-Le", HANG]


def serve(pipe: Connection) -> None:
    """In a process of its own: the hosts of the second part, then a port for each pattern."""
    with hostile() as server:
        patterns = [*fault_times.stalls(), *fault_times.drips(), *fault_times.hops_in_time()]
        hosts = [server.origin(healthy).port for _ in range(HOSTS)]
        sick = [server.origin(stalling).port for _ in range(STALLING)]
        named = [(case.name, server.origin(case.serve).port) for case in patterns]
        pipe.send((hosts, sick, named))
        pipe.recv()


@contextmanager
def served() -> Iterator[tuple[list[int], list[int], list[tuple[str, int]]]]:
    """The ports of the other process."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("enough")
        process.join()


@contextmanager
def unanswered() -> Iterator[list[tuple[str, str]]]:
    """A port whose queue is full, so that a connect is never answered; and one that accepts and says nothing."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=50))
        yield [
            ("a connect that is never answered", f"http://127.0.0.1:{full.getsockname()[1]}/"),
            ("a TLS handshake that is never answered", f"https://127.0.0.1:{silent.getsockname()[1]}/"),
        ]


def patterns(named: list[tuple[str, int]]) -> float:
    """Print how long each pattern lasted; the longest."""
    with unanswered() as others, TemporaryDirectory() as directory:
        links = {f"http://127.0.0.1:{port}/": name for name, port in named} | {url: name for name, url in others}
        jobs = (Job(url, f"n{number}", local=True) for number, url in enumerate(links))
        results = list(run_links(jobs, Path(directory), retries=0, timeout=DEADLINE, low_speed_seconds=20))
    for result in sorted(results, key=lambda one: one.seconds):
        print(f"{result.seconds:6.2f} s  {result.reason or 'kept':12}  {links[result.url]}")
    return max(result.seconds for result in results)


def haul(healthy_ports: list[int], sick: list[int]) -> tuple[float, float]:
    """Seconds until the last healthy picture, and the 99th percentile of the seconds of each."""
    with TemporaryDirectory() as directory:
        urls = [f"http://127.0.0.1:{port}/{number}" for number in range(PICTURES) for port in [*healthy_ports, *sick]]
        jobs = (Job(url, f"n{number}", local=True) for number, url in enumerate(urls))
        start, each = time.monotonic(), []
        with closing(run_links(jobs, Path(directory), durable=False)) as results:
            for result in results:
                if result.status == "done":
                    each.append(result.seconds)
                if len(each) == PICTURES * len(healthy_ports):
                    break
        last = time.monotonic() - start
    return last, sorted(each)[int(len(each) * 0.99)]


def main() -> int:
    """Both parts; 1 when a goal is missed."""
    with served() as (hosts, sick, named):
        longest = patterns(named)
        alone = [haul(hosts[STALLING:], []) for _ in range(3)]
        beside = [haul(hosts[STALLING:], sick) for _ in range(3)]
    wall, p99 = (min(one[place] for one in alone) for place in (0, 1))
    wall_beside, p99_beside = (min(one[place] for one in beside) for place in (0, 1))
    print(f"\nlongest stall: {longest:.2f} s, with a deadline of {DEADLINE} s")
    print(f"70 healthy hosts alone: {wall:.2f} s, 99th percentile {p99:.3f} s")
    print(f"beside 30 that stall:   {wall_beside:.2f} s, 99th percentile {p99_beside:.3f} s")
    print(f"slower by {wall_beside / wall - 1:+.1%} in all, {p99_beside / p99 - 1:+.1%} in the 99th percentile")
    return 1 if longest > DEADLINE + 1 else 0


if __name__ == "__main__":
    sys.exit(main())
