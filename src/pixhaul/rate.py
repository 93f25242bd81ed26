"""How many starts a second a host bears: learned from its refusals, tried upwards from time to time. Pure.

The picture behind it: the host keeps a bucket that fills at a steady rate, and refuses when it is empty. Between two
refusals the bucket was empty twice, so the answers in between, divided by the time, are the least that it refills.
"""

from __future__ import annotations

from math import inf

from pixhaul.doubt import Doubt
from pixhaul.ration import Ration
from pixhaul.stretches import Stretches

SLOWEST = 1 / 60
"""Starts a second below which no rate falls: a request a minute finds out whether a limit was lifted."""
MARGIN = 0.98
"""What is used of a learned rate, for a bucket drained exactly as fast as it fills is empty half of the time."""
TOWARDS = 0.25
"""How far a rate that was refused counts beside the one that was borne. 0 stays too low, 0.5 is refused more often."""
QUIET, LONGEST_QUIET = 4.0, 32.0
"""Seconds after a refusal until a higher rate is tried: doubled with each, up to the second."""
MOST_CARE = 2.0
"""Where a refusal costs a pause of so many seconds, up to these, the first raise waits that many times as long."""
QUIET_STARTS = 6
"""The same in starts for each second: a slow rate is not tried upwards every few requests."""
GROWTH, MOST_GROWTH = 0.08, 0.5
"""The first raise and the largest, as shares of the rate."""
MANY = 8
"""Good answers from which the very first rate is a fair guess; of fewer it may be far too low: it is raised quickly."""
FAST_GROWTH, FAR = 0.25, 0.7
"""The raise of a rate that is below this share of the one that was refused."""
MOST_CUT, LEAST_LEFT = 0.75, 0.5
"""What is left at least of a rate that was being raised, and of any when refusals come alone and may be chance."""
LONGEST_PAUSE = 12
"""Exponent: 2**12 s is more than a run has patience for, and a longer row of refusals must not overflow."""
MOMENT = 0.001
"""Seconds; less than this between two refusals is taken for this."""


