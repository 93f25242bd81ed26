"""The engine of many processes: gives each attempt to one of them, and loses none when one of them dies."""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, TypeAlias

from pixhaul.descriptors import EACH, room
from pixhaul.executors.messages import Gone, Numbered
from pixhaul.executors.own import Own
from pixhaul.executors.saturation import Saturation
from pixhaul.models import Attempt, Reason, Reply
from pixhaul.options import Options

if TYPE_CHECKING:
    from pixhaul.executors.remote import Remote

AMONG = 2
"""Processes up to which the one that decides transfers as well: deciding takes half as long as transferring, so beside
one worker it has time left, and beside two of them it has none."""
BLOCK = 4
"""Transfers to one host that a process takes before the next one gets some: so a host with few has connections in one
of them alone, and one with many has no more connections in all than transfers at once."""
CRASHES = 3
"""Workers that die with one link until it is held to be the cause: many links are with a worker that dies."""
RESPAWNS = 3
"""New workers for each that was wanted, in place of dead ones; then the run goes on with fewer."""
MOST_BROKEN = 10_000
"""Links of which it is known where they broke off."""
NAP = 0.01
"""Seconds between two looks at the own wire where its poll object cannot be polled itself."""
GRACE = 10.0
"""Seconds beyond its time-out after which an attempt shows that its worker hangs."""

Ended: TypeAlias = list[tuple[Attempt, Reply]]
Member: TypeAlias = "Remote | Own"
"""Who can be given attempts: it knows how many it has of each host."""


