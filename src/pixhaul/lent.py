"""A socket of ours that libcurl uses."""

from __future__ import annotations

import os
import socket


class Lent:
    """A socket for pycurl, which duplicates its descriptor: ours is closed as soon as pycurl lets go of it."""

    __slots__ = ("_socket",)

    def __init__(self, lent: socket.socket) -> None:
        self._socket = lent

    def fileno(self) -> int:
        """What pycurl takes."""
        return self._socket.fileno()

    def __del__(self) -> None:
        self._socket.close()


def words(number: int) -> str:
    """What the system calls an error of that number; nothing for 0."""
    return os.strerror(number) if number else ""
