"""Leaves a host alone when everything sent to it fails, and asks it by one probe at a time. Pure."""

from __future__ import annotations

from math import inf

LEAST_ROW = 4
"""Losses in a row below which nothing is concluded, however few transfers were out."""
LONGEST = 60.0
"""Seconds between two probes: 1, 2, 4 .. and no more than these."""
STALLED = 3.0
"""Seconds that a loss must have taken to be a time-out, which every further transfer would take as well."""
GIVEN_UP_AFTER = 300.0
"""Seconds without any answer after which a host that fails its probes is given up."""


class Breaker:
    """One host's row of losses, and what follows from it.

    Closed (`opens` is 0): all is well. Open (`open_until` lies ahead): nothing is started. Half open (`open_until` has
    passed): one probe at a time; its answer closes the breaker, its loss opens it for twice as long.
    """

    __slots__ = ("_need", "answered_at", "bad", "careful", "dead", "open_until", "opens")

    def __init__(self) -> None:
        self.bad = 0
        """Losses in a row."""
        self.opens = 0
        """How often it opened in a row."""
        self.careful = False
        """Whether one transfer at a time is enough: it is open, or all that ever came of the host is a time-out."""
        self.open_until = -inf
        """Seconds on the caller's clock."""
        self.dead = False
        """Whether the host was given up."""
        self.answered_at = -inf
        """When the host last said something, in seconds on the caller's clock."""
        self._need = LEAST_ROW

    def answered(self, now: float) -> None:
        """Note that the host said something, be it a refusal: it is alive, also where it had been given up."""
        self.answered_at = now
        if self.bad:
            self.bad = self.opens = 0
            self.dead = self.careful = False

    def lost(self, started: float, out: int, now: float) -> None:
        """Note a transfer that brought no answer.

        Args:
            started: When it began, in seconds.
            out: Transfers that were in flight, with this one.
            now: Seconds.
        """
        if not self.bad:  # as many as were out must fail: a server that drops half of them is alive
            self._need = max(LEAST_ROW, out)
            self.careful = self.answered_at == -inf and now - started >= STALLED
        self.bad += 1
        # Once it has opened only a probe counts. What was already in flight then fails for the reason that opened it,
        # maybe a whole time-out later, and must not give up a host that nobody has asked again.
        if started >= self.open_until if self.opens else self.bad >= self._need:
            self._open(now)

    def _open(self, now: float) -> None:
        self.open_until = now + min(LONGEST, 2.0 ** min(self.opens, 6))
        self.opens += 1
        self.careful = True
        self.dead = self.opens > 1 and now - self.answered_at > GIVEN_UP_AFTER
