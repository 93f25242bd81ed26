"""Whether the network itself is away: unrelated hosts begin to fail together, and nobody answers. Pure.

A host that fails while others answer is sick, however many of them there are. What tells of the network is a change:
hosts that answered until now, or names that were never tried, fail one after another with no answer in between.
"""

from __future__ import annotations

from math import ceil, inf, log

EVERYTHING, STRANGERS = "everything", "strangers"
"""What may not start while the network is away: any link, or links to hosts that never answered."""
HOSTS = "hosts"
"""What was away: not the network, but those that answered and fail."""

ACQUAINTANCES = 3
"""Hosts that must have answered before anything is concluded, and hosts of that kind that must fail."""
UNREACHED, BROKEN, STALLED = 3, 2, 1
"""No connection, or one that brought nothing; an answer that broke off; one that fell silent."""
COUNTS = {UNREACHED: 2, BROKEN: 2, STALLED: 1}
ENOUGH = 6
QUIET = 1.0
"""Seconds without any answer before hosts that answered are taken for the network: where a thousand answers come a
second, three hosts that die at once may well fail one after another."""
CHANCE = 1e-8
"""How unlikely a row of strangers that fail must be, by the share of strangers that failed before."""
DOUBT, LEAST_SHARE = 4, 0.3
"""Strangers that failed are taken for so many more, and their share for at least this."""
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds from one probe that failed to the next; the last one again and again."""
LONGEST = {EVERYTHING: 3600.0, STRANGERS: 300.0}
"""Seconds after which we stop believing that it comes back in this run."""
BOUND = 120.0
"""Seconds for which hosts hold a run up that may well have died by themselves, all together."""
PROOF = 16
"""Hosts that fail together, above which it must be the network."""


class Network:
    """What the hosts of a run, taken together, say of the network between us and them."""

    def __init__(self) -> None:
        self.away = ""
        """Empty while it is there, else EVERYTHING or STRANGERS."""
        self.since = 0.0
        """When it went away, in seconds."""
        self.back = -inf
        """When it last came back, in seconds."""
        self.next_probe = 0.0
        """When one link may be tried, in seconds."""
        self.doubted = False
        """Whether it is away only if the first probe finds nobody either."""
        self.row: dict[str, int] = {}
        """Hosts that answered before and fail since anybody answered, and how each does."""
        self._strangers: set[str] = set()
        self._met = 0
        self._never_met = 0
        self._last_meeting = 0.0
        self.last_answer = 0.0
        """In seconds."""
        self._probing = False
        self._failures = 0
        self._touched = 0
        self._trusts_strangers = True

    @property
    def armed(self) -> bool:
        """Whether enough hosts have answered to notice that they stop."""
        return self._met >= ACQUAINTANCES

    def holds(self, known: bool) -> bool:
        """Whether links of a host, which has answered before or not, must wait for the network."""
        return self.away == EVERYTHING or (self.away == STRANGERS and not known)

    # -- evidence --------------------------------------------------------------------------------------------------

    def answered(self, known: bool, asked: float, now: float) -> bool:
        """Note an answer to what was asked for at some time; True: with it the network is back."""
        self.last_answer = now
        back = bool(self.away) and asked >= self.since and (self.away == EVERYTHING or not known)
        if not known:
            self._never_met += 0 if self.away else len(self._strangers)
            self._strangers.clear()
            self._met += 1
            self._last_meeting = now
        if back:
            self.back = now
            self._return()
        return back

    def explained(self, name: str) -> None:
        """Forget a failure that turned out to be the host's own."""
        self.row.pop(name, None)

    def missed(self, name: str, known: bool, weight: int, started: float, now: float) -> bool:
        """Note that a host that was well, or is new, could not be reached; True: that makes the network away.

        Args:
            name: The host.
            known: Whether it has answered before.
            weight: UNREACHED, BROKEN or STALLED.
            started: When the attempt began: one from before the last success proves nothing of strangers.
            now: Seconds.
        """
        if not self.armed:
            self._never_met += not known
        elif known:
            self.row[name] = max(weight, self.row.get(name, 0))
            return self.is_silent(now)
        elif started < self._last_meeting or weight != UNREACHED:
            self._never_met += 1
        else:
            self._strangers.add(name)
            if len(self._strangers) >= self._telling_row() and self._trusts_strangers:
                return self._leave(STRANGERS, now)
        return False

    def is_silent(self, now: float) -> bool:
        """Whether hosts that answered have failed, and nobody has answered, for long enough; True: just now."""
        enough = len(self.row) >= ACQUAINTANCES and sum(COUNTS[how] for how in self.row.values()) >= ENOUGH
        if not enough or now - self.last_answer < QUIET or not self._leave(EVERYTHING, now):
            return False
        if set(self.row.values()) == {BROKEN}:
            self.doubted, self.next_probe = True, now
        return True

    def _telling_row(self) -> int:
        """How many strangers in a row must fail to be no chance: 16 of a good list, 180 where nine of ten do.

        The share of those that failed says it where many were met. Where few were, it may well be larger than it looks:
        by the rule of succession, after `a` that answered and `b` that failed, many more, `n`, fail in a row with a
        chance of about ((b + 1) / (b + 1 + n)) ** (a + 1).
        """
        failed, answered = self._never_met + DOUBT, self._met + 1
        by_share: float = log(CHANCE) / log(max(LEAST_SHARE, failed / (failed + answered)))
        by_few: float = failed * (CHANCE ** (-1.0 / answered) - 1.0)
        return ceil(max(by_share, by_few))

    # -- away and back ---------------------------------------------------------------------------------------------

    def _leave(self, what: str, now: float) -> bool:
        if self.away in (what, EVERYTHING):
            return False
        if not self.away:
            self.since, self._failures, self._touched = now, 0, 0
        self.away = what
        self._probing = self.doubted = False
        self.next_probe = now + PAUSES[0]
        return True

    def _return(self) -> None:
        self.away = ""
        self.row.clear()
        self._strangers.clear()

    def may_probe(self, now: float) -> bool:
        """Whether it is time to try one link."""
        return bool(self.away) and not self._probing and now >= self.next_probe

    def probe(self, started: bool, now: float) -> None:
        """Note that one link is tried now, or that none could be."""
        self._probing = started
        self.next_probe = now + PAUSES[0]

    def probed(self, is_touched: bool, now: float) -> None:
        """Note that the link that was tried has ended and did not bring the network back.

        Args:
            is_touched: Whether something came from its host, though no answer.
            now: Seconds.
        """
        self._probing = self.doubted = False
        self.next_probe = now + PAUSES[min(self._failures + 1, len(PAUSES) - 1)]
        self._failures += 1
        self._touched += is_touched

    def patience(self, others_left: bool) -> float:
        """Seconds for which it is worth waiting.

        Short where it may be the hosts after all: everything that was tried was refused, which a cable does not do;
        or those that fail are few of all that answered in this run, and no other is left that could be tried.
        """
        are_few = len(self.row) < PROOF and 2 * len(self.row) < self._met and not others_left
        if self.away == EVERYTHING and (0 < self._failures == self._touched or are_few):
            return BOUND
        return LONGEST[self.away]

    def hopeless(self, others_left: bool, now: float) -> str:
        """What has been away for so long that it is no use to wait: EVERYTHING, HOSTS, STRANGERS, or nothing.

        Hosts and strangers are then believed to be dead, each by itself; strangers are treated so from now on.

        Args:
            others_left: Whether there are links of hosts that answered and were not tried since it went away.
            now: Seconds.
        """
        patience = self.patience(others_left) if self.away else inf
        if now - self.since <= patience:
            return ""
        if self.away == EVERYTHING and patience > BOUND:
            return EVERYTHING
        what = HOSTS if self.away == EVERYTHING else STRANGERS
        self._trusts_strangers = self._trusts_strangers and what != STRANGERS
        self._return()
        return what

    def words(self) -> str:
        """What is the matter, for people."""
        if self.away == EVERYTHING:
            return f"{len(self.row)} hosts that answered before cannot be reached"
        return f"{len(self._strangers)} new hosts in a row cannot be reached"
