"""One run from its sources to its results: opens everything, puts it together, and closes it again."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pixhaul import host_memory, names, sinks, strategies
from pixhaul.again import Choice
from pixhaul.bundle import Bundle
from pixhaul.context import Context
from pixhaul.descriptors import LEAST_OF_A_RUN, demand
from pixhaul.errors import NetworkGone, PixhaulError, UsageError
from pixhaul.executors import local
from pixhaul.gathering import Found, Gathering, Text, once
from pixhaul.haul import haul
from pixhaul.hosts import Remembered
from pixhaul.http_versions import refuse_unable
from pixhaul.ledger import Ledger
from pixhaul.lock import locked
from pixhaul.models import Failed, Job, JobStream, NotYet, Result
from pixhaul.options import Options
from pixhaul.part import staging_folder
from pixhaul.scheduler import Scheduler
from pixhaul.spill import Spill
from pixhaul.status import Status
from pixhaul.store import clear_parts, open_directory

if TYPE_CHECKING:
    from pixhaul.explanation import Explanation
    from pixhaul.trace.watch import Trace


class Session:
    """One run. Use `turns` to download, or `links` only to resolve; then look at `refusal`."""

    def __init__(self, texts: Iterable[Text], options: Options, context: Context, choice: Choice | None = None) -> None:
        self._gathering = Gathering(texts, context)
        self._choice = choice
        self._options = options
        self._context = context
        self._scheduler: Scheduler | None = None
        self._ledger: Ledger | None = None
        self._until: float | None = None
        self._refusal: PixhaulError | None = None
        self.tells_kept = True
        """Whether links that an earlier run has kept are among the results; else they are only counted in `passed`."""
        self.complete = False
        """Whether every link has ended."""

    @property
    def refusal(self) -> PixhaulError | None:
        """What the API said when it would not answer us."""
        return self._refusal or self._gathering.refusal

    @property
    def passed(self) -> int:
        """Links that an earlier run has kept, and that no result tells of."""
        return self._ledger.recognition.passed if self._ledger is not None else 0

    def links(self) -> Generator[Job | Failed, None, None]:
        """Every link once, found but not fetched. Lazy."""
        for item in self._gathering.links():
            if isinstance(item, Bundle):
                yield from item.jobs()
            elif not isinstance(item, NotYet):
                yield item
            elif not self._context.wait(item.seconds):
                return

    def turns(self) -> Generator[tuple[Result, ...], None, None]:
        """Download; yield what ended, turn by turn, at least twice a second. Closing it leaves nothing in flight."""
        with ExitStack() as stack:
            scheduler, turns = self._opened(stack)
            for results in turns:
                yield results
                self._tell(scheduler)
                if self._until is not None and time.monotonic() > self._until:
                    return
            self.complete = scheduler.exhausted
            if scheduler.outages.gone:
                hint = "Nothing is recorded of the links that were left: run the same command again to go on."
                raise NetworkGone("The network did not come back within an hour.", hint)

    def _opened(self, stack: ExitStack) -> tuple[Scheduler, Iterator[tuple[Result, ...]]]:
        """All that a run needs, put together, to be closed by the stack. Without turns when it is being stopped."""
        options = self._options
        stack.callback(self._context.stopped.set)
        trace = stack.enter_context(closing(self._trace())) if options.trace else None
        if not options.directory.strip():  # it would be whatever folder one happens to be in
            raise UsageError("The directory has no name.", "Name one with -d DIR.")
        directory = open_directory(Path(options.directory))
        lock = locked(directory / ".pixhaul" / "lock", self._waiting, self._context.stopped.is_set)
        if not stack.enter_context(lock):
            return Scheduler(iter(()), options), iter(())
        ledger = self._ledger = self._open_ledger(stack, directory)
        staging = staging_folder(directory)
        sink = sinks.open_sink("folder", options, staging, ledger.owns)
        jobs = ledger.recognition.pending(self._jobs(ledger), self._wish())
        scheduler = self._scheduler = stack.enter_context(_scheduler(jobs, options, trace))
        scheduler.spill_into(stack.enter_context(closing(Spill(staging))))
        if self._until is not None:
            scheduler.stop()
        strategy = local.run if local.wanted(options) else strategies.load(options.strategy)
        turns = haul(scheduler, strategy, trace.sink(sink) if trace else sink, ledger, options)
        return scheduler, stack.enter_context(closing(turns))

    def _open_ledger(self, stack: ExitStack, directory: Path) -> Ledger:
        """The ledger, with what a killed run left in the directory set right."""
        clear_parts(directory)
        stack.callback(clear_parts, directory)  # a worker that was killed leaves some as well
        ledger = stack.enter_context(closing(Ledger(directory, choice=self._choice or Choice(self._options))))
        ledger.recognition.tells_kept = self.tells_kept
        found = ledger.repair()
        if found:
            self._context.warn(f"found again: {found} pictures that were kept, and not yet in the ledger")
        return ledger

    def _tell(self, scheduler: Scheduler) -> None:
        while scheduler.news:
            self._context.warn(scheduler.news.popleft())

    def stop(self, grace: float) -> None:
        """Take no new links; what is in flight has so many seconds to end. May be called from a signal handler."""
        self._context.stopped.set()
        until = time.monotonic() + grace
        self._until = until if self._until is None else min(until, self._until)
        if self._scheduler is not None:
            self._scheduler.stop()

    def status(self) -> Status:
        """What is going on at this moment."""
        if self._scheduler is None:
            return Status(0, 0, 0, (), False)
        return self._scheduler.status(time.monotonic())

    def _trace(self) -> Trace:
        from pixhaul.trace.watch import Trace  # loaded only by those who want one

        return Trace(self._options.trace, self._context.warn)

    def explanations(self) -> list[Explanation]:
        """What was learned of each host in this run, and why links waited; the busiest first."""
        from pixhaul.explanation import explained

        return explained(self._scheduler.hosts, time.monotonic()) if self._scheduler is not None else []

    def _waiting(self, owner: str) -> None:
        self._context.warn(f"waiting for another pixhaul (process {owner}) that works in {self._options.directory}")

    def _jobs(self, ledger: Ledger) -> Found:
        """What the run is about: the links of its texts, or failures of earlier runs."""
        if self._choice is None:
            numbered = bool(self._options.filename)
            counted = self.tells_kept or numbered or self._options.limit is not None
            yield from self._gathering.links(numbered, None if counted else ledger.recognition.sift)
            return
        from pixhaul.retry import Failures

        failures = Failures(ledger, self._context)
        yield from once(failures.jobs(), self._options.limit)
        self._refusal = failures.refusal

    def _wish(self) -> Callable[[Job], str] | None:
        """What tells the name that a new link wishes for; None where failures bring theirs along."""
        if not self._options.filename:
            return _wished
        return _rendered(self._options.filename) if self._choice is None else None


@contextmanager
def open_session(
    texts: Iterable[Text],
    options: Options,
    client_id: str = "",
    warn: Callable[[str], None] = lambda text: None,
    choice: Choice | None = None,
) -> Iterator[Session]:
    """A run over sources and list entries, or, with a choice, over what failed in earlier runs of the directory.

    Raises PixhaulError, then or while it is used.
    """
    refuse_unable(options.http_version)
    demand(LEAST_OF_A_RUN)
    context = Context(options, client_id, warn)
    try:
        yield Session(texts, options, context, choice)
    finally:
        context.stopped.set()


@contextmanager
def _scheduler(jobs: JobStream, options: Options, trace: Trace | None) -> Iterator[Scheduler]:
    """A scheduler that knows what earlier runs learned of hosts, and passes on what this one learns."""
    make = trace.scheduler if trace else Scheduler
    if not options.remember:
        yield make(jobs, options)
        return
    file, now = host_memory.file_of(options), time.time()
    scheduler = make(jobs, options, Remembered(host_memory.load(file, now), now))
    try:
        yield scheduler
    finally:
        now = time.time()
        host_memory.save(file, scheduler.hosts.memories(now), now)


def _wished(job: Job) -> str:
    return names.wished(job.url)


def _rendered(template: str) -> Callable[[Job], str]:
    from pixhaul import template as templates  # loaded only by those who have one

    parsed = templates.parse(template)
    if parsed.needs_sha256:  # the sink names it, when it knows the picture
        return lambda job: ""
    return parsed.render
