"""Hosts in virtual time, for the tests of pace: queues, limits and faults, seeded; no clock, no sockets.

Modelled: latency with some spread, servers that work in parallel or slow down, a line that is full, buckets and windows
that refuse, limits on what is in flight, bans, refusals and resets by chance, silence. Not modelled: TCP, TLS.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush, heapreplace
from math import ceil, inf
from typing import NamedTuple

from pixhaul.pace import Pace

TURN = 0.02
"""Seconds that a host needs to refuse."""
EXACT = -1.0
"""A Retry-After of the seconds until there is room, in whole ones."""


class Host(NamedTuple):
    """How a host behaves."""

    latency: float = 0.25
    """Seconds from a request to its whole answer when nothing is in the way."""
    servers: int = 0
    """Requests that are worked on at the same time, each for `latency`; 0: any number."""
    rate: float = inf
    """Answers a second that its bucket refills; when that is empty it refuses."""
    burst: float = 0.0
    """What the bucket holds; 0: one second's worth."""
    window: float = 0.0
    """Seconds: it grants `rate` times so many in each of them, in place of the bucket."""
    slides: bool = False
    """Whether the window ends now, and not at a multiple of its length."""
    crowding: float = inf
    """Requests in flight that double its latency; it grows with each."""
    line: float = inf
    """Answers a second that its line carries, one after the other."""
    tail: tuple[float, float] = (0.0, 1.0)
    """The share of answers that take so many times as long."""
    noise: float = 0.0
    """The share of requests that it refuses for no reason."""
    refusing: float = TURN
    """Seconds that a refusal takes."""
    retry_after: float | None = None
    """Seconds that a refusal asks for, or EXACT."""
    at_once: int = 1_000_000
    """Requests in flight above which it refuses."""
    connections: int = 1_000_000
    """Requests in flight above which it resets."""
    drops: int = 1_000_000
    """Requests in flight above which it is silent."""
    ban: tuple[int, float, float] = (1_000_000, 1.0, 0.0)
    """Requests in so many seconds above which it resets everything, and for how many seconds."""
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
    refusals: tuple[float, ...]
    """When each refusal came."""

    @property
    def refused_share(self) -> float:
        """Refusals among all requests."""
        return self.refused / max(1, len(self.starts))

    @property
    def refused_late(self) -> float:
        """The same after the first ten seconds."""
        return sum(when >= 10.0 for when in self.refusals) / max(1, sum(start >= 10.0 for start in self.starts))

    def speed(self, since: float, until: float) -> float:
        """Good answers a second between two moments."""
        return sum(since <= end < until for end in self.ends) / (until - since)


class Served:
    """One host at work."""

    def __init__(self, host: Host, seed: int) -> None:
        self._host = host
        self._random = random.Random(seed)
        self._busy = [0.0] * host.servers
        self._level = self._full = host.burst or host.rate
        self._seen = 0.0
        self._granted: deque[float] = deque()
        self._asked: deque[float] = deque()
        self._banned = -inf
        self._line = 0.0
        self.inside = 0
        """Requests that it works on."""

    def ask(self, now: float) -> tuple[float, str]:
        """When the answer to a request sent now comes, and its verdict."""
        host = self._host
        if host.silent[0] <= now < host.silent[1] or self.inside >= host.drops:
            return now + host.timeout, "lost"
        if self._random.random() < host.resets or self.inside >= host.connections or self._bans(now):
            return now + TURN, "lost"
        if self.inside >= host.at_once or self._random.random() < host.noise or not self._grants(now):
            return now + min(host.refusing, host.latency), "refused"
        self.inside += 1
        return self._carry(self._work(now, self._latency())), "good"

    def asks(self, now: float) -> float | None:
        """The seconds of a Retry-After that is sent now."""
        host = self._host
        if host.retry_after != EXACT:
            return host.retry_after
        if not host.window:
            return ceil((1.0 - self._level) / host.rate)
        since = self._granted[0] if host.slides and self._granted else now // host.window * host.window
        return ceil(max(0.001, since + host.window - now))

    def _latency(self) -> float:
        host = self._host
        seconds = host.latency * self._random.lognormvariate(0.0, 0.1) * (1 + self.inside / host.crowding)
        share, factor = host.tail
        return seconds * factor if share and self._random.random() < share else seconds

    def _bans(self, now: float) -> bool:
        """Whether so many have been sent that it wants to hear nothing more for a while."""
        most, window, seconds = self._host.ban
        if not seconds:
            return False
        asked = self._asked
        asked.append(now)
        while asked[0] < now - window:
            asked.popleft()
        if len(asked) > most:
            self._banned = now + seconds
            asked.clear()
        return now < self._banned

    def _grants(self, now: float) -> bool:
        host = self._host
        if host.rate == inf:
            return True
        return self._within(now) if host.window else self._pour(now)

    def _within(self, now: float) -> bool:
        """Whether the window has room for one more."""
        host, granted = self._host, self._granted
        since = now - host.window if host.slides else now // host.window * host.window
        while granted and granted[0] < since:
            granted.popleft()
        if len(granted) + 1 > host.rate * host.window:
            return False
        granted.append(now)
        return True

    def _pour(self, now: float) -> bool:
        rate = self._host.rate
        self._level = min(self._full, self._level + rate * (now - self._seen))
        self._seen = now
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True

    def _carry(self, ready: float) -> float:
        """When an answer that is ready has come over the line."""
        if self._host.line == inf:
            return ready
        self._line = max(self._line, ready - self._host.latency) + 1 / self._host.line
        return max(ready, self._line)

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
        self._refusals: list[float] = []
        self.watch: Callable[[float], None] = lambda now: None
        """Called after each event."""

    def run(self, until: float = inf, now: float = 0.0) -> Report:
        """Work from a moment until all links are answered, the host is given up, or the time is over."""
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
        lists = tuple(self._starts), tuple(self._ends), tuple(self._widths), tuple(self._refusals)
        return Report(now, len(self._ends), counts["refused"], counts["lost"], self._early, *lists)

    def _launch(self, now: float) -> float:
        while self._todo:
            wait = self._pace.admit(now)
            if wait > 0.0:
                return wait
            token = self._pace.start(now + 1e-9 * len(self._starts))  # no two at the very same time
            self._todo -= 1
            self._early += now < self._promise
            self._starts.append(now)
            self._widths.append(self._pace.width)
            when, verdict = self._served.ask(now)
            heappush(self._flight, (when, len(self._starts), token, verdict))
        return inf

    def _settle(self, now: float) -> None:
        _, _, token, verdict = heappop(self._flight)
        asked = self._served.asks(now) if verdict == "refused" else None
        if verdict == "good":
            self._served.inside -= 1
            self._ends.append(now)
        else:
            self._todo += 1
            self._counts[verdict] += 1
            if verdict == "refused":
                self._refusals.append(now)
            self._promise = max(self._promise, now + (asked or 0.0))
        self._pace.end(token, now, verdict, asked)


def simulate(host: Host, links: int, pace: Pace | None = None, until: float = inf) -> Report:
    """Let a pace, a new one where none is given, work through so many links of a host."""
    return Job(host, Pace() if pace is None else pace, links).run(until)


def fixed(width: int) -> Pace:
    """A pace that never adapts, to compare with; it obeys gates and the breaker."""
    return Pace(most=width, start=width, adapt=False)
