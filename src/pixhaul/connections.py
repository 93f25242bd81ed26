"""The connections that transfers leave behind: which of them libcurl may use again, and which it must not."""

from __future__ import annotations

from collections.abc import Iterable

import pycurl

from pixhaul.headers import keeps_connection
from pixhaul.silence import silence
from pixhaul.unasked import is_farewell, shut, waiting

CONN_ID = getattr(pycurl, "CONN_ID", -1)
"""What numbers the connection of a transfer, from pycurl 7.45.7 on: transfers lost with one connection are one loss."""
CAN_LOOK = CONN_ID >= 0 and hasattr(pycurl, "PREREQFUNCTION")
"""Whether there is a moment to look at a connection before a request is sent on it."""
MOST_NOTED = 4096
"""Connections that are remembered; of those that libcurl has closed nobody tells."""
PATIENCE = 0.8
"""The share of the time since its request was sent for which the connection of a transfer must have been silent."""


def number_of(curl: pycurl.Curl) -> int:
    """The number of its connection among those of its wire; -1: not to be had."""
    return int(curl.getinfo(CONN_ID)) if CONN_ID >= 0 else -1


def is_shared(curl: pycurl.Curl, others: Iterable[pycurl.Curl]) -> bool:
    """Whether another handle has the connection of this one."""
    number = number_of(curl)
    return number >= 0 and any(other is not curl and number_of(other) == number for other in others)


class AtRest:
    """The connections of HTTP/1 that the transfers of one wire leave behind, and hosts that send what nobody asked for.

    libcurl looks for such bytes only where a connection has rested for a second.
    """

    __slots__ = ("_sockets", "distrusted", "is_scarce")

    def __init__(self) -> None:
        self._sockets: dict[int, tuple[str, int]] = {}
        self.distrusted: set[str] = set()
        """Hosts that have sent it: each of their answers gets a connection of its own."""
        self.is_scarce = False
        """Whether libcurl closes connections for want of room."""

    def leave(self, curl: pycurl.Curl, others: Iterable[pycurl.Curl], host: str, lines: list[bytes]) -> bool:
        """See to the connection of a transfer that has just ended: close it when bytes wait on it.

        One that another handle has taken over waits for that one's bytes. Of bytes that came together with the answer
        libcurl alone knows: it has closed a connection that was to stay.

        Returns:
            bool: Whether the answer itself is doubtful. On a connection that was used before, it may be the one that
            nobody asked for, and what waits the one that was meant.
        """
        if CONN_ID < 0:
            return False
        descriptor = curl.getinfo(pycurl.ACTIVESOCKET)
        if descriptor < 0:
            was_used = not self.is_scarce and not curl.getinfo(pycurl.NUM_CONNECTS) and keeps_connection(lines)
            if was_used:
                self.distrusted.add(host)
            return was_used
        if not waiting(descriptor):
            if len(self._sockets) > MOST_NOTED:
                self._sockets.clear()
            self._sockets[curl.getinfo(pycurl.LOCAL_PORT)] = host, descriptor
            return False
        if is_shared(curl, others):
            return False
        ends = is_farewell(descriptor)
        shut(descriptor)
        was_used = not ends and not curl.getinfo(pycurl.NUM_CONNECTS)
        if was_used or not (ends or host.startswith("https")):  # TLS has bytes of its own for new connections
            self.distrusted.add(host)
        return was_used

    def is_unclean(self, port: int) -> bool:
        """Whether bytes wait on the connection with that port on our side, though nothing is asked for on it."""
        host, descriptor = self._sockets.pop(port, ("", -1))
        if descriptor < 0 or not waiting(descriptor):
            return False
        if not is_farewell(descriptor):
            self.distrusted.add(host)
        return True


def leave_dead(curl: pycurl.Curl, others: Iterable[pycurl.Curl], longest: float) -> bool:
    """Close the connection of a transfer that has just timed out, when it has died without a word; whether it had.

    libcurl would give it to the next transfers too: a stream of HTTP/2 may time out on a connection that is well.

    Args:
        curl: The handle of the transfer.
        others: Those of the transfers that are under way.
        longest: Seconds of silence that are always enough.
    """
    descriptor = curl.getinfo(pycurl.ACTIVESOCKET)
    if CONN_ID < 0 or descriptor < 0:
        return False
    quiet = silence(descriptor)
    if quiet < 0:  # not to be known: others that are on it shall not suffer
        is_dead = not is_shared(curl, others)
    else:
        waited = curl.getinfo(pycurl.TOTAL_TIME) - curl.getinfo(pycurl.PRETRANSFER_TIME)
        is_dead = quiet >= PATIENCE * min(waited, longest)
    if is_dead:
        shut(descriptor)
    return is_dead
