"""HTTP/3 as a server of ours speaks it: aioquic on loopback, in a thread of its own, counting requests."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

from aioquic.asyncio import QuicConnectionProtocol, serve
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import HeadersReceived
from aioquic.quic.configuration import QuicConfiguration

RESET, CLOSE, HANG = object(), object(), object()


class Answer(NamedTuple):
    """Status and fields, a body, and what happens then in place of the end."""

    body: bytes
    fields: tuple[tuple[bytes, bytes], ...] = ((b":status", b"200"),)
    then: object = None
    pause: float = 0.0
    """Seconds before all of it."""


class Http3:
    """One UDP port: what it answers to a path, and what it was asked."""

    def __init__(self, answer: Callable[[str], Answer], port: int) -> None:
        self.answer = answer
        self.port = port
        self.asked: list[str] = []
        self.connections = self.live = self.most = 0

    def url(self, path: str = "/") -> str:
        """The address of a path here."""
        return f"https://127.0.0.1:{self.port}{path}"


class _Talk(QuicConnectionProtocol):
    """One connection."""

    origin: Http3

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._http: H3Connection | None = None
        self._serving: list[asyncio.Future[None]] = []

    def quic_event_received(self, event: Any) -> None:
        """Answer what is asked."""
        if self._http is None:
            self._http = H3Connection(self._quic)
            self.origin.connections += 1
        for one in self._http.handle_event(event):
            if isinstance(one, HeadersReceived):
                serving = self._serve(one.stream_id, dict(one.headers)[b":path"].decode())
                self._serving.append(asyncio.ensure_future(serving))

    async def _serve(self, stream: int, path: str) -> None:
        origin, http = self.origin, self._http
        assert http is not None
        origin.asked.append(path)
        origin.live += 1
        origin.most = max(origin.most, origin.live)
        answer = origin.answer(path)
        await asyncio.sleep(answer.pause)
        origin.live -= 1
        if answer.then is HANG and not answer.body:
            return
        http.send_headers(stream, list(answer.fields))
        http.send_data(stream, answer.body, end_stream=answer.then is None)
        self.transmit()
        if answer.then is RESET:
            await asyncio.sleep(0.05)
            self._quic.reset_stream(stream, 0x10C)
        elif answer.then is CLOSE:
            await asyncio.sleep(0.05)
            self._quic.close()
        self.transmit()


@contextmanager
def http3(certificate: Path, key: Path, answer: Callable[[str], Answer], port: int = 0) -> Iterator[Http3]:
    """A server for the time of a with; `port` 0: any that is free."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", port))
        origin = Http3(answer, probe.getsockname()[1])
    configuration = QuicConfiguration(is_client=False, alpn_protocols=H3_ALPN)
    configuration.load_cert_chain(certificate, key)
    talk = type("Talk", (_Talk,), {"origin": origin})
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    opening = serve("127.0.0.1", origin.port, configuration=configuration, create_protocol=talk)
    server = asyncio.run_coroutine_threadsafe(opening, loop).result(10)
    try:
        yield origin
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()
