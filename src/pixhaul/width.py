"""How many transfers at once a host bears: widened by trial, kept where it answers more for it. Pure."""

from __future__ import annotations

from math import inf, log
from typing import TypeAlias

from pixhaul.chance import MOST_CHANCE, Chance

PAYS = 0.3
"""The share of what a widening should bring, in logarithms, that it must: twice the width, 1.23 times the answers."""
STEP, CAREFUL_STEP = 2.0, 1.25
"""How much wider a trial is: at first, and after one that failed."""
RESTS, MOST_RESTS = 4, 64
"""Rounds without a trial after one that failed: doubled with each, up to the second."""
NARROWER = 0.8
"""What is left of a width at rest that proved too wide."""
LEAST_ROUND = 8
"""Answers below which a round tells nothing, however narrow the host."""
LEAST_LEFT = 0.5
"""What is left at least, however much of it was lost."""
LOSSES, LOSS_SHARE = 2, 0.05
"""Time-outs in a round that mean too wide: so many, and this share of the width. Below it they are chance."""
SLOW = 3.0
"""Seconds from which a loss is a time-out. One costs as much as many answers; quicker ones may be chance for longer."""
CALM = 4
"""A loss that took so many seconds is followed by this many times as many without a trial."""
LONG = 60.0
"""Seconds without a trial after a limit that the host has shown by itself."""

Token: TypeAlias = tuple[float, int]
"""When a transfer started, in seconds, and how wide the host was then; it travels with the attempt."""


