"""Servers that stall: when each of them is given up, and what that costs the healthy ones beside them.

    python benchmarks/stalls.py

First every pattern of `tests/faults/fault_times.py`, and a connect and a handshake that are never answered, with a
deadline of two seconds: how long each took. Then hosts of the simulated web, 20 ms and 200 ms away: 70 alone, and
beside 30 more that stall in the middle of a head, in turns: the time until the last healthy picture, and the 99th
percentile of theirs. The simulated web, since the server of the tests has a thread for each connection: its own cost
would be measured. At 20 ms the processor decides, at 200 ms the waiting.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

TESTS = Path(__file__).parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "check"), str(TESTS / "faults")]

import fault_times  # noqa: E402 - after the path
from fault_run import run_links  # noqa: E402

from hostile import hostile  # noqa: E402
from measure import MEMORY  # noqa: E402
from pixhaul.models import Job  # noqa: E402
from web.play import Counted, serving, wanted  # noqa: E402
from web.scenes import SCENES  # noqa: E402

DEADLINE = 2.0
ROUNDS = 5
SLOWER = 0.1
"""The most that healthy pictures may be slowed down, in their 99th percentile."""


def serve(pipe: Connection) -> None:
    """In a process of its own: a port for each pattern."""
    with hostile() as server:
        patterns = [*fault_times.stalls(), *fault_times.drips(), *fault_times.hops_in_time()]
        pipe.send([(case.name, server.origin(case.serve).port) for case in patterns])
        pipe.recv()


@contextmanager
def served() -> Iterator[list[tuple[str, int]]]:
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


def haul(scene: str) -> tuple[float, float]:
    """Seconds from the first request to the last healthy picture, as the server saw them; 99th percentile of each."""
    counted: Counted = {}
    with serving(scene, counted) as bases, TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as directory:
        found = wanted(SCENES[scene], bases)
        healthy = sum(1 for _, digest in found if digest)
        jobs = (Job(url, f"n{number}", local=True) for number, (url, _) in enumerate(found))
        each: list[float] = []
        with closing(run_links(jobs, Path(directory), durable=False)) as results:
            for result in results:
                if result.status == "done":
                    each.append(result.seconds)
                if len(each) == healthy:
                    break
    return max(host["last"] for host in counted.values()), sorted(each)[int(len(each) * 0.99)]


def compared(name: str) -> float:
    """Print what the hosts that stall cost the others, medians of rounds in turns; in all, as a share."""
    rounds = [(haul(f"stalls-{name}-healthy"), haul(f"stalls-{name}")) for _ in range(ROUNDS)]
    wall, p99 = (median(alone[place] for alone, _ in rounds) for place in (0, 1))
    wall_beside, p99_beside = (median(beside[place] for _, beside in rounds) for place in (0, 1))
    print(f"\n70 {name} healthy hosts alone: {wall:.2f} s, 99th percentile {p99:.3f} s")
    print(f"beside 30 that stall: {wall_beside:.2f} s, 99th percentile {p99_beside:.3f} s")
    print(f"slower by {wall_beside / wall - 1:+.1%} in all, {p99_beside / p99 - 1:+.1%} in the 99th percentile")
    return p99_beside / p99 - 1


def main() -> int:
    """Both parts; 1 when a goal is missed."""
    with served() as named:
        longest = patterns(named)
    print(f"\nlongest stall: {longest:.2f} s, with a deadline of {DEADLINE} s")
    slower = max(compared("near"), compared("far"))
    return 1 if longest > DEADLINE + 1 or slower > SLOWER else 0


if __name__ == "__main__":
    sys.exit(main())
