"""The links that were read and have not ended: ready at their hosts, waiting for their time, or in flight. Pure."""

from __future__ import annotations

from collections import deque
from math import inf

from pixhaul.agenda import Agenda
from pixhaul.endings import failed
from pixhaul.hosts import Host, Hosts, Remembered
from pixhaul.judge import PATIENCE, Refused
from pixhaul.models import Attempt, Failed, Reason
from pixhaul.options import Options


class Holdings:
    """Every link of the run between its reading and its end, counted."""

    def __init__(self, options: Options, remembered: Remembered) -> None:
        self.hosts = Hosts(options, remembered)
        self.later: Agenda[Attempt | Host | None] = Agenda()
        """Links and hosts that wait for their time, and None for a moment at which to look again."""
        self.ended: deque[Failed] = deque()
        """Links that ended without a transfer, to be told."""
        self.held = 0
        """How many wait."""
        self.live = 0
        """How many are in flight."""

    @property
    def empty(self) -> bool:
        """Whether nothing waits and nothing flies."""
        return not self.held and not self.live

    def place(self, attempt: Attempt, first: bool) -> None:
        """Make a link ready at its host; where that was given up, it ends."""
        host = self.hosts.get(attempt.host)
        if host.pace.dead:
            self.ended.append(failed(attempt, Refused(Reason.CONNECT, "the host was given up")))
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
        self.live += 1
        job, url, name, number, refusals, hops, _, began, spent = attempt
        token = host.pace.start(now)
        self.hosts.queue(host)
        return Attempt(job, url, name, number, refusals, hops, token, began or now, spent)

    def sleep(self, host: Host, wait: float, now: float) -> None:
        """Put a host aside until its time; inf: until one of its own transfers ends, which queues it again."""
        if wait == inf:
            return
        if wait > PATIENCE:
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
                self.held -= 1
                self.hosts.get(item.host).delayed -= 1
                self.place(item, first=True)

    def give_up(self, host: Host, said: Refused) -> None:
        """End all links that are ready at a host; those that wait for their time end when it comes."""
        self.held -= len(host.ready)
        self.ended.extend(failed(attempt, said) for attempt in host.ready)
        host.ready.clear()
