"""The connections that transfers leave behind: which of them libcurl may use again, and which it must not."""

from __future__ import annotations

from collections.abc import Iterable

import pycurl

from pixhaul.silence import silence
from pixhaul.unasked import shut, waiting

CONN_ID = getattr(pycurl, "CONN_ID", -1)
"""What numbers the connection of a transfer, from pycurl 7.45.7 on: transfers lost with one connection are one loss."""
PATIENCE = 0.8
"""The share of the time since its request was sent for which the connection of a transfer must have been silent."""


def number_of(curl: pycurl.Curl) -> int:
    """The number of its connection among those of its wire; -1: not to be had."""
    return int(curl.getinfo(CONN_ID)) if CONN_ID >= 0 else -1


def is_shared(curl: pycurl.Curl, others: Iterable[pycurl.Curl]) -> bool:
    """Whether another handle has the connection of this one."""
    number = number_of(curl)
    return number >= 0 and any(other is not curl and number_of(other) == number for other in others)


def leave_clean(curl: pycurl.Curl, others: Iterable[pycurl.Curl]) -> None:
    """Close the connection of a transfer of HTTP/1 that has just ended, when bytes wait on it that nobody asked for.

    One that another handle has taken over waits for that one's bytes.
    """
    if CONN_ID < 0:
        return
    descriptor = curl.getinfo(pycurl.ACTIVESOCKET)
    if descriptor >= 0 and waiting(descriptor) and not is_shared(curl, others):
        shut(descriptor)


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
