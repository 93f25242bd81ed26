"""`python -m pixhaul` is `pixhaul`; it ends without a traceback also while its parts are still being loaded."""

import os
import signal
from types import FrameType

INTERRUPTED = 5
_AS_THEY_COME = (signal.default_int_handler, signal.SIG_DFL)
"""Else the person, or nohup, wants a signal ignored."""


def main() -> None:
    """Load the program, and run it."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # Windows has no SIGHUP
        if number is not None and signal.getsignal(number) in _AS_THEY_COME:
            signal.signal(number, _leave)
    from pixhaul.cli import main as program

    program()


def _leave(number: int, frame: FrameType | None) -> None:
    """End at once: nothing was begun."""
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
