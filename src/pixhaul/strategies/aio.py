"""asyncio: the wire as one descriptor of an event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from math import inf

from pixhaul.client import Client
from pixhaul.drive import TICK, admit, settle
from pixhaul.models import Outcome, Turns
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler
from pixhaul.wire import Wire


async def turns(scheduler: Scheduler, options: Options) -> AsyncGenerator[tuple[Outcome, ...], None]:
    """Move up to `options.most_places` transfers at once on the running event loop."""
    with closing(Wire(Client(options), options.most_places)) as wire:
        waiter = Waiter(wire)
        try:
            while True:
                outcomes, wait = admit(scheduler, wire)
                if wait is None:
                    yield tuple(outcomes)
                    return
                await waiter.sleep(0.0 if outcomes else min(wait, TICK))
                outcomes += settle(scheduler, wire, 0.0)
                yield tuple(outcomes)
        finally:
            waiter.close()


class Waiter:
    """Sleeps until the wire can move. Loops that watch no descriptors, as Windows' default, are asked in short naps."""

    NAP = 0.005

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._loop = asyncio.get_running_loop()
        self._movable = asyncio.Event()
        try:
            self._loop.add_reader(wire.fileno(), self._movable.set)
            self._watched = True
        except (NotImplementedError, ValueError):
            self._watched = False

    async def sleep(self, seconds: float) -> None:
        """Until the wire can move or libcurl's timer is due, at most so many seconds."""
        pause = min(seconds, self._wire.due(), inf if self._watched else self.NAP)
        timer = self._loop.call_later(pause, self._movable.set)
        await self._movable.wait()
        timer.cancel()
        self._movable.clear()

    def close(self) -> None:
        """Stop watching, before the descriptor is closed."""
        if self._watched:
            self._loop.remove_reader(self._wire.fileno())


def run(scheduler: Scheduler, options: Options) -> Turns:
    """The same for a caller without a loop: on a loop of its own, in another thread where this one has a loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _on_own_loop(scheduler, options)
    return _in_thread(scheduler, options)


def _on_own_loop(scheduler: Scheduler, options: Options) -> Turns:
    with asyncio.Runner() as runner:
        batches = turns(scheduler, options)
        try:
            while True:
                try:
                    yield runner.run(batches.__anext__())
                except StopAsyncIteration:
                    return
        finally:
            runner.run(batches.aclose())


def _in_thread(scheduler: Scheduler, options: Options) -> Turns:
    with ThreadPoolExecutor(1, "pixhaul-loop") as thread:
        batches = thread.submit(_on_own_loop, scheduler, options).result()
        try:
            while (outcomes := thread.submit(next, batches, None).result()) is not None:
                yield outcomes
        finally:
            thread.submit(batches.close).result()
