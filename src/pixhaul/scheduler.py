"""Which attempt may start now, or how long to wait. Pure: no I/O, and time is an argument.

It holds the links that were read and have not ended: those ready at each host, those that wait for their next try,
and a count of those in flight. Every operation is O(1), or O(log n) for the two heaps.
"""

from __future__ import annotations

import random
from collections import deque
from math import inf
from typing import TypeAlias

from pixhaul.crowd import LOOK, Crowd
from pixhaul.endings import failed, fetched, last_words
from pixhaul.holdings import Holdings
from pixhaul.host import Host
from pixhaul.hosts import Remembered
from pixhaul.intake import Intake
from pixhaul.judge import Again, Judgement, Refused, judge
from pixhaul.links import Link
from pixhaul.models import Attempt, Failed, JobStream, Outcome, Reason, Reply
from pixhaul.options import Options
from pixhaul.outages import Outages
from pixhaul.policy import directives, names_of
from pixhaul.quota import quota
from pixhaul.spill import Spill
from pixhaul.status import Status

Wait: TypeAlias = float
"""Seconds; inf: until an attempt settles. Void after any settle."""

READ_AT_ONCE = 2_000
"""Links read in one admit while no host can start: a long queue of one slow host must not stall the sockets."""
_STALLED = frozenset({Reason.TIMEOUT, Reason.TOO_SLOW})
"""What tells of a host as little as no answer, though it began one: it would take the whole time-out of each link."""
_SLEPT_AWAY = frozenset({Reason.TIMEOUT, Reason.TOO_SLOW, Reason.CONNECT, Reason.TRUNCATED})
"""What transfers break for when nobody looked after them."""

STOCK, READ_AHEAD = 2_000, 4
"""Links that are held where there are as many, and how many are read for each that starts: without a choice between
hosts the order of the list would decide, and sick hosts would take the places of healthy ones."""


