"""The hosts of a run: what is ready at each, who has the next turn, and who is forgotten. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from heapq import heappop, heappush
from math import inf
from typing import NamedTuple, TypeAlias, TypeVar

from pixhaul.host import Host
from pixhaul.options import Options
from pixhaul.pace import Pace

MOST_IDLE = 2_000
"""Hosts without links that are kept whole, about 1 KB each."""
MOST_LEARNED = 20_000
"""Hosts of which, after that, what was learned is kept: 300 bytes each."""
START = 8
"""Transfers at once to a host of which nothing is known: what a browser does, and a bit."""
UNKNOWN = 4
"""Where a person has said how many places there are, a host that never answered counts this many times its transfers:
sick ones must not come to hold all. Else silent ones hold none (crowd.py), and slow hosts do not wait behind fast ones.
"""

_V = TypeVar("_V")
Memory: TypeAlias = Mapping[str, object]
"""What `Pace.memory` gave, perhaps through a file that somebody else has touched."""


class Remembered(NamedTuple):
    """What earlier runs learned."""

    hosts: Mapping[str, Memory] = {}
    """By scheme://name:port."""
    epoch: float = 0.0
    """Seconds since 1970 when this run began: how old that is."""


class Hosts:
    """All hosts that have links, and some that had."""

    def __init__(self, options: Options, remembered: Remembered) -> None:
        self._options = options
        self._unknown = 1 if options.connections is None else UNKNOWN
        self._remembered, self._epoch = remembered
        self._all: dict[str, Host] = {}
        self._idle: OrderedDict[str, Host] = OrderedDict()
        self._learned: OrderedDict[str, Memory] = OrderedDict()
        self._gates: OrderedDict[str, float] = OrderedDict()
        self._turn: list[tuple[int, int, Host]] = []
        self.aside: list[Host] = []
        """Hosts that have links and must not start, whatever their own limits say."""
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
        """The pace of a host that is new, or was forgotten: its gate is obeyed and what it taught is used."""
        options, (number, count) = self._options, self._options.share
        by_hand = options.per_host is not None
        most = portion(options.places if options.per_host is None else options.per_host, number, count)
        start = most if by_hand else min(portion(START, number, count), most)
        rate = None if options.rate is None else options.rate / count
        memory = self._learned.get(name) or self._remembered.get(name) or {}
        if count > 1:
            memory = _scaled(memory, 1 / count)
        pace = Pace.remembered(memory, self._epoch, most, start, rate) if memory else Pace(most, start, rate)
        pace.close(self._gates.pop(name, -inf))
        return pace

    def queue(self, host: Host) -> None:
        """Put a host in line for a turn when it has something ready; lay it aside when it has nothing at all."""
        if host.ready:
            if not host.turn:
                host.turn = True
                self._order += 1
                heappush(self._turn, (self._load(host), self._order, host))
        elif not host.pace.flying and not host.delayed:
            self._rest(host)

    def next_turn(self) -> Host | None:
        """The host with the least in flight of those in line; it must be queued again."""
        while self._turn:
            load, _, host = heappop(self._turn)
            host.turn = False
            if not host.ready:
                continue
            if load >= self._load(host):
                return host
            self.queue(host)  # it has grown since it was queued: back to its right place
        return None

    def _load(self, host: Host) -> int:
        """What its transfers count when a place is given away."""
        pace = host.pace
        return pace.flying if pace.ever else pace.flying * self._unknown

    def set_aside(self, host: Host) -> None:
        """Give no turn to a host until `release`."""
        host.turn = True
        self.aside.append(host)

    def release(self) -> None:
        """Put all that were set aside in line again."""
        aside, self.aside = self.aside, []
        for host in aside:
            host.turn, host.probes = False, 0
            self.queue(host)

    def _rest(self, host: Host) -> None:
        """Keep an idle host for a while, and forget the one that has been idle longest but for what it taught."""
        self._idle[host.name] = host
        self._idle.move_to_end(host.name)
        if len(self._idle) > MOST_IDLE:
            name, oldest = self._idle.popitem(last=False)
            del self._all[name]
            self._put(self._learned, name, self._memory(oldest, self._epoch))
            self._put(self._gates, name, max(oldest.pace.gate, oldest.pace.open_until))

    def _put(self, kept: OrderedDict[str, _V], name: str, value: _V) -> None:
        if value in ({}, -inf):
            return
        kept[name] = value
        if len(kept) > MOST_LEARNED:
            kept.popitem(last=False)

    # -- what other processes and later runs are told --------------------------------------------------------------

    def gate(self, name: str, until: float) -> None:
        """Start nothing at a host before this time, in seconds on the caller's clock: another process was told so."""
        host = self._all.get(name)
        if host is not None:
            host.pace.close(until)
        elif until > self._gates.get(name, -inf):
            self._put(self._gates, name, until)

    def gates(self, now: float) -> dict[str, float]:
        """Until when each host that has asked for a pause, or refused, must be left alone."""
        ahead = {name: until for name, until in self._gates.items() if until > now}
        return ahead | {host.name: host.pace.gate for host in self if host.pace.gate > now}

    def memories(self, epoch: float) -> dict[str, Memory]:
        """What is worth keeping of each host for a later run; empty for one that was given up.

        Args:
            epoch: Seconds since 1970, now.
        """
        known: dict[str, Memory] = {name: {**memory, "time": epoch} for name, memory in self._learned.items()}
        for host in self:
            memory = self._memory(host, epoch)
            if memory or host.pace.dead:
                known[host.name] = memory
        return known

    def _memory(self, host: Host, epoch: float) -> Memory:
        memory = host.pace.memory(epoch)
        count = self._options.share[1]
        return _scaled(memory, count) if count > 1 else memory


def portion(whole: int, number: int, count: int) -> int:
    """The part of a limit that process `number` (from 0) of `count` may use: all parts together are the whole.

    None is below 1, so that a limit should not be shared by more processes than it has places.

    >>> [portion(8, number, 3) for number in range(3)]
    [2, 3, 3]
    """
    return max(1, whole * (number + 1) // count - whole * number // count)


def _scaled(memory: Memory, factor: float) -> Memory:
    """What was learned of a host, for a part of it or for the whole."""
    known = {name: value for name, value in memory.items() if isinstance(value, int | float)}
    return {name: value if name == "time" else value * factor for name, value in known.items()}
