"""Whether a host that refuses has shown a limit, or refuses by chance. Pure.

Refusals by chance come alone: what was asked for right after the refused request is answered. A limit that has been
reached refuses nearly all of that. What was in flight when the first refusal came, and what followed until as much has
ended, is an *episode*; it is judged as a whole.
"""

from __future__ import annotations

from math import inf, log

from pixhaul.chance import CHANCE, LARGE, SMALL, Chance

CERTAIN = 6.9
"""Evidence of episodes in a row for a limit: the logarithm of how much better it explains them, 1,000 times."""
SURE, FAR = 9.2, 0.5
"""The same of one episode alone, 10,000 times; and the share of it that must have been refused."""
BEYOND = 0.7
"""The share of refusals at a limit that is far exceeded. Episodes in a row that look more like it add up."""
CROWDED, TOO_MUCH = 2.0, 4.0
"""Refusals among all requests that are too many to be believed without a test: so many times as many as is known to be
chance; and the evidence for it."""
NARROW, LESS, HALF, BACK, LIMIT = "narrow", "less", "half", "back", "limit"
"""What refusals may advise: fewer transfers; fewer for a test; half as many for one; as many as before that; a rate."""

_AFTER = log(BEYOND / CHANCE), log((1 - BEYOND) / (1 - CHANCE))


class Refusals:
    """The refusals of one host: an episode that is open, and what those before it came to."""

    __slots__ = (
        "_chance",
        "_cohort",
        "_first",
        "_halved",
        "_latest",
        "_of_all",
        "_probes",
        "_row",
        "after",
        "all",
        "asked",
        "closed",
        "ended",
        "refused",
        "since",
    )

    def __init__(self) -> None:
        self.since = -inf
        """When the last episode began, in seconds."""
        self.refused = 0
        """Refusals in it."""
        self.closed = 0
        """Places that stay closed while it lasts."""
        self.ended = 0
        """Transfers that ended in it."""
        self.after = 0
        """Good answers in it to what was started after its first refused transfer."""
        self.asked = False
        """Whether its first refusal asked for a pause."""
        self._first = self._latest = -inf  # when its first and its last refused transfer was started
        self._cohort = self.all = 0
        self._probes = False  # whether only what was started in it counts
        self._chance = Chance()
        self._row = self._of_all = 0.0
        self._halved = False  # for too many refusals

    def begin(self, started: float, flying: int, asked: bool, now: float) -> None:
        """Open an episode with the refusal of what was started then, one of `flying` transfers."""
        self.since, self.asked, self._cohort = now, asked, flying
        self._first = self._latest = started
        self._probes = False
        self.closed = self.refused = self.ended = self.all = 1
        self.after = 0

    def probe(self, width: int, now: float) -> None:
        """Open an episode without a refusal: all but two places are closed until two new transfers have ended."""
        self.since = self._first = self._latest = now
        self.closed, self._cohort, self._probes = max(0, width - 2), 2, True
        self.refused = self.ended = self.after = self.all = 0

    @property
    def borne(self) -> int:
        """Of what was in flight when the episode began, how many were not refused."""
        return self._cohort - self.all

    def add(self, started: float) -> None:
        """Count one more refusal; one of what was started before the first tells nothing new."""
        self.all += 1
        if started < self._first:
            self.ended += not self._probes
            return
        self.ended += 1
        self.refused += 1
        self.closed += 1
        self._latest = max(self._latest, started)

    def answered(self, started: float) -> None:
        """Count a good answer."""
        is_after = started >= self._first
        self.after += is_after
        self.ended += is_after or not self._probes

    def is_over(self, flying: int) -> bool:
        """Whether as many have ended as were in flight at first, or nothing is left that could."""
        return self.ended >= self._cohort or not flying

    def is_limit(self, answers: int, flying: int) -> bool:
        """Whether the episode shows a limit.

        Args:
            answers: Good ones since the episode before, and in this one.
            flying: Transfers in flight: that they were not refused yet counts as good.
        """
        more, after = self.refused - 1, self.after + flying
        is_dense = more > FAR * (more + after)
        self._row = min(CERTAIN, max(0.0, self._row + is_dense * more * _AFTER[0] + after * _AFTER[1]))
        usual = max(CHANCE, self._chance.share)
        shares = log(CROWDED), log((1 - CROWDED * usual) / (1 - usual))
        self._of_all = max(0.0, self._of_all + self.refused * shares[0] + answers * shares[1])
        alone = is_dense and _evidence(more, more + after) >= SURE
        return alone or self._row >= CERTAIN

    def settle(self) -> None:
        """A rate is made of it, or the width was to blame: what told of a limit begins anew."""
        self._row = self._of_all = 0.0
        self._halved = False

    @property
    def shows_chance(self) -> bool:
        """Whether it refuses by chance, where no limit explains it."""
        return self._chance.is_seen

    def is_more(self, flying: int) -> bool:
        """Whether the episode has clearly more refusals than there were before."""
        return self._chance.is_exceeded(self.refused, self._seen(flying))

    def _seen(self, flying: int) -> int:
        """Transfers that were refused or not; where refusals come sooner than answers, what still flies was not."""
        return self.ended + flying if self._latest > self.since else self.ended

    def advice(self, answers: int, trial: tuple[int, int], flying: int) -> str:
        """What to do after an episode that shows no limit by itself: one of the words above, or "" for nothing.

        Args:
            answers: Good ones since the episode before, and in this one.
            trial: How many transfers the host is known to bear, and which trial of more this is; 0: none.
            flying: Transfers in flight.
        """
        chance, asked = self._chance, answers + self.refused
        if trial[1]:
            return self._of_trial(asked - self.ended, trial, flying)
        if chance.tests:
            return self._tested(asked, self.refused)
        if self._of_all >= TOO_MUCH:
            return self._halve(self.refused / asked / 2)  # half of it, for this episode was picked for its many
        return LESS if chance.add(asked, self.refused) else ""

    def _halve(self, share: float) -> str:
        """Begin a test with half as many transfers."""
        self._row, self._of_all, self._halved = 0.0, 0.0, True
        self._chance.suspect(share)
        return HALF

    def _of_trial(self, outside: int, trial: tuple[int, int], flying: int) -> str:
        chance = self._chance
        if chance.tests:  # none was refused for so long that there is a trial again
            advice = self._tested(max(0, outside), 0)
            if advice:
                return advice
        if not chance.is_worse(trial, outside, self._seen(flying), self.refused):
            return ""
        self._row = self._of_all = 0.0
        return NARROW

    def _tested(self, asked: int, refused: int) -> str:
        """What a test has shown; half as many transfers that are refused much less show a limit."""
        chance, halved = self._chance, self._halved
        in_vain = chance.test(asked, refused, LARGE if halved else SMALL)
        if chance.tests:
            return ""
        if not halved and chance.tested > SMALL.most:
            return self._halve(chance.tested)
        self._halved = False
        return BACK if in_vain else LIMIT if halved else ""


def _evidence(refused: int, ended: int) -> float:
    """How unlikely so many refusals are by chance: the least that minus its logarithm can be (Chernoff's bound)."""
    seen = refused / ended
    rest = (1 - seen) * log((1 - seen) / (1 - CHANCE)) if seen < 1 else 0.0
    return ended * (seen * log(seen / CHANCE) + rest)
