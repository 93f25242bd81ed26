"""A lost or damaged ledger made again: from the journal, from what can still be read of it, and from the pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

from pixhaul.database import files_of, is_there, ledger_path, salvage
from pixhaul.errors import UsageError
from pixhaul.ledger import Ledger
from pixhaul.lock import locked
from pixhaul.part import disk_errors
from pixhaul.rows import Row
from pixhaul.verify import Finding, look


class Rebuilt(NamedTuple):
    """What came of it."""

    pictures: int
    """Whole, and in the ledger again."""
    failures: int
    """Links that had failed, and are remembered again."""
    findings: list[Finding]
    """Pictures that were kept once and are missing, changed or broken now."""
    aside: str
    """Where the old ledger lies, relative to the directory; empty when there was none."""


def rebuild(directory: Path, waiting: Callable[[str], None]) -> Rebuilt:
    """Set the ledger aside, never deleting it, and make it again in one commit.

    Every picture is read: one is taken up only when its bytes have the hash that was written down for it. A kill on the
    way leaves the journal, from which the next run makes the ledger by itself.

    Args:
        directory: What `pixhaul get -d` has filled.
        waiting: Told once if another pixhaul works there.

    Raises:
        PixhaulError: There is nothing to make it from, or the disk refuses.
    """
    home = directory / ".pixhaul"
    _demand(directory)
    with locked(home / "lock", waiting, lambda: False):
        with disk_errors(directory, "the ledger cannot be set aside"):
            aside = _set_aside(directory)
        with closing(Ledger(directory)) as ledger, disk_errors(directory, "the journal cannot be read"):
            return _made(ledger, aside)


def _demand(directory: Path) -> None:
    """Raise UsageError where there is nothing to make a ledger from, or it would be made elsewhere."""
    home = directory / ".pixhaul"
    with disk_errors(directory, "the ledger cannot be looked at"):
        if home.is_symlink():
            raise UsageError(f"{home}: is a symbolic link.", "Put the folder itself in its place.")
        if not is_there(ledger_path(directory)) and not is_there(home / "journal"):
            hint = "Name a directory that `pixhaul get -d DIR` has filled."
            raise UsageError(f"{directory}: there is neither a ledger nor a journal of pixhaul here.", hint)


def _set_aside(directory: Path) -> Path | None:
    path = ledger_path(directory)
    if not is_there(path):
        return None
    number = 1
    while is_there(aside := path.with_name(f"{path.name}.damaged-{number}")):
        number += 1
    for file, target in zip(files_of(path), files_of(aside), strict=True):
        with suppress(FileNotFoundError):
            file.rename(target)
    return aside


def _made(ledger: Ledger, aside: Path | None) -> Rebuilt:
    found = _Found(ledger, aside)
    ledger.add(found.rows())
    name = f".pixhaul/{aside.name}" if aside is not None else ""
    return Rebuilt(found.pictures, found.failures, found.findings, name)


class _Found:
    """The rows that are worth keeping, each link once, counted on the way."""

    def __init__(self, ledger: Ledger, aside: Path | None) -> None:
        self._ledger = ledger
        self._aside = aside
        self._keys: set[int] = set()
        self._paths: set[str] = set()
        self._lost: dict[int, Finding] = {}
        self.pictures = 0
        self.failures = 0

    def rows(self) -> Iterator[Row]:
        """The journal's first: it says what came last of a link."""
        for row in self._ledger.journal_rows():
            yield from self._picture(row)
        if self._aside is None:
            return
        for row in salvage(self._aside):
            if row.status == "done":
                yield from self._picture(row)
        for row in salvage(self._aside):
            if row.status == "failed" and row.key not in self._keys:
                self.failures += 1
                yield row

    def _picture(self, row: Row) -> Iterator[Row]:
        path = str(row.path)
        if row.key in self._keys or path in self._paths:
            return
        problem, detail = look(self._ledger.directory, row)
        if problem:
            self._lost.setdefault(row.key, Finding(path, problem, detail, row.url))
            return
        self._lost.pop(row.key, None)
        self._keys.add(row.key)
        self._paths.add(path)
        self.pictures += 1
        yield row

    @property
    def findings(self) -> list[Finding]:
        """What is not whole, and no other line vouches for."""
        return [one for one in self._lost.values() if one.path not in self._paths]
