"""Which refusals of a host with a known rate are chance, and which say that the rate is too high. Pure.

A rate that the host bears is refused by chance alone. A few such refusals are let pass. When they become many the rate
is lowered, and that is a test as with transfers at once (`chance.py`): what goes on as before was chance.
"""

from __future__ import annotations

from math import sqrt

from pixhaul.chance import Chance
from pixhaul.rate import Rate

MOST = 0.12
"""The largest share of refusals that may be chance beside a rate."""
CLEARLY = 2.0
"""Standard deviations above that from which on no rate is excused."""


class Grace:
    """The refusals of the rate of one host."""

    __slots__ = ("_asked", "_before", "_chance", "_refused")

    def __init__(self) -> None:
        self._chance = Chance()
        self._asked = self._refused = 0  # at this rate
        self._before: tuple[float | None, float] = (None, 0.0)  # the rate without the test, and what of it was borne

    @property
    def has_shown(self) -> bool:
        """Whether refusals by chance were found beside the rate: a bare one needs no pause then."""
        return self._chance.is_shown

    def excuses(self, asked: int, refused: int, rate: Rate) -> bool:
        """Whether refusals of a rate that was not raised are no reason to lower it. A test in vain restores it.

        Args:
            asked: Requests that were answered since the last of them.
            refused: Refusals among these.
            rate: The rate.
        """
        self._asked, self._refused = self._asked + asked, self._refused + refused
        expected = MOST * self._asked
        if self._refused > expected + CLEARLY * sqrt(expected) + 0.5:
            self._chance.tests = False
        elif self._chance.tests:
            if self._chance.test(asked, refused):
                rate.restore(*self._before)
            return True
        elif not self._chance.add(asked, refused):
            return True
        else:
            self._before = rate.value, rate.proven
        self._asked = self._refused = 0
        return False
