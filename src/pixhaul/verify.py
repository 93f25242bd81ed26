"""Every kept picture of a directory against the ledger: what `pixhaul check` says."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from pixhaul.check import inspect
from pixhaul.database import demand_ledger
from pixhaul.digests import Digests
from pixhaul.errors import UsageError
from pixhaul.ledger import Ledger
from pixhaul.plain import kind, open_plain
from pixhaul.rows import Row

_BLOCK = 64 * 1024
_LARGEST = 256 * 1024 * 1024
"""Bytes of a file that is looked at, once its hash was wrong."""


class Finding(NamedTuple):
    """What a look at one kept picture brought."""

    path: str
    """Relative to the directory."""
    problem: str
    """Empty: as it was kept. Else missing, changed or broken."""
    detail: str
    url: str


def verify(directory: Path) -> Iterator[Finding]:
    """Re-read every kept picture; yield a finding for each, good ones too. Raises UsageError without a ledger."""
    demand_ledger(directory)
    with closing(Ledger(directory, readonly=True)) as ledger:
        for row in ledger.rows("done"):
            problem, detail = look(directory, row)
            yield Finding(str(row.path), problem, detail, row.url)


def strangers(directory: Path) -> int:
    """How many files lie in the directory that the ledger does not know: not ours, and left alone."""
    ours = Digests()
    with closing(Ledger(directory, readonly=True)) as ledger:
        for row in ledger.rows("done"):
            ours.add(hash(f"{directory}{os.sep}{row.path}".replace("/", os.sep)) & _POSITIVE)
    return sum(hash(path) & _POSITIVE not in ours for path in _files(directory))


_POSITIVE = 2**63 - 1


def _files(directory: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(directory):
        if ".pixhaul" in folders:
            folders.remove(".pixhaul")
        yield from (os.path.join(folder, name) for name in files)  # noqa: PTH118 - a million Path objects take seconds


def look(directory: Path, row: Row) -> tuple[str, str]:
    """What is wrong with the file of a row, in a word and in words; two empty texts when nothing is."""
    path = directory / str(row.path)
    try:
        return _compare(path, row)
    except UsageError:  # there is something, and no plain file
        return "changed", f"{kind(path) or 'no plain file'} is in its place"
    except (FileNotFoundError, NotADirectoryError):
        return "missing", "the file is not there"
    except (OSError, ValueError) as error:  # ValueError: a path that no system can have
        return "broken", f"cannot be read: {getattr(error, 'strerror', None) or error}"


def _compare(path: Path, row: Row) -> tuple[str, str]:
    with os.fdopen(open_plain(path, os.O_RDONLY), "rb", buffering=0) as file:
        digest = hashlib.sha256()
        while some := file.read(_BLOCK):  # hashlib.file_digest makes a buffer of 256 KB for each
            digest.update(some)
        if digest.digest() == row.sha256:
            return "", ""
        size = os.fstat(file.fileno()).st_size
        if not size:
            return "changed", f"empty, and was {row.size} bytes"
        if size > _LARGEST:
            return "changed", f"{size} bytes, and was {row.size}"
        file.seek(0)
        picture = inspect(file.read(_LARGEST), max_pixels=2**62)  # a map of it would kill us where it is cut meanwhile
    if picture.flaw:
        return "broken", f"{size} bytes, and was {row.size}: {picture.detail or picture.flaw}"
    return "changed", f"another whole picture: {size} bytes, and was {row.size}"
