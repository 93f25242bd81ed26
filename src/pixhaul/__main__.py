"""`python -m pixhaul` is `pixhaul`; it ends without a traceback also while its parts are still being loaded."""

import os
import signal
from types import FrameType

INTERRUPTED = 5


def main() -> None:
    """Load the program, and run it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else the person, or nohup, wants it ignored
        signal.signal(signal.SIGINT, _leave)
    from pixhaul.cli import main as program

    program()


def _leave(number: int, frame: FrameType | None) -> None:
    """End at once: nothing was begun."""
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
