"""Scheduler and sink that write down what passes through them. They change nothing of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from pixhaul.hosts import Remembered
from pixhaul.models import Attempt, Failed, Fetched, JobStream, Outcome, Receipt, Reply
from pixhaul.options import Options
from pixhaul.protocols import Sink
from pixhaul.scheduler import Scheduler

from .events import check, complete, named, short, transfer
from .lanes import Lanes
from .writer import TraceFile

KEEPING = 1
"""The lane of what happens to pictures after they came; one thread does it, one thing after another."""


class Trace:
    """The trace of one run."""

    def __init__(self, path: str, warn: Callable[[str], None]) -> None:
        """Begin it. Raises UsageError when the file cannot be written."""
        self._file = TraceFile(path, warn)
        self._lanes = Lanes()
        self._process = os.getpid()
        clock = {"epoch": round(time.time() - time.monotonic(), 6)}  # what turns our moments into those of a wall clock
        self._file.add([named("process_name", (self._process, 0), "pixhaul", **clock)])
        self._file.add([named("thread_name", (self._process, KEEPING), "keeping")])

    def transfer(self, attempt: Attempt, reply: Reply) -> None:
        """One transfer ended."""
        timing = reply.timing
        if timing is None:  # it never began: a thread of ours crashed, or was told to stop
            return
        lane, connection, name = self._lanes.place(timing)
        self._name(lane, name)
        self._file.add(transfer(attempt, reply, timing, (self._process, lane, connection)))
        if timing.answered:
            where, name = self._lanes.check(timing.ended, timing.checked)
            self._name(where, name)
            self._file.add([check(attempt, timing, (self._process, where, lane))])

    def _name(self, lane: int, name: str) -> None:
        if name:
            self._file.add([named("thread_name", (self._process, lane), name)])

    def kept(self, what: str, began: float, **about: object) -> None:
        """Something was done with pictures, from a moment of the monotonic clock until now."""
        span = (began, time.monotonic())
        self._file.add([complete("keeping", what, span, (self._process, KEEPING), dict(about))])

    def scheduler(self, jobs: JobStream, options: Options, remembered: Remembered | None = None) -> Scheduler:
        """A scheduler whose transfers are written down."""
        return TracedScheduler(jobs, options, self, remembered)

    def sink(self, sink: Sink) -> Sink:
        """The sink, written down."""
        return TracedSink(sink, self)

    def close(self) -> None:
        """End the file."""
        self._file.close()


class TracedScheduler(Scheduler):
    """The scheduler, with each transfer written down before it is judged."""

    def __init__(self, jobs: JobStream, options: Options, trace: Trace, remembered: Remembered | None) -> None:
        super().__init__(jobs, options, remembered)
        self._trace = trace

    def settle(self, attempt: Attempt, reply: Reply, now: float) -> tuple[Outcome, ...]:
        """What ended by it; empty: it will come again."""
        self._trace.transfer(attempt, reply)
        return super().settle(attempt, reply, now)


class TracedSink:
    """A sink, with the time that each of its steps took written down."""

    def __init__(self, sink: Sink, trace: Trace) -> None:
        self._sink = sink
        self._trace = trace

    def add(self, fetched: Fetched) -> Failed | None:
        """Stage one picture."""
        began = time.monotonic()
        trouble = self._sink.add(fetched)
        self._trace.kept("writing", began, picture=short(fetched.final_url), url=fetched.job.url)
        return trouble

    def demand(self) -> None:
        """Ask whether the place is still there."""
        self._sink.demand()

    def make_room(self) -> None:
        """Give up the newest of what is staged."""
        self._sink.make_room()

    def prepare(self) -> list[Receipt]:
        """Make everything staged durable."""
        began = time.monotonic()
        receipts = self._sink.prepare()
        if receipts:  # the last of each batch finds nothing to do
            self._trace.kept("syncing", began, pictures=len(receipts))
        return receipts

    def publish(self, receipts: list[Receipt]) -> list[Receipt | Failed]:
        """Give the prepared ones their final names."""
        began = time.monotonic()
        ended = self._sink.publish(receipts)
        self._trace.kept("naming", began, pictures=len(receipts))
        return ended

    def close(self) -> None:
        """Forget what was not published."""
        self._sink.close()
