"""The sockets of one handle: each is made here, after a look at the address that libcurl is about to dial.

Nothing is dialled that `addresses` refuses, by TCP or UDP.
"""

from __future__ import annotations

import socket
from collections.abc import Set as AbstractSet
from typing import Any

import pycurl

from pixhaul.addresses import refused
from pixhaul.lent import Lent

MOST_DIALS = 2
"""Times that one attempt dials one address. libcurl asks again by itself, five times and with no pause, what a server
of HTTP/2 has turned away (REFUSED_STREAM): each time on a new connection."""


class Dialling:
    """What an attempt dialled, and what it was refused."""

    __slots__ = ("_allow_private", "_proxies", "dialled", "fault", "local", "refused")

    def __init__(self, allow_private: bool, proxies: AbstractSet[str]) -> None:
        """Permit what is not refused, and the addresses of proxies: those the person chose."""
        self._allow_private = allow_private
        self._proxies = proxies
        self.local = False
        """Whether loopback is permitted to the attempt that comes."""
        self.dialled: list[tuple[int, object]] = []
        self.refused: list[str] = []
        """Addresses that must not be dialled, and what they are."""
        self.fault = ""
        """Why there was no socket for an address that may be dialled."""

    def clear(self) -> None:
        """Begin another attempt."""
        self.dialled.clear()
        self.refused.clear()
        self.fault = ""

    @property
    def forbidden(self) -> str:
        """What was refused, where nothing that was dialled was permitted; else nothing."""
        return self.refused[0] if self.refused and len(self.refused) == len(self.dialled) else ""

    def open(self, _purpose: int, address: Any) -> Any:
        """The socket for an address, after all of libcurl's own parsing and resolving. For OPENSOCKETFUNCTION.

        It must not raise: that would print a traceback and become error 7.
        """
        family, kind, protocol, target = address
        numeric = target[0] if isinstance(target, tuple) else str(target)
        self.dialled.append((kind, target))
        if not self._allow_private and numeric not in self._proxies:
            why = refused(numeric, loopback_allowed=self.local)
            if why:
                self.refused.append(f"{numeric} is {why}")
                return pycurl.SOCKET_BAD
        if self.dialled.count((kind, target)) > MOST_DIALS:
            self.fault = "the server turns it away, on one connection after another"
            return pycurl.SOCKET_BAD
        try:
            return Lent(socket.socket(family, kind, protocol))
        except OSError as error:
            self.fault = f"no socket: {error.strerror}"
            return pycurl.SOCKET_BAD
