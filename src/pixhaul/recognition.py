"""Which links of a run an earlier one has met: what is kept, or failed for good, needs no transfer, only a word."""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from pixhaul.again import Choice, judged_once
from pixhaul.bundle import Bundle
from pixhaul.database import Connection, is_empty, kept, select, stems
from pixhaul.inventory import Inventory
from pixhaul.models import Failed, Job, JobStream, NotYet, Result
from pixhaul.names import Names
from pixhaul.rows import Row, remembered_result, skipped_result

CHUNK = 500
"""Links looked up in one query."""
MOST_SETTLED = 4_000
"""Links of which nobody has been told yet, until no more are read."""

Wish: TypeAlias = Callable[[Job], str] | None
"""What gives the stem that a link without a name asks for; it is asked only for links that are not known."""


class Recognition:
    """What the ledger of a directory knew when the run began, asked for each link of the run once."""

    def __init__(self, database: Connection, directory: Path, choice: Choice) -> None:
        self.settled: deque[Result] = deque()
        """Links that need no transfer, as `pending` met them: kept by an earlier run, or failed for good in one."""
        self.passed = 0
        """Links that an earlier run has kept, and that `settled` does not tell of."""
        self.tells_kept = True
        """Whether `settled` tells of those that are kept."""
        self._database = database
        self._directory = directory
        self._choice = choice
        self._wants = judged_once(choice.wants)
        self._inventory = Inventory(kept(database, directory), directory)
        self._empty = False
        self._names: Names | None = None

    def pending(self, jobs: Iterable[Job | Failed | NotYet | Bundle], wish: Wish = None) -> JobStream:
        """The jobs that are to be tried, each with its name, and the failures among them as they are.

        Lazy: reads 500 links, or a bundle, ahead at most, and none while nobody takes what is in `settled`. What failed
        for good goes there, and so does what is kept, or it is counted in `passed`.
        """
        self._empty = is_empty(self._database, self._directory)
        for some in _chunks(jobs):
            if isinstance(some, NotYet):
                yield some
                continue
            passed = self.passed
            yield from self._of_bundle(some, wish) if isinstance(some, Bundle) else self._of_jobs(some, wish)
            if self.settled or self.passed > passed:
                yield NotYet(0.0)  # lets whoever drives the run tell of them
            while len(self.settled) >= MOST_SETTLED:
                yield NotYet(0.0)

    def sift(self, keys: Sequence[int], seen: Iterable[int]) -> Sequence[int]:
        """The places of the keys that are not surely kept; the others are counted in `passed`, once each.

        `seen` are the keys of the links before them that were not taken out here.
        """
        left, passed = self._inventory.sift(keys, seen)
        self.passed += passed
        return left

    def failures(self) -> Iterator[Row]:
        """The failures of earlier runs that the choice takes up, in the order in which they failed."""
        failed = select(self._database, self._directory, "WHERE status = 'failed' ORDER BY at", ())
        takes_up = judged_once(self._choice.takes_up)
        keys = array("q", (row.key for row in failed if takes_up(row.reason, row.conditions)))
        for start in range(0, len(keys), CHUNK):
            some = keys[start : start + CHUNK]
            known = self._known(some.tolist())
            yield from (known[key] for key in some if key in known)

    # -- those that are known ----------------------------------------------------------------------------------------

    def _of_jobs(self, chunk: Sequence[Job | Failed], wish: Wish) -> JobStream:
        jobs = [item for item in chunk if isinstance(item, Job)]
        keys = [job.key for job in jobs]
        known = self._known(keys)
        left = set(self._unsettled([job.url for job in jobs], keys, known, range(len(keys))))
        place = -1
        for item in chunk:
            if isinstance(item, Failed):
                yield item
                continue
            place += 1
            if place in left:
                yield from self._named(item, known.get(item.key), wish)

    def _of_bundle(self, bundle: Bundle, wish: Wish) -> JobStream:
        """Most links of a long list may be known already: those never become jobs."""
        known: dict[int, Row] = {}
        if not self._empty:
            yield from self._inventory.prepared(len(bundle.keys))
            if not self.tells_kept:
                bundle = self._less_kept(bundle)
            known = self._known(bundle.keys)
            doubted = self._inventory.doubted(bundle.keys)
            left = self._unsettled(bundle.texts, bundle.keys, known, doubted)
            bundle = bundle if len(left) == len(bundle.keys) else bundle.picked(left)
        for job in bundle.jobs():
            yield from self._named(job, known.get(job.digest), wish)

    def _less_kept(self, bundle: Bundle) -> Bundle:
        missing = self._inventory.missing(bundle.keys)
        self.passed += len(bundle.keys) - len(missing)
        return bundle if len(missing) == len(bundle.keys) else bundle.picked(missing)

    def _known(self, keys: Sequence[int]) -> dict[int, Row]:
        """The rows of those that an earlier run has met; of those of this run nobody asks."""
        known: dict[int, Row] = {}
        for start in range(0, 0 if self._empty else len(keys), CHUNK):
            some = keys[start : start + CHUNK]
            rows = select(self._database, self._directory, f"WHERE key IN ({', '.join('?' * len(some))})", some)
            known |= {row[0]: row for row in rows}
        return known

    def _unsettled(
        self, urls: Sequence[str], keys: Sequence[int], known: dict[int, Row], doubted: Container[int]
    ) -> Sequence[int]:
        """Tell of all that need no transfer; the places of the others. Only files of the doubted ones are looked at."""
        if not known:
            return range(len(keys))
        left = []
        tell = self.settled.append
        for place, key in enumerate(keys):
            row = known.get(key)
            said = self._said(urls[place], row, place in doubted) if row is not None else None
            if said is None:
                left.append(place)
            else:
                tell(said)
        return left

    def _said(self, url: str, row: Row, is_doubted: bool) -> Result | None:
        """What there is to say of a link without a transfer; None: it is to be tried."""
        if row.status == "done" and row.path is not None:
            return skipped_result(url, row) if not is_doubted or self._inventory.is_there(row.path) else None
        return None if self._wants(row.reason, row.conditions) else remembered_result(url, row)

    # -- those that are to be tried ----------------------------------------------------------------------------------

    def _named(self, job: Job, row: Row | None, wish: Wish) -> JobStream:
        """The job with a stem that no other link has: the one it had before, or a new one."""
        if row is not None and row.path is not None:
            yield job._replace(name=row.path.rpartition(".")[0])
            return
        if self._names is None:
            yield from self._read_names()
        wished = job.name or (wish(job) if wish else "")
        if wished and self._names is not None:
            job = Job(job.url, self._names.choose(wished, job.key), job.meta, job.local, job.digest)
        yield job

    def _read_names(self) -> Iterator[NotYet]:
        """Take note of all stems in use, before the first new link; with pauses in which others have their turn."""
        names = Names()
        for some in stems(self._database, self._directory):
            names.claim_all(some)
            if some:
                yield NotYet(0.0)
        self._names = names


def _chunks(jobs: Iterable[Job | Failed | NotYet | Bundle]) -> Iterator[list[Job | Failed] | Bundle | NotYet]:
    """What comes one by one, as much of it as can be read at once; bundles and pauses as they come."""
    chunk: list[Job | Failed] = []
    for item in jobs:
        if isinstance(item, Bundle | NotYet):
            if chunk:
                yield chunk
                chunk = []
            yield item
            continue
        chunk.append(item)
        if len(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
