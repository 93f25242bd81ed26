"""What became of every link: an SQLite file in DIR/.pixhaul, written by one thread in batches.

A picture is written down twice: in the journal, with its hash and its name, before it gets that name, and here as done
after. A kill between the two is repaired by looking at the file, so nothing that has its final name is fetched again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from operator import itemgetter
from pathlib import Path

from pixhaul import again
from pixhaul.again import Choice
from pixhaul.database import explained, open_database, select
from pixhaul.journal import Journal
from pixhaul.models import Failed, Receipt
from pixhaul.part import disk_errors, has_sweep
from pixhaul.recognition import Recognition
from pixhaul.rows import INSERT, Row, failed_row, is_whole, receipt_row, stored

_SETTLED = "journal bytes settled"
"""The fact that says how much of the journal the rows hold."""


class Ledger:
    """One directory's record. One thread uses it."""

    def __init__(self, directory: Path, readonly: bool = False, choice: Choice | None = None) -> None:
        """Open it. To write, one must hold the directory's lock. Raises PixhaulError, LedgerDamaged among them."""
        self.directory = directory
        choice = choice or Choice()
        self._options = choice.options
        self._database = open_database(directory, readonly, self._options.durable)
        self._readonly = readonly
        self.recognition = Recognition(self._database, directory, choice)
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

    # -- what has ended --------------------------------------------------------------------------------------------

    def intend(self, receipts: Sequence[Receipt]) -> None:
        """Write down in the journal where pictures are about to be, before they are there."""
        rows = [receipt_row(receipt) for receipt in receipts]
        with disk_errors(self.directory, "the journal cannot be written"):
            self._journal.append(rows)
            if self._options.durable and not has_sweep():  # else the sweep that syncs the pictures syncs it too
                self._journal.sync()
        self._intended.update((row.key, row) for row in rows)

    def record(self, entries: Sequence[Receipt | Failed]) -> None:
        """Write down what ended: receipts, which were intended, as done; the others with their reason. One commit."""
        intended, options = self._intended, self._options
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
