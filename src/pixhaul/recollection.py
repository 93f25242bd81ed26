"""What an earlier run has kept of one host, read with distrust: the file that it comes from may be damaged. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import NamedTuple

DAY = 86_400.0
"""Seconds that what was learned of a host is trusted."""


class Recollection(NamedTuple):
    """One host; 0 is unknown."""

    width: int = 0
    """Transfers at once that it bore."""
    rate: float = 0.0
    """Starts a second that it bore."""
    proven: float = 0.0
    """The part of that which was never refused."""


def recollected(memory: Mapping[str, object], now: float) -> Recollection:
    """What `Pace.memory` gave, nothing of it where it is a day old, or nonsense. `now` is in seconds since 1970."""
    if not 0.0 <= now - _number(memory.get("time")) < DAY:
        return Recollection()
    width, rate, proven = (_number(memory.get(name)) for name in ("width", "rate", "proven"))
    return Recollection(int(width), rate, proven)


def _number(value: object) -> float:
    """The value as a positive number; 0.0 where it is none."""
    return float(value) if isinstance(value, int | float) and 0 < value < inf else 0.0
