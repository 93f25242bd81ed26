"""The engine of many processes: gives each attempt to one of them, and loses none when one of them dies."""

from __future__ import annotations

import select
import time
from collections import deque
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from pixhaul.client import Client
from pixhaul.descriptors import room
from pixhaul.executors.messages import Gone, Numbered
from pixhaul.executors.saturation import Saturation
from pixhaul.models import Attempt, Reason, Reply
from pixhaul.options import Options
from pixhaul.wire import EACH, Wire

if TYPE_CHECKING:
    from pixhaul.executors.remote import Remote

BLOCK = 4
"""Transfers to one host that a worker takes before the next one gets some: so a host with few has connections in one
worker alone, and one with many has no more connections in all than transfers at once."""
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

Ended = list[tuple[Attempt, Reply]]


class Fleet:
    """Workers, and a wire in this process for as long as it suffices. An `Engine`."""

    def __init__(self, options: Options, at_once: int, most: int) -> None:
        """An engine that begins with so many workers (0: its own wire) and may have so many of them later."""
        self._options = options
        self._width = room(options.connections, EACH)  # no worker may have more
        self._most = most
        self._local: Wire | None = None if at_once else Wire(Client(options), self._width)
        self._saturation = Saturation()
        self._remotes: dict[int, Remote] = {}
        self._ready: list[Remote] = []
        self._poll = select.poll()
        self._number = 0
        self._live = 0
        self._crashes: dict[int, int] = {}
        """How many workers died with the attempt of that number."""
        self._homeless: deque[tuple[int, Attempt]] = deque()
        """Attempts of dead workers that no other has been given yet."""
        self._broken: dict[int, Remote] = {}
        """Links whose transfer broke off, and the worker that may still have the beginning of each."""
        self._spawns = 0
        self._suspected: dict[int, float] = {}
        if self._local is not None:
            self._poll.register(self._local.fileno(), select.POLLIN)
        for _ in range(at_once):
            self._spawn()

    @property
    def room(self) -> int:
        """How many more transfers may start: none while no worker is ready."""
        return self._width - self._live if self._ready or self._local is not None else 0

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
        if self._ready:
            before = self._broken.pop(attempt.job.key, None) if self._broken else None
            remote = before if before in self._ready else self._least_busy(attempt.host)
            remote.start(number, attempt)
        elif self._local is not None:
            self._local.start(attempt)
        else:
            self._homeless.append((number, attempt))

    def _least_busy(self, host: str) -> Remote:
        """The worker with the fewest blocks of a host's transfers; of equals, always the same for one host."""
        home, count = hash(host) % len(self._ready), len(self._ready)
        _, _, place = min(
            [(one.hosts.get(host, 0) // BLOCK, (place - home) % count, place) for place, one in enumerate(self._ready)]
        )
        return self._ready[place]

    # -- waiting ---------------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> Ended:
        """What ended, as soon as anything has or a worker is ready, or nothing after so many seconds."""
        until = time.monotonic() + seconds
        before = len(self._ready)
        while True:
            alone = self._local if not self._remotes else None
            ended = self._step(until) if alone is None else alone.wait(until - time.monotonic())
            if ended or len(self._ready) > before or time.monotonic() >= until:
                self._live -= len(ended)
                self._look_after(len(ended))
                return ended

    def _step(self, until: float) -> Ended:
        busy = [one for one in self._remotes.values() if not one.flush()]
        for one in busy:
            self._poll.modify(one.input, select.POLLOUT)
        pause = max(0.0, until - time.monotonic())
        if self._local is not None:
            pause = min(pause, self._local.due(), inf if hasattr(select, "epoll") else NAP)
        ended: Ended = []
        for descriptor, _ in self._poll.poll(None if pause == inf else pause * 1000):
            remote = self._remotes.get(descriptor)
            if remote is not None:
                ended += self._read(remote)
        for one in busy:
            self._poll.modify(one.input, 0)
        if self._local is not None and len(self._local):
            ended += self._local.wait(0.0)
        return ended

    def _read(self, remote: Remote) -> Ended:
        try:
            ended = [self._settled(remote, numbered) for numbered in remote.read()]
        except Gone:
            return self._bury(remote)
        if remote.ready and remote not in self._ready:
            self._ready.append(remote)
        return ended

    def _settled(self, remote: Remote, numbered: Numbered) -> tuple[Attempt, Reply]:
        number, reply = numbered
        self._crashes.pop(number, None)
        attempt = remote.settle(number)
        if reply.error or reply.stale:
            self._broken[attempt.job.key] = remote
            if len(self._broken) > MOST_BROKEN:
                del self._broken[next(iter(self._broken))]
        return attempt, reply

    # -- more workers, and fewer -----------------------------------------------------------------------------------

    def _spawn(self) -> None:
        from pixhaul.executors.remote import Remote  # most runs need none

        options = replace(self._options, workers=self._most, max_memory=self._options.max_memory // self._most)
        try:
            remote = Remote(options)
        except OSError:  # no more processes, no more memory: it goes on without
            self._spawns = RESPAWNS * (self._most + 1)
            self._fall_back()
            return
        self._spawns += 1
        self._remotes[remote.output] = remote
        self._poll.register(remote.output, select.POLLIN)
        self._poll.register(remote.input, 0)

    def _look_after(self, ended: int) -> None:
        """What is to be done now and then: find homes, grow, let the own wire rest, find a worker that hangs."""
        while self._homeless and (self._ready or self._local is not None):
            self._place(*self._homeless.popleft())
        if self._local is not None:
            if not self._remotes and self._saturation.reached(ended):
                for _ in range(self._most):
                    self._spawn()
            elif self._ready:
                self._let_rest(self._local)
        for remote in self._remotes.values():
            if remote.running:
                self._suspect(remote)

    def _let_rest(self, wire: Wire) -> None:
        """Workers are there: the own wire ends what it has, and gives its connections up."""
        wire.spare(1)
        if not len(wire):
            self._poll.unregister(wire.fileno())
            wire.close()
            self._local = None

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
        if self._spawns < RESPAWNS * (self._most + 1):
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
        """No worker can be had: this process does it alone."""
        if self._local is None and not self._remotes:
            self._local = Wire(Client(self._options), self._width)
            self._poll.register(self._local.fileno(), select.POLLIN)

    def close(self) -> None:
        """Stop every transfer and every worker, and leave no part, no descriptor, no process."""
        if self._local is not None:
            self._local.close()
            self._local = None
        for remote in self._remotes.values():
            remote.leave()
        for remote in self._remotes.values():
            remote.close()
        self._remotes.clear()
        self._ready.clear()
