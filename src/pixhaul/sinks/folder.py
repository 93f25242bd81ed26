"""Pictures as files in a directory: part file, sync, rename without replacing."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pixhaul.errors import UsageError, disk_full
from pixhaul.folders import Folders
from pixhaul.models import Failed, Fetched, Reason, Receipt
from pixhaul.options import Options
from pixhaul.part import FULL, disk_errors, part_name, sync_all, write_part

if TYPE_CHECKING:
    from pixhaul.template import Template

EXTENSIONS = {"jpeg": "jpg"}
"""Where the usual extension is not the format's name."""
UNSURE = "the disk does not confirm what was written"
LEDGER_ROOM = 512 * 1024
"""Bytes that writing down a batch may take, with SQLite's own pages."""


class Staged(NamedTuple):
    """A picture under its temporary name."""

    fetched: Fetched
    part: str
    collisions: int = 0
    """How many names were found taken."""


class Folder:
    """Keeps each picture as DIR/<name>.<ext>, and nothing that was not checked."""

    def __init__(self, options: Options, staging: Path, taken: Callable[[str, int], bool]) -> None:
        self._taken_by_other = taken
        self._directory = Path(options.directory)
        self._staging = staging
        with disk_errors(self._directory, "cannot be opened"):
            self._folders = Folders(self._directory, staging)
        self._part_prefix = f"{staging}{os.sep}"
        self._durable = options.durable
        self._template = _parsed(options.filename) if options.filename else None
        self._staged: list[Staged] = []

    def __len__(self) -> int:
        return len(self._staged)

    def add(self, fetched: Fetched) -> Failed | None:
        """Write the part file. Failed when the disk refuses this one; raises DiskFull when it is full."""
        if isinstance(fetched.body, Path):
            self._staged.append(Staged(_bodiless(fetched), str(fetched.body)))
            return None
        part = self._part_prefix + part_name()
        try:
            write_part(part, fetched.body)
        except OSError as error:
            if error.errno in FULL:
                self.make_room()
                raise disk_full(error.strerror or "no room") from error
            self.demand()
            return _trouble(fetched, error)
        self._staged.append(Staged(_bodiless(fetched), part))
        return None

    def demand(self) -> None:
        """Raise UsageError where the directory is gone, so that not every link is fetched, to fail."""
        lost = self._folders.lost()
        if lost:
            raise UsageError(f"{lost}.", "What was kept is kept: run the same command again to go on.")

    def make_room(self) -> None:
        """Give up the newest parts, so that the ledger can be written and the older ones be kept."""
        freed = 0
        while self._staged and freed < LEDGER_ROOM:
            one = self._staged.pop()
            freed += one.fetched.size
            _forget(one.part)

    def prepare(self) -> list[Receipt]:
        """Say which names the staged ones are about to get."""
        return [Receipt(one.fetched, self._location(one)) for one in self._staged]

    def _location(self, one: Staged) -> str:
        """The path for the n-th try: the name; then with 8, then 16 digits of the link's key; then counted."""
        fetched, taken = one.fetched, one.collisions
        name = fetched.job.name
        if not name and self._template is not None:
            name = self._template.render(fetched.job, fetched.sha256.hex())
        extension = EXTENSIONS.get(fetched.picture.format, fetched.picture.format)
        if name and not taken:
            return f"{name}.{extension}"
        key = f"{fetched.job.key:016x}"
        suffixes = ("", f"-{key[:8]}", f"-{key}")
        suffix = suffixes[taken] if taken < len(suffixes) else f"-{key}-{taken}"
        return f"{name or key}{suffix}.{extension}"

    def publish(self, receipts: list[Receipt]) -> list[Receipt | Failed]:
        """Put the prepared ones on the disk, then rename them. One whose name was taken stays, under the next name."""
        staged, self._staged = self._staged, []
        if self._durable:
            self._sync(staged)
        ended: list[Receipt | Failed] = []
        for one, receipt in zip(staged, receipts, strict=True):
            outcome = self._place(one, receipt)
            if outcome is not None:
                ended.append(outcome)
        if self._durable:
            with disk_errors(self._directory, UNSURE):
                self._folders.sync(receipt.location for receipt in ended if isinstance(receipt, Receipt))
        return ended

    def _sync(self, staged: list[Staged]) -> None:
        """Put the bytes on the disk. After a failed sync nobody knows what is there: then none of them is kept."""
        try:
            with disk_errors(self._directory, UNSURE):
                sync_all([one.part for one in staged], self._staging)
        except BaseException:
            for one in staged:
                _forget(one.part)
            raise

    def _place(self, one: Staged, receipt: Receipt) -> Receipt | Failed | None:
        try:
            self._folders.place(one.part, receipt.location)
        except FileExistsError:
            return self._taken(one, receipt)
        except OSError as error:
            _forget(one.part)
            self.demand()
            return _trouble(one.fetched, error)
        return receipt

    def _taken(self, one: Staged, receipt: Receipt) -> Receipt | None:
        """A file of that name is there: ours from before a crash when the bytes are the same, else somebody's."""
        owned = self._taken_by_other(receipt.location, one.fetched.job.key)
        if not owned and self._folders.holds(receipt.location, one.fetched.size, one.fetched.sha256):
            _forget(one.part)
            return receipt
        self._staged.append(one._replace(collisions=one.collisions + 1))
        return None

    def close(self) -> None:
        """Leave no part behind."""
        for one in self._staged:
            _forget(one.part)
        self._staged.clear()
        self._folders.close()


def _bodiless(fetched: Fetched) -> Fetched:
    """The same, once its bytes are written: four times as quick as `_replace`."""
    return Fetched(fetched.job, b"", *fetched[2:])


def _parsed(template: str) -> Template:
    from pixhaul.template import parse  # loaded only by those who have one

    return parse(template)


def _forget(part: str) -> None:
    with suppress(OSError):  # the next run removes what cannot be removed now
        Path(part).unlink(missing_ok=True)


def _trouble(fetched: Fetched, error: OSError) -> Failed:
    detail = error.strerror or str(error)
    return Failed(fetched.job, Reason.DISK, detail, fetched.http_status, fetched.final_url, fetched.attempts)


def open_sink(options: Options, staging: Path, taken: Callable[[str, int], bool]) -> Folder:
    """The folder sink. `taken` tells whether a path (relative) is that of another link than the one with the key."""
    return Folder(options, staging, taken)
