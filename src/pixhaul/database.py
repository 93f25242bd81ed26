"""The ledger's SQLite file: opened, tried, brought to this version; and what is wrong with it, in a line.

Never opened by anything but SQLite while a connection is open: closing any descriptor of the file would drop its locks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from pixhaul.errors import DiskFull, LedgerDamaged, PixhaulError, UsageError
from pixhaul.filesystems import is_network
from pixhaul.inventory import Kept
from pixhaul.part import disk_errors
from pixhaul.plain import is_below, kind, refuse_others
from pixhaul.rows import COLUMNS, Row, checksum

Connection: TypeAlias = sqlite3.Connection
VERSION = 3
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
    at REAL NOT NULL,
    name TEXT,
    meta TEXT,
    conditions TEXT,
    checksum INTEGER,
    robots TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
"""
_LEAST, _GREATEST = -(2**63), 2**63 - 1
"""Of SQLite's integers. Keys are never negative, but a damaged one may be."""
_PAGE = 1_000
"""Rows read in one go."""
_row = partial(tuple.__new__, Row)  # of as many values: a third quicker than naming each
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NO_ROOM = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})


def ledger_path(directory: Path) -> Path:
    """Where the ledger of a directory lies."""
    return directory / ".pixhaul" / "ledger.sqlite"


def demand_ledger(directory: Path) -> None:
    """Raise UsageError where there is no ledger, or where nobody can tell."""
    with disk_errors(directory, "the ledger cannot be looked at"):
        if not is_there(ledger_path(directory)):
            hint = "Name a directory that `pixhaul get -d DIR` has filled."
            raise UsageError(f"{directory}: there is no ledger of pixhaul here.", hint)


def is_there(path: Path) -> bool:
    """Whether anything has that name, a dangling link too. Raises OSError where nobody can tell."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def files_of(path: Path) -> tuple[Path, ...]:
    """What SQLite may open of a database, itself last: where others go first, a kill leaves nothing it throws away."""
    return tuple(path.with_name(path.name + suffix) for suffix in ("-wal", "-shm", "-journal", ""))


def open_database(directory: Path, readonly: bool, durable: bool = True) -> sqlite3.Connection:
    """A connection, tried and ready. Raises PixhaulError: LedgerDamaged where the file is, or is not ours."""
    with explained(directory), disk_errors(directory, "the ledger cannot be opened"):
        path = ledger_path(directory)
        refuse_others(*files_of(path))  # SQLite would follow a link that leads nowhere, and wait for a pipe
        version = _try(directory, path) if readonly or is_there(path) else 0
        if readonly:
            if version < VERSION:
                raise _outdated(directory, version)
            return _readonly(path)
        database = _connect(path, "rwc")
        try:
            _prepare(database, directory, durable)
        except BaseException:
            database.close()
            raise
        return database


@contextmanager
def explained(directory: Path) -> Iterator[None]:
    """Whatever SQLite raises inside, as one clear line with what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) or is_damage(error):
            raise explanation(directory, error) from error
        raise  # a fault of ours


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether the file is broken, or no database at all."""
    code = getattr(error, "sqlite_errorcode", None)
    undecodable = code is None and isinstance(error, sqlite3.OperationalError)  # a text that is no UTF-8
    return undecodable or (code or 0) & 0xFF in _DAMAGE


def explanation(directory: Path, error: sqlite3.DatabaseError) -> PixhaulError:
    """What SQLite's error means for a person."""
    if is_damage(error):
        return damaged(directory, str(error))
    if error.sqlite_errorcode == sqlite3.SQLITE_ERROR:  # its tables are not as they should be
        return damaged(directory, str(error))
    if error.sqlite_errorcode in _NO_ROOM:
        hint = "Make room, then run the same command again: it goes on from here."
        return DiskFull(f"{directory}: the disk is full (or a quota), the ledger could not be written.", hint)
    return UsageError(f"{directory}: the ledger cannot be used: {error}.", "Look at the disk and its permissions.")


def damaged(directory: Path, why: str) -> LedgerDamaged:
    """The error of a ledger that cannot be trusted."""
    hint = f"Make it again from the pictures and the journal: pixhaul check --rebuild {directory}"
    return LedgerDamaged(f"{ledger_path(directory)}: the ledger is damaged: {why}.", hint)


def _outdated(directory: Path, version: int) -> UsageError:
    if not version:
        hint = f"Make it again from the pictures and the journal: pixhaul check --rebuild {directory}"
        return LedgerDamaged(f"{ledger_path(directory)}: the ledger is empty.", hint)
    hint = "The next pixhaul get there brings it up to date."
    return UsageError(f"{ledger_path(directory)}: the ledger is of an older pixhaul (version {version}).", hint)


def select(database: sqlite3.Connection, directory: Path, where: str, values: Sequence[object]) -> Iterator[Row]:
    """Rows, each compared with its checksum. Raises LedgerDamaged for the first that has changed."""
    with explained(directory):
        found = database.execute(SELECT + where, values)
        while some := found.fetchmany(_PAGE):
            for values_and_sum in some:
                if values_and_sum[-1] not in (None, checksum(values_and_sum)):  # None: from a ledger of version 1
                    raise damaged(directory, "a row is not as it was written")
                if values_and_sum[5] is not None and not is_below(values_and_sum[5]):
                    raise damaged(directory, "a row leads out of the directory")
                yield _row(values_and_sum[:-1])


def is_empty(database: sqlite3.Connection, directory: Path) -> bool:
    """Whether there is no row at all."""
    with explained(directory):
        return database.execute("SELECT 1 FROM links LIMIT 1").fetchone() is None


