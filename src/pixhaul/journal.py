"""Where pictures are about to be, as lines of a file that only grows: DIR/.pixhaul/journal.

A batch is written down here before it gets its names. After a kill its last lines are settled by looking at the files,
and when the ledger is lost or damaged all of it can be made again from the lines. Each has a CRC-32 of its own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from zlib import crc32

from pixhaul.part import write_all
from pixhaul.plain import is_below, open_plain
from pixhaul.rows import Row

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Journal:
    """The open file of a directory. Raises OSError from everything that writes, UsageError where it is no file."""

    def __init__(self, directory: Path, readonly: bool = False) -> None:
        self.path = directory / ".pixhaul" / "journal"
        self._descriptor = -1 if readonly else open_plain(self.path, _APPEND)
        self.size = 0 if readonly else os.fstat(self._descriptor).st_size
        """Bytes, with the end of what a kill has cut."""
        self._torn = self.size > 0

    def append(self, rows: Iterable[Row]) -> None:
        """Write lines down; all of them, or, where that fails, none."""
        data = b"".join(map(line, rows))
        if self._torn:  # the last line of an earlier run may have been cut
            data = b"\n" + data
        try:
            write_all(self._descriptor, data)
        except OSError:
            os.ftruncate(self._descriptor, self.size)
            raise
        self._torn = False
        self.size += len(data)

    def latest(self, begun: int) -> Iterator[Row]:
        """From a place on, the last line of each link, in the order of the lines."""
        last = {row.key: number for number, row in enumerate(read(self.path, begun))}
        yield from (row for number, row in enumerate(read(self.path, begun)) if last.get(row.key) == number)

    def rewrite(self, rows: Iterable[Row]) -> None:
        """Make the file anew, whole at every moment."""
        fresh = self.path.with_name("journal.new")
        fresh.unlink(missing_ok=True)
        descriptor = open_plain(fresh, _APPEND | os.O_EXCL)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(map(line, rows))
            file.flush()
            os.fsync(descriptor)
        self.close()
        fresh.replace(self.path)
        self._descriptor = open_plain(self.path, _APPEND)
        self.size = os.fstat(self._descriptor).st_size

    def sync(self) -> None:
        """Put it on the disk."""
        os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def line(row: Row) -> bytes:
    """One row of a picture: CRC-32 in hex, a space, a JSON array, a newline; ASCII."""
    values: list[object] = list(row[:_FAILURE])
    values[_SHA256] = row.sha256.hex() if row.sha256 else None
    if row.final_url == row.url:
        values[_FINAL_URL] = None
    text = _encode(values).encode("ascii")
    return b"%08x %b\n" % (crc32(text), text)


_FIELDS = Row._fields
_SHA256, _FINAL_URL, _FAILURE = (_FIELDS.index(name) for name in ("sha256", "final_url", "name"))


def parse(text: bytes) -> Row | None:
    """The row of a line without its newline; None for a line that is cut or damaged."""
    try:
        if len(text) < 10 or int(text[:8], 16) != crc32(text[9:]):
            return None
        row = Row(*json.loads(text[9:]))
        digest = bytes.fromhex(row.sha256) if row.sha256 else None  # type: ignore[arg-type]
        row = row._replace(sha256=digest, final_url=row.final_url or row.url)
    except (ValueError, TypeError, RecursionError):
        return None
    return row if _is_sound(row) else None


def _is_sound(row: Row) -> bool:
    """Whether the values are such as a ledger takes, and the path is one below the directory."""
    if any(value is not None and not fits(value) for value, fits in zip(row, _FITS, strict=True)):
        return False
    needed = None not in (row.key, row.url, row.at, row.path, row.sha256)
    return needed and row.status == "done" and is_below(str(row.path))


def _is_whole(value: object) -> bool:
    return type(value) is int and abs(value) < 2**63


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and abs(value) < 1e300  # type: ignore[arg-type]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and (
        value.isascii() or value.encode("utf-8", "replace") == value.encode("utf-8", "ignore")
    )


_KINDS: dict[str, Callable[[object], bool]] = {
    **dict.fromkeys(("key", "size", "width", "height", "http_status", "attempts"), _is_whole),
    **dict.fromkeys(("seconds", "at"), _is_number),
    "sha256": lambda value: isinstance(value, bytes),
}
_FITS = [_KINDS.get(name, _is_text) for name in _FIELDS]


def read(path: Path, offset: int = 0) -> Iterator[Row]:
    """The rows of all whole lines from a place on, in the order in which they were written."""
    try:
        descriptor = open_plain(path, os.O_RDONLY)
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "rb") as file:
        file.seek(offset)
        for text in file:
            row = parse(text.rstrip(b"\n"))
            if row is not None:
                yield row
