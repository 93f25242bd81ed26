"""Which lane of a trace a transfer is drawn in: one for each connection, more where one carries streams. Pure."""

from __future__ import annotations

from collections import OrderedDict
from itertools import count

from pixhaul.timing import Timing

MOST_KNOWN = 4_096
"""Connections that are remembered; the one unused for longest is forgotten first, so that memory stays flat."""
NO_CONNECTION = "no connection"
FIRST = 10
"""The first lane of a connection; those below are for what is no transfer."""


class Lanes:
    """Gives each transfer, as it ends, a lane in which nothing else happened meanwhile; and so each check."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Connection] = OrderedDict()
        self._numbers = count(1)
        self._lanes = count(FIRST)
        self._checks = Row()
        self._check_lanes: list[int] = []

    def place(self, timing: Timing) -> tuple[int, int, str]:
        """The lane, the connection's number (0: there was none), and the lane's name when it is used the first time."""
        connection = self._connection(timing)
        place = connection.row.place(timing.began, timing.began + timing.total)
        if place < len(connection.lanes):
            return connection.lanes[place], connection.number, ""
        connection.lanes.append(next(self._lanes))
        name = f"connection {connection.number}" if connection.number else NO_CONNECTION
        return connection.lanes[place], connection.number, f"{name}, stream {place + 1}" if place else name

    def check(self, began: float, ended: float) -> tuple[int, str]:
        """The lane of a check, and its name when it is used the first time: one a thread that checks."""
        place = self._checks.place(began, ended)
        if place < len(self._check_lanes):
            return self._check_lanes[place], ""
        self._check_lanes.append(next(self._lanes))
        return self._check_lanes[place], f"checking {place + 1}" if place else "checking"

    def _connection(self, timing: Timing) -> _Connection:
        """The same while its ends are the same; a new one when it was made after the last use of those ends."""
        known = self._known.get(timing.connection)
        if known is not None and not (timing.connection and timing.fresh and known.row.idle_at(timing.began)):
            self._known.move_to_end(timing.connection)
            return known
        made = _Connection(next(self._numbers) if timing.connection else 0)
        self._known[timing.connection] = made
        self._known.move_to_end(timing.connection)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return made


class Row:
    """As many places as things went on at the same time."""

    def __init__(self) -> None:
        self._free: list[float] = []
        """The moment from which on each is free."""

    def place(self, began: float, ended: float) -> int:
        """The first place that was free all the while; counts from 0. What ended earlier has to be placed earlier."""
        for place, free in enumerate(self._free):
            if free <= began:
                self._free[place] = ended
                return place
        self._free.append(ended)
        return len(self._free) - 1

    def idle_at(self, moment: float) -> bool:
        """Whether all are free from then on."""
        return all(free <= moment for free in self._free)


class _Connection:
    """Its number, and a lane for each of its streams."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.row = Row()
        self.lanes: list[int] = []
