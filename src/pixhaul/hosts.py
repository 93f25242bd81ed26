"""The hosts of a run: what is ready at each, who has the next turn, and who is forgotten. Pure."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from heapq import heappop, heappush

from pixhaul.models import Attempt
from pixhaul.options import Options
from pixhaul.pace import Pace

MOST_IDLE = 2_000
"""Hosts without links that are remembered, about 1 KB each, so that what was learned of them is not lost at once."""
UNKNOWN = 4
"""A host that never answered counts this many times its transfers, so that sick ones do not hold the places."""
START = 8
"""Transfers at once to a host of which nothing is known: what a browser does, and a bit."""


class Host:
    """One scheme://name:port: its pace and the attempts that are ready for it."""

    __slots__ = ("_refused_since", "delayed", "name", "pace", "ready", "sleeping", "turn")

    def __init__(self, name: str, pace: Pace) -> None:
        self.name = name
        self.pace = pace
        self.ready: deque[Attempt] = deque()
        self.delayed = 0
        """Attempts of this host that wait for their time."""
        self.sleeping = False
        """Whether the host itself is in `later`."""
        self.turn = False
        """Whether it stands in the heap of hosts that may start."""
        self._refused_since: float | None = None

    def note(self, verdict: str, now: float) -> float:
        """Take note of how a transfer ended; get for how many seconds there have been refusals alone."""
        if verdict == "good":
            self._refused_since = None
        elif verdict == "refused" and self._refused_since is None:
            self._refused_since = now
        return 0.0 if self._refused_since is None or verdict != "refused" else now - self._refused_since

    @property
    def load(self) -> int:
        """What its transfers count when a place is given away."""
        return self.pace.flying if self.pace.ever else self.pace.flying * UNKNOWN

    def __repr__(self) -> str:
        return f"<Host {self.name}: {len(self.ready)} ready, {self.delayed} delayed, {self.pace.flying} in flight>"


class Hosts:
    """All hosts that have links, and some that had."""

    def __init__(self, options: Options, remembered: Mapping[str, Pace]) -> None:
        self._options = options
        self._remembered = remembered
        self._all: dict[str, Host] = {}
        self._idle: OrderedDict[str, Host] = OrderedDict()
        self._turn: list[tuple[int, int, Host]] = []
        self._order = 0

    def __iter__(self) -> Iterator[Host]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def get(self, name: str) -> Host:
        """The host of that name, new if need be."""
        host = self._all.get(name)
        if host is None:
            host = self._all[name] = Host(name, self._pace(name))
        elif name in self._idle:
            del self._idle[name]
        return host

    def _pace(self, name: str) -> Pace:
        options = self._options
        if name in self._remembered:
            return self._remembered[name]
        if options.per_host is None:
            return Pace(most=options.connections, start=min(START, options.connections), rate=options.rate)
        return Pace(most=options.per_host, start=options.per_host, rate=options.rate)

    def queue(self, host: Host) -> None:
        """Put a host in line for a turn when it has something ready; lay it aside when it has nothing at all."""
        if host.ready:
            if not host.turn:
                host.turn = True
                self._order += 1
                heappush(self._turn, (host.load, self._order, host))
        elif not host.pace.flying and not host.delayed:
            self._rest(host)

    def next_turn(self) -> Host | None:
        """The host with the least in flight of those in line; it must be queued again."""
        while self._turn:
            load, _, host = heappop(self._turn)
            host.turn = False
            if not host.ready:
                continue
            if load >= host.load:
                return host
            self.queue(host)  # it has grown since it was queued: back to its right place
        return None

    def _rest(self, host: Host) -> None:
        """Keep an idle host for a while, and forget the one that has been idle longest."""
        self._idle[host.name] = host
        self._idle.move_to_end(host.name)
        if len(self._idle) > MOST_IDLE:
            name, _ = self._idle.popitem(last=False)
            del self._all[name]