class Width:
    """The width of one host.

    At rest it is the base, the last width known to be good; in a trial it is above. A round ends when about half a
    width of *fresh* transfers, those that began in it, have been answered; then the answers a second are compared with
    those at the base.
    """

    __slots__ = (
        "_adapt",
        "_again",
        "_answers",
        "_calm",
        "_chance",
        "_cut",
        "_enough",
        "_first_lost",
        "_held",
        "_held_until",
        "_lost",
        "_rest",
        "_rests",
        "_slow",
        "_speed",
        "_step",
        "_together",
        "_wide",
        "base",
        "fresh",
        "full",
        "known",
        "most",
        "since",
        "trials",
        "value",
    )

    def __init__(self, most: int, start: int, adapt: bool = True) -> None:
        self.most = max(1, most)
        self.base = 0
        """0: none yet."""
        self.known = 0
        """The base of an earlier run, until trouble or a trial that brings nothing shows that it is too wide."""
        self.trials = 0
        """How many there have been."""
        self._adapt = adapt
        self._speed = 0.0  # of the base: logarithm of answers a second
        self._step, self._rest, self._rests = STEP, 0, RESTS
        self._calm = self._cut = -inf
        self._chance = Chance()  # of a transfer to be lost
        self._held, self._held_until = 0, -inf
        self._wide = 0  # the width before it was narrowed for losses
        self.set(min(self.most, max(1, start)))
        self._new_round(inf)  # until the first start

    def set(self, width: int) -> None:
        """Let so many transfers fly at once, from now on."""
        self.value = width
        self._enough = max(LEAST_ROUND, width / 2) if self._adapt else inf

    @property
    def in_trial(self) -> bool:
        """Whether it is above a base."""
        return 0 < self.base < self.value

    # -- rounds ----------------------------------------------------------------------------------------------------

    def _new_round(self, now: float) -> None:
        self.since = now
        """When the round began, in seconds."""
        self.full = False
        """Whether all of the width was in use at some moment of the round; the caller notes it."""
        self._again = False
        self.fresh = 0
        """Good answers to what was started in the round."""
        self._answers = self._lost = self._slow = 0
        self._together = 0  # of the losses, those that were in flight together with the first

    def good(self, started: float, now: float) -> None:
        """Count an answer to what began at `started`."""
        self._answers += 1
        if started >= self.since:
            self.fresh += 1
            if self.fresh >= self._enough and now > self.since:
                self._judge(now)

    def _judge(self, now: float) -> None:
        """End a round.

        Cases in this order: losses, after which it was narrowed in vain, or is to be; the width was not used; the
        first; at rest; a trial that pays or not.
        """
        speed = log(self._answers / (now - self.since))
        was_full, again, in_vain, too_many = self.full, self._again, *self._weigh_losses()
        self._new_round(now)
        if in_vain:
            self.restore(self._wide)
        elif too_many:
            self._suspect()
            self.narrow(now)
        elif not was_full:  # an unused width proves nothing
            self.set(min(self.value, self.base or self.value))
        elif not self.base:
            self._keep(speed, now)
        elif not self.in_trial:
            self._follow(speed, now)
        elif speed - self._speed >= PAYS * log(self.value / self.base):
            self._rests = RESTS
            self._step = min(STEP, self._step**2)
            self._keep(speed, now)
        elif again:
            self.narrow(now)
        else:  # crowded hosts answer unevenly: one round more before a trial is called off
            self._again = True

    def _weigh_losses(self) -> tuple[bool, bool]:
        """Count the losses of a round; whether narrowing was in vain, for as many came, or is to be tried."""
        chance, ended = self._chance, self._answers + self._lost
        if chance.tests:
            return chance.test(ended, self._lost), False
        chance.count(ended, self._lost)
        return False, chance.is_implausible and not self.in_trial

    def _keep(self, speed: float, now: float) -> None:
        """This width is good: make it the base, and try a wider one at once."""
        self.base, self._speed = self.value, speed
        self._widen(now)

    def _follow(self, speed: float, now: float) -> None:
        """A round at rest: the base learns its speed, slowly downwards.

        Were it quick to fall, transfers that hang would make each trial after them look good, and the width would
        climb without end.
        """
        self._speed += (0.3 if speed > self._speed else 0.05) * (speed - self._speed)
        self._rest -= 1
        if self._rest <= 0 and now >= self._calm:
            self._widen(now)

    def _widen(self, now: float) -> None:
        wider = min(self.most, max(self.value + 1, int(self.value * self._step)))
        if now < self._held_until:
            wider = min(wider, self._held)
        if wider > self.value:
            self.trials += 1
            self.set(wider)

    def skip(self, seconds: float, now: float) -> None:
        """Nothing could start for so long: it is no part of the round."""
        self.since = min(now, self.since + seconds)

    # -- trouble ---------------------------------------------------------------------------------------------------

    def narrow(self, now: float, left: float = NARROWER) -> None:
        """Back from a trial, or to a part of a base that proved too wide; then rest, twice as long as the last time."""
        if not self._adapt:
            return
        self.known = 0
        if self.in_trial:
            self.set(self.base)
        else:
            self.set(max(1, int(left * self.value)))
            if self.base:
                self.base = self.value
                self._speed += log(left)
        self._rest, self._rests = self._rests, min(MOST_RESTS, 2 * self._rests)
        self._step = CAREFUL_STEP
        self._new_round(now)

    def limit(self, width: int, now: float) -> None:
        """The host has shown that it bears so many at once: keep to them, and try more only after a long while."""
        if self._adapt:
            self.base = width
            self.set(width)
            self._step = CAREFUL_STEP
            self._calm = now + LONG
            self._new_round(now)

    def hold(self, width: int, until: float) -> None:
        """Before this time try no more than so many: that is what it bore when it refused a trial."""
        self._held, self._held_until = max(width, self.value), until

    def restore(self, width: int) -> None:
        """Narrowing was in vain: be as wide as before, and go on with trials as if nothing had been."""
        if self._adapt:
            self.set(width)
            self.base = width if self.base else 0
            self._step, self._rest, self._rests = STEP, 0, RESTS

    def lost(self, token: Token, now: float, flying: int) -> None:
        """Count a transfer that was lost; enough of them narrow. So many others are in flight."""
        started, width = token
        is_slow = now - started >= SLOW
        if started <= self._cut or (width > self.value and not is_slow):
            return  # the rest of a burst that has been acted upon teaches nothing new
        if not self._lost:
            self._first_lost = now
        self._lost += 1
        self._together += started <= self._first_lost
        self._slow += is_slow
        if is_slow and self._slow >= max(LOSSES, LOSS_SHARE * self.value):
            self._cut_to(token, now, NARROWER)
        elif not is_slow and self._chance.is_exceeded(self._lost, self._answers + self._lost + flying):
            if not self.in_trial:
                self._suspect()
            self._cut_to(token, now, min(NARROWER, max(LEAST_LEFT, 1 - self._together / self.value)))

    def _suspect(self) -> None:
        """Fewer are tried. Should as many be lost then, it is chance."""
        self._wide = self._wide if self._chance.tests else self.value
        self._chance.suspect(MOST_CHANCE)

    def _cut_to(self, token: Token, now: float, left: float) -> None:
        """Narrow for losses. Those of an older, narrower width say that even that was too wide: begin from there."""
        started, width = token
        if self._adapt and started < self.since and width < self.value:
            self.base = width
            self.set(width)
        self._calm = now + CALM * (now - started)  # long after a time-out, no time at all after resets
        self._cut = now
        self.narrow(now, left)
