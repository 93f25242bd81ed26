"""Whether a rate that was learned from refusals is none: going slower has not helped. Pure."""

from __future__ import annotations

VAIN = 3.0
"""A rate that has been divided by this, with no fewer refusals among the answers, is none; three times as much each
time that this was wrong."""
LEAST_BETWEEN = 7
"""Where fewer answers than so many come between two refusals it is no chance."""
AS_SLOW = 0.7
"""A first guess is wrong when it is refused although it was hardly faster than what the host answered, pauses too."""


class Doubt:
    """A row of refusals of one rate, lowered each time and never raised.

    A limit is reached later the less it is exceeded; chance comes as often as ever.
    """

    __slots__ = ("_before", "_is_guess", "_taken", "_vain", "dropped")

    def __init__(self) -> None:
        self.dropped = False
        """Whether a rate was found to be none."""
        self._is_guess = False
        self._before, self._taken = 0.0, 0
        self._vain = VAIN

    def settle(self) -> None:
        """The rate was confirmed: the row ends."""
        self._before = 0.0

    def guessed(self) -> None:
        """The rate is a guess from the very first refusals."""
        self._is_guess = True

    def is_vain(self, value: float, taken: int, seen: float, was_raised: bool) -> bool:
        """Whether the refusal of a rate shows that it is none.

        Args:
            value: Starts a second.
            taken: Good answers since the refusal before.
            seen: Those a second, pause included.
            was_raised: Whether the rate was raised in between.
        """
        was_guess, self._is_guess = self._is_guess and not was_raised, False
        if was_guess and seen >= AS_SLOW * value:
            self.dropped = True
        elif not self._before or was_raised:
            self._before, self._taken = value, taken
            return False
        elif value * self._vain > self._before or not LEAST_BETWEEN <= taken <= 2 * self._taken:
            return False
        else:
            self._vain *= VAIN
            self.dropped = True
        self.settle()
        return True
