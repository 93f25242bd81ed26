"""Bytes that nobody asked for: a connection on which they wait is not used again.

A server that sends more than it announced, by mistake or on purpose, would else give the next link an answer that was
made for no request. libcurl looks for such bytes only on connections that have rested for a while.
"""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress

if sys.platform == "win32":
    import select

    def waiting(descriptor: int) -> bool:
        """Whether bytes wait to be read on a socket; not on one that is closed."""
        try:
            return bool(select.select([descriptor], [], [], 0)[0])
        except OSError:
            return False

else:
    import fcntl
    import termios

    _NOTHING = bytes(4)

    def waiting(descriptor: int) -> bool:
        """Whether bytes wait to be read on a socket; not on one that is closed. Half a microsecond."""
        try:
            return fcntl.ioctl(descriptor, termios.FIONREAD, _NOTHING) != _NOTHING
        except OSError:
            return False


def shut(descriptor: int) -> None:
    """End both directions of somebody else's socket, so that it cannot be used again: its owner will notice."""
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as borrowed:
        borrowed.shutdown(socket.SHUT_RDWR)
