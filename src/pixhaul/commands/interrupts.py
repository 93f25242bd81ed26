"""Signals while a run goes on: the first one lets it end in good order, a second Ctrl-C ends it at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from pixhaul.summary import INTERRUPTED

from .speech import Unbroken

GRACE = 1.0
"""Seconds that transfers in flight get: with the last turn and the last commit the program has ended within two."""

NOTICE = "finishing what is in flight; press Ctrl-C again to stop now"


class Interrupts:
    """Catches SIGINT, SIGTERM and SIGHUP between `with` and its end. Use it in the main thread.

    Until `aim` has given it something to stop, a signal raises KeyboardInterrupt, which ends whatever is going on.
    """

    def __init__(self) -> None:
        self.count = 0
        """Signals so far."""
        self.notice = ""
        """A line that the person has not been told yet."""
        self._stop: Callable[[float], None] | None = None
        self._before: dict[int, Any] = {}

    def aim(self, stop: Callable[[float], None]) -> None:
        """From now on a signal calls this with the seconds it may take; and now, where one has come to nothing.

        KeyboardInterrupt does so when it is raised within a callback or a destructor.
        """
        self._stop = stop
        if self.count:
            stop(GRACE)

    def __enter__(self) -> Self:
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number is None or (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
                continue  # nohup has said that we are to outlive the terminal
            self._before[number] = signal.signal(number, self._caught)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _caught(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        pressed = number == signal.SIGINT
        if pressed and self.count > 2:
            _show_cursor()
            os._exit(INTERRUPTED)  # even our good order takes too long; what is on disk is whole at every moment
        if self._stop is None or (pressed and self.count > 1):
            Unbroken.interrupt()
            return
        # Nothing is written here: a handler may have come in the middle of a write to the same stream.
        self.notice = NOTICE if pressed else ""
        self._stop(GRACE)


def _show_cursor() -> None:
    """Undo what a live line did to the terminal (DECTCEM, xterm's control sequences)."""
    if os.isatty(2):
        os.write(2, b"\x1b[?25h\n")
