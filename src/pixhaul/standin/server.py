"""The stand-in in the foreground: two ports, one event loop, one line of JSON, then silence until a signal."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from itertools import islice

from .api import ApiSite
from .catalog import Catalog, made, own
from .connection import Connection, Site, Traffic
from .faults import plan
from .folder import Folder
from .pictures import PictureSite
from .plates import PLANS
from .prints import Studio
from .record import Record
from .settings import CLIENT_ID, Settings
from .shapes import Shaper

BACKLOG = 4096
"""Connections that may wait to be accepted."""

MOST_WARMED = 8_000
"""Pictures digested ahead: 0.15 ms each."""


def serve(settings: Settings, *, leave_with_stdin: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; when ready, print `{"api": URL, "images": URL, "client_id": ID}` and nothing more.

    Args:
        settings: Already checked.
        leave_with_stdin: Also stop when standard input ends, as it does when a parent process dies.

    Raises:
        ValueError: The port is in use or not ours to take; one clear line.
    """
    _raise_file_limit()
    with _listening(settings.host, settings.port) as api, _listening(settings.host, 0) as images:
        asyncio.run(_serve(settings, api, images, leave_with_stdin))


def _listening(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere it would let two programs share the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 512 * 1024)  # one picture, one write
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as exc:
        listener.close()
        raise ValueError(f"cannot listen on {host}:{port}: {os.strerror(exc.errno or 0)}") from exc
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}"


async def _serve(settings: Settings, api: socket.socket, images: socket.socket, leave_with_stdin: bool) -> None:
    stop = _stop_event(leave_with_stdin)
    catalog = _catalog(settings)
    extra = ",random-gone" if settings.random_gone else ""
    faults = plan(settings.faults + extra, settings.seed)
    shaper = Shaper(catalog, settings.links_base or _url(images))
    record = Record() if settings.record else None
    api_site, traffic = ApiSite(settings, catalog, shaper, faults, CLIENT_ID), Traffic("images", record)
    api_site.traffic.record = record
    image_site = PictureSite(settings, catalog, faults, traffic)
    async with contextlib.AsyncExitStack() as stack:
        await _open(stack, api, api_site, api_site.traffic)
        await _open(stack, images, image_site, traffic)
        gc.freeze()  # the catalogue stays: the collector need not walk it again and again
        print(json.dumps({"api": _url(api), "images": _url(images), "client_id": CLIENT_ID}), flush=True)
        warming = asyncio.create_task(_warm(catalog, image_site))
        await stop.wait()
        warming.cancel()


def _catalog(settings: Settings) -> Catalog:
    if settings.pictures:
        return own(Folder(settings.pictures), settings.seed)
    return made(settings.posts, settings.seed)


async def _open(stack: contextlib.AsyncExitStack, listener: socket.socket, site: Site, traffic: Traffic) -> None:
    connections: set[Connection] = set()
    factory = partial(Connection, site, traffic, connections)
    server = await asyncio.get_running_loop().create_server(factory, sock=listener, backlog=BACKLOG)
    stack.callback(server.close)
    stack.callback(_abort, connections)


def _abort(connections: set[Connection]) -> None:
    for connection in list(connections):
        connection.transport.abort()


async def _warm(catalog: Catalog, site: PictureSite) -> None:
    """Draw the plates and digest the pictures while nobody asks, so that the first run is as quick as the others."""
    if not isinstance(catalog.files, Studio):
        site.is_warm = True
        return
    await asyncio.sleep(0.25)  # who stays for a moment only shall not pay for it
    for number in range(len(PLANS)):
        catalog.files.plate(number)
        await asyncio.sleep(0.002)
    for count, picture in enumerate(islice(catalog.pictures.values(), MOST_WARMED)):
        site.prepare(picture)
        if count % 8 == 0:
            await asyncio.sleep(0.002 if not site.traffic.at_once else 0.2)
    site.is_warm = True


def _stop_event(leave_with_stdin: bool) -> asyncio.Event:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def ask(*_: object) -> None:
        with contextlib.suppress(RuntimeError):  # the loop may be closed already
            loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    if leave_with_stdin:
        threading.Thread(target=_read_to_end, args=(ask,), daemon=True).start()
    return stop


def _read_to_end(then: Callable[[], None]) -> None:
    # os.read, not sys.stdin: a buffered reader that still waits when Python ends aborts the process.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    then()


def _raise_file_limit() -> None:
    """A thousand connections want more than the usual soft limit of open files."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65_536 if hard == resource.RLIM_INFINITY else min(hard, 65_536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
