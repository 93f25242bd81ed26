"""One link as the ledger has it: the columns, and what is put into them."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pixhaul.links import concealed
from pixhaul.models import Failed, Job, Receipt, Result

COLUMNS = (
    "key, url, status, reason, detail, path, sha256, size, format, width, height, "
    "http_status, final_url, etag, last_modified, attempts, seconds, at"
)
INSERT = f"INSERT OR REPLACE INTO links ({COLUMNS}) VALUES ({', '.join('?' * 18)})"  # noqa: S608 - constants


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


def receipt_row(receipt: Receipt) -> Row:
    """The row of a kept picture, or of one that is about to be."""
    one = receipt.fetched
    picture = one.picture
    return Row(
        one.job.key,
        one.job.url,
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
    )


def packed(rows: Iterable[Row]) -> str:
    """Rows as one text."""
    return json.dumps([row._replace(sha256=row.sha256.hex() if row.sha256 else None) for row in rows])  # type: ignore[arg-type]


def unpacked(text: str) -> list[Row]:
    """The rows that were packed."""
    rows = (Row(*values) for values in json.loads(text))
    return [row._replace(sha256=bytes.fromhex(str(row.sha256)) if row.sha256 else None) for row in rows]


def failed_row(one: Failed) -> Row:
    """The row of a link that failed."""
    nothing = (None,) * 6
    return Row(
        one.job.key,
        _text(concealed(one.job.url)),
        "failed",
        one.reason.value,
        _text(one.detail),
        *nothing,
        one.http_status,
        one.final_url,
        None,
        None,
        one.attempts,
        one.seconds,
        time.time(),
    )


def _text(value: str) -> str:
    """What SQLite takes: a lone surrogate, which JSON lists can bring, is written as its escape."""
    return value.encode("utf-8", "backslashreplace").decode("utf-8")


def skipped_result(job: Job, row: Row) -> Result:
    """The result of a link that an earlier run had kept."""
    return Result(
        job.url,
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
    )


def is_whole(directory: Path, row: Row) -> bool:
    """Whether the file of a row is there with the bytes that the row vouches for."""
    path = directory / str(row.path)
    try:
        if path.is_symlink() or path.stat().st_size != row.size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest() == row.sha256
    except OSError:
        return False
