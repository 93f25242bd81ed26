"""What share of its transfers a host refuses, or loses, by chance, and whether fewer at once fare better. Pure."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

CHANCE, MOST_CHANCE = 0.1, 0.13
"""The share of refusals up to which they may be chance, and the most that is believed of what was seen, as long as
fewer transfers have not shown it."""
MOST_BELIEVED = 0.35
"""The most that is believed when they have: more is no chance, however few transfers there are."""
UNKNOWN = (1, 20)
"""Refusals and answers that are taken for seen at first: one in twenty."""
CLEARLY, MORE_CLEARLY = 3.0, 4.0
"""Standard deviations that make more refusals the fault of more transfers: at first, and once that has proved wrong."""
MEMORY = 1_000
"""Answers that are remembered; then half of them count."""
LEAST_SHARE, ENOUGH = 0.03, 3
"""Refused among all requests, and refusals, below which no test is worth it."""


class Test(NamedTuple):
    """What a test with fewer transfers must show."""

    worth: float = 8.0
    """Refusals that it should see if they were chance."""
    fewer: float = 0.45
    """The share of them that shows they are not."""
    most: float = MOST_BELIEVED
    """The share of all requests above which they are not, either."""


PLAIN = Test()
SMALL = Test(most=0.2)
"""Of a few transfers less: a limit that is far exceeded would stay so."""
LARGE = Test(worth=16.0, fewer=0.35)
"""Of half as many, which makes a rate: that costs a host dearly which refuses by chance."""


class Chance:
    """The refusals of one host that no limit explains.

    A trial of more transfers that is refused more is called off. When refusals stay without a trial, fewer transfers
    are tried for a while: where those are refused much less it was no chance.
    """

    __slots__ = (
        "_answers",
        "_clearly",
        "_enough",
        "_expected",
        "_refusals",
        "_test",
        "_trial",
        "tests",
    )

    def __init__(self) -> None:
        self.tests = False
        """Whether fewer transfers are being tried."""
        self._answers = self._refusals = 0
        self._clearly = CLEARLY
        self._enough = ENOUGH
        self._expected = 0.0  # the share without the test
        self._test = (0, 0)  # its answers and refusals
        self._trial = ((0, 0), 0, 0)  # which it is, its answers and refusals

    @property
    def share(self) -> float:
        """The share of answers that are refusals by chance, so far as is known."""
        return min(MOST_BELIEVED if self.is_shown else MOST_CHANCE, self._seen)

    @property
    def _seen(self) -> float:
        return (self._refusals + UNKNOWN[0]) / (self._answers + UNKNOWN[1])

    def is_exceeded(self, refused: int, seen: int) -> bool:
        """Whether so many refusals of so many transfers are clearly more than that."""
        expected = (max(self.share, self._expected) if self.tests else self.share) * seen
        return refused > expected + self._clearly * sqrt(expected) + 0.5

    @property
    def is_shown(self) -> bool:
        """Whether fewer transfers were refused, or lost, as much."""
        return self._enough > ENOUGH

    @property
    def is_seen(self) -> bool:
        """Whether there were as many as make a test worth it."""
        return self.is_shown or self._refusals >= max(ENOUGH, LEAST_SHARE / 2 * self._answers)

    @property
    def is_implausible(self) -> bool:
        """Whether there were more in all than is believed to be chance without a test."""
        expected = MOST_CHANCE * self._answers
        return not self.is_shown and self._refusals > expected + self._clearly * sqrt(expected)

    def is_worse(self, trial: tuple[int, int], outside: int, seen: int, refused: int) -> bool:
        """Whether a trial, all of it, brings clearly more refusals than there were before.

        What a trial brought that ended well is no worse: it counts with the rest.

        Args:
            trial: How many transfers were known to be good, and the number of the trial.
            outside: Good answers before this episode.
            seen: Transfers of this episode.
            refused: Refusals among them.
        """
        known, before, refusals = self._trial
        if known != trial:
            if known[0] != trial[0]:
                self.count(before, refusals)
            self.count(max(0, outside), 0)
            before = refusals = 0
        before, refusals = before + seen, refusals + refused
        worse = self.is_exceeded(refusals, before)
        self._trial = ((0, 0), 0, 0) if worse else (trial, before, refusals)
        return worse

    def add(self, answers: int, refused: int) -> bool:
        """Count an episode without a trial, and what came before it; whether it is time to try fewer transfers."""
        sudden = self._enough == ENOUGH and self.is_exceeded(refused, answers)
        self.count(answers, refused)
        if not sudden and self._refusals < max(self._enough, LEAST_SHARE * self._answers):
            return False
        self.suspect(refused / answers if sudden else 0.0)
        return True

    def test(self, answers: int, refused: int, kind: Test = PLAIN) -> bool:
        """The same with fewer transfers; whether that proves in vain, so that as many as before may fly again."""
        answers, refused = self._test[0] + answers, self._test[1] + refused
        self._test = answers, refused
        expected = self._expected * answers
        if expected < kind.worth:
            return False
        self.tests = False
        if refused > kind.most * answers:
            return False
        if refused <= kind.fewer * expected:
            self._answers, self._refusals = answers, refused
            return False
        self._enough *= 8
        self._clearly = MORE_CLEARLY
        self.count(answers, refused)
        return True

    @property
    def tested(self) -> float:
        """The share that was refused in the last test."""
        return self._test[1] / max(1, self._test[0])

    def suspect(self, share: float) -> None:
        """Begin such a test, after this share without it."""
        self.tests, self._test = True, (0, 0)
        self._expected = max(self._seen, share)

    def count(self, answers: int, refused: int) -> None:
        """Take note of so many answers and the refusals among them."""
        self._answers += answers
        self._refusals += refused
        if self._answers > MEMORY:
            self._answers, self._refusals = self._answers // 2, self._refusals // 2
