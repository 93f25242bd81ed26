"""Whether one process is too slow for the line: found out from how much processor time it takes."""

from __future__ import annotations

import time

LEAST = 500
"""Transfers that must have ended before anything is concluded: a short run ends sooner than a worker starts."""
SHARE = 0.7
"""Of a core, taken over the whole of a span, that means: the processor holds it up, and not the network."""
SPAN = 0.1
"""Seconds over which it is looked at, at least."""


class Saturation:
    """Counts what ends, and looks at the processor time from span to span."""

    def __init__(self) -> None:
        self._ended = 0
        self._since = time.monotonic()
        self._used = time.process_time()

    def reached(self, ended: int) -> bool:
        """Whether more processes would help, after so many more transfers have ended."""
        self._ended += ended
        seconds = time.monotonic() - self._since
        if seconds < SPAN:
            return False
        share = (time.process_time() - self._used) / seconds
        self._since += seconds
        self._used = time.process_time()
        return self._ended >= LEAST and share >= SHARE
