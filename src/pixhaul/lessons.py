"""What refusals do to one host: they close its gate, and teach a width, a rate, or that they come by chance. Pure."""

from __future__ import annotations

from math import inf

from pixhaul.at_once import SEVERAL, AtOnce
from pixhaul.grace import Grace
from pixhaul.rate import Rate
from pixhaul.refusals import BACK, HALF, LESS, LIMIT, Refusals
from pixhaul.width import Width

HALVED = 0.5
"""What is left of a width for the test whether many refusals are chance."""
HELD = 20
"""Where a trial is refused at once by several pauses, how many times as long no more is tried than was borne then: that
may be the limit, and to find out costs another pause."""
MANY = 0.25
"""Refusals for each request that was borne, from which they tell right after a pause what they tell in a trial."""
CLOCKS = 1.01
"""A pause is stretched by this, for the host's clock is not ours."""


class Lessons:
    """The gate of a host, and what its refusals mean for its width and its rate."""

    __slots__ = (
        "_at_once",
        "_before",
        "_counted",
        "_early",
        "_grace",
        "_pause",
        "_rate",
        "_refusals",
        "_resumed",
        "_wide",
        "_width",
        "asked",
        "gate",
        "open",
        "uneasy",
    )

    def __init__(self, width: Width, rate: Rate) -> None:
        self.gate = -inf
        """Nothing starts before this time, in seconds: what the host asked for, or a pause of ours."""
        self.asked = False
        """Whether Retry-After set the gate."""
        self.open = False
        """Whether an episode of refusals is under way."""
        self.uneasy = False
        """Whether good answers must be told, for that or for a row of pauses."""
        self._width, self._rate = width, rate
        self._refusals = Refusals()
        self._at_once, self._grace = AtOnce(), Grace()
        self._before: tuple[float | None, float] = (None, 0.0)  # the rate that a limit of what is at once has replaced
        self._early = self._resumed = False  # whether the refusals came before any answer of a trial, or after a pause
        self._counted = 0  # good answers that the last episode knew of
        self._wide = 0  # the width before fewer were tried
        self._pause = 0.0

    def close(self, until: float, asked: bool) -> None:
        """Keep the gate closed at least until this time."""
        if until > self.gate:
            self.gate, self.asked = until, asked

    def reassure(self, started: float) -> None:
        """Note a good answer after a refusal; to what was started later, it shows that the pause was long enough."""
        self._refusals.answered(started)
        if started > self._refusals.since:
            self._rate.streak = 0
        self.uneasy = self.open or self._rate.streak > 0

    def lost(self) -> None:
        """Note a transfer that ended otherwise while an episode is under way."""
        self._refusals.ended += 1

    def refused(self, started: float, flying: int, now: float, retry_after: float | None) -> None:
        """Note a refusal. It closes the gate for as long as it asks for; what else it means, its episode will show.

        Where there is a rate, or the last pause was too short, there is a pause also without Retry-After; not where it
        is known to refuse by chance beside its rate.
        """
        refusals, rate = self._refusals, self._rate
        if self.open:
            refusals.add(started)
        elif started > refusals.since:
            refusals.begin(started, flying + 1, bool(retry_after), now)
            self.open = self.uneasy = True
            self._early = self._width.in_trial and not self._width.fresh
            self._resumed = rate.value is None and not rate.taken
            self._pause = rate.pause(retry_after or None)
            if retry_after or rate.streak or (rate.value is not None and not self._grace.has_shown):
                self.close(now + CLOCKS * self._pause, bool(retry_after))
        if retry_after:
            self.close(now + retry_after, True)

    def weigh(self, flying: int, now: float) -> float:
        """The gate is open, an episode under way: judge it once it is over; get the seconds to wait.

        Until then the place of each refused transfer stays closed, so that a limit is not pressed.
        """
        refusals = self._refusals
        if self.gate <= refusals.since and not refusals.is_over(flying):
            is_closed = flying >= self._width.value - refusals.closed or refusals.is_more(flying)
            return inf if is_closed else 0.0
        self.open = False
        self.uneasy = self._rate.streak > 0
        if refusals.refused:
            self._judge(flying, now)
        else:  # fewer transfers were answered: it was the width
            refusals.settle()
        self._counted = self._rate.taken
        return max(0.0, self.gate - now)

    def _judge(self, flying: int, now: float) -> None:
        """An episode is over.

        Cases: so many at once, told by a pause; chance, without and with a rate; the width was too much, and no rate; a
        rate is to be learned.
        """
        refusals, rate, width = self._refusals, self._rate, self._width
        answers = rate.taken - self._counted
        limit = refusals.is_limit(answers, flying) or not rate.taken
        if refusals.asked and self._is_at_once(rate.value is None and not limit):
            refusals.settle()
            width.limit(self._at_once.limit, now)
            self._before = (rate.value, rate.proven)
            rate.drop(now)
        elif rate.value is None and not limit:
            self._excuse(answers, flying, now)
        elif not limit and self._is_excused(answers):
            return
        elif self._blames_width():
            width.narrow(now)
            self.open = self.uneasy = True
            refusals.probe(width.value, now)
        else:
            refusals.settle()
            if self.gate <= refusals.since:
                self.close(refusals.since + CLOCKS * self._pause, False)
            rate.learn(refusals.since, self._pause, now, limit)
            if width.in_trial:
                width.narrow(now)
            self.uneasy = rate.streak > 0

    def _is_excused(self, answers: int) -> bool:
        """Whether a rate that was not raised was refused, and not more than chance would."""
        refused = self._refusals.refused
        return (
            self._refusals.shows_chance
            and not self._rate.was_raised
            and self._grace.excuses(answers + refused, refused, self._rate)
        )

    def _is_at_once(self, perhaps_chance: bool) -> bool:
        """Whether the refusals show how many requests at once the host bears."""
        refusals, known = self._refusals, self._at_once
        if known.limit and self._width.in_trial:
            return False
        if known.limit:
            value, proven = self._before
            if known.is_refuted() and value:  # it was the rate after all
                self._rate.recall(value, proven)
            return False
        at_once = self._early or (self._resumed and refusals.all >= MANY * refusals.borne)
        if perhaps_chance:
            return known.suspects(refusals.borne, refusals.all, at_once)
        return known.shows(refusals.borne, at_once)

    def _excuse(self, answers: int, flying: int, now: float) -> None:
        """No limit, as it seems. It is chance, unless fewer at once are refused much less.

        Then it was the width; or a rate, where half as many had to be tried.
        """
        refusals, width = self._refusals, self._width
        if self.gate > refusals.since:
            width.skip(now - refusals.since, now)
            self._rate.begin(now)
        advice = refusals.advice(answers, (width.base, width.trials if width.in_trial else 0), flying)
        if advice == BACK:
            width.restore(self._wide)
        elif advice == LIMIT:
            self._rate.learn(refusals.since, self._pause, now, True)
        elif advice == HALF:
            self._wide, refusals.since = width.value, now  # what is in flight counts no more
            width.narrow(now, HALVED)
        elif advice:
            self._wide = width.value if advice == LESS else self._wide
            width.narrow(now)
            if refusals.asked and self._early and refusals.all >= SEVERAL:
                width.hold(refusals.borne, now + HELD * self._pause)

    def _blames_width(self) -> bool:
        """Whether a trial drew the refusals, and no rate: common servers say 503 for both."""
        if self._at_once.limit:
            return self._width.in_trial
        if self._rate.value is None:
            return self._width.in_trial and not self._refusals.asked
        return self._width.in_trial and not self._rate.bound