_DONE = "SELECT key, path FROM links WHERE status = 'done' AND path IS NOT NULL"


def kept(database: sqlite3.Connection, directory: Path) -> Kept:
    """What is done, for an inventory."""

    def found(query: str, values: Sequence[object] = ()) -> list[Any]:
        with explained(directory):
            return database.execute(query, values).fetchall()

    return Kept(
        among=lambda keys: found(f"{_DONE} AND key IN ({', '.join('?' * len(keys))})", keys),
        after=lambda key, most: found(f"{_DONE} AND key > ? ORDER BY key LIMIT ?", (key, most)),
        size=lambda: int(found("SELECT count(*) FROM links")[0][0]),
    )


def stems(database: sqlite3.Connection, directory: Path) -> Iterator[list[str]]:
    """The names in use, without extensions, some at a time; every row is compared with its checksum on the way.

    Before a link that the ledger does not know is fetched, this makes sure that no damaged row was that link's.
    """
    query = _DECISIVE + "WHERE key >= ? ORDER BY key LIMIT ?"
    first: int | None = _LEAST
    while first is not None:
        with explained(directory):
            rows = database.execute(query, (first, _PAGE)).fetchall()
        for row in rows:
            if row[-1] not in (None, checksum(row)):
                raise damaged(directory, "a row is not as it was written")
        yield [row[5].rpartition(".")[0] for row in rows if row[5] is not None]
        first = rows[-1][0] + 1 if len(rows) == _PAGE and rows[-1][0] < _GREATEST else None


def salvage(path: Path) -> Iterator[Row]:
    """Every row of a damaged ledger that can still be read and is as it was written."""
    if kind(path):
        return
    is_alone = any(map(kind, files_of(path)))  # a link or a pipe beside it is not to be opened
    with closing(_connect(path, "ro&immutable=1" if is_alone else "ro")) as database:
        for values_and_sum in _reachable(database):
            row = Row(*values_and_sum[:-1])
            if values_and_sum[-1] == checksum(row) and (row.path is None or is_below(row.path)):
                yield row


_TRIES = 20_000
"""Queries that a damaged tree may take; each of its broken pages costs about sixty."""


def _reachable(database: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """The rows of all pages that make sense: where reading stops, the range of keys beyond is halved."""
    ranges = [(_LEAST, _GREATEST)]
    for _ in range(_TRIES):
        if not ranges:
            return
        first, last = ranges.pop()
        reached = first
        try:
            for row in database.execute(f"{SELECT} WHERE key BETWEEN ? AND ? ORDER BY key", (first, last)):
                if isinstance(row[0], int) and first <= row[0] <= last:
                    reached = row[0] + 1
                    yield row
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            if getattr(error, "sqlite_errorcode", 0) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR):
                return  # no database, or none with such a table: no range of keys is better than another
            middle = reached + (last - reached) // 2
            if last - reached > 2**32:
                ranges += [(middle + 1, last), (reached, middle)]


SELECT = f"SELECT {COLUMNS}, checksum FROM links "  # noqa: S608 - constants
_DECISIVE = "SELECT key, url, status, reason, NULL, path, sha256, size, checksum FROM links "


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=60.0)


def _readonly(path: Path) -> sqlite3.Connection:
    """A connection for reading, also on a disk that cannot be written to, where a log cannot be shared."""
    database = _connect(path, "ro")
    try:
        database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.DatabaseError as error:
        database.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        return _connect(path, "ro&immutable=1")
    return database


def _try(directory: Path, path: Path) -> int:
    """The version, when there is no damage; writes nothing, so that a ledger of a newer pixhaul stays as it is."""
    with closing(_readonly(path)) as database:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise UsageError(f"{path}: the ledger is of a newer pixhaul (version {version}).", "Update pixhaul.")
        found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise damaged(directory, str(found).splitlines()[-1])
        others = database.execute("SELECT count(*) FROM sqlite_schema WHERE type NOT IN ('table', 'index')").fetchone()[
            0
        ]
        if others or (not version and database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]):
            raise damaged(directory, "there are things in it that pixhaul does not put there")
        columns = {row[1] for row in database.execute("PRAGMA table_info(links)")}
        if ("checksum" in columns) != (version >= 2) or bool(columns) != bool(version):
            raise damaged(directory, f"it says that it is of version {version}, and is not")
    return int(version)


def _prepare(database: sqlite3.Connection, directory: Path, durable: bool) -> None:
    # A write-ahead log is quickest, and cannot be had over a network. FULL: a commit outlives a power cut.
    journal = "DELETE" if is_network(directory) else "WAL"
    level = "FULL" if durable or journal == "DELETE" else "NORMAL"
    database.executescript(f"PRAGMA journal_mode = {journal}; PRAGMA synchronous = {level};")
    if database.execute("PRAGMA user_version").fetchone()[0] == 1:
        _from_version_1(database)
    if database.execute("PRAGMA user_version").fetchone()[0] == 2:  # which knew nothing of X-Robots-Tag
        database.executescript("BEGIN; ALTER TABLE links ADD COLUMN robots TEXT; PRAGMA user_version = 3; COMMIT;")
    database.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT;")


def _from_version_1(database: sqlite3.Connection) -> None:
    """Version 1 had intents in place of the journal, and remembered nothing of failures."""
    columns = ("name TEXT", "meta TEXT", "conditions TEXT", "checksum INTEGER")
    changes = " ".join(f"ALTER TABLE links ADD COLUMN {column};" for column in columns)
    database.executescript(f"BEGIN; {changes} PRAGMA user_version = 2; COMMIT;")
