"""HTTP/2 as a hostile server speaks it: raw frames over TLS, so that any of them can be sent, at any moment.

A route is a function of the request that gives steps, as in `hostile`: bytes are frames as they stand, a `Flow` is a
body within the windows that the client gives, a number is a pause in seconds, CUT closes without a word, RESET resets,
FAREWELL says good-bye in TLS before it closes. Many requests of one connection are answered side by side, in one
thread.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import NamedTuple

from hpack import Decoder

from hostile import CUT, HANG, RESET, Asked, Conversation, Hostile, Origin, Serve

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED = 1, 1, 4, 8
ERRORS = (
    *("NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT", "STREAM_CLOSED"),
    *("FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR", "CONNECT_ERROR", "ENHANCE_YOUR_CALM"),
    *("INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED"),
)
"""Their place is their number (RFC 9113 7)."""
MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE = 3, 4
FAREWELL = object()
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
MOST = 16_384
"""Bytes of a frame that everybody must take."""


def frame(kind: int, flags: int = 0, stream: int = 0, payload: bytes = b"") -> bytes:
    """One frame, however wrong."""
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def settings(**values: int) -> bytes:
    """A SETTINGS frame; the names are those of RFC 9113 6.5.2 in small letters."""
    numbers = {"header_table_size": 1, "enable_push": 2, "max_concurrent_streams": 3, "initial_window_size": 4}
    pairs = b"".join(struct.pack(">HI", numbers[name], value) for name, value in values.items())
    return frame(SETTINGS, payload=pairs)


def goaway(last: int, code: str = "NO_ERROR", words: bytes = b"") -> bytes:
    """What says that no stream above `last` was or will be looked at."""
    return frame(GOAWAY, payload=struct.pack(">II", last, ERRORS.index(code)) + words)


def block(*fields: tuple[str, str]) -> bytes:
    """Fields as HPACK has them, each a literal that is remembered by nobody."""
    return b"".join(b"\0" + _text(name) + _text(value) for name, value in fields)


def _text(value: str) -> bytes:
    data = value.encode("latin-1")
    return integer(len(data), 7) + data


def integer(number: int, bits: int) -> bytes:
    """A number with a prefix of so many bits (RFC 7541 5.1)."""
    most = (1 << bits) - 1
    if number < most:
        return bytes((number,))
    found, number = [most], number - most
    while number >= 128:
        found.append(number % 128 + 128)
        number //= 128
    return bytes((*found, number))


class Flow(NamedTuple):
    """A body, sent as far as the client's windows are open."""

    stream: int
    body: bytes
    end: bool = True


Step2 = bytes | float | object
Steps2 = bytes | Iterable[Step2]


class Request(NamedTuple):
    """One request, and the frames of its answer."""

    stream: int
    path: str
    number: int
    """How often this path of this origin was asked before."""
    order: int
    """How many requests this origin had before."""
    connection: int
    """The number of its connection at this origin, from 1."""
    fields: tuple[tuple[str, str], ...] = ()

    def head(self, *fields: tuple[str, str], status: str = "200", length: int = -1, end: bool = False) -> bytes:
        """HEADERS of an answer."""
        said = (("content-length", str(length)),) if length >= 0 else ()
        return self.headers(block((":status", status), *said, *fields), end=end)

    def headers(self, fields: bytes, end: bool = False) -> bytes:
        """HEADERS with these bytes, and as many CONTINUATION frames as they need."""
        pieces = [fields[at : at + MOST] for at in range(0, len(fields), MOST)] or [b""]
        kinds = [HEADERS] + [CONTINUATION] * (len(pieces) - 1)
        flags = [END_STREAM if end else 0] + [0] * (len(pieces) - 1)
        flags[-1] |= END_HEADERS
        return b"".join(map(frame, kinds, flags, [self.stream] * len(pieces), pieces))

    def data(self, body: bytes, end: bool = False) -> bytes:
        """DATA as it stands, whatever the windows are: for small bodies."""
        return frame(DATA, END_STREAM if end else 0, self.stream, body)

    def reset(self, code: str | int) -> bytes:
        """RST_STREAM."""
        number = code if isinstance(code, int) else ERRORS.index(code)
        return frame(RST_STREAM, 0, self.stream, struct.pack(">I", number))

    def whole(self, body: bytes, *fields: tuple[str, str]) -> list[Step2]:
        """A well-formed answer."""
        return [self.head(*fields, length=len(body)), Flow(self.stream, body)]


