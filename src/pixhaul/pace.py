"""How one host is asked: how many transfers at once, how many a second, and when it is left alone. Pure.

A width is widened by trial (`width.py`); refusals close a gate and, unless they come by chance, teach a rate
(`lessons.py`, `rate.py`); when everything fails, the breaker opens (`breaker.py`). Why so: docs/decisions/pacing.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from pixhaul.breaker import LEAST_ROW, Breaker
from pixhaul.lessons import CLOCKS, Lessons
from pixhaul.rate import Rate
from pixhaul.recollection import recollected
from pixhaul.width import Token, Width

FAILING, ASKED, REFUSED, FULL, RATE, QUOTA = "failing", "asked", "refused", "full", "rate", "quota"
"""Why a host waits: nothing gets through; it asked for a pause; it refused; enough is in flight; starts are spaced; its
quota is nearly used up."""

SILENT = 0.5
"""Seconds without an answer after which a host's transfers hold no places (crowd.py)."""


class Pace:
    """One host: may a transfer start now, and what do those that ended teach?

    All times are seconds on one clock of the caller's that never goes back. The same events give the same answers.
    """

    __slots__ = ("_breaker", "_lessons", "_rate", "_until", "_width", "dead", "ever", "flying")

    def __init__(self, most: int = 512, start: int = 8, rate: float | None = None, adapt: bool = True) -> None:
        """A host of which nothing is known.

        Args:
            most: Transfers at once, never more.
            start: Transfers at once to begin with. The same as `most`: set by hand, only trouble makes it narrower.
            rate: Starts a second, never more; None: no limit until the host refuses.
            adapt: False: width and rate stay as they are; gate and breaker still work.
        """
        self.flying = 0
        """Transfers in flight."""
        self.ever = False
        """Whether the host ever answered."""
        self.dead = False
        """Whether the breaker has given the host up; its next answer, should one come, takes that back."""
        self._width = Width(most, start, adapt)
        self._rate = Rate(rate, adapt)
        self._lessons = Lessons(self._width, self._rate)
        self._breaker = Breaker()
        self._until = -inf  # the later of gate and breaker, in one look

    def __repr__(self) -> str:
        return f"<Pace {self.flying} of {self.width} in flight, base {self._width.base}, rate {self.rate}>"

    @property
    def width(self) -> int:
        """Transfers at once, at present."""
        return self._width.value

    @property
    def rate(self) -> float | None:
        """Starts a second, set by hand or learned; None: no limit."""
        return self._rate.value

    @property
    def learned(self) -> float | None:
        """The rate where it is the host's own, in starts a second, confirmed or not; None: it has shown no limit."""
        return self._rate.learned

    @property
    def gate(self) -> float:
        """Nothing starts before this time: what the host asked for, or our own pause after bare refusals."""
        return self._lessons.gate

    @property
    def failing(self) -> bool:
        """Whether the breaker is open, or waits for what a probe brings."""
        return self._breaker.opens > 0

    @property
    def losing(self) -> bool:
        """Whether several were lost in a row, and nothing has come since: it may be about to fail."""
        return self._breaker.bad >= LEAST_ROW

    @property
    def open_until(self) -> float:
        """The host is left alone until this time, for everything failed; -inf: it never was."""
        return self._breaker.open_until

    def is_silent(self, now: float) -> bool:
        """Whether transfers fly, and for a while nothing has come of any."""
        return self.flying > 0 and now - max(self._breaker.answered_at, self._width.since) > SILENT

    # -- the hot path ----------------------------------------------------------------------------------------------

    def admit(self, now: float) -> float:
        """Whether a transfer may start: 0.0 now, else seconds to wait; inf: until one of this host's ends."""
        if now < self._until:
            return self._until - now
        if self._lessons.open:
            wait = self._weigh(now)
            if wait:
                return wait
        if self.flying >= self._width.value or (self._breaker.careful and self.flying):
            return inf
        rate = self._rate
        return rate.wait(now) if rate.spacing else 0.0

    def start(self, now: float) -> Token:
        """Note a transfer that starts, which `admit` has allowed at this very time; get its token."""
        width, rate = self._width, self._rate
        if now < width.since:  # the first of all: rounds begin at inf
            width.since = now
            rate.begin(now)
        self.flying += 1
        if self.flying >= width.value:
            width.full = True
        if rate.spacing:
            rate.spend(now)
        return (now, width.value)

    def end(self, token: Token, now: float, verdict: str, retry_after: float | None) -> None:
        """Note a transfer that ended; each token once.

        Args:
            token: What `start` gave.
            now: Seconds.
            verdict: good (the host serves us: 200, 304, 404, a placeholder), refused (429, 503), lost (no answer),
                broken (no whole one, or another 5xx), again (it tells nothing of the host).
            retry_after: Seconds that a refusal asks for; None: it does not say.
        """
        self.flying -= 1
        if verdict == "good":
            self._good(token[0], now)
        elif verdict == "refused":
            self._refused(token[0], now, retry_after)
        else:
            if self._lessons.open:
                self._lessons.lost()
            self.blame(token, now, verdict)

    def blame(self, token: Token, now: float, verdict: str) -> None:
        """Note what a transfer that has ended as "again" tells after all: lost or broken."""
        if verdict == "lost":
            self._lost(token, now)
        elif verdict == "broken":  # too much for it, maybe; but who answers is alive
            self._answered(now)
            self._width.lost(token, now, self.flying)

    def _good(self, started: float, now: float) -> None:
        rate = self._rate
        if started >= rate.mark:
            rate.taken += 1
        else:
            rate.late += 1
        if self._lessons.uneasy:
            self._lessons.reassure(started)
        self._answered(now)
        self._width.good(started, now)

    # -- trouble ---------------------------------------------------------------------------------------------------

    def _answered(self, now: float) -> None:
        self._breaker.answered(now)
        self.ever, self.dead = True, False

    def _lost(self, token: Token, now: float) -> None:
        breaker = self._breaker
        breaker.lost(token[0], self.flying + 1, now)
        self.dead = breaker.dead
        self._until = max(self.gate, breaker.open_until)
        self._width.lost(token, now, self.flying)

    def _refused(self, started: float, now: float, retry_after: float | None) -> None:
        self._answered(now)
        self._lessons.refused(started, self.flying, now, retry_after)
        self._until = max(self.gate, self._breaker.open_until)

    def _weigh(self, now: float) -> float:
        wait = self._lessons.weigh(self.flying, now)
        self._until = max(self.gate, self._breaker.open_until)
        return wait

    def _close_gate(self, until: float) -> None:
        self._lessons.close(until, True)
        self._until = max(self.gate, self._breaker.open_until)

    def close(self, until: float) -> None:
        """Start nothing before this time, in seconds: what was asked of another process, or of this one before."""
        self._close_gate(until)

    def quota(self, remaining: float, reset_seconds: float, now: float) -> None:
        """Obey a RateLimit field of an answer: `remaining` requests in the next `reset_seconds`.

        None left closes the gate like a refusal. Little left is spread over the time. It never makes us go faster.
        Source: IETF draft-ietf-httpapi-ratelimit-headers, and its forerunners RateLimit-Remaining and RateLimit-Reset.
        """
        if remaining > 0:
            self._rate.ration(remaining, reset_seconds, now)
        else:
            self._close_gate(now + CLOCKS * max(0.0, reset_seconds))

    def cause(self, now: float) -> str:
        """What kind of thing holds the next start back: FAILING, ASKED, REFUSED, FULL, RATE or QUOTA."""
        if self.dead or now < self.open_until or (self._breaker.careful and self.flying):
            return FAILING
        if now < self.gate:
            return ASKED if self._lessons.asked else REFUSED
        if self.flying >= self.width:
            return FULL
        if self._lessons.open:
            return REFUSED
        return QUOTA if self._rate.scarce else RATE

    # -- for people, and for the next run --------------------------------------------------------------------------

    def why(self, now: float) -> str:
        """What holds the next start back, in words; empty: nothing does."""
        if self.dead:
            return "given up: nothing answers"
        if now < self.open_until:
            return f"failing; one probe in {_seconds(self.open_until - now)}"
        if now < self.gate:
            rest = _seconds(self.gate - now)
            return (
                f"asked to wait {rest} more (Retry-After)" if self._lessons.asked else f"refused; asked again in {rest}"
            )
        if self._breaker.careful and self.flying:
            return "failing; one probe is out" if self._breaker.opens else "no answer so far; waiting for what is out"
        if self.flying >= self.width:
            return f"{self.flying} of {self.width} transfers"
        if self._lessons.open:
            return f"refused; fewer than {self.width} transfers until it is clear why"
        return self._rate.words(now)

    @property
    def proved(self) -> bool:
        """Whether its width, or a part of it, was ever in full use."""
        return self._width.base > 0

    def memory(self, now: float) -> dict[str, float]:
        """What is worth keeping for a next run, for `remembered`; empty: nothing is, as of a host given up.

        A rate is kept once it is confirmed: a single refusal, or a few by chance, must not slow the next run down.

        `now` is in seconds since 1970, for the clock of a run means nothing to the next one.
        """
        base, rate = self._width.base, self._rate.learned if self._rate.confirmed else None
        if self.dead or (rate is None and not base):
            return {}
        kept = {"width": float(max(base, self._width.known) or self.width), "time": now}
        if rate is None:
            return kept
        proven = self._rate.proven  # what is above it was being tried, and may have been about to be refused
        return {**kept, "rate": min(rate, proven or rate), "proven": proven}

    @classmethod
    def remembered(
        cls, memory: Mapping[str, object], now: float, most: int = 512, start: int = 8, rate: float | None = None
    ) -> Pace:
        """A host as an earlier run left it: half its width, and its rate; a new one if that is a day old, or nonsense.

        `now` is in seconds since 1970; what is older than a week need not be kept at all. `most`, `start` and `rate`
        mean what they mean for a new one: what a person set by hand is neither exceeded nor begun below.
        """
        pace = cls(most, start, rate)
        known = recollected(memory, now)
        width = pace._width
        width.known = min(width.most, known.width)
        width.set(max(width.value, min(width.most, known.width // 2)))
        if known.rate:
            pace._rate.recall(known.rate, known.proven)
        return pace


def _seconds(number: float) -> str:
    return f"{max(1, round(number))} s"
