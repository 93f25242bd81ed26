"""What became of every link: an SQLite file in DIR/.pixhaul, written by one thread in batches.

A picture is written down twice: in the journal, with its hash and its name, before it gets that name, and here as done
after. A kill between the two is repaired by looking at the file, so nothing that has its final name is fetched again.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from operator import itemgetter
from pathlib import Path

from pixhaul import again
from pixhaul.again import Choice
from pixhaul.bundle import Bundle
from pixhaul.database import explained, is_empty, kept, open_database, select, stems
from pixhaul.inventory import Inventory
from pixhaul.journal import Journal
from pixhaul.models import Failed, Job, JobStream, NotYet, Receipt, Result
from pixhaul.names import Names
from pixhaul.part import disk_errors, has_sweep
from pixhaul.rows import INSERT, Row, failed_row, is_whole, receipt_row, remembered_result, skipped_result, stored

CHUNK = 500
"""Links looked up in one query."""
_SETTLED = "journal bytes settled"
"""The fact that says how much of the journal the rows hold."""


class Ledger:
    """One directory's record. One thread uses it."""

    def __init__(self, directory: Path, readonly: bool = False, choice: Choice | None = None) -> None:
        """Open it. To write, one must hold the directory's lock. Raises PixhaulError, LedgerDamaged among them."""
        self.directory = directory
        self.settled: deque[Result] = deque()
        """Links that need no transfer, as `pending` met them: kept by an earlier run, or failed for good in one."""
        self.passed = 0
        """Links that an earlier run has kept, and that `settled` does not tell of."""
        self.tells_kept = True
        """Whether `settled` tells of those that are kept."""
        self._empty = False
        self._choice = choice or Choice()
        self._database = open_database(directory, readonly, self._choice.options.durable)
        self._readonly = readonly
        self._inventory = Inventory(kept(self._database, directory), directory)
        self._names: Names | None = None
        self._intended: dict[int, Row] = {}
        try:
            with disk_errors(directory, "the journal cannot be written"):
                self._journal = Journal(directory, readonly)
                self._mend_journal()
        except BaseException:
            self._database.close()
            raise

    def _mend_journal(self) -> None:
        """Make the journal anew when it is shorter than the rows say: somebody has removed or cut it."""
        if self._readonly:
            return
        settled = self._settled_size()
        older = not settled and not self._journal.size and next(self.rows("done"), None) is not None
        if older or self._journal.size < settled:
            self._journal.rewrite(chain(self._journal.latest(0), self.rows("done")))
            with self._writing():
                self._settle()

    # -- what is still to do ---------------------------------------------------------------------------------------

    def pending(
        self, jobs: Iterable[Job | Failed | NotYet | Bundle], wished: Callable[[Job], str] | None = None
    ) -> JobStream:
        """The jobs that are to be tried, each with its name, and the failures among them as they are.

        Lazy: reads 500 links, or a bundle, ahead at most. What failed for good goes to `settled`, and so does what is
        kept, or it is counted in `passed`.

        `wished` gives the stem that a link without a name asks for; it is asked only for links that are not known.
        """
        self._empty = is_empty(self._database, self.directory)
        for some in _chunks(jobs):
            if isinstance(some, NotYet):
                yield some
                continue
            passed = self.passed
            yield from self._of_bundle(some, wished) if isinstance(some, Bundle) else self._new(some, wished)
            if self.settled or self.passed > passed:
                yield NotYet(0.0)  # lets whoever drives the run tell of them

    def sift(self, keys: Sequence[int], seen: Iterable[int]) -> Sequence[int]:
        """The places of the keys that are not surely kept; the others are counted in `passed`, once each.

        `seen` are the keys of the links before them that were not taken out here.
        """
        left, passed = self._inventory.sift(keys, seen)
        self.passed += passed
        return left

    def _of_bundle(self, bundle: Bundle, wished: Callable[[Job], str] | None) -> JobStream:
        """Most links of a long list may be kept already: those become nouns only where somebody is told of them."""
        if not self.tells_kept and not self._empty:
            yield from self._inventory.prepared(len(bundle.keys))
            missing = self._inventory.missing(bundle.keys)
            self.passed += len(bundle.keys) - len(missing)
            if len(missing) < len(bundle.keys):
                bundle = bundle.picked(missing)
        yield from self._new(bundle.jobs(), wished)

    def _new(self, chunk: Sequence[Job | Failed], wished: Callable[[Job], str] | None) -> JobStream:
        known = self._known([item.key for item in chunk if isinstance(item, Job)])
        for item in chunk:
            if isinstance(item, Failed):
                yield item
                continue
            row = known.get(item.key)
            said = self._said(item, row) if row is not None else None
            if said is not None:
                self.settled.append(said)
                continue
            if self._names is None and (row is None or row.path is None):
                yield from self._read_names()
            yield self._named(item, row, wished)

    def _said(self, job: Job, row: Row) -> Result | None:
        """What there is to say of a link without a transfer; None: it is to be tried."""
        if row.status == "done" and row.path is not None:
            return skipped_result(job, row) if self._inventory.is_there(row.path) else None
        return None if self._choice.wants(row.reason, row.conditions) else remembered_result(job, row)

    def _known(self, keys: Sequence[int]) -> dict[int, Row]:
        """The rows of those that an earlier run has met; of those of this run nobody asks."""
        known: dict[int, Row] = {}
        for start in range(0, 0 if self._empty else len(keys), CHUNK):
            some = keys[start : start + CHUNK]
            rows = self._select(f"WHERE key IN ({', '.join('?' * len(some))})", some)
            known.update((row.key, row) for row in rows)
        return known

    def _named(self, job: Job, row: Row | None, wished: Callable[[Job], str] | None) -> Job:
        """The job with a stem that no other link has: the one it had before, or a new one."""
        if row is not None and row.path is not None:
            return job._replace(name=row.path.rpartition(".")[0])
        wish = job.name or (wished(job) if wished else "")
        if not wish or self._names is None:
            return job
        names = self._names
        return Job(job.url, names.choose(wish, job.key), job.meta, job.local, job.digest)

    def _read_names(self) -> Iterator[NotYet]:
        """Take note of all stems in use, before the first new link; with pauses in which others have their turn."""
        names = Names()
        for some in stems(self._database, self.directory):
            names.claim_all(some)
            if some:
                yield NotYet(0.0)
        self._names = names

    def failures(self) -> Iterator[Row]:
        """The failures of earlier runs that the choice takes up, in the order in which they failed."""
        failed = self._select("WHERE status = 'failed' ORDER BY at", ())
        keys = array("q", (row.key for row in failed if self._choice.takes_up(row.reason, row.conditions)))
        for start in range(0, len(keys), CHUNK):
            some = keys[start : start + CHUNK]
            known = self._known(some.tolist())
            yield from (known[key] for key in some if key in known)

    # -- what has ended --------------------------------------------------------------------------------------------

    def intend(self, receipts: Sequence[Receipt]) -> None:
        """Write down in the journal where pictures are about to be, before they are there."""
        rows = [receipt_row(receipt) for receipt in receipts]
        with disk_errors(self.directory, "the journal cannot be written"):
            self._journal.append(rows)
            if self._choice.options.durable and not has_sweep():  # else the sweep that syncs the pictures syncs it too
                self._journal.sync()
        self._intended.update((row.key, row) for row in rows)

    def record(self, entries: Sequence[Receipt | Failed]) -> None:
        """Write down what ended: receipts, which were intended, as done; the others with their reason. One commit."""
        intended, options = self._intended, self._choice.options
        done = []
        for entry in entries:
            if isinstance(entry, Failed):
                row = failed_row(entry, again.conditions(entry.reason, options))
                if row.key in intended:
                    del intended[row.key]
            else:
                key = entry.fetched.job.key
                row = intended.pop(key) if key in intended else receipt_row(entry)
            done.append(stored(row))
        done.sort(key=itemgetter(0))  # neighbours go to one page of the file, which saves a fifth
        with self._writing():
            self._database.executemany(INSERT, done)
            if not intended:  # else a batch was broken off: the next run looks what became of it
                self._settle()

    def _settle(self) -> None:
        """Say that the rows hold all of the journal."""
        self._database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (_SETTLED, self._journal.size))

    def forget(self, key: int) -> None:
        """Strike out a link that was none: a page that failed, and has become its pictures."""
        with self._writing():
            self._database.execute("DELETE FROM links WHERE key = ?", (key,))

    def add(self, rows: Iterable[Row]) -> None:
        """Put in rows that were made elsewhere, all in one commit."""
        with self._writing():
            self._database.executemany(INSERT, map(stored, rows))
            self._settle()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction. Raises PixhaulError where SQLite cannot write."""
        with explained(self.directory), self._database:
            yield

    def owns(self, path: str, key: int) -> bool:
        """Whether a path is that of another link than the one with this key. Asked when a name was found taken."""
        if any(row.path == path and row.key != key for row in self._intended.values()):
            return True
        with explained(self.directory):
            # Made when it is first needed: it costs 5 us a picture, and only names made of hashes are ever taken twice.
            self._database.execute("CREATE INDEX IF NOT EXISTS paths ON links (path)")
            found = self._database.execute("SELECT 1 FROM links WHERE path = ? AND key != ? LIMIT 1", (path, key))
            return found.fetchone() is not None

    def repair(self) -> int:
        """Settle what a kill left between two steps, or a ledger that was lost: how many pictures were found again.

        A file that is there and whole is kept; all the other links are to be done again.
        """
        begun = self._settled_size()
        if self._journal.size <= begun:
            return 0
        before = self._database.total_changes
        with disk_errors(self.directory, "what an earlier run left cannot be read"):
            self.add(self.adoptable(begun))
        return self._database.total_changes - before - 1  # less the one that says how much is settled

    def journal_rows(self, begun: int = 0) -> Iterator[Row]:
        """What the journal says last of each link, from a place on."""
        return self._journal.latest(begun)

    def adoptable(self, begun: int = 0) -> Iterator[Row]:
        """Of the pictures in the journal from a place on, those whose file is there, whole, and of no other link."""
        claimed: dict[str, int] = {}
        for row in self.journal_rows(begun):
            path, key = str(row.path), row.key
            if claimed.setdefault(path, key) == key and not self.owns(path, key) and is_whole(self.directory, row):
                yield row

    # -- reading ---------------------------------------------------------------------------------------------------

    def rows(self, status: str | None = None) -> Iterator[Row]:
        """All links, or those of one status, in no particular order. Raises LedgerDamaged where one has changed."""
        return self._select("WHERE status = ?" if status else "", (status,) if status else ())

    def _select(self, where: str, values: Sequence[object]) -> Iterator[Row]:
        return select(self._database, self.directory, where, values)

    def _settled_size(self) -> int:
        """Bytes of the journal whose pictures are among the rows."""
        with explained(self.directory):
            found = self._database.execute("SELECT value FROM facts WHERE name = ?", (_SETTLED,)).fetchone()
        return int(found[0]) if found else 0

    def close(self) -> None:
        """Fold the write-ahead log into the file, durably, and close."""
        try:
            if not self._readonly:
                with explained(self.directory):
                    self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._database.close()
            self._journal.close()


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
