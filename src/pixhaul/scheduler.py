"""Which attempt may start now, or how long to wait. Pure: no I/O, and time is an argument.

It holds the links that were read and have not ended: those ready at each host, those that wait for their next try,
and a count of those in flight. Every operation is O(1), or O(log n) for the two heaps.
"""

from __future__ import annotations

import random
from collections import deque
from heapq import heappop, heappush
from math import inf
from typing import NamedTuple, TypeAlias

from pixhaul.endings import failed, fetched, last_words
from pixhaul.hosts import Host, Hosts, Remembered
from pixhaul.intake import Intake
from pixhaul.judge import PATIENCE, Again, Judgement, Refused, judge
from pixhaul.links import Link
from pixhaul.models import Attempt, Failed, JobStream, Outcome, Reason, Reply
from pixhaul.options import Options
from pixhaul.pace import CLOCKS
from pixhaul.policy import directives, names_of
from pixhaul.quota import quota

Wait: TypeAlias = float
"""Seconds; inf: until an attempt settles. Void after any settle."""

REFUSED_FOR_LONG = 300.0
"""Seconds of refusals, each later than the pause before it, without one answer that served us: left to a later run."""
READ_AT_ONCE = 2_000
"""Links read in one admit while no host can start: a long queue of one slow host must not stall the sockets."""


