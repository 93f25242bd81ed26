"""How fast a host's bucket fills, from two stretches between pauses of different length. Pure."""

from __future__ import annotations

from math import inf

LONGER, LEAST_LONGER = 1.2, 1.0
"""How much longer the later stretch must be, as a factor and in seconds, for the difference to mean anything."""


class Stretches:
    """The stretch since the last pause, and the one before.

    Both began with as much in the bucket, or the earlier one with more, and ended when it was empty: what the longer
    one brought beyond the other was refilled in the time that it took longer.
    """

    __slots__ = ("_active", "_over", "_pause", "_pause_before", "_resumed", "_taken")

    def __init__(self) -> None:
        self._resumed = -inf
        self._pause = inf  # before the first stretch the bucket had all the time to fill
        self._pause_before = 0.0
        self._taken, self._active = 0, 0.0  # of the stretch before
        self._over = 0  # answers of this one before it began to count

    def begin(self, now: float) -> None:
        """Note the first start of a stretch."""
        self._resumed, self._over = now, 0

    def brim(self, taken: int, now: float) -> None:
        """After so many answers at a rate that was borne the bucket is as full as at first: what ran over is left."""
        self._over, self._resumed = taken, now

    def difference(self, taken: int, end: float) -> float:
        """What the bucket refills a second; 0.0: unknown.

        Args:
            taken: Good answers of this stretch.
            end: When it was refused, in seconds.
        """
        active = end - self._resumed
        if not self._taken or active < LONGER * self._active + LEAST_LONGER or self._pause > self._pause_before:
            return 0.0
        return max(0.0, (taken - self._over - self._taken) / (active - self._active))

    def end(self, taken: int, end: float, now: float) -> None:
        """The stretch was refused at `end`, and after a pause the next one begins."""
        self._taken, self._active, self._pause_before = taken - self._over, end - self._resumed, self._pause
        self._over = 0
        self._resumed, self._pause = now, now - end
