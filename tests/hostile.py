"""A server of our own that answers with whatever bytes a test wants, on loopback, and counts what it was asked.

A route is a function of the number of times its path was asked before; it gives the bytes of the whole answer, or a
list of steps: bytes to send, seconds to wait, or CUT, RESET, HANG. The connection is closed after each answer unless
the answer says keep-alive by `kept`.
"""

from __future__ import annotations

import socket
import socketserver
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

CUT = object()
RESET = object()
HANG = object()

Step = bytes | float | object
Route = Callable[[int], bytes | list[Step]]


def answer(body: bytes, status: str = "200 OK", kind: str = "image/png", **headers: str) -> bytes:
    """A well-formed answer with a true Content-Length."""
    fields = {"Content-Type": kind, "Content-Length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode("latin-1") + body


class Hostile(socketserver.ThreadingTCPServer):
    """The server: `url(path)` is where, `routes[path]` is what, `asked[path]` is how often."""

    request_queue_size = 1024
    allow_reuse_address = True
    daemon_threads = False
    block_on_close = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.routes: dict[str, Route] = {}
        self.asked: Counter[str] = Counter()
        self.requests: list[bytes] = []
        self.live = 0
        self.most = 0
        self.lock = Lock()
        self.ending = Event()
        self.port: int = self.server_address[1]
        self._thread = Thread(target=self.serve_forever, args=(0.05,))
        self._thread.start()

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """The address of a path here."""
        return f"http://{host}:{self.port}{path}"

    def begin(self, head: bytes) -> bytes | list[Step]:
        """What to answer to a request, counted."""
        path = head.split(b" ", 2)[1].decode("latin-1")
        with self.lock:
            self.requests.append(head)
            number = self.asked[path]
            self.asked[path] += 1
            self.live += 1
            self.most = max(self.most, self.live)
        return self.routes.get(path, _nothing_here)(number)

    def close(self) -> None:
        """Stop serving, and wait until every conversation has ended."""
        self.ending.set()
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Conversation(socketserver.BaseRequestHandler):
    """One connection: one request, one answer."""

    server: Hostile

    def handle(self) -> None:
        """Read the head of a request, and play its route."""
        head = b""
        try:
            while b"\r\n\r\n" not in head:
                piece = self.request.recv(65536)
                if not piece:
                    return
                head += piece
            steps = self.server.begin(head)
            self._play([steps] if isinstance(steps, bytes) else steps)
        except OSError:
            return

    def _play(self, steps: list[Step]) -> None:
        try:
            for step in steps:
                if isinstance(step, bytes):
                    self.request.sendall(step)
                elif isinstance(step, int | float):
                    self.server.ending.wait(step)
                elif step is HANG:
                    self.server.ending.wait(60)
                elif step is RESET:
                    self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.request.close()
        finally:
            with self.server.lock:
                self.server.live -= 1


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
