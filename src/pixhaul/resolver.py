"""Host names looked up: a bounded number at once, each once for all who wait for it, and remembered for a while.

libcurl looks names up by itself, twenty at a time. But it counts the time that a name waits for its turn as time to
connect, asks once more for a name that is being asked for, and knows nothing once a resolver falls silent.
"""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import NamedTuple, TypeAlias

from pixhaul.models import NO_ADDRESS, SILENT

MOST_AT_ONCE = 64
"""Look-ups at once: what browsers do."""
FRESH, MISSING = 60.0, 10.0
"""Seconds for which an answer is good, and for which a name that does not exist is not asked for again."""
TRIES = 3
"""For an answer that does not come; the system's own tries are within each."""
PATIENCE = 0.1
"""Seconds that the end waits for threads: one that asks a silent resolver cannot be broken off."""
MOST_KNOWN = 20_000
"""Names remembered, 300 bytes each; the one that was asked for first is forgotten first."""
_FOR_GOOD = frozenset({socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)})
_TELLS_APART = sys.platform == "linux"
"""Whether it takes a resolver's answer to learn that a name is not there: macOS and Windows say so off line, too."""

LookUp: TypeAlias = Callable[[str], list[str]]
"""The addresses of a name. Raises OSError: gaierror where the resolver has answered, or has not."""


class Answer(NamedTuple):
    """What is known of a name."""

    addresses: tuple[str, ...]
    """Numeric; empty: it cannot be found, for the reason in `error`."""
    until: float
    """Seconds of the monotonic clock: when to ask again."""
    error: str = ""
    begun: float = 0.0
    """Seconds of the monotonic clock: since when it was asked for, where it was not found."""


def system(name: str) -> list[str]:
    """The addresses that the system knows, in its order, each once. Raises OSError."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Resolver:
    """Looks names up in threads of its own. Any thread may use it."""

    def __init__(self, look_up: LookUp = system, most: int = MOST_AT_ONCE) -> None:
        self._look_up = look_up
        self._most = most
        self._known: dict[str, Answer] = {}
        self._asked: dict[str, list[Callable[[], None]]] = {}
        self._names: SimpleQueue[str | None] = SimpleQueue()
        self._lock = Lock()
        self._threads: list[Thread] = []
        self._users = 0

    def enter(self) -> None:
        """Be used by one more."""
        with self._lock:
            self._users += 1

    def leave(self) -> None:
        """Be used by one less; after the last, threads end, those in the middle of a question when they can."""
        with self._lock:
            self._users -= 1
            if self._users:
                return
            threads, self._threads = self._threads, []
            for _ in threads:
                self._names.put(None)
        until = time.monotonic() + PATIENCE
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))

    def latest(self, name: str) -> Answer | None:
        """What was found last, whether it still holds or not."""
        return self._known.get(name)

    def ask(self, name: str, found: Callable[[], None]) -> None:
        """Look a name up; `found` is called in another thread once `latest` has the answer."""
        with self._lock:
            waiting = self._asked.get(name)
            if waiting is not None:
                waiting.append(found)
                return
            self._asked[name] = [found]
            if len(self._threads) < min(self._most, len(self._asked)):
                self._grow()
        self._names.put(name)

    def _grow(self) -> None:
        """One thread more. Where the system gives no more of them, those that there are do the work."""
        thread = Thread(target=self._work, name="pixhaul-resolver", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if not self._threads:
                raise
            return
        self._threads.append(thread)

    def _work(self) -> None:
        while (name := self._names.get()) is not None:
            answer = self._answer(name)
            with self._lock:
                self._remember(name, answer)
                waiting = self._asked.pop(name)
            for found in waiting:
                found()

    def _answer(self, name: str) -> Answer:
        """The answer; an old one while the resolver says nothing."""
        error, begun = "", time.monotonic()
        for _ in range(TRIES):
            try:
                return Answer(tuple(self._look_up(name)), time.monotonic() + FRESH)
            except UnicodeError as problem:
                return Answer((), time.monotonic() + FRESH, str(problem), begun)
            except OSError as problem:
                error = f"{name}: {problem.strerror or problem}"
                if problem.errno in _FOR_GOOD:
                    error = f"{name}: {NO_ADDRESS}" if _TELLS_APART else error
                    return Answer((), time.monotonic() + MISSING, error, begun)
        before = self._known.get(name)
        if before is not None and before.addresses:
            return before._replace(until=time.monotonic() + FRESH)
        return Answer((), time.monotonic(), f"{error}, {SILENT}", begun)

    def _remember(self, name: str, answer: Answer) -> None:
        self._known.pop(name, None)
        self._known[name] = answer
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]
