"""One connection and one port's traffic, on asyncio's bare protocols: fast enough that a client's figures are its own.

Requests that come in one go (pipelined) are answered in turn. The connection knows nothing of pictures or faults.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from typing import Protocol, cast

from .messages import MOST_HEAD, BadRequest, Ending, Request, Step, Steps, parse
from .record import Line, Record


class Site(Protocol):
    """What answers on one port."""

    def answer(self, request: Request) -> Steps: ...


class Traffic:
    """What one port has seen; served as JSON at /_requests."""

    def __init__(self, port: str = "", record: Record | None = None) -> None:
        self.port, self.record = port, record
        self.paths: Counter[str] = Counter()
        self.connections = 0
        self.open = 0
        self.at_once = 0
        self.most_at_once = 0

    def begin(self, path: str) -> None:
        """A request is there. Those for our own counters are not counted."""
        if not path.startswith("/_"):
            self.paths[path] += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)

    def as_json(self) -> dict[str, object]:
        """Requests in all and by path (without the query), connections, and the most requests that ran at once."""
        return {
            "total": self.paths.total(),
            "paths": dict(self.paths),
            "connections": self.connections,
            "open": self.open,
            "most_at_once": self.most_at_once,
        }


class Connection(asyncio.Protocol):
    """One connection: reads requests, runs the steps of their answers one after another."""

    def __init__(self, site: Site, traffic: Traffic, connections: set[Connection]) -> None:
        self.site, self.traffic, self.connections = site, traffic, connections
        self.loop = asyncio.get_running_loop()
        self.buffer = bytearray()
        self.steps: Iterator[Step] | None = None
        self.keeps, self.is_full, self.is_over = True, False, False
        self.timer: asyncio.TimerHandle | None = None
        self.line: Line | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast(asyncio.Transport, transport)
        self.connections.add(self)
        self.traffic.connections += 1
        self.traffic.open += 1
        if self.traffic.record:
            self.line = self.traffic.record.line(self.traffic.port)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what was still to be sent."""
        self.connections.discard(self)
        self.traffic.open -= 1
        self.is_over = True
        if self.timer:
            self.timer.cancel()
        self._finish()
        if self.line:
            self.line.closed()

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        self.buffer += data
        if self.steps is None:
            self._run()
        elif len(self.buffer) > MOST_HEAD:
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """The other side sends no more: an answer under way is still sent."""
        self.keeps = False
        return self.steps is not None

    def pause_writing(self) -> None:
        """The other side reads slowly."""
        self.is_full = True

    def resume_writing(self) -> None:
        """There is room again."""
        self.is_full = False
        if self.timer is None:
            self._run()

    def _wake(self) -> None:
        self.timer = None
        self._run()

    def _run(self) -> None:
        """Do all that can be done now: steps of the answer, then the next request."""
        while not self.is_over and not self.is_full and self.timer is None:
            if self.steps is None and not self._begin():
                return
            step = next(self.steps or iter(()), None)
            if step is None:
                self._finish()
            elif isinstance(step, bytes):
                self._write(step)
            elif isinstance(step, Ending):
                self._end(step)
            else:
                self.timer = self.loop.call_later(step, self._wake)

    def _write(self, data: bytes) -> None:
        if self.line:
            self.line.wrote(data)
        self.transport.write(data)

    def _begin(self) -> bool:
        try:
            parsed = parse(self.buffer)
        except BadRequest:
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            self._end(Ending.CLOSE)
            return False
        if parsed is None:
            return False
        request, taken = parsed
        del self.buffer[:taken]
        self.transport.resume_reading()
        self.keeps = request.keeps
        self.traffic.begin(request.path)
        if self.line:
            self.line.asked(request.path)
        self.steps = iter(self.site.answer(request))
        return True

    def _finish(self) -> None:
        if self.steps is None:
            return
        self.steps = None
        self.traffic.at_once -= 1
        if self.line:
            self.line.ended(broken=self.is_over)
        if not self.keeps:
            self._end(Ending.CLOSE)

    def _end(self, ending: Ending) -> None:
        self.is_over = True
        if ending is Ending.CLOSE:
            self.transport.close()
            return
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # makes close() a reset
        self.transport.abort()
