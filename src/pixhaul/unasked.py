"""Bytes that nobody asked for: a connection on which they wait is not used again.

A server that sends more than it announced, by mistake or on purpose, would else give the next link an answer that was
made for no request.
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


_RECORDS = (b"\x15\x03", b"\x17\x03")
"""How TLS begins an alert, and one in disguise."""
_MOST = 64
"""Bytes of such a record with an alert in it: it has some twenty, and an answer more."""


def is_farewell(descriptor: int) -> bool:
    """Whether what waits on a socket says that it will be closed: the end of TLS, or a 408, since nothing was asked."""
    with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as borrowed:
        data = borrowed.recv(_MOST + 1, socket.MSG_PEEK | getattr(socket, "MSG_DONTWAIT", 0))
        return data[9:13] == b"408 " or (data[:2] in _RECORDS and len(data) <= _MOST)
    return False