class Status(NamedTuple):
    """What the scheduler is doing, for people."""

    read: int
    """Links taken from the source so far."""
    held: int
    """Of these, waiting here."""
    live: int
    """In flight."""
    waiting: tuple[tuple[str, float, str], ...]
    """Hosts that must wait: name, seconds, why. The longest queues first, five at most."""
    dry: bool
    """Whether the source has no more, so that `read` is the total."""


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
        self.hosts = Hosts(options, remembered or Remembered())
        self._later: list[tuple[float, int, Attempt | Host]] = []
        self._ended: deque[Failed] = deque()
        self._order = 0
        self._stopping = False
        self.held = 0
        self.live = 0

    # -- what a strategy calls -------------------------------------------------------------------------------------

    def admit(self, now: float) -> Attempt | Failed | Wait | None:
        """Start this attempt; or this link ended without one; or wait so many seconds; or None: all is done."""
        if self._stopping:
            return inf if self.live else None
        self._wake(now)
        for _ in range(READ_AT_ONCE):
            if self._ended:
                return self._ended.popleft()
            attempt = self._start(now)
            if attempt is not None:
                return attempt
            wait = self._read()
            if wait is not None and not self._ended:  # giving up a host ends its links without a transfer
                return self._nothing(now, wait)
        return 0.0

    def settle(self, attempt: Attempt, reply: Reply, now: float) -> tuple[Outcome, ...]:
        """Say what one attempt brought; get what ended by it. Empty: the link will come again."""
        host = self.hosts.get(attempt.host)
        shared = host.shares_loss(attempt, reply, now)
        judgement = judge(attempt._replace(number=0) if shared else attempt, reply, self._options, self._random)
        verdict = "again" if shared else _verdict(attempt, reply, judgement, host)
        host.pace.end(attempt.token, now, verdict, reply.retry_after)
        left = quota(reply.headers)
        if left is not None:
            host.pace.quota(*left, now)
        self.live -= 1
        outcome = self._follow(attempt, reply, judgement, shared, now)
        if host.pace.dead:
            self._give_up(host, last_words(judgement))
        elif host.note(verdict, now) > REFUSED_FOR_LONG:
            self._give_up(host, Refused(Reason.RATE_LIMITED, "the host has refused everything for minutes"))
        self.hosts.queue(host)
        return () if outcome is None else (outcome,)

    def stop(self) -> None:
        """Start nothing more: what is in flight may end, what waits here is left to the next run."""
        self._stopping = True

    @property
    def exhausted(self) -> bool:
        """Whether every link that there was has ended."""
        return self._intake.dry and not self.held and not self.live and not self._ended

    def status(self, now: float) -> Status:
        """What is going on, in numbers and for the hosts that wait."""
        longest = sorted(self.hosts, key=lambda host: -len(host.ready) - host.delayed)[:5]
        waits = ((host.name, host.pace.admit(now), host.pace.why(now)) for host in longest if host.ready)
        waiting = tuple(wait for wait in waits if wait[1] > 0)
        return Status(self._intake.read, self.held, self.live, waiting, self._intake.dry)

    # -- starting --------------------------------------------------------------------------------------------------

    def _start(self, now: float) -> Attempt | None:
        """Give the place to the host with the fewest in flight, of those that may start."""
        while (host := self.hosts.next_turn()) is not None:
            wait = host.pace.admit(now)
            if wait <= 0.0:
                return self._launch(host, now)
            self._sleep(host, wait, now)
        return None

    def _launch(self, host: Host, now: float) -> Attempt:
        attempt = host.ready.popleft()
        self.held -= 1
        self.live += 1
        job, url, name, number, refusals, hops, _, began, spent = attempt
        token = host.pace.start(now)
        self.hosts.queue(host)
        return Attempt(job, url, name, number, refusals, hops, token, began or now, spent)

    def _sleep(self, host: Host, wait: float, now: float) -> None:
        """Put a host aside until its time; inf: until one of its own transfers ends, which queues it again."""
        if wait == inf:
            return
        if wait > PATIENCE * CLOCKS:  # as far as the gate is stretched
            self._give_up(host, Refused(Reason.RATE_LIMITED, f"the host asks for a pause of {wait:.0f} s"))
        elif not host.sleeping:
            host.sleeping = True
            self._push_later(now + wait, host)

    # -- reading ---------------------------------------------------------------------------------------------------

    def _read(self) -> Wait | None:
        """Take one link from the source; None when one was taken, else how long there will be none."""
        if self.held >= self._options.look_ahead:
            return inf
        item = self._intake.take()
        if isinstance(item, Attempt):
            self._place(item, first=False)
        elif isinstance(item, Failed):
            self._ended.append(item)
        else:
            return item
        return None

    def _place(self, attempt: Attempt, first: bool) -> None:
        host = self.hosts.get(attempt.host)
        if host.pace.dead:
            self._ended.append(failed(attempt, Refused(Reason.CONNECT, "the host was given up")))
            return
        self.held += 1
        (host.ready.appendleft if first else host.ready.append)(attempt)
        self.hosts.queue(host)

    # -- waiting ---------------------------------------------------------------------------------------------------

    def _nothing(self, now: float, wait: Wait) -> Wait | None:
        if self._intake.dry and not self.live and not self.held:
            return None
        return max(0.0, min(wait, self._later[0][0] - now)) if self._later else wait

    def _push_later(self, when: float, item: Attempt | Host) -> None:
        self._order += 1
        heappush(self._later, (when, self._order, item))

    def _wake(self, now: float) -> None:
        while self._later and self._later[0][0] <= now:
            _, _, item = heappop(self._later)
            if isinstance(item, Host):
                item.sleeping = False
                self.hosts.queue(item)
            else:
                self.held -= 1
                self.hosts.get(item.host).delayed -= 1
                self._place(item, first=True)

    # -- after a reply ---------------------------------------------------------------------------------------------

    def _follow(self, attempt: Attempt, reply: Reply, judgement: Judgement, shared: bool, now: float) -> Outcome | None:
        fate = judgement.fate
        if isinstance(fate, Again):
            if fate.hop is not None:
                return self._hop(attempt, fate.hop, reply, now)
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
            refusals=attempt.refusals + (1 if was_refused else 0),
            token=None,
            spent=0.0,
        )
        if was_refused:  # the host's gate delays it
            self._place(following, first=True)
        else:
            self.held += 1
            self.hosts.get(attempt.host).delayed += 1
            self._push_later(now + seconds, following)

    def _hop(self, attempt: Attempt, hop: Link, reply: Reply, now: float) -> Failed | None:
        """A redirect goes to the head of the queue of the host that it leads to."""
        refused = self._intake.refused(attempt.job, hop)
        if refused:
            said = Refused(Reason.ADDRESS_REFUSED, f"redirected to {hop.url[:200]}: {refused}")
            return failed(attempt, said, reply.status, now)
        hops, spent = (*attempt.hops, attempt.url), attempt.spent + reply.seconds
        self._place(attempt._replace(url=hop.url, host=hop.origin, hops=hops, token=None, spent=spent), first=True)
        return None

    def _give_up(self, host: Host, said: Refused) -> None:
        """End all links that are ready at a host; those that wait for their time end when it comes."""
        self.held -= len(host.ready)
        self._ended.extend(failed(attempt, said) for attempt in host.ready)
        host.ready.clear()


def _verdict(attempt: Attempt, reply: Reply, judgement: Judgement, host: Host) -> str:
    """What an attempt tells of its host.

    A link that is lost once more tells nothing new: a handful of bad links at the end of a list, each tried five
    times, would else look like a host where nothing answers.
    """
    if judgement.pace != "lost":
        return judgement.pace
    if reply.status:
        return "broken"
    return "lost" if attempt.number == 1 or host.pace.failing else "again"
