"""The one order in which every strategy drives the scheduler: admit until no, wait, settle, hand over, again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol, TypeAlias

from pixhaul.models import Attempt, Failed, Fetched, Outcome, Reply, Turns
from pixhaul.scheduler import Scheduler

TICK = 0.5
"""Seconds: the longest sleep of a strategy, so that whoever consumes it is never left alone for longer."""
ASLEEP = 5.0
"""Seconds between two turns after which the program must have been stopped (SIGSTOP), or the disk have held it up."""
RECOVERY = 3.0
"""Seconds in which transfers still break for that."""
MOST_AT_ONCE = 1_000
"""Outcomes of one turn that needed no transfer."""
LONGEST = 0.1
"""Seconds of one turn in which links are read and transfers started: between two new links of a long list there may be
thousands that are kept, and those that move must not wait for them."""


class Engine(Protocol):
    """Moves transfers: what strategies differ in."""

    @property
    def room(self) -> int:
        """How many more transfers may start."""

    def start(self, attempt: Attempt) -> None:
        """Begin one transfer."""

    def wait(self, seconds: float) -> list[tuple[Attempt, Reply]]:
        """What ended, as soon as anything has, or nothing after so many seconds; 0: only what is ready."""

    def close(self) -> None:
        """Stop every transfer at once and leave nothing behind."""


Admitted: TypeAlias = tuple[list[Outcome], float | None]


def drive(scheduler: Scheduler, engine: Engine) -> Turns:
    """Run the scheduler dry; yield a turn's outcomes at least every half second. The whole of a blocking strategy."""
    try:
        while True:
            outcomes, wait = admit(scheduler, engine)
            if wait is None:
                yield tuple(outcomes)
                return
            outcomes += settle(scheduler, engine, 0.0 if outcomes else min(wait, TICK))
            yield tuple(outcomes)
    finally:
        engine.close()


def admit(scheduler: Scheduler, engine: Engine) -> Admitted:
    """Start what may start; get what ended without a transfer, and how long to wait: None when all is done."""
    outcomes: list[Outcome] = []
    begun = now = time.monotonic()
    _notice_sleep(scheduler, now)
    while engine.room and len(outcomes) < MOST_AT_ONCE and now - begun < LONGEST:
        match scheduler.admit(now):
            case Attempt() as attempt:
                engine.start(attempt)
            case Failed() as failed:
                outcomes.append(failed)
            case wait:
                return outcomes, wait
        now = time.monotonic()
    return outcomes, 0.0 if engine.room else TICK


def settle(scheduler: Scheduler, engine: Engine, seconds: float) -> list[Outcome]:
    """Wait for transfers to end, and tell the scheduler of each."""
    outcomes: list[Outcome] = []
    replies = engine.wait(seconds)
    _notice_sleep(scheduler, time.monotonic())
    for attempt, reply in replies:
        ended = scheduler.settle(attempt, reply, time.monotonic())
        if isinstance(reply.body, Path) and not any(isinstance(one, Fetched) for one in ended):
            reply.body.unlink(missing_ok=True)  # a whole picture that is not wanted
        outcomes += ended
    return outcomes


def _notice_sleep(scheduler: Scheduler, now: float) -> None:
    """Tell the scheduler when nobody has looked after the transfers: a time-out of libcurl is none of theirs then."""
    if scheduler.seen and now - scheduler.seen > ASLEEP:
        scheduler.excuse(now + RECOVERY)
    scheduler.seen = now
