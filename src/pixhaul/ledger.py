"""What became of every link: an SQLite file in DIR/.pixhaul, written by one thread in batches.

A picture is written down twice: as an intent, with its hash and its name, before it gets that name, and as done after.
A kill between the two is repaired by looking at the file, so nothing that has its final name is ever fetched again.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pixhaul.errors import DiskFull, PixhaulError, UsageError
from pixhaul.models import Failed, Job, JobStream, NotYet, Receipt, Result
from pixhaul.names import Names
from pixhaul.rows import COLUMNS, INSERT, Row, failed_row, is_whole, packed, receipt_row, skipped_result, unpacked

VERSION = 1
CHUNK = 500
"""Links looked up in one query."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS links (
    key INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    detail TEXT,
    path TEXT,
    sha256 BLOB,
    size INTEGER,
    format TEXT,
    width INTEGER,
    height INTEGER,
    http_status INTEGER,
    final_url TEXT,
    etag TEXT,
    last_modified TEXT,
    attempts INTEGER,
    seconds REAL,
    at REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS intents (batch INTEGER PRIMARY KEY, rows TEXT NOT NULL) STRICT;
"""


class Ledger:
    """One directory's record. One thread uses it."""

    def __init__(self, directory: Path, readonly: bool = False) -> None:
        self.directory = directory
        self.skipped: deque[Result] = deque()
        """Links that an earlier run had kept, as `pending` met them; whoever drives the run takes them out."""
        path = directory / ".pixhaul" / "ledger.sqlite"
        self._database = _open(path, readonly)
        self._names: Names | None = None
        self._intended: dict[int, Row] = {}

    # -- what is still to do ---------------------------------------------------------------------------------------

    def pending(self, jobs: JobStream) -> JobStream:
        """The jobs that are not kept yet, each with its name, and the failures among them as they are.

        Lazy: reads 500 links ahead at most. What is kept goes to `skipped`.
        """
        while True:
            chunk, pause = _chunk(jobs)
            yield from self._new(chunk)
            if self.skipped:
                yield NotYet(0.0)  # lets whoever drives the run tell of them
            if pause is None:
                return
            if pause > 0.0:
                yield NotYet(pause)

    def _new(self, chunk: list[Job | Failed]) -> Iterator[Job | Failed]:
        known = self._known([item.key for item in chunk if isinstance(item, Job)])
        for item in chunk:
            if isinstance(item, Failed):
                yield item
                continue
            key = item.key
            row = known.get(key)
            if row is not None and row.path is not None and self._exists(row):
                self.skipped.append(skipped_result(item, row))
            else:
                yield self._named(item, key, row)

    def _known(self, keys: Sequence[int]) -> dict[int, Row]:
        marks = ", ".join("?" * len(keys))
        found = self._database.execute(
            f"SELECT {COLUMNS} FROM links WHERE status = 'done' AND key IN ({marks})",  # noqa: S608 - question marks
            keys,
        )
        return {row[0]: Row(*row) for row in found}

    def _exists(self, row: Row) -> bool:
        """A picture that the person has deleted since is not kept any more."""
        return (self.directory / str(row.path)).is_file()

    def _named(self, job: Job, key: int, row: Row | None) -> Job:
        """The job with a stem that no other link has: the one it had before, or a new one."""
        if row is not None and row.path is not None:
            return job._replace(name=row.path.rpartition(".")[0])
        if not job.name:
            return job
        return Job(job.url, self.names.choose(job.name, key), job.meta, job.local, job.digest)

    @property
    def names(self) -> Names:
        """All stems in use, read when the first new link comes."""
        if self._names is None:
            self._names = Names()
            for (path,) in self._database.execute("SELECT path FROM links WHERE path IS NOT NULL"):
                self._names.claim(path.rpartition(".")[0])
        return self._names

    # -- what has ended --------------------------------------------------------------------------------------------

    def intend(self, receipts: Sequence[Receipt]) -> None:
        """Write down where pictures are about to be, before they are there: one line for a batch, soon to be erased."""
        rows = [receipt_row(receipt) for receipt in receipts]
        self._intended.update((row.key, row) for row in rows)
        with self._writing():
            self._database.execute("INSERT INTO intents (rows) VALUES (?)", (packed(rows),))

    def record(self, entries: Sequence[Receipt | Failed]) -> None:
        """Write down what ended: receipts, which were intended, as done; the others with their reason. One commit."""
        done, intended = [], self._intended
        for entry in entries:
            key = entry.fetched.job.key if isinstance(entry, Receipt) else 0
            done.append(failed_row(entry) if isinstance(entry, Failed) else intended.get(key) or receipt_row(entry))
        with self._writing():
            self._database.executemany(INSERT, done)
            self._database.execute("DELETE FROM intents")
        self._intended = {}

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction. Raises DiskFull or UsageError where SQLite cannot write."""
        try:
            with self._database:
                yield
        except sqlite3.OperationalError as error:
            raise _explained(self.directory, error) from error

    def owns(self, path: str, key: int) -> bool:
        """Whether a path is that of another link than the one with this key. Asked when a name was found taken."""
        if any(row.path == path and row.key != key for row in self._intended.values()):
            return True
        # Made when it is first needed: it costs 5 us a picture, and only names made of hashes are ever taken twice.
        self._database.execute("CREATE INDEX IF NOT EXISTS paths ON links (path)")
        found = self._database.execute("SELECT 1 FROM links WHERE path = ? AND key != ? LIMIT 1", (path, key))
        return found.fetchone() is not None

    def repair(self) -> None:
        """Settle what a kill left between two steps: the file is there and whole, or the link is to be done again."""
        batches = self._database.execute("SELECT rows FROM intents").fetchall()
        whole = [row for (text,) in batches for row in unpacked(text) if is_whole(self.directory, row)]
        with self._writing():
            self._database.executemany(INSERT, whole)
            self._database.execute("DELETE FROM intents")

    # -- reading ---------------------------------------------------------------------------------------------------

    def rows(self, status: str | None = None) -> Iterator[Row]:
        """All links, or those of one status, in no particular order."""
        where, values = ("WHERE status = ?", (status,)) if status else ("", ())
        for row in self._database.execute(f"SELECT {COLUMNS} FROM links {where}", values):  # noqa: S608 - constants
            yield Row(*row)

    def close(self) -> None:
        """Fold the write-ahead log into the file, durably, and close."""
        try:
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            raise _explained(self.directory, error) from error
        finally:
            self._database.close()


def _open(path: Path, readonly: bool) -> sqlite3.Connection:
    advice = f"Move {path} away to begin a new one; pictures that are there stay as they are."
    try:
        database = sqlite3.connect(
            f"{path.absolute().as_uri()}{'?mode=ro' if readonly else ''}", uri=True, timeout=60.0
        )
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise UsageError(f"{path}: the ledger is of a newer pixhaul (version {version}).", "Update pixhaul.")
        if not readonly:
            _prepare(database)
    except sqlite3.DatabaseError as error:
        raise UsageError(f"{path}: the ledger cannot be used: {error}.", advice) from error
    return database


def _explained(directory: Path, error: sqlite3.OperationalError) -> PixhaulError:
    if error.sqlite_errorcode in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE):
        hint = "Make room, then run the same command again: it goes on from here."
        return DiskFull(f"{directory}: the disk is full, the ledger could not be written.", hint)
    return UsageError(f"{directory}: the ledger cannot be written: {error}.", "Look at the disk and its permissions.")


def _prepare(database: sqlite3.Connection) -> None:
    # NORMAL may lose the last commits in a power cut, never the file: the pictures are then there, and are looked at.
    database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")
    database.executescript(_SCHEMA)
    database.execute(f"PRAGMA user_version = {VERSION}")


def _chunk(jobs: JobStream) -> tuple[list[Job | Failed], float | None]:
    """What can be read at once, and then the pause that the source asks for: None at its end, 0 when it has more."""
    chunk: list[Job | Failed] = []
    for item in jobs:
        if isinstance(item, NotYet):
            return chunk, item.seconds
        chunk.append(item)
        if len(chunk) >= CHUNK:
            return chunk, 0.0
    return chunk, None
