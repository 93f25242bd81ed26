"""A run from its request to its exit code: what `get` and `demo` share."""

from __future__ import annotations

import gc
import os
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

from pixhaul.errors import PixhaulError, shortage
from pixhaul.models import Result
from pixhaul.progress import Progress, Silent, Speed, View, choose
from pixhaul.summary import Ending, Tally, exit_code

from .interrupts import Interrupts
from .request import Request
from .speech import safe, say
from .telling import JsonLines, Telling, Words

if TYPE_CHECKING:
    from pixhaul.session import Session


class Run:
    """One run while it goes on."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.tally = Tally()
        self.start = time.monotonic()
        self.seconds = 0.0
        """How long it took, once it has ended."""
        self._speed = Speed(self.start)
        silent = request.quiet or request.json
        self.progress: Progress = Silent(say) if silent else choose(sys.stderr, os.environ, say, self.start)
        self.telling: Telling = (
            JsonLines()
            if request.json
            else Words(self.progress, request.options.directory, request.quiet, request.verbose)
        )

    def finish(self) -> int:
        """Do it all; the contract's exit code. PixhaulError only for what was impossible from the first."""
        # Nouns by the hundred thousand, none of them in a cycle: looking for cycles as often as usual costs 8 %.
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        with Interrupts() as interrupts:
            try:
                ending = self._work(interrupts)
            finally:
                self.progress.close()
                self.seconds = time.monotonic() - self.start
            self.telling.end(self.tally, self.seconds, ending)
        return exit_code(self.tally, ending)

    def _work(self, interrupts: Interrupts) -> Ending:
        from pixhaul.session import open_session

        request = self.request
        try:
            asked = (request.texts, request.options, request.client_id, self._warn, request.choice)
            with open_session(*asked) as session:
                session.tells_kept = self.telling.tells_kept
                interrupts.aim(session.stop)
                with closing(session.turns()) as turns:  # closed here and now, whatever the loop raises
                    for results in turns:
                        self._turn(results, session, interrupts)
                if request.explain:
                    self.telling.explain(session.explanations())
                interrupted = bool(interrupts.count) and not session.complete
                return Ending(interrupted=interrupted, refusal=session.refusal)
        except KeyboardInterrupt:
            return Ending(interrupted=True)
        except PixhaulError as error:
            if error.exit_code == 2 and not self.tally.links:
                raise  # nothing was begun: there is nothing to sum up
            return Ending(error=error)
        except (OSError, MemoryError, RuntimeError) as error:
            lack = shortage(error)
            if lack is None or not self.tally.links:
                raise
            return Ending(error=lack)

    def _turn(self, results: tuple[Result, ...], session: Session, interrupts: Interrupts) -> None:
        self.tally.passed = session.passed
        if results:
            self.tally.add(results)
            self.telling.results(results)
        if interrupts.notice:
            self._warn(interrupts.notice)
            interrupts.notice = ""
        now = time.monotonic()
        rates = self._speed.note(now, self.tally.links, self.tally.bytes)
        self.progress.tick(now, lambda: self._view(session, now - self.start, rates))

    def _view(self, session: Session, elapsed: float, rates: tuple[float, float]) -> View:
        tally, status = self.tally, session.status()
        waiting = tuple((safe(host), seconds, safe(why)) for host, seconds, why in status.waiting)
        read = status.read + tally.skipped + tally.earlier
        total = read if status.dry else self.request.options.limit
        return View(tally.done, tally.skipped, tally.failed, tally.bytes, read, total, elapsed, *rates, waiting)

    def _warn(self, text: str) -> None:
        self.progress.say([f"pixhaul: {safe(text)}"])


def run(request: Request) -> int:
    """The whole job; the contract's exit code."""
    return Run(request).finish()
