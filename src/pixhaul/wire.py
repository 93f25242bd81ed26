"""Many transfers at once in one thread: libcurl's multi interface on an epoll of our own.

Why not CurlMulti.select: it is select(2), and sleeps blindly above 1,024 descriptors. Our poll object is itself
pollable, so that an event loop watches one descriptor in place of a thousand.
"""

from __future__ import annotations

import time
from collections import deque
from math import inf

import pycurl

from pixhaul.body import Memory
from pixhaul.client import Client, Slot
from pixhaul.connections import AtRest
from pixhaul.descriptors import EACH, room
from pixhaul.lookups import Lookups
from pixhaul.models import Attempt, Reason, Reply
from pixhaul.poller import Poller

MOST_AT_ONCE = 16
"""Transfers finished in one wait. Whoever drives us starts new ones in between: were all of a burst finished first, the
next burst would wait for the last of them, and the line would lie idle meanwhile (measured: 5.4 s in place of 4.2)."""

NUDGE = 0.1
"""Seconds between two looks at every transfer while there are secure ones. Of the streams of one HTTP/2 connection
whose answers come in one piece, libcurl 8.23 forgets some when it is driven by sockets: in 5 of 300 runs of 40 streams
a few waited for their time-out (2026-11). `perform`, which looks at all of them, finds those."""

LOOK = 2.0
"""Seconds between two looks at every transfer in any case. libcurl 8.23, driven by sockets, forgets to begin the low
speed check of some that never get a byte: eight at once took 40 s each where one took its 20 (2026-11)."""


