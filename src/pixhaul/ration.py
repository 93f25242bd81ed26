"""What is left of a quota, spread over the time until it is renewed. Pure."""

from __future__ import annotations

from math import inf

SCARCE = 0.1
"""The share of a quota below which the rest is spread."""


class Ration:
    """The quota of one host. How large it is, no field says reliably: the most that ever remained is taken for it."""

    __slots__ = ("_largest", "rate", "until")

    def __init__(self) -> None:
        self.rate = inf
        """Starts a second that are left; inf: there is no need to be careful."""
        self.until = inf
        """When there are more, in seconds."""
        self._largest = 0.0

    def note(self, remaining: float, seconds: float, now: float) -> None:
        """So many requests remain for so many seconds."""
        self._largest = max(self._largest, remaining)
        if seconds > 0 and remaining < SCARCE * self._largest:
            self.rate, self.until = remaining / seconds, now + seconds
        else:
            self.renew()

    def renew(self) -> None:
        """There are enough again."""
        self.rate = self.until = inf
