"""How many files and sockets may be open: the limit is raised as far as it goes, and what is left of it is kept to."""

from __future__ import annotations

import os
import sys

EACH = 3
"""What a transfer may need: a socket, a second one while it dials, a part file."""
_LEAST = 10
"""What one transfer alone takes, with a look-up of its host and what it wakes us with."""
LEAST_OF_A_RUN = _LEAST + 7
"""The same with the ledger, its companions, the lock, and the folders."""
RESERVED = 40
"""For the ledger, lists, pipes, look-ups, and what the interpreter has open."""


def room(wanted: int, each: int) -> int:
    """How many of the wanted things may be there at once, where each needs so many descriptors; at least 1.

    Raises OSError where there are not even enough for one: else its transfers would fail, and its host be blamed.
    """
    most = _raised(wanted * each + RESERVED)
    demand(_LEAST)
    return fitting(wanted, each, most)


def fitting(wanted: int, each: int, limit: int) -> int:
    """The same below a limit."""
    return max(1, min(wanted, (limit - RESERVED) // each))


def demand(count: int) -> None:
    """Open so many at once, and close them. Raises OSError where that is too many."""
    taken: list[int] = []
    try:
        # A file object would complain when a signal comes between its opening and its entry.
        taken.extend(os.open(os.devnull, os.O_RDONLY) for _ in range(count))
    finally:
        for descriptor in taken:
            os.close(descriptor)


def _raised(needed: int) -> int:
    """The soft limit, after asking for this much; Windows has none that matters here."""
    if sys.platform == "win32":
        return needed
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return needed
    most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (OSError, ValueError):  # macOS has a second limit, which it does not tell
        return soft
    return most
