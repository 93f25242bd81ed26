"""How a simulated host behaves: pure, time and chance are arguments."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from math import inf

REFUSING = 0.02
"""Seconds that a host needs to refuse."""
GRACE = 0.1
"""Seconds after a refusal in which requests may still arrive that were sent before it was known."""
LATE = 10.0
"""Seconds of a run after which a client could have learned."""
BIN = 0.25
"""Seconds of one point of the plot over time."""


@dataclass(frozen=True)
class Host:
    """One host."""

    name: str
    links: int
    latency: float = 0.02
    """Seconds from a request to its answer, the median."""
    spread: float = 0.1
    """Of the logarithm of the latency."""
    rate: float = inf
    """Answers a second that its bucket refills; it holds one second's worth, and above that it refuses."""
    status: int = 429
    """How it refuses."""
    retry_after: int | None = None
    """Seconds that a refusal asks for."""
    at_once: float = inf
    """Requests at the same time above which it refuses."""
    connections: float = inf
    """Connections above which it resets a new one."""
    missing: float = 0.0
    """The share of its links that are 404."""
    sick: str = ""
    """closed: nothing listens. deaf: no connection is ever accepted. silent: takes requests and answers none.
    halting: half a head, then nothing. dripping: ten bytes a second."""


@dataclass
class Counts:
    """What a host has seen. Times are seconds since the first request of the run."""

    requests: int = 0
    served: int = 0
    absent: int = 0
    """Answers of 404."""
    refused: int = 0
    """Answers of 429."""
    refused_late: int = 0
    """The same, ten seconds or more after the first request of all."""
    unavailable: int = 0
    """Answers of 503."""
    requests_late: int = 0
    early: int = 0
    """Requests before a Retry-After had passed, those not counted that were under way when it was sent."""
    opened: int = 0
    """Connections."""
    resets: int = 0
    most: int = 0
    """Connections at the same time."""
    last: float = 0.0
    """When its last answer of 200 or 404 was sent."""
    served_by: list[int] = field(default_factory=list)
    """Answers of 200 in each quarter of a second."""


@dataclass(frozen=True)
class Answer:
    """What a host does with a request."""

    status: int
    """0: nothing, ever."""
    wait: float
    """Seconds until the answer."""
    retry_after: int | None = None


class Desk:
    """One host at work."""

    def __init__(self, host: Host, seed: int) -> None:
        self.host, self.counts = host, Counts()
        self._chance = random.Random(f"{seed} {host.name}")
        self._absent = {n for n in range(host.links) if self._chance.random() < host.missing}
        self._level, self._seen = host.rate, 0.0
        self._gate = (-inf, -inf)
        self._inside = self._open = 0

    def absent(self, number: int) -> bool:
        """Whether its link of that number is 404."""
        return number in self._absent

    def opens(self) -> bool:
        """A connection comes; whether it may stay."""
        self.counts.opened += 1
        if self._open >= self.host.connections:
            self.counts.resets += 1
            return False
        self._open += 1
        self.counts.most = max(self.counts.most, self._open)
        return True

    def closes(self) -> None:
        """A connection that was allowed to stay has ended."""
        self._open -= 1

    def ask(self, number: int, now: float) -> Answer:
        """A request for the link of that number; every answer given must be handed to `sent`."""
        self._count(now)
        host = self.host
        if host.sick in ("silent", "halting"):
            return Answer(0, inf)
        if self._inside >= host.at_once or not self._pour(now):
            return Answer(host.status, REFUSING, host.retry_after)
        self._inside += 1
        wait = host.latency * self._chance.lognormvariate(0.0, host.spread)
        return Answer(404 if self.absent(number) else 200, wait)

    def sent(self, answer: Answer, now: float) -> None:
        """An answer has been given."""
        counts = self.counts
        if answer.status in (200, 404):
            self._inside -= 1
            counts.served += answer.status == 200
            counts.absent += answer.status == 404
            counts.last = now
            counts.served_by += [0] * (int(now / BIN) + 1 - len(counts.served_by))
            counts.served_by[int(now / BIN)] += answer.status == 200
            return
        counts.refused += answer.status == 429
        counts.refused_late += answer.status == 429 and now >= LATE
        counts.unavailable += answer.status == 503
        if answer.retry_after:
            since, until = self._gate
            self._gate = (now if now >= until else since, max(until, now + answer.retry_after))

    def _count(self, now: float) -> None:
        since, until = self._gate
        self.counts.requests += 1
        self.counts.requests_late += now >= LATE
        self.counts.early += since + GRACE < now < until

    def _pour(self, now: float) -> bool:
        if self.host.rate == inf:
            return True
        self._level = min(self.host.rate, self._level + self.host.rate * (now - self._seen))
        self._seen = now
        if self._level < 1.0:
            return False
        self._level -= 1.0
        return True
