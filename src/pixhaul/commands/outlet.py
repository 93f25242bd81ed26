"""Standard output for lines that come a million at once or one a minute: few writes, and nobody waits for a line."""

from __future__ import annotations

import time
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from .speech import out

AT_ONCE = 0.02
"""Seconds since the last write, after which the next line is written at once."""
LATEST = 0.1
"""Seconds that a line waits at most, when no other follows it."""


class Outlet:
    """Takes lines and writes them in bundles: a write for each costs 9 us in a pipe, and each bundle wakes the reader.

    A thread of its own writes what is left when the source of lines goes to sleep, as one that asks the network may.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._written = 0.0
        self._lock = Lock()
        self._ending = Event()
        self._trouble: BaseException | None = None
        self._thread = Thread(target=self._look_after, name="pixhaul-outlet", daemon=True)

    def put(self, line: str) -> None:
        """Take one line. Raises OutputGone or OutputFailed, at the latest with the line after the next write."""
        if self._trouble is not None:
            raise self._trouble
        with self._lock:
            self._lines.append(line)
            if time.monotonic() - self._written > AT_ONCE:
                self._write()

    def _write(self) -> None:
        text = "".join(self._lines)
        self._lines.clear()
        out(text)
        self._written = time.monotonic()

    def _look_after(self) -> None:
        while not self._ending.wait(LATEST):
            try:
                with self._lock:
                    self._write()
            except Exception as error:  # raised again where lines are put
                self._trouble = error
                return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        self._thread.join()
        if self._trouble is None:
            self._write()  # also after an error: what was found was asked for
        elif kind is None:
            raise self._trouble
