"""The links that were read and have not ended: ready at their hosts, waiting for their time, or in flight. Pure."""

from __future__ import annotations

from collections import deque
from math import inf

from pixhaul.agenda import Agenda
from pixhaul.endings import failed
from pixhaul.host import Host
from pixhaul.hosts import Hosts, Remembered
from pixhaul.judge import PATIENCE, Refused
from pixhaul.lessons import CLOCKS
from pixhaul.models import Attempt, Failed, Reason
from pixhaul.options import Options
from pixhaul.spill import MOST, Spill

BUNDLE = 1_000
"""Links that go into the file, and come back, together."""
LOW = 100
"""Links ready at a host below which a bundle comes back."""


class Holdings:
    """Every link of the run between its reading and its end, counted."""

    def __init__(self, options: Options, remembered: Remembered) -> None:
        self._retries = options.retries
        self.hosts = Hosts(options, remembered)
        self.later: Agenda[Attempt | Host | None] = Agenda()
        """Links and hosts that wait for their time, and None for a moment at which to look again."""
        self.ended: deque[Failed] = deque()
        """Links that ended without a transfer, to be told."""
        self.spill: Spill | None = None
        """Where links of a long queue go when there is no room for others; None: they stay, and the list waits."""
        self.held = 0
        """How many wait, in memory."""
        self.spilled = 0
        """How many wait in the file."""
        self._doomed: deque[tuple[Host, Refused]] = deque()
        self.live = 0
        """How many are in flight."""

    @property
    def empty(self) -> bool:
        """Whether nothing waits and nothing flies."""
        return not self.held and not self.live and not self.spilled

    def place(self, attempt: Attempt, first: bool) -> None:
        """Make a link ready at its host; where that was given up, it ends."""
        host = self.hosts.get(attempt.host)
        if host.pace.dead:
            self.ended.append(failed(attempt, host.last_words or Refused(Reason.CONNECT, "the host was given up")))
            return
        self.held += 1
        (host.ready.appendleft if first else host.ready.append)(attempt)
        self.hosts.queue(host)

    def put_back(self, attempt: Attempt) -> None:
        """Make a link ready again, before all others of its host, as if it had not been tried."""
        self.place(attempt._replace(token=None, spent=0.0), first=True)

    def delay(self, attempt: Attempt, until: float) -> None:
        """Keep a link from its host until a time."""
        self.held += 1
        self.hosts.get(attempt.host).delayed += 1
        self.later.put(until, attempt)

    def launch(self, host: Host, now: float) -> Attempt:
        """Let the first link of a host fly, which its pace has just allowed."""
        attempt = host.ready.popleft()
        self.held -= 1
        if host.spilled and len(host.ready) < LOW:
            self._take_back(host)
        self.live += 1
        job, url, name, number, refusals, hops, _, began, spent = attempt
        token = host.pace.start(now)
        host.freed(now)
        self.hosts.queue(host)
        return Attempt(job, url, name, number, refusals, hops, token, began or now, spent)

    def sleep(self, host: Host, wait: float, now: float) -> None:
        """Put a host aside until its time; inf: until one of its own transfers ends, which queues it again."""
        if wait == inf:
            return
        if wait > PATIENCE * CLOCKS:  # as far as the gate is stretched
            self.give_up(host, Refused(Reason.RATE_LIMITED, f"the host asks for a pause of {wait:.0f} s"))
        elif not host.sleeping:
            host.sleeping = True
            self.later.put(now + wait, host)

    def wake(self, now: float) -> None:
        """Take up what has waited for its time."""
        for item in self.later.due(now):
            if isinstance(item, Host):
                item.sleeping = False
                self.hosts.queue(item)
            elif item is not None:
                host = self.hosts.get(item.host)
                self.held -= 1
                host.delayed -= 1
                is_last = item.number > self._retries
                self.place(item, first=not (is_last and host.pace.losing))  # it would be wasted

    def give_up(self, host: Host, said: Refused) -> None:
        """End all links that are ready at a host; those that wait for their time end when it comes."""
        host.last_words = said
        self.held -= len(host.ready)
        self.ended.extend(failed(attempt, said) for attempt in host.ready)
        host.ready.clear()
        host.gone_quiet()
        if host.spilled:
            self._doomed.append((host, said))

    def next_ended(self) -> Failed | None:
        """The end of a link that needs no transfer, if there is one to tell."""
        while not self.ended and self._doomed:
            host, said = self._doomed[0]
            if host.spilled:
                self._take_back(host)
                self.held -= len(host.ready)
                self.ended.extend(failed(attempt, said) for attempt in host.ready)
                host.ready.clear()
            else:
                self._doomed.popleft()
        return self.ended.popleft() if self.ended else None

    # -- more links than there is room for -------------------------------------------------------------------------

    def make_room(self) -> bool:
        """Put the end of the longest queue into the file, so that links of other hosts can be read; whether it was."""
        if self.spill is None or self.spilled >= MOST:
            return False
        host = max(self.hosts, key=lambda host: len(host.ready), default=None)
        if host is None or len(host.ready) < 2 * BUNDLE:
            return False
        bundle = [host.ready.pop() for _ in range(BUNDLE)]
        bundle.reverse()
        place = self.spill.put(bundle)
        if place is None:
            self.spill = None if not self.spilled else self.spill
            host.ready.extend(bundle)
            return False
        host.spilled.append(place)
        self.held -= BUNDLE
        self.spilled += BUNDLE
        return True

    def _take_back(self, host: Host) -> None:
        if self.spill is None:
            raise AssertionError("what was spilled has a file")
        bundle = self.spill.take(host.spilled.pop())
        host.ready.extend(bundle)
        self.held += len(bundle)
        self.spilled -= len(bundle)
