"""The end of a run on a full disk: transfers stop first, then what has room is kept and told of."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path

import pytest

from pictures import png
from pixhaul.errors import DiskFull
from pixhaul.haul import haul
from pixhaul.ledger import Ledger
from pixhaul.models import Failed, Fetched, Job, Outcome, Picture, Reason, Result
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler
from pixhaul.sinks.folder import Folder
from pixhaul.store import open_directory


def fetched(number: int) -> Fetched:
    body = png(number, padding=300_000)
    url = f"http://h/{number}"
    return Fetched(Job(url, f"n{number}"), body, len(body), hashlib.sha256(body).digest(), Picture("png", 1, 1), url)


def test_on_a_full_disk_transfers_stop_before_what_has_room_is_kept_and_told_of(tmp_path: Path) -> None:
    chosen = Options(directory=str(tmp_path))
    directory = open_directory(tmp_path)
    parts = directory / ".pixhaul" / "parts"
    in_flight = parts / "in-flight.part"
    kept_after_the_end: list[bool] = []

    class Watched(Folder):
        def prepare(self):  # type: ignore[no-untyped-def]
            kept_after_the_end.append(not in_flight.exists())
            return super().prepare()

    def transfers(*_: object) -> Iterator[tuple[Outcome, ...]]:
        in_flight.write_bytes(b"what is still coming")
        try:
            yield tuple(fetched(number) for number in range(5))
            yield (Failed(Job("http://h/x"), Reason.DISK, os.strerror(errno.ENOSPC)),)
            yield (fetched(9),)
        finally:
            in_flight.unlink()

    told: list[Result] = []
    with closing(Ledger(directory)) as ledger:
        sink = Watched(chosen, parts, ledger.owns)
        turns = haul(Scheduler(iter(()), chosen), transfers, sink, ledger, chosen)  # type: ignore[arg-type]
        with pytest.raises(DiskFull):
            told.extend(chain.from_iterable(turns))
        assert {row.path for row in ledger.rows("done")} == {one.path for one in told}
    assert 0 < len(told) < 5
    assert all(kept_after_the_end)
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {str(one.path) for one in told}
