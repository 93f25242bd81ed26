"""A server of our own that answers with whatever bytes a test wants, on loopback, and counts what it was asked.

A route is a function of the number of times its path was asked before; it gives the bytes of the whole answer, or
steps: bytes to send, seconds to wait, or CUT, RESET, HANG, KEEP. The connection is closed after the last step unless
that is KEEP: then the next request on it is read. `origin` opens another port, whose answers are a function of the
request itself: every case of a table can have a host of its own.
"""

from __future__ import annotations

import selectors
import socket
import ssl
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import NamedTuple, TypeVar

CUT = object()
RESET = object()
HANG = object()
KEEP = object()

Step = bytes | float | object
Steps = bytes | Iterable[Step]
Route = Callable[[int], Steps]


class Asked(NamedTuple):
    """One request."""

    head: bytes
    """All of it, to the empty line."""
    path: str
    number: int
    """How often this path of this origin was asked before."""
    order: int
    """How many requests this origin had before."""
    connection: int = 0
    """Which connection of this origin it came on, from 1."""

    def field(self, name: str) -> str:
        """The value of a field of the request, or nothing."""
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name:
                return value.strip()
        return ""


Serve = Callable[[Asked], Steps]
OneOrigin = TypeVar("OneOrigin", bound="Origin")


def answer(body: bytes, status: str = "200 OK", kind: str = "image/png", **headers: str) -> bytes:
    """A well-formed answer with a true Content-Length."""
    fields = {"Content-Type": kind, "Content-Length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


class Origin:
    """One port: what it answers, and what it was asked."""

    def __init__(self, serve: Serve, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> None:
        self.serve = serve
        self.tls = tls
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.create_server((address, 0), family=family, backlog=1024)
        self.port: int = self.socket.getsockname()[1]
        self.requests: list[bytes] = []
        self.paths: Counter[str] = Counter()
        self.connections = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        """The address of a path here."""
        return f"http{'s' if self.tls else ''}://{host}:{self.port}{path}"

    def talk(self, server: Hostile, connection: socket.socket) -> Conversation:
        """What speaks on a connection that has just come."""
        return Conversation(server, self, connection)


class Hostile:
    """The server: `url(path)` is where, `routes[path]` is what, `asked[path]` is how often."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.live = 0
        self.most = 0
        self.lock = Lock()
        self.ending = Event()
        self._talks: list[Conversation] = []
        self._selector = selectors.DefaultSelector()
        self._waker, self._woken = socket.socketpair()
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._main = self.origin(lambda asked: self.routes.get(asked.path, _nothing_here)(asked.number))
        self.asked = self._main.paths
        self.requests = self._main.requests
        self.port = self._main.port
        self._thread = Thread(target=self._accept_all)
        self._thread.start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a path here."""
        return self._main.url(path, host)

    def origin(self, serve: Serve, tls: ssl.SSLContext | None = None, address: str = "127.0.0.1") -> Origin:
        """Another host: one more port, with answers of its own."""
        return self.add(Origin(serve, tls, address))

    def add(self, opened: OneOrigin) -> OneOrigin:
        """Accept connections to an origin, too."""
        self._selector.register(opened.socket, selectors.EVENT_READ, opened)
        self._waker.send(b"x")
        return opened

    @property
    def open(self) -> int:
        """Connections that nobody has closed."""
        return sum(talk.is_alive() for talk in self._talks)

    def _accept_all(self) -> None:
        while not self.ending.is_set():
            for key, _ in self._selector.select():
                if key.data is None:
                    self._woken.recv(4096)
                else:
                    self._accept(key.data)

    def _accept(self, origin: Origin) -> None:
        try:
            connection, _ = origin.socket.accept()
        except OSError:
            return
        origin.connections += 1
        talk = origin.talk(self, connection)
        self._talks = [one for one in self._talks if one.is_alive()]
        self._talks.append(talk)
        talk.start()

    def close(self) -> None:
        """Stop serving, and wait until every conversation has ended."""
        self.ending.set()
        self._waker.send(b"x")
        self._thread.join()
        for talk in self._talks:
            talk.stop()
        for key in list(self._selector.get_map().values()):
            if key.data is not None:
                key.data.socket.close()
        self._selector.close()
        self._waker.close()
        self._woken.close()


class Conversation(Thread):
    """One connection: requests and their answers, in turn."""

    def __init__(self, server: Hostile, origin: Origin, connection: socket.socket) -> None:
        super().__init__(daemon=True)
        self.server = server
        self.origin = origin
        self.request = connection
        self.number = origin.connections
        self.buffer = b""

    def run(self) -> None:
        """Talk until either side has had enough."""
        with suppress(OSError):
            if self.origin.tls is not None:
                self.request = self.origin.tls.wrap_socket(self.request, server_side=True)
            self._converse()
        with suppress(OSError):
            self.request.close()

    def _converse(self) -> None:
        while self._exchange():
            pass

    def stop(self) -> None:
        """End it, whatever it is doing."""
        with suppress(OSError):
            self.request.shutdown(socket.SHUT_RDWR)
        self.join()

    def _exchange(self) -> bool:
        """One request and its answer; whether another may follow."""
        while b"\r\n\r\n" not in self.buffer:
            piece = self.request.recv(65536)
            if not piece:
                return False
            self.buffer += piece
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        steps = self._begin(head + b"\r\n\r\n")
        try:
            return self._play([steps] if isinstance(steps, bytes) else steps)
        finally:
            with self.server.lock:
                self.server.live -= 1

    def _begin(self, head: bytes) -> Steps:
        """What to answer to a request, counted."""
        path = head.split(b" ", 2)[1].decode("latin-1")
        server, origin = self.server, self.origin
        with server.lock:
            asked = Asked(head, path, origin.paths[path], len(origin.requests), self.number)
            origin.requests.append(head)
            origin.paths[path] += 1
            server.live += 1
            server.most = max(server.most, server.live)
        return origin.serve(asked)

    def _play(self, steps: Iterable[Step]) -> bool:
        for step in steps:
            if self.server.ending.is_set():
                return False
            if isinstance(step, bytes):
                self.request.sendall(step)
            elif isinstance(step, int | float):
                self.server.ending.wait(step)
            elif step is HANG:
                self.server.ending.wait(60)
            elif step is RESET:
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return False
            else:
                return step is KEEP
        return False


def _nothing_here(_: int) -> bytes:
    return answer(b"nothing here", "404 Not Found", "text/plain")


@contextmanager
def hostile() -> Iterator[Hostile]:
    """A server for the time of a with."""
    server = Hostile()
    try:
        yield server
    finally:
        server.close()
