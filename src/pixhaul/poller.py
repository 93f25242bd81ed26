"""Which sockets are ready, for `wire`: epoll where there is one, else what the `selectors` module offers."""

from __future__ import annotations

import select
import selectors
import socket

MOST_EVENTS = 32
"""Sockets served in one poll, so that a burst does not hold up what could start meanwhile."""


class Poller:
    """Which sockets are ready: epoll where there is one, else what `selectors` offers.

    libcurl un-watches a socket at the end of each transfer and watches it again for the next. It stays registered
    meanwhile, which saves one system call of two; an event on an idle socket means that its peer has closed it.
    """

    def __init__(self) -> None:
        self._epoll = select.epoll() if hasattr(select, "epoll") else None
        self._selector = None if self._epoll else selectors.DefaultSelector()
        self._masks: dict[int, int] = {}
        # A pair of sockets, for Windows cannot wait for a pipe.
        self._ear, self._bell = socket.socketpair()
        self._ear.setblocking(False)
        self._bell.setblocking(False)
        self._reader = self._ear.fileno()
        self._foreign = -1
        self.woken = False
        self.watch(self._reader, 1, 0)

    def listen(self, descriptor: int) -> None:
        """Also wake when this one can be read; whoever asked for that reads it."""
        self._foreign = descriptor
        self.watch(descriptor, 1, 0)

    def watch(self, descriptor: int, readable: int, writable: int) -> None:
        """Report when it can be read or written. A number that was closed and given out again is registered anew."""
        mask = (select.EPOLLIN if readable else 0) | (select.EPOLLOUT if writable else 0) if self._epoll else 0
        if self._epoll is None:
            self._watch_selector(descriptor, readable, writable)
            return
        try:
            if descriptor in self._masks:
                self._epoll.modify(descriptor, mask)
            else:
                self._epoll.register(descriptor, mask)
        except FileNotFoundError:
            self._epoll.register(descriptor, mask)
        except FileExistsError:
            self._epoll.modify(descriptor, mask)
        self._masks[descriptor] = mask

    def _watch_selector(self, descriptor: int, readable: int, writable: int) -> None:
        events = (selectors.EVENT_READ if readable else 0) | (selectors.EVENT_WRITE if writable else 0)
        if self._selector is None:
            return
        self._forget(descriptor)
        self._selector.register(descriptor, events)
        self._masks[descriptor] = events

    def idle(self, descriptor: int) -> None:
        """Nothing is expected of it for now."""
        if self._epoll is None:
            self._forget(descriptor)
        elif descriptor in self._masks:
            self._masks[descriptor] = 0

    def _forget(self, descriptor: int) -> None:
        self._masks.pop(descriptor, None)
        try:
            if self._epoll is not None:
                self._epoll.unregister(descriptor)
            elif self._selector is not None:
                self._selector.unregister(descriptor)
        except (OSError, KeyError, ValueError):
            return  # it was closed meanwhile, which un-watches it

    def poll(self, seconds: float) -> list[tuple[int, int]]:
        """Descriptors and what they are ready for, as libcurl's CSELECT bits."""
        self.woken = False
        ready: list[tuple[int, int]] = []
        masks = self._masks
        for descriptor, events in self._raw(min(seconds, 3600.0)):
            if descriptor == self._reader:
                self._drain()
            elif descriptor == self._foreign:
                self.woken = True
            elif not masks.get(descriptor):
                self._forget(descriptor)
            else:
                ready.append((descriptor, _CSELECT.get(events) or _select_bits(events)))
        return ready

    def _raw(self, seconds: float) -> list[tuple[int, int]]:
        if self._epoll is not None:
            return self._epoll.poll(seconds, MOST_EVENTS)
        if self._selector is None:
            return []
        return [(key.fd, events) for key, events in self._selector.select(seconds)]

    def _drain(self) -> None:
        self.woken = True
        try:
            while self._ear.recv(4096):
                continue
        except BlockingIOError:
            return

    def wake(self) -> None:
        """Make `poll` return, and the descriptor of `fileno` readable."""
        try:
            self._bell.send(b"w")
        except OSError:
            return  # full, so it will wake; or closed, so nobody sleeps

    def fileno(self) -> int:
        """The descriptor of the poll object; -1 where it has none."""
        if self._epoll is not None:
            return self._epoll.fileno()
        return getattr(self._selector, "fileno", lambda: -1)()

    def close(self) -> None:
        """Give all descriptors back."""
        if self._epoll is not None:
            self._epoll.close()
        if self._selector is not None:
            self._selector.close()
        self._ear.close()
        self._bell.close()


_IN, _OUT, _ERROR, _HANGUP = 1, 4, 8, 16
"""epoll's bits; `selectors` has 1 for reading and 2 for writing, as libcurl has."""
_CSELECT = {_IN: 1, 2: 2, 3: 3, _OUT: 2, _IN | _OUT: 3}


def _select_bits(events: int) -> int:
    """epoll's events as libcurl's CSELECT_IN 1, CSELECT_OUT 2, CSELECT_ERR 4."""
    bits = 1 if events & (_IN | _HANGUP) else 0
    if events & _OUT:
        bits |= 2
    return bits | 4 if events & _ERROR else bits
