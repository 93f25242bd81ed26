"""How long a connection has been silent: one that died without a word carries nothing more, but looks alive."""

from __future__ import annotations

import os
import socket
import struct

_LAST_DATA_RECEIVED = 52
"""Where struct tcp_info of Linux says how many milliseconds ago data came (linux/tcp.h, tcpi_last_data_recv)."""


def silence(descriptor: int) -> float:
    """Seconds since anything came on somebody else's socket; -1: it cannot be known, as outside Linux, or with UDP."""
    if not hasattr(socket, "TCP_INFO"):
        return -1.0
    try:
        with socket.socket(fileno=os.dup(descriptor)) as borrowed:
            told = borrowed.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_DATA_RECEIVED + 4)
    except OSError:
        return -1.0
    return float(struct.unpack_from("=I", told, _LAST_DATA_RECEIVED)[0]) / 1000