class Rate:
    """The rate of one host; without one (`value` is None) starts are as free as the width allows."""

    __slots__ = (
        "_adapt",
        "_ceiling",
        "_doubt",
        "_grown",
        "_growth",
        "_next",
        "_paid",
        "_quiet",
        "_raise_at",
        "_ration",
        "_refused_at",
        "_stretches",
        "bound",
        "confirmed",
        "late",
        "mark",
        "proven",
        "spacing",
        "streak",
        "taken",
        "value",
        "was_raised",
    )

    def __init__(self, ceiling: float | None, adapt: bool = True) -> None:
        self.value = ceiling
        """Starts a second, or None."""
        self.spacing = 0.0
        """Seconds between two starts; 0.0: none are asked for."""
        self.bound = False
        """Whether this rate, and not the width or the job, held a start back since it was last raised."""
        self.taken = 0
        """Good answers to what was started since `mark`, counted by the caller."""
        self.late = 0
        """The same of what was started before it: they belong to the lesson before."""
        self.mark = -inf
        """When the refusal came that the last lesson was taken from, in seconds; at first, the first start."""
        self.streak = 0
        """Pauses in a row that were too short: nothing good came between two refusals."""
        self.proven = 0.0
        """A rate that was borne."""
        self._ceiling = inf if ceiling is None else ceiling
        self._adapt = adapt
        self._next = -inf
        self._stretches = Stretches()
        self._paid = (0, 0.0)
        self._growth, self._quiet, self._raise_at = GROWTH, QUIET, inf
        self._grown, self._refused_at = False, 0.0
        self._doubt = Doubt()
        self.was_raised = False
        """Whether it was tried upwards since the last lesson."""
        self.confirmed = False
        """Whether the value was refused beyond doubt, or borne for a while: then it is worth remembering."""
        self._ration = Ration()
        self._space()

    def begin(self, now: float) -> None:
        """Note a start when the bucket is full, as at the very first, and time counts from here."""
        self.mark = now
        self._stretches.begin(now)
        self.taken = self.late = 0
        self._raise_at = now + self._quiet

    # -- starting --------------------------------------------------------------------------------------------------

    def wait(self, now: float) -> float:
        """Seconds until the next start is due; 0.0: it is."""
        if now >= self._ration.until:
            self._lift(now)
        if self.bound and self.value is not None and now >= self._raise_at:
            self._raise(self.value, now)
        if self._next <= now:
            return 0.0
        self.bound = self.bound or not self.scarce
        return self._next - now

    def spend(self, now: float) -> None:
        """Note a start. One unused place is kept, so two starts can follow each other at once, never three."""
        spacing = self.spacing
        self._next = max(self._next, now - spacing) + spacing

    # -- after a refusal -------------------------------------------------------------------------------------------

    def pause(self, asked: float | None) -> float:
        """Seconds to leave the host alone: what it asked for, or 1, 2, 4 .. while pauses prove too short."""
        if asked is not None and not self.streak:
            return asked
        return max(asked or 0.0, 2.0 ** min(self.streak, LONGEST_PAUSE))

    def learn(self, episode: float, pause: float, now: float, limit: bool) -> None:
        """Take the lesson of a refusal, once all that was in flight then has brought what it brings.

        Args:
            episode: When the refusal came, in seconds.
            pause: How long the host was left alone after it, in seconds.
            now: Seconds.
            limit: Whether the refusals show a limit by themselves; else they may be chance.
        """
        if not self.taken:
            self._pause_again(now)
            return
        seconds, growth = max(MOMENT, episode - self.mark), GROWTH
        if self.value is None:  # as if the bucket had been full at first, and held one second's worth, as is usual
            borne, growth = self.taken / (seconds + min(1.0, pause)), GROWTH if self.taken >= MANY else MOST_GROWTH
            self.confirmed = self._doubt.dropped  # a limit for the second time
            self._doubt.guessed()
        elif not limit and self._doubt.is_vain(self.value, self.taken, self.taken / seconds, self._grown):
            self.drop(now)
            return
        else:
            borne = self._corrected(self.value, self.taken / seconds, self._stretches.difference(self.taken, episode))
            if not limit:
                borne = max(borne, LEAST_LEFT * self.value)
            else:
                self._confirm()
            self._refused_at = self.value
        self._stretches.end(self.taken, episode, now)
        self._set(MARGIN * borne)
        self._paid, self.late = (self.taken, seconds), 0
        self.mark = episode
        self.taken = 0
        self._growth, self._grown, self.was_raised = growth, False, False
        self._next = max(self._next, now)  # the place that was unused in the pause is lost: the bucket may be empty
        self._quiet = max(self._quiet, QUIET * min(pause, MOST_CARE))
        self._raise_at = now + (self._step() if self._is_far() else self._rest())
        self._quiet = min(LONGEST_QUIET, 2 * self._quiet)

    def _corrected(self, value: float, seen: float, difference: float) -> float:
        """The rate to use after one that was refused.

        Args:
            value: That rate.
            seen: What the host answered a second since the refusal before, pause included: no more than the limit.
            difference: The limit as two stretches show it, or 0.0.
        """
        if difference > seen:
            self.proven = min(value, difference)
            return self.proven
        if value <= 1.02 * self.proven:  # refused within what was borne: the limit fell
            self.proven = seen
            return min(seen, value)
        self.proven = max(self.proven, seen)
        between: float = self.proven ** (1 - TOWARDS) * max(self.proven, value) ** TOWARDS
        return max(between, MOST_CUT * value) if self._grown else between

    def _confirm(self) -> None:
        self.confirmed = True
        self._doubt.settle()

    def drop(self, now: float) -> None:
        """The host refuses by chance: there is no rate but the one set by hand."""
        self.value = None if self._ceiling == inf else self._ceiling
        self.proven, self.bound, self.confirmed = 0.0, False, False
        self._quiet, self._refused_at = QUIET, 0.0
        self.begin(now)
        self._space()

    def _pause_again(self, now: float) -> None:
        """The host refused again at once: the time since then belongs to the last lesson, and the mark stays.

        That is a limit for certain, such as so many in each minute; more is tried only after a while.
        """
        self.streak += 1
        taken, seconds = self._paid[0] + self.late, self._paid[1]
        if self.value is not None and taken:
            self._set(min(self.value, MARGIN * taken / (seconds + now - self.mark)))
            self.proven = min(self.proven, self.value)
        self._next = max(self._next, now)
        self._refused_at = 0.0
        self._doubt.settle()
        self._raise_at = now + self._rest()

    # -- changing --------------------------------------------------------------------------------------------------

    def _is_far(self) -> bool:
        """Whether it is well below what was refused, so that there is no need to be careful."""
        return self.value is not None and self.value * (1 + FAST_GROWTH) < FAR * self._refused_at

    def _rest(self) -> float:
        """Seconds without a raise after a refusal."""
        return self._quiet * max(1.0, QUIET_STARTS * self.spacing) if self.confirmed else self._quiet

    def _step(self) -> float:
        """Seconds between two raises; short ones while the rate is a guess from few answers."""
        if self._growth > GROWTH and not self.confirmed:
            return max(0.5, 2 * self.spacing)
        return max(1.0, 4 * self.spacing, self._quiet / 8)

    def _raise(self, value: float, now: float) -> None:
        """Try more, in growing steps; only a rate that held something back is raised, an unused one proves nothing."""
        self.bound, self.was_raised = False, True
        if self._is_far():
            self._set(value * (1 + FAST_GROWTH))
            self._raise_at = now + (self._step() if self._is_far() else self._rest())
            return
        if not self._grown:  # it was borne for the whole quiet time
            self.proven, self._grown = max(self.proven, value), True
            self._stretches.brim(self.taken, now)
            self._confirm()
        self._set(value * (1 + self._growth))
        self._growth = min(MOST_GROWTH, 1.5 * self._growth)
        self._raise_at = now + self._step()

    def _set(self, value: float) -> None:
        if self._adapt:
            self.value = min(self._ceiling, max(SLOWEST, value))
            self._space()

    def _space(self) -> None:
        self.spacing = 1 / min(self._ration.rate, inf if self.value is None else self.value)

    @property
    def scarce(self) -> bool:
        """Whether the rest of a quota is being spread."""
        return self._ration.rate < inf

    # -- what comes from elsewhere ---------------------------------------------------------------------------------

    @property
    def learned(self) -> float | None:
        """The rate if it is the host's and not the person's: starts a second."""
        return None if self.value is None or self.value >= self._ceiling else self.value

    def words(self, now: float) -> str:
        """What holds the next start back, for people; empty: nothing does."""
        if self._next <= now or not self.spacing:
            return ""
        if self.scarce:
            return f"the quota is nearly used up: {1 / self.spacing:.3g}/s"
        return f"{'rate' if self.learned is None else 'learned rate'} {1 / self.spacing:.3g}/s"

    def recall(self, value: float, proven: float) -> None:
        """Begin with what an earlier run learned, in starts a second."""
        self._set(MARGIN * value)
        self.proven, self.confirmed = proven, True

    def restore(self, value: float | None, proven: float) -> None:
        """Lowering it was in vain: be as fast as before."""
        if value is not None:
            self._set(value)
            self.proven = proven

    def ration(self, remaining: float, seconds: float, now: float) -> None:
        """Spread the last tenth of a quota over the seconds until it is renewed; never a reason to go faster."""
        was_scarce = self.scarce
        self._ration.note(remaining, seconds, now)
        if self.scarce:
            self._space()
        elif was_scarce:
            self._lift(now)

    def _lift(self, now: float) -> None:
        """The quota was renewed: the long gap that it left before the next start goes with it."""
        self._ration.renew()
        self._next = min(self._next, now)
        self._space()
