"""One link as the ledger has it: the columns, and what is put into them."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

from pixhaul.keys import url_key
from pixhaul.links import concealed
from pixhaul.models import EARLIER, Failed, Job, Receipt, Result
from pixhaul.plain import is_below

COLUMNS = (
    "key, url, status, reason, detail, path, sha256, size, format, width, height, "
    "http_status, final_url, etag, last_modified, attempts, seconds, at, name, meta, conditions, robots"
)
INSERT = f"INSERT OR REPLACE INTO links ({COLUMNS}, checksum) VALUES ({', '.join('?' * 23)})"  # noqa: S608 - constants


class Row(NamedTuple):
    """One link as the ledger has it."""

    key: int
    url: str
    status: str
    reason: str | None
    detail: str | None
    path: str | None
    sha256: bytes | None
    size: int | None
    format: str | None
    width: int | None
    height: int | None
    http_status: int | None
    final_url: str | None
    etag: str | None
    last_modified: str | None
    attempts: int | None
    seconds: float | None
    at: float
    name: str | None = None
    """Of a failure: the stem that it would have had."""
    meta: str | None = None
    """Of a failure: what was known besides, for `remembered_job`."""
    conditions: str | None = None
    """Of a failure for good: what it depended on (again.py)."""
    robots: str | None = None
    """What X-Robots-Tag said to everybody or to us; None from a ledger that did not ask."""


_DECISIVE = itemgetter(0, 1, 2, 3, 5, 7)  # key, url, status, reason, path, size; then sha256, which is 6


def checksum(row: Sequence[Any]) -> int:
    """CRC-32 of what decides, for SQLite sees no flipped bit within a row. Its first eight columns are enough."""
    text = "%s\0%s\0%s\0%s\0%s\0%s" % _DECISIVE(row)  # noqa: UP031 - a fifth quicker than an f-string of seven names
    digest = row[6] if row[6] is not None else b""
    return crc32(digest if isinstance(digest, bytes) else b"damaged", crc32(text.encode("utf-8", "surrogatepass")))


def stored(row: Row) -> tuple[object, ...]:
    """The values for INSERT."""
    return (*row, checksum(row))


def receipt_row(receipt: Receipt) -> Row:
    """The row of a kept picture, or of one that is about to be."""
    one = receipt.fetched
    picture = one.picture
    return Row(
        one.job.key,
        _text(one.job.url),
        "done",
        None,
        None,
        receipt.location,
        one.sha256,
        one.size,
        picture.format,
        picture.width,
        picture.height,
        one.http_status,
        one.final_url,
        one.etag,
        one.last_modified,
        one.attempts,
        one.seconds,
        time.time(),
        robots=_text(one.robots),
    )


def failed_row(one: Failed, conditions: str | None) -> Row:
    """The row of a link that failed, with all that another try needs."""
    nothing = (None,) * 6
    return Row(
        one.job.key,
        _text(concealed(one.job.url)),
        "failed",
        one.reason.value,
        _text(one.detail),
        *nothing,
        one.http_status,
        concealed(one.final_url),
        None,
        None,
        one.attempts,
        float(one.seconds),
        time.time(),
        _text(one.job.name) or None,
        json.dumps([one.job.meta, one.job.local], default=str),
        conditions,
        _text(one.robots),
    )


def remembered_job(row: Row) -> Job | None:
    """The job of a link that failed, as it was; None where the ledger does not have the link as it was given.

    A link with a password in it is such a one: the password is not kept.
    """
    if url_key(row.url) != row.key:
        return None
    try:
        pairs, local = json.loads(row.meta or "[[], false]")
        meta = tuple((str(name), value) for name, value in pairs)
    except (ValueError, TypeError):
        meta, local = (), False
    name = row.name if row.name and is_below(row.name) else ""
    return Job(row.url, name, meta, bool(local), row.key)


def remembered_result(url: str, row: Row) -> Result:
    """The result of a link that is not asked for, because it failed for good in an earlier run."""
    status, final_url = row.http_status or None, row.final_url or None
    detail = EARLIER + (row.detail or "")
    return Result(url, "failed", row.reason, detail, http_status=status, final_url=final_url, robots=row.robots or None)


def _text(value: str) -> str:
    """What SQLite takes: a lone surrogate, which JSON lists can bring, is written as its escape."""
    if value.isascii():
        return value
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def skipped_result(url: str, row: Row) -> Result:
    """The result of a link that an earlier run had kept."""
    return Result(
        url,
        "skipped",
        None,
        "",
        row.path,
        row.sha256.hex() if row.sha256 else None,
        row.size,
        row.format,
        row.width,
        row.height,
        row.http_status,
        row.final_url,
        robots=row.robots or None,
    )


def is_whole(directory: Path, row: Row) -> bool:
    """Whether the file of a row is there with the bytes that it vouches for. Raises OSError when nobody can tell."""
    path = directory / str(row.path)
    try:
        if path.is_symlink() or path.stat().st_size != row.size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest() == row.sha256
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False
