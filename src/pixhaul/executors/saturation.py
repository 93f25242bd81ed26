"""Whether one process is too slow for the line: found out from how much processor time it takes."""

from __future__ import annotations

import time

SHARE = 0.7
"""Of a core, taken over a whole span, that means: the processor holds the run up, and not the network."""
SPAN = 0.02
"""Seconds over which it is looked at, at least."""
LONG = 0.2
"""Seconds of such spans, one after another, after which a run is long enough: a worker costs a third of it to start."""
MANY = 1_000
"""Links that wait, with which it is long enough after a single span."""
LEAST = 20
"""Transfers that must have ended in them: what passes over kept links is busy, and workers would not help it."""


class Saturation:
    """Looks at the processor time from span to span."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._ended, self._busy = 0, 0.0
        self._since, self._used = time.monotonic(), time.process_time()

    def reached(self, ended: int, waiting: int) -> bool:
        """Whether more processes would help, after so many more transfers have ended, while so many links wait."""
        self._ended += ended
        seconds = time.monotonic() - self._since
        if seconds < SPAN:
            return False
        used = time.process_time() - self._used
        if used < SHARE * seconds:
            self._begin()
            return False
        self._busy += seconds
        self._since += seconds
        self._used += used
        return self._ended >= LEAST and (self._busy >= LONG or waiting >= MANY)
