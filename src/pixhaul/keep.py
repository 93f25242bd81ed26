"""From checked to kept: sink and ledger in the one order that survives a kill at any moment."""

from __future__ import annotations

import os
import time
from pathlib import Path

from pixhaul.errors import DiskFull, disk_full
from pixhaul.ledger import Ledger
from pixhaul.models import Failed, Fetched, Outcome, Reason, Receipt, Result, failed, kept
from pixhaul.part import FULL
from pixhaul.protocols import Sink

BATCH = 1_024
"""Pictures that share one sync and one commit: 256 cost 4 us more a picture, since rows go to pages by chance."""
LONGEST = 0.25
"""Seconds that a picture waits for others to share them with."""


_NO_ROOM = frozenset(os.strerror(number) for number in FULL)
"""What the client says of a large body, and the sink of a name, for which there was no room."""


class Keeper:
    """Takes outcomes, gives results. A result comes only after its picture is under its final name and recorded."""

    def __init__(self, sink: Sink, ledger: Ledger) -> None:
        self._sink = sink
        self._ledger = ledger
        self._failed: list[Failed] = []
        self._staged = 0
        self._since = 0.0
        self._full: DiskFull | None = None

    def take(self, outcomes: tuple[Outcome, ...]) -> tuple[Result, ...]:
        """Stage what came, and settle the batch when it is large or old enough.

        After a full disk `is_full` says so: the transfers are to be stopped, which frees what they had on the disk, and
        then `flush` keeps and tells of what has room.
        """
        self.complain()
        for place, outcome in enumerate(outcomes):
            try:
                self._add(outcome)
            except DiskFull as error:
                self._full = error
                _discard(outcomes[place:])
                return self._settled()
        waiting = self._staged + len(self._failed)
        due = waiting and (waiting >= BATCH or time.monotonic() - self._since >= LONGEST)
        return self.flush() if due else self._settled()

    @property
    def is_full(self) -> bool:
        """Whether the disk was found full."""
        return self._full is not None

    def complain(self) -> None:
        """Raise DiskFull, if the disk was found full."""
        if self._full is not None:
            raise self._full

    def _add(self, outcome: Outcome) -> None:
        if not self._staged and not self._failed:
            self._since = time.monotonic()
        if isinstance(outcome, Failed):
            if _is_full(outcome):
                self._sink.make_room()
                raise disk_full(outcome.detail)
            if outcome.reason is Reason.DISK:
                self._sink.demand()
            self._failed.append(outcome)
            return
        trouble = self._sink.add(outcome)
        if trouble is None:
            self._staged += 1
        else:
            self._failed.append(trouble)

    def flush(self) -> tuple[Result, ...]:
        """Settle everything that is staged: intended, durable, named, recorded."""
        results = list(self._settled())
        ended: list[Receipt | Failed] = [*self._failed]
        self._failed = []
        self._staged = 0
        receipts = self._sink.prepare()
        while receipts:  # again only for those whose name was taken
            self._ledger.intend(receipts)
            ended += self._sink.publish(receipts)
            receipts = self._sink.prepare()
        if ended:
            self._ledger.record(ended)
        for entry in ended:
            if isinstance(entry, Failed) and _is_full(entry):
                self._full = self._full or disk_full(entry.detail)
        results += [kept(entry) if isinstance(entry, Receipt) else failed(entry) for entry in ended]
        return tuple(results)

    def _settled(self) -> tuple[Result, ...]:
        settled = tuple(self._ledger.recognition.settled)
        self._ledger.recognition.settled.clear()
        return settled

    def close(self) -> None:
        """Settle what is staged when a run is broken off, so that it need not be fetched again."""
        try:
            self.flush()
        finally:
            self._sink.close()


def _is_full(outcome: Failed) -> bool:
    return outcome.reason is Reason.DISK and outcome.detail in _NO_ROOM


def _discard(outcomes: tuple[Outcome, ...]) -> None:
    """Leave no part of pictures for which there is no room."""
    for outcome in outcomes:
        if isinstance(outcome, Fetched) and isinstance(outcome.body, Path):
            outcome.body.unlink(missing_ok=True)
