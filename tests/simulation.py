"""Hosts in virtual time, for the tests of pace: queues, limits and faults, seeded; no clock, no sockets.

Modelled: latency with some spread, servers that work in parallel, a bucket that refuses, limits on what is in flight,
resets, silence. Not modelled: TCP, TLS, bandwidth.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from heapq import heappop, heappush, heapreplace
from math import inf
from typing import NamedTuple

from pixhaul.pace import Pace

TURN = 0.02
"""Seconds that a host needs to refuse."""


class Host(NamedTuple):
    """How a host behaves."""

    latency: float = 0.25
    """Seconds from a request to its whole answer when nothing is in the way."""
    servers: int = 0
    """Requests that are worked on at the same time, each for `latency`; 0: any number."""
    rate: float = inf
    """Answers a second that its bucket refills, holding one second's worth; above that it refuses."""
    retry_after: float | None = None
    """Seconds that a refusal asks for."""
    at_once: int = 1_000_000
    """Requests in flight above which it refuses."""
    connections: int = 1_000_000
    """Requests in flight above which it resets."""
    resets: float = 0.0
    """The share of requests that it resets for no reason."""
    silent: tuple[float, float] = (inf, inf)
    """From when to when it answers nothing, in seconds."""
    timeout: float = 10.0
    """Seconds after which we give up waiting."""


class Report(NamedTuple):
    """What came of a job."""

    seconds: float
    answered: int
    refused: int
    lost: int
    early: int
    """Starts before a Retry-After that had been received was over."""
    starts: tuple[float, ...]
    ends: tuple[float, ...]
    """When each good answer came."""
    widths: tuple[int, ...]
    """The width at each start."""

    @property
    def refused_share(self) -> float:
        """Refusals among all requests."""
        return self.refused / max(1, len(self.starts))

    def speed(self, since: float, until: float) -> float:
        """Good answers a second between two moments."""
        return sum(since <= end < until for end in self.ends) / (until - since)


class Served:
    """One host at work."""

    def __init__(self, host: Host, seed: int) -> None:
        self._host = host
        self._random = random.Random(seed)
        self._busy = [0.0] * host.servers
        self._level, self._seen = host.rate, 0.0
        self.inside = 0
        """Requests that it works on."""

    def ask(self, now: float) -> tuple[float, str]:
        """When the answer to a request sent now comes, and its verdict."""
        host = self._host
        if host.silent[0] <= now < host.silent[1]:
            return now + host.timeout, "lost"
        if self._random.random() < host.resets or self.inside >= host.connections:
            return now + TURN, "lost"
        if self.inside >= host.at_once or not self._pour(now):
            return now + TURN, "refused"
        self.inside += 1
        return self._work(now, host.latency * self._random.lognormvariate(0.0, 0.1)), "good"

    def _pour(self, now: float) -> bool:
        rate = self._host.rate
        if rate == inf:
            return True
        self._level = min(rate, self._level + rate * (now - self._seen))
        self._seen = now
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True

    def _work(self, now: float, seconds: float) -> float:
        if not self._busy:
            return now + seconds
        done = max(now, self._busy[0]) + seconds
        heapreplace(self._busy, done)
        return done


class Job:
    """Links of one host, asked for as its pace allows; what is refused or lost is asked again at once."""

    def __init__(self, host: Host, pace: Pace, links: int, seed: int = 1) -> None:
        self._host, self._served, self._pace = host, Served(host, seed), pace
        self._todo = self._links = links
        self._flight: list[tuple[float, int, tuple[float, int], str]] = []
        self._promise = -inf
        self._counts = {"refused": 0, "lost": 0}
        self._early = 0
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._widths: list[int] = []
        self.watch: Callable[[float], None] = lambda now: None
        """Called after each event."""

    def run(self, until: float = inf) -> Report:
        """Work until all links are answered, the host is given up, or the time is over."""
        now = 0.0
        while now < until and len(self._ends) < self._links and not self._pace.dead:
            wait = self._launch(now)
            due = self._flight[0][0] if self._flight else inf
            if now + wait < due:
                now += wait
                continue
            assert due < inf, f"{self._pace!r} would wait for ever"
            now = due
            self._settle(now)
            self.watch(now)
        counts = self._counts
        lists = tuple(self._starts), tuple(self._ends), tuple(self._widths)
        return Report(now, len(self._ends), counts["refused"], counts["lost"], self._early, *lists)

    def _launch(self, now: float) -> float:
        while self._todo:
            wait = self._pace.admit(now)
            if wait > 0.0:
                return wait
            token = self._pace.start(now)
            self._todo -= 1
            self._early += now < self._promise
            self._starts.append(now)
            self._widths.append(self._pace.width)
            when, verdict = self._served.ask(now)
            heappush(self._flight, (when, len(self._starts), token, verdict))
        return inf

    def _settle(self, now: float) -> None:
        _, _, token, verdict = heappop(self._flight)
        asked = self._host.retry_after if verdict == "refused" else None
        if verdict == "good":
            self._served.inside -= 1
            self._ends.append(now)
        else:
            self._todo += 1
            self._counts[verdict] += 1
            self._promise = max(self._promise, now + (asked or 0.0))
        self._pace.end(token, now, verdict, asked)


def simulate(host: Host, links: int, pace: Pace | None = None, until: float = inf) -> Report:
    """Let a pace, a new one where none is given, work through so many links of a host."""
    return Job(host, Pace() if pace is None else pace, links).run(until)


def fixed(width: int) -> Pace:
    """A pace that never adapts, to compare with; it obeys gates and the breaker."""
    return Pace(most=width, start=width, adapt=False)
