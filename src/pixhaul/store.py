"""The directory of a run: made, tried, and cleared of what a killed run left."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from pixhaul.errors import DiskFull, PixhaulError, UsageError
from pixhaul.part import FULL, create_part, disk_errors, part_name, staging_folder, sync_folder
from pixhaul.plain import remove
from pixhaul.resume import claimed


def open_directory(directory: Path) -> Path:
    """The directory, ready to be written to. Raises UsageError or DiskFull with one clear line."""
    if any(step.lower() == ".pixhaul" for step in directory.parts):
        raise UsageError(f"{directory}: is in a folder that pixhaul keeps for itself.", "Choose another with -d DIR.")
    try:
        _make_durably(directory)
        _own_folder(directory / ".pixhaul")
        staging = staging_folder(directory)
        _own_folder(staging)
        probe = staging / part_name()
        create_part(probe).close()
        probe.unlink()
        if not os.access(directory, os.W_OK | os.X_OK):  # else every picture would be fetched, and then fail
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(directory))
    except OSError as error:
        raise _explained(directory, error) from error
    return directory


def _make_durably(directory: Path) -> None:
    """Make the directory and what is above it, and put their names on the disk, where folders can be synced."""
    missing = [folder for folder in (directory, *directory.parents) if not folder.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        with suppress(OSError):  # a folder that we may not read: the next sweep of the disk serves as well
            sync_folder(folder.parent)


def clear_parts(directory: Path) -> None:
    """Remove unfinished parts that cannot be continued. Only who holds the directory's lock may do this."""
    staging = staging_folder(directory)
    with disk_errors(directory, "what an earlier run left cannot be removed"):
        kept = claimed(staging)
        for part in staging.glob("*.part"):
            if part.name not in kept:
                remove(part)


def _own_folder(folder: Path) -> None:
    """Make a folder of ours. What we write must not be led elsewhere by a symbolic link of that name."""
    if folder.is_symlink():
        raise OSError(errno.ELOOP, "is a symbolic link", os.fspath(folder))
    folder.mkdir(exist_ok=True)


def _explained(directory: Path, error: OSError) -> PixhaulError:
    if error.errno in FULL:
        return DiskFull(f"{directory}: the disk is full.", "Make room, or choose another place with -d DIR.")
    place = error.filename or directory
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return UsageError(f"{place}: is a file, not a directory.", "Choose another place with -d DIR.")
    return UsageError(f"{place}: cannot be written to: {error.strerror}.", "Choose another place with -d DIR.")