class Fleet:
    """A wire in this process, and workers once it does not suffice. An `Engine`.

    Beside one worker this process goes on with transfers of its own; two keep it busy with what they bring.
    """

    def __init__(
        self, options: Options, most: int, at_once: bool = True, waiting: Callable[[], int] = lambda: 0
    ) -> None:
        """An engine of up to so many processes, this one included.

        Args:
            options: Of the run.
            most: Processes.
            at_once: All of them from the first; else when they help.
            waiting: Tells how many links could start.
        """
        self._options = options
        self._waiting = waiting
        self._width = room(options.most_places, EACH)  # no worker may have more
        self._most = most
        self._own: Own | None = None
        self._saturation = Saturation()
        self._remotes: dict[int, Remote] = {}
        self._ready: list[Member] = []
        """Who can be given attempts, this process first."""
        self._poll = select.poll()
        self._number = 0
        self._live = 0
        self._crashes: dict[int, int] = {}
        """How many workers died with the attempt of that number."""
        self._homeless: deque[tuple[int, Attempt]] = deque()
        """Attempts of dead workers that no other has been given yet."""
        self._broken: dict[int, Member] = {}
        """Links whose transfer broke off, and the worker that may still have the beginning of each."""
        self._spawns = 0
        self._suspected: dict[int, float] = {}
        if most <= AMONG or not at_once:
            self._fall_back()
        if at_once:
            self._reinforce()

    @property
    def room(self) -> int:
        """How many more transfers may start: none while nobody is ready."""
        return self._width - self._live if self._ready else 0

    @property
    def workers(self) -> tuple[int, ...]:
        """The process numbers of the workers there are."""
        return tuple(one.pid for one in self._remotes.values())

    def start(self, attempt: Attempt) -> None:
        """Begin one transfer, where its host has the fewest."""
        self._live += 1
        self._number += 1
        self._place(self._number, attempt)

    def _place(self, number: int, attempt: Attempt) -> None:
        before = self._broken.pop(attempt.job.key, None) if self._broken else None
        member = before if before in self._ready else self._least_busy(self._ready, attempt.host)
        if member is None:
            self._homeless.append((number, attempt))
        else:
            member.start(number, attempt)

    @staticmethod
    def _least_busy(members: list[Member], host: str) -> Member | None:
        """The member with the fewest blocks of a host's transfers; of equals, always the same for one host."""
        count = len(members)
        if count < AMONG:
            return members[0] if members else None
        home = hash(host) % count
        loads = [one.hosts.get(host, 0) * one.weight // BLOCK for one in members]
        return members[min(range(count), key=lambda place: (loads[place], (place - home) % count))]

    # -- waiting ---------------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> Ended:
        """What ended, as soon as anything has or a worker is ready, or nothing after so many seconds."""
        until = time.monotonic() + seconds
        before = len(self._ready)
        while True:
            alone = self._own if not self._remotes else None
            ended = self._step(until) if alone is None else alone.wait(until - time.monotonic())
            if ended or len(self._ready) > before or time.monotonic() >= until:
                self._live -= len(ended)
                self._look_after(len(ended))
                return ended

    def _step(self, until: float) -> Ended:
        busy = [one for one in self._remotes.values() if not one.flush()]
        for one in busy:
            self._poll.modify(one.input, select.POLLOUT)
        ended: Ended = []
        for descriptor, _ in self._poll.poll(self._pause(until)):
            remote = self._remotes.get(descriptor)
            if remote is not None:
                ended += self._read(remote)
        for one in busy:
            self._poll.modify(one.input, 0)
        if self._own is not None and len(self._own.wire):
            ended += self._own.wait(0.0)
        return ended

    def _pause(self, until: float) -> float | None:
        """Milliseconds, as `poll` wants them."""
        pause = max(0.0, until - time.monotonic())
        if self._own is not None:
            pause = min(pause, self._own.wire.due(), inf if hasattr(select, "epoll") else NAP)
        return None if pause == inf else pause * 1000

    def _read(self, remote: Remote) -> Ended:
        try:
            ended = [self._settled(remote, numbered) for numbered in remote.read()]
        except Gone:
            return self._bury(remote)
        if remote.ready and remote not in self._ready:
            self._welcome(remote)
        return ended

    def _settled(self, remote: Remote, numbered: Numbered) -> tuple[Attempt, Reply]:
        number, reply = numbered
        if self._crashes:
            self._crashes.pop(number, None)
        attempt = remote.settle(number)
        if reply.error or reply.stale:
            self._broken[attempt.job.key] = remote
            if len(self._broken) > MOST_BROKEN:
                del self._broken[next(iter(self._broken))]
        return attempt, reply

    # -- more workers, and fewer -----------------------------------------------------------------------------------

    def _reinforce(self) -> None:
        for _ in range(self._most - 1):
            self._spawn()

    def _spawn(self) -> None:
        from pixhaul.executors.remote import Remote  # most runs need none

        try:
            remote = Remote(self._shared())
        except OSError:  # no more processes, no more memory: it goes on without
            self._spawns = RESPAWNS * self._most
            self._fall_back()
            return
        self._spawns += 1
        self._remotes[remote.output] = remote
        self._poll.register(remote.output, select.POLLIN)
        self._poll.register(remote.input, 0)

    def _shared(self) -> Options:
        """The options for one process of them."""
        return replace(self._options, workers=self._most, max_memory=self._options.max_memory // self._most)

    def _welcome(self, remote: Remote) -> None:
        """A worker has started up: it takes its part of what this process did alone."""
        self._ready.append(remote)
        if self._own is None:
            return
        if self._most > AMONG:
            self._ready = [one for one in self._ready if one is not self._own]
        else:
            self._own.share(-(-self._width // self._most) + BLOCK)

    def _look_after(self, ended: int) -> None:
        """What is to be done now and then: find homes, grow, let the own wire rest, find a worker that hangs."""
        if self._homeless:
            self._find_homes()
        if self._own is not None:
            if not self._remotes and self._may_spawn and self._saturation.reached(ended, self._waiting()):
                self._reinforce()
            elif self._own not in self._ready and self._own.rest():
                self._close_own()
        for remote in self._remotes.values():
            if remote.running:
                self._suspect(remote)

    @property
    def _may_spawn(self) -> bool:
        return self._spawns < RESPAWNS * self._most

    def _find_homes(self) -> None:
        """Give the links of dead workers to other workers; to this process only when there will be no more of them."""
        able = [one for one in self._ready if one is not self._own] if self._remotes else self._ready
        while self._homeless and able:
            number, attempt = self._homeless.popleft()
            member = self._least_busy(able, attempt.host)
            if member is not None:
                member.start(number, attempt)

    def _close_own(self) -> None:
        if self._own is not None:
            self._poll.unregister(self._own.wire.fileno())
            self._own.wire.close()
            self._own = None

    def _suspect(self, remote: Remote) -> None:
        """Kill a worker that keeps an attempt beyond all bounds; seen twice, for we may have been stopped ourselves."""
        now = time.monotonic()
        _, since = next(iter(remote.running.values()))
        if now - since < self._options.timeout + GRACE:
            self._suspected.pop(remote.pid, None)
        elif now - self._suspected.setdefault(remote.pid, now) > GRACE / 2:
            remote.kill()

    def _bury(self, remote: Remote) -> Ended:
        """Take a dead worker's links back: each is given to another, or ends as crashed."""
        del self._remotes[remote.output]
        self._ready = [one for one in self._ready if one is not remote]
        self._poll.unregister(remote.output)
        self._poll.unregister(remote.input)
        orphans = [(number, attempt) for number, (attempt, _) in remote.running.items()]
        remote.kill()
        remote.close()
        if self._may_spawn:
            self._spawn()
        elif not self._remotes:
            self._fall_back()
        ended: Ended = []
        for number, attempt in orphans:
            crashes = self._crashes[number] = self._crashes.get(number, 0) + 1
            if crashes < CRASHES:
                self._homeless.append((number, attempt))  # those who died with this one are buried first
            else:
                del self._crashes[number]
                ended.append((attempt, Reply(error=Reason.CRASHED, detail=f"{CRASHES} workers died with it")))
        return ended

    def _fall_back(self) -> None:
        """No worker can be had, or is needed: this process does it alone."""
        if self._remotes:
            return
        if self._own is None:
            self._own = Own(self._options, self._width)
            self._poll.register(self._own.wire.fileno(), select.POLLIN)
        if self._own not in self._ready:
            self._ready.insert(0, self._own)

    def close(self) -> None:
        """Stop every transfer and every worker, and leave no part, no descriptor, no process."""
        self._close_own()
        for remote in self._remotes.values():
            remote.leave()
        for remote in self._remotes.values():
            remote.close()
        self._remotes.clear()
        self._ready.clear()
