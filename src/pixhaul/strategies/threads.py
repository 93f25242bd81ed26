"""A thread for each transfer. The threads only fetch; the calling thread alone talks to the scheduler."""

from __future__ import annotations

from contextlib import closing
from queue import Empty, SimpleQueue
from threading import Thread

from pixhaul.client import Client
from pixhaul.descriptors import EACH, room
from pixhaul.drive import TICK, drive
from pixhaul.models import Attempt, Reason, Reply, Turns
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler
from pixhaul.wire import Wire


def run(scheduler: Scheduler, options: Options) -> Turns:
    """Move up to `options.places` transfers at once, each in a thread that is started when it is first needed."""
    return drive(scheduler, Crew(options))


class Crew:
    """Worker threads around one queue of attempts and one of replies."""

    def __init__(self, options: Options) -> None:
        self._client = Client(options)
        self._width = room(options.places, 3 + EACH)  # each thread has a wire, and that a poll object and a bell
        self._attempts: SimpleQueue[Attempt | None] = SimpleQueue()
        self._replies: SimpleQueue[tuple[Attempt, Reply]] = SimpleQueue()
        self._workers: list[Worker] = []
        self._busy = 0

    @property
    def room(self) -> int:
        """How many more transfers may start."""
        return self._width - self._busy

    def start(self, attempt: Attempt) -> None:
        """Give an attempt to whichever thread is free, or to a new one."""
        self._busy += 1
        if self._busy > len(self._workers):
            self._grow()
        self._attempts.put(attempt)

    def _grow(self) -> None:
        """One thread more. Where the system gives no more of them, those that there are do the work."""
        worker = Worker(self._client, self._attempts, self._replies)
        try:
            worker.start()
        except RuntimeError:
            worker.close()
            if not self._workers:
                raise
            self._width = len(self._workers)
            return
        self._workers.append(worker)

    def wait(self, seconds: float) -> list[tuple[Attempt, Reply]]:
        """All that has ended, as soon as anything has, or nothing after so many seconds."""
        ended: list[tuple[Attempt, Reply]] = []
        try:
            ended.append(self._replies.get(timeout=seconds) if seconds else self._replies.get_nowait())
            while True:
                ended.append(self._replies.get_nowait())
        except Empty:
            self._busy -= len(ended)
            return ended

    def close(self) -> None:
        """Break off what is in flight, and wait until every thread has ended."""
        for worker in self._workers:
            worker.stop()
        for _ in self._workers:
            self._attempts.put(None)
        for worker in self._workers:
            worker.join()
        while not self._replies.empty():
            discard(self._replies.get()[1])


class Worker(Thread):
    """Fetches one attempt after another on a wire of its own, so that its connection lives on between them."""

    def __init__(
        self,
        client: Client,
        attempts: SimpleQueue[Attempt | None],
        replies: SimpleQueue[tuple[Attempt, Reply]],
    ) -> None:
        super().__init__(name="pixhaul-transfer", daemon=True)
        self._attempts = attempts
        self._replies = replies
        self._wire = Wire(client, width=1)
        self._stopping = False

    def run(self) -> None:
        """Work until told to stop."""
        with closing(self._wire):
            while (attempt := self._attempts.get()) is not None and not self._stopping:
                self._replies.put((attempt, self._fetch(attempt)))

    def _fetch(self, attempt: Attempt) -> Reply:
        try:
            self._wire.start(attempt)
            while not self._stopping:
                for _, reply in self._wire.wait(TICK):
                    return reply
        except Exception as error:  # a fault of ours costs this link, never the thread
            return Reply(error=Reason.CRASHED, detail=f"{type(error).__name__}: {error}")
        return Reply(error=Reason.INTERRUPTED, detail="stopped")

    def close(self) -> None:
        """Give back what a thread has that was never started."""
        self._wire.close()

    def stop(self) -> None:
        """Make `run` return soon, from another thread."""
        self._stopping = True
        self._wire.wake()


def discard(reply: Reply) -> None:
    """Remove the part file of a reply that nobody will take."""
    if not isinstance(reply.body, bytes):
        reply.body.unlink(missing_ok=True)