class Wire:
    """Up to `width` transfers at once. One thread uses it; only `wake` may be called from another."""

    def __init__(self, client: Client, width: int) -> None:
        self._client = client
        self._width = room(width, EACH)
        self._memory = Memory()
        self._at_rest = AtRest()
        self._free: list[Slot] = []
        self._busy: dict[pycurl.Curl, Slot] = {}
        self._poller = Poller()
        self._lookups = Lookups(client.resolver, self._poller.wake)
        self._failed: list[tuple[Attempt, Reply]] = []
        """Those whose host has no address."""
        self._due: float | None = None
        self._next_nudge = self._next_look = 0.0
        self._secure = False
        """Whether there was a transfer over TLS at the last nudge, for it may have been by HTTP/2."""
        self._over: deque[tuple[Slot, int, str]] = deque()
        """Ended transfers that were not handed out yet, with libcurl's code and words."""
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._timer)
        self._multi.setopt(pycurl.M_MAXCONNECTS, max(self._width, 16))

    def __len__(self) -> int:
        return len(self._busy) + len(self._over) + len(self._lookups) + len(self._failed)

    @property
    def room(self) -> int:
        """How many more transfers may start."""
        return self._width - len(self)

    def start(self, attempt: Attempt) -> None:
        """Begin one transfer, once the name of its host is known. It moves only within `wait`."""
        if not self._lookups.must_wait(attempt):
            self._begin(attempt)

    def _begin(self, attempt: Attempt) -> None:
        slot = self._free.pop() if self._free else Slot(self._client, self._memory, self._at_rest)
        curl = slot.begin(attempt)
        news = self._lookups.news(attempt)
        if news:
            curl.setopt(pycurl.RESOLVE, news)
        self._busy[curl] = slot
        self._multi.add_handle(curl)

    def wait(self, seconds: float) -> list[tuple[Attempt, Reply]]:
        """What ended, as soon as anything has, or nothing after so many seconds; 0: only what is ready."""
        until = time.monotonic() + seconds
        while True:
            self._step(until)
            ended = self._ended()
            if ended or self._poller.woken or time.monotonic() >= until:
                return ended

    def _step(self, until: float) -> None:
        self._begin_due()  # before others end: a connection that becomes free is looked at before it is used again
        self._collect()  # a near host answers at once
        now = time.monotonic()
        if now >= self._next_nudge:
            self._nudge(now)
        pause = 0.0 if self._over or self._failed else until - now
        if self._secure:
            pause = min(pause, NUDGE)
        if self._due is not None:
            pause = min(pause, self._due - now)
        for descriptor, events in self._poller.poll(max(0.0, pause)):
            self._multi.socket_action(descriptor, events)
        if self._poller.woken:
            self._take_names()
        self._begin_due()
        self._collect()

    def _begin_due(self) -> None:
        """Let libcurl do what has become due: begin what was started, end what has lasted too long."""
        if self._due is not None and self._due <= time.monotonic():
            self._due = None
            self._multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    def _nudge(self, now: float) -> None:
        """Look at every transfer, where some may be forgotten."""
        self._next_nudge = now + NUDGE
        self._secure = any(slot.attempt.url.startswith("https") for slot in self._busy.values())
        if self._secure or now >= self._next_look:
            self._next_look = now + LOOK
            self._multi.perform()
            self._collect()

    def _take_names(self) -> None:
        for attempt, missing in self._lookups.ready():
            if missing is not None:
                seconds = time.monotonic() - missing.begun
                self._failed.append((attempt, Reply(error=Reason.DNS, detail=missing.error, seconds=seconds)))
            else:
                self._begin(attempt)

    def _collect(self) -> None:
        """Take from libcurl what has ended."""
        _, good, bad = self._multi.info_read()
        for curl in good:
            self._busy[curl].leave(0, self._busy)
            self._part(curl, 0, "")
        for curl, code, _ in bad:  # all before any is removed: with the first the connection that was lost is forgotten
            self._busy[curl].leave(code, self._busy)
        for curl, code, message in bad:
            self._part(curl, code, message)

    def _ended(self) -> list[tuple[Attempt, Reply]]:
        failed, self._failed = self._failed, []
        return failed + [self._finish() for _ in range(min(MOST_AT_ONCE, len(self._over)))]

    def _part(self, curl: pycurl.Curl, code: int, message: str) -> None:
        """Part an ended transfer from libcurl, or make it once more."""
        slot = self._busy.pop(curl)
        self._multi.remove_handle(curl)  # before it is used again
        if slot.comes_again(code, self._busy):
            self._busy[curl] = slot
            self._multi.add_handle(curl)
            return
        self._over.append((slot, code, message))

    def _finish(self) -> tuple[Attempt, Reply]:
        slot, code, message = self._over.popleft()
        self._free.append(slot)
        return slot.attempt, slot.finish(code, message)

    def _watch(self, event: int, descriptor: int, _multi: object, _data: object) -> None:
        if event == pycurl.POLL_REMOVE:
            self._poller.idle(descriptor)
        else:
            self._poller.watch(descriptor, event & pycurl.POLL_IN, event & pycurl.POLL_OUT)

    def _timer(self, milliseconds: int) -> None:
        self._due = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def due(self) -> float:
        """Seconds until it wants a step of its own accord; inf: never."""
        if self._over or self._failed:
            return 0.0
        pause = NUDGE if self._secure else inf
        return pause if self._due is None else min(pause, max(0.0, self._due - time.monotonic()))

    def fileno(self) -> int:
        """One descriptor that is readable when any transfer can move."""
        return self._poller.fileno()

    def listen(self, descriptor: int) -> None:
        """End a `wait` also when this descriptor can be read."""
        self._poller.listen(descriptor)

    @property
    def woken(self) -> bool:
        """Whether the last `wait` was ended by `wake`, or by what it listens to."""
        return self._poller.woken

    def spare(self, connections: int) -> None:
        """Keep at most so many idle connections from now on."""
        self._multi.setopt(pycurl.M_MAXCONNECTS, connections)
        self._at_rest.is_scarce = True

    def wake(self) -> None:
        """End a `wait` soon, from another thread or a signal handler."""
        self._poller.wake()

    def close(self) -> None:
        """Stop every transfer at once; leave no descriptor, and no part but what can be continued."""
        for curl, slot in self._busy.items():
            self._multi.remove_handle(curl)
            slot.abandon()
        for slot, _, _ in self._over:
            slot.abandon()
        for slot in (*self._busy.values(), *self._free, *(slot for slot, _, _ in self._over)):
            slot.curl.close()
        self._lookups.close()
        self._busy.clear()
        self._over.clear()
        self._free.clear()
        self._multi.close()
        self._poller.close()
