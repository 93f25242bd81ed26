"""Which lane of a trace a transfer is drawn in: one for each connection, more where one carries streams. Pure."""

from __future__ import annotations

from collections import OrderedDict
from itertools import count

from pixhaul.timing import Timing

MOST_KNOWN = 4_096
"""Connections that are remembered; the one unused for longest is forgotten first, so that memory stays flat."""
FIRST = 10
"""The first lane of a connection; those below are for what is no transfer."""


class Lanes:
    """Gives each transfer, as it ends, a lane in which nothing else happened meanwhile."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _Connection] = OrderedDict()
        self._numbers = count(1)
        self._lanes = count(FIRST)

    def place(self, timing: Timing) -> tuple[int, int, str]:
        """The lane, the connection's number (0: there was none), and the lane's name when it is used the first time."""
        end = max(timing.checked, timing.ended)
        connection = self._connection(timing)
        for lane in connection.lanes:
            if lane[1] <= timing.began:
                lane[1] = end
                return int(lane[0]), connection.number, ""
        number = next(self._lanes)
        connection.lanes.append([number, end])
        name = f"connection {connection.number}" if connection.number else "no connection"
        streams = len(connection.lanes)
        return number, connection.number, name if streams == 1 else f"{name}, stream {streams}"

    def _connection(self, timing: Timing) -> _Connection:
        """The same while its ends are the same; a new one when it was made after the last use of those ends."""
        known = self._known.get(timing.connection)
        if known is not None and not (timing.connection and timing.fresh and known.idle_at(timing.began)):
            self._known.move_to_end(timing.connection)
            return known
        made = _Connection(next(self._numbers) if timing.connection else 0)
        self._known[timing.connection] = made
        self._known.move_to_end(timing.connection)
        if len(self._known) > MOST_KNOWN:
            self._known.popitem(last=False)
        return made


class _Connection:
    """Its number and its lanes: each with the moment at which it became free."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.lanes: list[list[float]] = []

    def idle_at(self, moment: float) -> bool:
        return all(free <= moment for _, free in self.lanes)
