"""What happened when on both ports: kept only with --record, and served at /_record of the picture port.

It costs a few list items and three looks at the clock for each request, about 2 us, so that it does not disturb what
it measures. Times are seconds of the monotonic clock, which all processes of one machine share.
"""

from __future__ import annotations

import time
from typing import Any

MOST = 200_000
"""Requests that are kept; of those beyond, only the number."""


class Record:
    """All connections and requests since the last `clear`."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._last = 0
        self.clear()

    def clear(self) -> None:
        """Begin anew. Connections that are open now are known again when they ask for something."""
        self.connections: dict[int, list[Any]] = {}
        self.requests: list[list[Any]] = []
        self.missed = 0
        self._cpu = time.process_time()

    def line(self, port: str) -> Line:
        """A new connection to one of the ports."""
        self._last += 1
        return Line(self, self._last, port)

    def know(self, number: int, about: list[Any]) -> None:
        """Keep a connection, unless there are too many."""
        if len(self.connections) < self._most:
            self.connections[number] = about

    def forget(self, number: int) -> None:
        """It only asks for this record."""
        self.connections.pop(number, None)

    def keep(self, row: list[Any]) -> None:
        """Keep a request, or count it."""
        if len(self.requests) < self._most:
            self.requests.append(row)
        else:
            self.missed += 1

    def brief(self) -> dict[str, Any]:
        """The counts alone."""
        return {"connections": len(self.connections), "requests": len(self.requests) + self.missed}

    def as_json(self) -> dict[str, Any]:
        """All of it.

        `connections`: number to [port, opened, closed or 0]; `requests`: [connection, path, came, first byte of the
        answer written, last byte written, status, bytes]; `cpu`: seconds of processor that we used since `clear`.
        """
        return {
            "connections": self.connections,
            "requests": self.requests,
            "missed": self.missed,
            "cpu": time.process_time() - self._cpu,
        }


class Line:
    """One connection as it is written down."""

    __slots__ = ("_about", "_number", "_record", "_row")

    def __init__(self, record: Record, number: int, port: str) -> None:
        self._record, self._number = record, number
        self._about: list[Any] = [port, time.monotonic(), 0.0]
        self._row: list[Any] = []
        record.know(number, self._about)

    def asked(self, path: str) -> None:
        """A whole request is there. Who asks for the record is no part of it."""
        if path.startswith("/_"):
            self._record.forget(self._number)
            self._row = []
            return
        self._row = [self._number, path, time.monotonic(), 0.0, 0.0, 0, 0]
        if self._number not in self._record.connections:
            self._record.know(self._number, self._about)
        self._record.keep(self._row)

    def wrote(self, data: bytes) -> None:
        """Bytes of the answer go out."""
        row = self._row
        if not row:
            return
        row[4] = time.monotonic()
        if not row[3]:
            row[3] = row[4]
            row[5] = int(data[9:12]) if data[9:12].isdigit() else 0
        row[6] += len(data)

    def ended(self, *, broken: bool) -> None:
        """The answer is over: with the last byte that was written, or with the connection."""
        if self._row and (broken or not self._row[4]):
            self._row[4] = time.monotonic()
        self._row = []

    def closed(self) -> None:
        """The connection is no more."""
        self._about[2] = time.monotonic()
