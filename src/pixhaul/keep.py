"""From checked to kept: sink and ledger in the one order that survives a kill at any moment."""

from __future__ import annotations

import os
import time

from pixhaul.errors import disk_full
from pixhaul.ledger import Ledger
from pixhaul.models import Failed, Outcome, Reason, Receipt, Result, failed, kept
from pixhaul.part import FULL
from pixhaul.protocols import Sink

BATCH = 256
"""Pictures that share one sync and one commit."""
LONGEST = 0.25
"""Seconds that a picture waits for others to share them with."""


_NO_ROOM = frozenset(os.strerror(number) for number in FULL)
"""What the client says of a large body for which there was no room."""


class Keeper:
    """Takes outcomes, gives results. A result comes only after its picture is under its final name and recorded."""

    def __init__(self, sink: Sink, ledger: Ledger) -> None:
        self._sink = sink
        self._ledger = ledger
        self._failed: list[Failed] = []
        self._staged = 0
        self._since = 0.0

    def take(self, outcomes: tuple[Outcome, ...]) -> tuple[Result, ...]:
        """Stage what came, and settle the batch when it is large or old enough."""
        for outcome in outcomes:
            self._add(outcome)
        waiting = self._staged + len(self._failed)
        due = waiting and (waiting >= BATCH or time.monotonic() - self._since >= LONGEST)
        return self.flush() if due else self._skipped()

    def _add(self, outcome: Outcome) -> None:
        if not self._staged and not self._failed:
            self._since = time.monotonic()
        if isinstance(outcome, Failed):
            if outcome.reason is Reason.DISK and outcome.detail in _NO_ROOM:
                raise disk_full(outcome.detail)
            self._failed.append(outcome)
            return
        trouble = self._sink.add(outcome)
        if trouble is None:
            self._staged += 1
        else:
            self._failed.append(trouble)

    def flush(self) -> tuple[Result, ...]:
        """Settle everything that is staged: durable, intended, named, recorded."""
        results = list(self._skipped())
        ended: list[Receipt | Failed] = [*self._failed]
        self._failed = []
        self._staged = 0
        receipts = self._sink.prepare()
        while receipts:  # again only for those whose name was taken
            self._ledger.intend(receipts)
            ended += self._sink.publish(receipts)
            receipts = self._sink.prepare()
        self._ledger.record(ended)
        results += [kept(entry) if isinstance(entry, Receipt) else failed(entry) for entry in ended]
        return tuple(results)

    def _skipped(self) -> tuple[Result, ...]:
        skipped = tuple(self._ledger.skipped)
        self._ledger.skipped.clear()
        return skipped

    def close(self) -> None:
        """Settle what is staged when a run is broken off, so that it need not be fetched again."""
        try:
            self.flush()
        finally:
            self._sink.close()