Serve2 = Callable[[Request], Steps2]


class Origin2(Origin):
    """One port that speaks HTTP/2."""

    def __init__(
        self, serve: Serve2, tls: ssl.SSLContext, opening: bytes = settings(), plain: Serve | None = None
    ) -> None:
        """An origin.

        Args:
            serve: What it answers to a request.
            tls: Its certificate. Of its own, for it says here which protocols there are.
            opening: The first bytes of each connection.
            plain: What it answers to HTTP/1.1; None: it does not speak that.
        """
        super().__init__(plain or _nothing, tls)
        tls.set_alpn_protocols(["h2", "http/1.1"] if plain else ["h2"])
        self.serve2 = serve
        self.opening = opening
        self.live = self.most = 0
        """Streams at this moment, and at most."""
        self.resets: Counter[int] = Counter()
        """RST_STREAM of the client, by code."""
        self.asked: list[Request] = []

    def talk(self, server: Hostile, connection: socket.socket) -> Conversation:
        """What speaks on a connection that has just come."""
        return Conversation2(server, self, connection)


def _nothing(_: Asked) -> bytes:
    raise AssertionError("this origin speaks HTTP/2 alone")


class Conversation2(Conversation):
    """One connection: frames of the client, and the answers side by side."""

    origin: Origin2

    def _converse(self) -> None:
        if not isinstance(self.request, ssl.SSLSocket) or self.request.selected_alpn_protocol() != "h2":
            super()._converse()
            return
        self.number = self.origin.connections
        self._decoder = Decoder()
        self._windows: dict[int, int] = {0: 65_535}
        self._initial = 65_535
        self._block: dict[int, bytes] = {}
        self._playing: dict[int, Iterator[Step2]] = {}
        self._due: dict[int, float] = {}
        self._flows: dict[int, Flow] = {}
        self._counted: set[int] = set()
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.sendall(self.origin.opening)
        try:
            while not self.server.ending.is_set() and self._turn():
                pass
        finally:
            with self.server.lock:
                self.origin.live -= len(self._counted)

    def _turn(self) -> bool:
        """Play what is due, then hear the client, until one of the two has had enough."""
        now = time.monotonic()
        for stream in [one for one, due in self._due.items() if due <= now and one in self._playing]:
            if not self._advance(stream):
                return False
        waits = [due - time.monotonic() for due in self._due.values()]
        if self.request.pending() or self._readable(max(0.0, min([0.1, *waits]))):
            piece = self.request.recv(65_536)
            self.buffer += piece
            return bool(piece) and all(self._hear(*one) for one in self._frames())
        return True

    def _readable(self, seconds: float) -> bool:
        return bool(select.select([self.request], [], [], seconds)[0])

    def _frames(self) -> Iterator[tuple[int, int, int, bytes]]:
        self.buffer = self.buffer.removeprefix(PREFACE)
        while len(self.buffer) >= 9 and not PREFACE.startswith(self.buffer[: len(PREFACE)]):
            length = int.from_bytes(self.buffer[:3], "big")
            if len(self.buffer) < 9 + length:
                return
            head, payload = self.buffer[:9], self.buffer[9 : 9 + length]
            self.buffer = self.buffer[9 + length :]
            yield head[3], head[4], int.from_bytes(head[5:], "big") & 0x7FFFFFFF, payload

    def _hear(self, kind: int, flags: int, stream: int, payload: bytes) -> bool:
        if kind == SETTINGS and not flags & ACK:
            self._take_settings(payload)
        elif kind == PING and not flags & ACK:
            self.request.sendall(frame(PING, ACK, 0, payload))
        elif kind == WINDOW_UPDATE:
            self._windows[stream] = self._windows.get(stream, self._initial) + int.from_bytes(payload, "big")
            return all(self._advance(one) for one in list(self._flows) if stream in (0, one))
        elif kind == RST_STREAM:
            self.origin.resets[int.from_bytes(payload, "big")] += 1
            self._end(stream)
        elif kind in (HEADERS, CONTINUATION):
            self._block[stream] = self._block.get(stream, b"") + (payload[5:] if flags & 0x20 else payload)
            if flags & END_HEADERS:
                return self._begin_stream(stream, self._block.pop(stream))
        return kind != GOAWAY

    def _take_settings(self, payload: bytes) -> None:
        for number, value in struct.iter_unpack(">HI", payload):
            if number == INITIAL_WINDOW_SIZE:
                self._initial = value
        self.request.sendall(frame(SETTINGS, ACK))

    def _begin_stream(self, stream: int, fields: bytes) -> bool:
        told = tuple((str(name), str(value)) for name, value in self._decoder.decode(fields))
        path = dict(told)[":path"]
        server, origin = self.server, self.origin
        with server.lock:
            request = Request(stream, path, origin.paths[path], len(origin.asked), self.number, told)
            origin.asked.append(request)
            origin.requests.append(repr(told).encode())
            origin.paths[path] += 1
            origin.live += 1
            origin.most = max(origin.most, origin.live)
            self._counted.add(stream)
        steps = origin.serve2(request)
        self._windows.setdefault(stream, self._initial)
        self._playing[stream] = iter([steps] if isinstance(steps, bytes) else steps)
        return self._advance(stream)

    def _end(self, stream: int) -> None:
        self._playing.pop(stream, None)
        self._count_out(stream)
        self._flows.pop(stream, None)
        self._due.pop(stream, None)

    def _count_out(self, stream: int) -> None:
        """No longer count it: before its last bytes go, for the next request may be there before we go on."""
        if stream in self._counted:
            self._counted.remove(stream)
            with self.server.lock:
                self.origin.live -= 1

    # -- playing ---------------------------------------------------------------------------------------------------

    def _advance(self, stream: int) -> bool:
        """Play the steps of one answer until it must wait; whether the connection lives on."""
        self._due.pop(stream, None)
        if stream in self._flows and not self._flow(self._flows.pop(stream)):
            return True
        for step in self._playing.get(stream, ()):
            if isinstance(step, bytes):
                self.request.sendall(step)
            elif isinstance(step, int | float):
                self._due[stream] = time.monotonic() + step
                return True
            elif step is HANG or (isinstance(step, Flow) and not self._flow(step)):
                return True
            elif not isinstance(step, Flow):
                self._leave(step)
                return False
            if self.server.ending.is_set():
                return False
        self._end(stream)
        return True

    def _flow(self, flow: Flow) -> bool:
        """Send of a body what the windows let through; whether that is all of it."""
        stream, body, end = flow
        while True:
            size = min(MOST, self._windows[0], self._windows.setdefault(stream, self._initial), len(body))
            if size <= 0 < len(body):
                self._flows[stream] = Flow(stream, body, end)
                return False
            piece, body = body[:size], body[size:]
            if end and not body:
                self._count_out(stream)
            self.request.sendall(frame(DATA, END_STREAM if end and not body else 0, stream, piece))
            self._windows[0] -= size
            self._windows[stream] -= size
            if not body:
                return True

    def _leave(self, step: object) -> None:
        if step is RESET:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif step is FAREWELL and isinstance(self.request, ssl.SSLSocket):
            self.request.settimeout(0.2)
            with suppress(OSError, ValueError):
                self.request.unwrap()
        elif step is CUT:
            with suppress(OSError):  # at once, although what the client has sent may not all be read
                self.request.shutdown(socket.SHUT_WR)