class Scheduler:
    """Holds the pending links, each host's limits and the retry queue; gives out what may start.

    `admit` and `settle` are all that a strategy needs. Between a settle and a sleep there is always an admit, for a
    wait is void after any settle.
    """

    def __init__(self, jobs: JobStream, options: Options, remembered: Remembered | None = None) -> None:
        self._intake = Intake(jobs, options.allow_private)
        self._options = options
        self._names = names_of(options.user_agent)
        self._random = random.Random(options.seed).random  # noqa: S311 - jitter, not a secret
        self._holdings = Holdings(options, remembered or Remembered())
        self.hosts = self._holdings.hosts
        self.outages = Outages(self._holdings, self._judge_late)
        self._asked_again = -inf
        self._crowd = Crowd(options, self.hosts)
        self._stock = min(STOCK, options.look_ahead)
        self._stopping = self._was_dry = False
        self._excused = 0.0
        self.seen = 0.0
        """When somebody was last here, on the caller's clock."""

    @property
    def held(self) -> int:
        """Links that were read and wait here."""
        return self._holdings.held

    @property
    def live(self) -> int:
        """Links in flight."""
        return self._holdings.live

    @property
    def news(self) -> deque[str]:
        """Lines for a person; whoever drives the run takes them out."""
        return self.outages.news

    # -- what a strategy calls -------------------------------------------------------------------------------------

    def admit(self, now: float) -> Attempt | Failed | Wait | None:
        """Start this attempt; or this link ended without one; or wait so many seconds; or None: all is done."""
        if self._stopping:
            return inf if self._holdings.live else None
        if self._holdings.later.next <= now:  # outages have put a moment there for all that they wait for
            self._wake(now)
        self._stock_up(now)
        for _ in range(READ_AT_ONCE):
            ended = self._holdings.next_ended()
            if ended is not None:
                return ended
            if self._crowd.is_full(self._holdings.live, now):
                return LOOK
            attempt = self._start(now)
            if attempt is not None:
                return attempt
            wait = self._read(now)
            if wait is not None and not self._holdings.ended:  # giving up a host ends its links without a transfer
                return self._nothing(now, wait)
        return 0.0

    def settle(self, attempt: Attempt, reply: Reply, now: float) -> tuple[Outcome, ...]:
        """Say what one attempt brought; get what ended by it. Empty: the link will come again."""
        host = self.hosts.get(attempt.host)
        self._holdings.live -= 1
        ended: list[Failed] = []
        if reply.error:
            if self.outages.suspends(host, attempt, reply, now):
                self.hosts.queue(host)
                return ()
        elif reply.status:
            ended = self.outages.heard(host, attempt.token[0], now)
        judgement, verdict, shared = self._judge(host, attempt, reply, now)
        host.pace.end(attempt.token, now, verdict, reply.retry_after)
        left = quota(reply.headers) if reply.headers else None
        if left is not None:
            host.pace.quota(*left, now)
        outcome = self._follow(attempt, reply, judgement, shared, now)
        self._look_after(host, judgement, verdict, now)
        return (*ended, outcome) if outcome is not None else tuple(ended)

    def _judge(self, host: Host, attempt: Attempt, reply: Reply, now: float) -> tuple[Judgement, str, bool]:
        """What a reply means for its link, for its host, and whether it was lost along with a connection."""
        shared = bool(reply.error) and (
            host.shares_loss(attempt, reply, now) or (now < self._excused and reply.error in _SLEPT_AWAY)
        )
        number = attempt.number
        if shared:
            number = 0
        elif host.retries < 1 and reply.status not in (429, 503):  # a refusal is no retry: the host's gate holds it
            number = self._options.retries + 1
        judged = attempt if number == attempt.number else attempt._replace(number=number)
        judgement = judge(judged, reply, self._options, self._random)
        return judgement, "again" if shared else _verdict(attempt, reply, judgement, host), shared

    def _judge_late(self, host: Host, attempt: Attempt, reply: Reply, now: float) -> list[Failed]:
        """Judge a failure whose transfer the host's pace knows to have ended, but not how."""
        judgement, verdict, shared = self._judge(host, attempt, reply, now)
        host.pace.blame(attempt.token, now, verdict)
        outcome = self._follow(attempt, reply, judgement, shared, now)
        self._look_after(host, judgement, verdict, now)
        return [outcome] if isinstance(outcome, Failed) else []  # what broke brought no picture

    def _look_after(self, host: Host, judgement: Judgement, verdict: str, now: float) -> None:
        """End the links of a host that is given up, and put one that is not in line again."""
        host.note(verdict, now)
        if host.pace.dead:
            self._holdings.give_up(host, last_words(judgement))
        elif verdict == "refused" and host.refuses_all(self._options.retries, now):
            said = Refused(Reason.RATE_LIMITED, "the host refuses everything: left to a later run")
            self._holdings.give_up(host, said)
        self.hosts.queue(host)

    def spill_into(self, spill: Spill) -> None:
        """Let a long queue go into a file when it leaves no room for links of other hosts."""
        self._holdings.spill = spill

    def excuse(self, until: float) -> None:
        """The program itself was stopped: what breaks until then is no fault of links or hosts, and costs no try."""
        self._excused = until

    def stop(self) -> None:
        """Start nothing more: what is in flight may end, what waits here is left to the next run."""
        if not self._stopping:
            self._was_dry = self._intake.dry  # a source that is being stopped ends as one that has no more
        self._stopping = True

    @property
    def exhausted(self) -> bool:
        """Whether every link that there was has ended."""
        is_dry = self._was_dry if self._stopping else self._intake.dry
        return is_dry and self._holdings.empty and not self._holdings.ended

    def status(self, now: float) -> Status:
        """What is going on, in numbers and for the hosts that wait."""
        longest = sorted(self.hosts, key=lambda host: -len(host.ready) - host.delayed)[:5]
        waits = ((host.name, host.pace.admit(now), host.pace.why(now)) for host in longest if host.ready)
        waiting = self.outages.waiting(now) or tuple(wait for wait in waits if wait[1] > 0)
        if not waiting and not self.live and self._holdings.later.next < inf:
            waiting = (("the next try", self._holdings.later.next - now, f"{self.held} links failed and come again"),)
        return Status(self._intake.read, self.held + self._holdings.spilled, self.live, waiting, self._intake.dry)

    # -- starting and reading --------------------------------------------------------------------------------------

    def _wake(self, now: float) -> None:
        self._holdings.wake(now)
        self.outages.wake(now)
        if self.outages.gone:
            self.stop()

    def _start(self, now: float) -> Attempt | None:
        """Give the place to the host with the fewest in flight, of those that may start."""
        while (host := self.hosts.next_turn()) is not None:
            if self.outages.holds(host, now) or host.doubtful:  # it comes again with the first that has waited
                continue
            wait = host.pace.admit(now)
            if wait <= 0.0:
                return self._holdings.launch(host, now)
            host.blocked(host.pace.cause(now), now)
            self._holdings.sleep(host, wait, now)
        return self.outages.probe(now)

    def _read(self, now: float) -> Wait | None:
        """Take one link from the source; None when one was taken, else how long there will be none."""
        if self._holdings.held >= self._options.look_ahead and not self._holdings.make_room():
            return inf
        if now < self._asked_again:
            return self._asked_again - now
        item = self._intake.take()
        if isinstance(item, Attempt):
            self._holdings.place(item, first=False)
        elif isinstance(item, Failed):
            self._holdings.ended.append(item)
        else:
            self._asked_again = now + item
            return item
        return None

    def _stock_up(self, now: float) -> None:
        """Read a few links more than can start, so that there is a choice between hosts."""
        for _ in range(READ_AHEAD):
            if self._holdings.held >= self._stock or self._holdings.ended or self._read(now) is not None:
                return

    def _nothing(self, now: float, wait: Wait) -> Wait | None:
        if self._intake.dry and self._holdings.empty:
            return None
        if self.outages.judge_alone(now):
            return 0.0
        return max(0.0, min(wait, self._holdings.later.next - now))

    # -- after a reply ---------------------------------------------------------------------------------------------

    def _follow(self, attempt: Attempt, reply: Reply, judgement: Judgement, shared: bool, now: float) -> Outcome | None:
        fate = judgement.fate
        if isinstance(fate, Again):
            if fate.hop is not None:
                return self._hop(attempt, fate.hop, reply, now + fate.seconds, now)
            was_refused = judgement.pace == "refused"
            free = shared or bool(reply.stale) or (was_refused and reply.retry_after is not None)
            self._again(attempt, fate.seconds, was_refused, free, now)
            return None
        robots = ", ".join(directives(reply.headers, self._names))
        if fate is None:
            return fetched(attempt, reply, now, robots)
        return failed(attempt, fate, reply.status, now)._replace(robots=robots)

    def _again(self, attempt: Attempt, seconds: float, was_refused: bool, free: bool, now: float) -> None:
        following = attempt._replace(
            number=attempt.number + (0 if free else 1),
            refusals=attempt.refusals + (1 if was_refused and free else 0),
            token=None,
            spent=0.0,
        )
        if was_refused:  # the host's gate delays it; where a refusal costs a try, each falls to another link
            self._holdings.place(following, first=free)
            return
        self.hosts.get(attempt.host).retries -= attempt.number > 1 and not free
        self._holdings.delay(following, now + seconds)

    def _hop(self, attempt: Attempt, hop: Link, reply: Reply, when: float, now: float) -> Failed | None:
        """A redirect goes to the head of the queue of the host that it leads to, unless it was told to wait."""
        refused = self._intake.refused(attempt.job, hop)
        if refused:
            said = Refused(Reason.ADDRESS_REFUSED, f"redirected to {hop.url[:200]}: {refused}")
            return failed(attempt, said, reply.status, now)
        hops, spent = (*attempt.hops, attempt.url), attempt.spent + reply.seconds
        following = attempt._replace(url=hop.url, host=hop.origin, hops=hops, token=None, spent=spent)
        if when > now:
            self._holdings.delay(following, when)
        else:
            self._holdings.place(following, first=True)
        return None


def _verdict(attempt: Attempt, reply: Reply, judgement: Judgement, host: Host) -> str:
    """What an attempt tells of its host.

    A link that is lost once more tells nothing new: a handful of bad links at the end of a list, each tried five
    times, would else look like a host where nothing answers.
    """
    if judgement.pace != "lost":
        return judgement.pace
    if reply.status and reply.error not in _STALLED:
        return "broken"
    return "lost" if attempt.number == 1 or host.pace.failing else "again"
