"""Every kept picture of a directory against the ledger: what `pixhaul check` says."""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from pixhaul.check import inspect
from pixhaul.digests import Digests
from pixhaul.errors import UsageError
from pixhaul.ledger import Ledger
from pixhaul.rows import Row


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
    if not (directory / ".pixhaul" / "ledger.sqlite").is_file():
        hint = "Name a directory that `pixhaul get -d DIR` has filled."
        raise UsageError(f"{directory}: there is no ledger of pixhaul here.", hint)
    with closing(Ledger(directory, readonly=True)) as ledger:
        for row in ledger.rows("done"):
            problem, detail = look(directory, row)
            yield Finding(str(row.path), problem, detail, row.url)


def strangers(directory: Path) -> int:
    """How many files lie in the directory that the ledger does not know: not ours, and left alone."""
    ours = Digests()
    with closing(Ledger(directory, readonly=True)) as ledger:
        for row in ledger.rows("done"):
            ours.add(hash(str(directory / str(row.path))) & _POSITIVE)
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
    if path.is_symlink():
        return "changed", "a symbolic link is in its place"
    if not path.is_file():
        return "missing", "the file is not there"
    try:
        return _compare(path, row)
    except OSError as error:
        return "broken", f"cannot be read: {error.strerror}"


def _compare(path: Path, row: Row) -> tuple[str, str]:
    size = path.stat().st_size
    if size == 0:
        return "changed", f"empty, and was {row.size} bytes"
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
        if digest == row.sha256:
            return "", ""
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            picture = inspect(data, max_pixels=2**62)
    if picture.flaw:
        return "broken", f"{size} bytes, and was {row.size}: {picture.detail or picture.flaw}"
    return "changed", f"another whole picture: {size} bytes, and was {row.size}"
