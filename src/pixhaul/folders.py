"""The folders of a directory, held by handle: one that is swapped for a symbolic link while we work leads us nowhere.

Each step down is opened without following links, relative to the folder above it. Where the system has no handles of
folders (Windows), paths are used, and each step is looked at before.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pixhaul.part import rename_new, sync_folder
from pixhaul.plain import is_below

HANDLES = os.open in os.supports_dir_fd and os.mkdir in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")
_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
_READ = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a pipe of that name must not hold us up
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class Folders:
    """Places pictures below one directory. Raises OSError from everything."""

    def __init__(self, directory: Path, staging: Path) -> None:
        self._directory = directory
        self._prefix = f"{directory}{os.sep}"
        self._staging_path = staging
        self._root = self._staging = -1
        self._last: tuple[str, int] = ("", -1)
        """The folder that was used last: pictures of an album come together."""
        if HANDLES:
            self._root = os.open(directory, _FOLDER & ~getattr(os, "O_NOFOLLOW", 0))
            self._staging = os.open(staging, _FOLDER)

    def place(self, part: str, location: str) -> None:
        """Give a part its final name below the directory, making the folders of its path.

        Raises FileExistsError when the name is taken.
        """
        if not is_below(location):
            raise OSError(errno.EINVAL, "the name leads out of the directory", location)
        if not HANDLES:
            if "/" in location:
                self._make_by_path(location)
            rename_new(part, self._prefix + location)
            return
        folder, _, name = location.rpartition("/")
        rename_new(part.rpartition(os.sep)[2], name, self._staging, self._open(folder, make=True))

    def lost(self) -> str:
        """Which of the two folders is gone from where it was, or can no longer be written to; empty: neither."""
        if not HANDLES:
            return ""
        for path, descriptor in ((self._directory, self._root), (self._staging_path, self._staging)):
            there, ours = _state(path), os.fstat(descriptor)
            if there is None or (there.st_dev, there.st_ino) != (ours.st_dev, ours.st_ino):
                return f"{path} was taken away or renamed meanwhile"
            if not os.access(path, os.W_OK | os.X_OK):
                return f"{path} can no longer be written to"
        return ""

    def holds(self, location: str, size: int, sha256: bytes) -> bool:
        """Whether a plain file with these bytes has that name."""
        folder, _, name = location.rpartition("/")
        try:
            with self._file(folder, name, location) as descriptor:
                about = os.fstat(descriptor)
                if not stat.S_ISREG(about.st_mode) or about.st_size != size:
                    return False
                with os.fdopen(os.dup(descriptor), "rb") as file:
                    return hashlib.file_digest(file, "sha256").digest() == sha256
        except OSError:
            return False

    @contextmanager
    def _file(self, folder: str, name: str, location: str) -> Iterator[int]:
        if HANDLES:
            descriptor = os.open(name, _READ, dir_fd=self._open(folder, make=False))
        else:
            descriptor = os.open(self._prefix + location, _READ)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def sync(self, locations: Iterable[str]) -> None:
        """Put the names on the disk: those in the folders of these paths, and the folders' own names."""
        folders = {""}
        for location in locations:
            folder = location.rpartition("/")[0]
            while folder:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        for folder in sorted(folders, reverse=True):
            if HANDLES:
                os.fsync(self._open(folder, make=False))
            else:
                sync_folder(self._directory / folder)

    def _open(self, folder: str, make: bool) -> int:
        """A handle of a folder below the directory; it stays ours, and is valid until the next call."""
        if not folder:
            return self._root
        if self._last[0] != folder:
            descriptor = self._step_by_step(folder, make)
            self._forget()
            self._last = (folder, descriptor)
        return self._last[1]

    def _step_by_step(self, folder: str, make: bool) -> int:
        above = self._root
        for name in folder.split("/"):
            try:
                if make:
                    _make(name, above)
                step = os.open(name, _FOLDER, dir_fd=above)
            except OSError as error:
                raise _explained(error, name) from error
            finally:
                if above != self._root:
                    os.close(above)
            above = step
        return above

    def _make_by_path(self, location: str) -> None:
        folder = self._directory
        for name in location.split("/")[:-1]:
            folder = folder / name
            if folder.is_symlink():
                raise OSError(errno.ELOOP, "a symbolic link is in the way", str(folder))
            folder.mkdir(exist_ok=True)

    def _forget(self) -> None:
        if self._last[1] >= 0:
            os.close(self._last[1])
        self._last = ("", -1)

    def close(self) -> None:
        """Let go of all handles."""
        self._forget()
        for descriptor in (self._root, self._staging):
            if descriptor >= 0:
                os.close(descriptor)
        self._root = self._staging = -1


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None


def _make(name: str, above: int) -> None:
    try:
        os.mkdir(name, dir_fd=above)
    except FileExistsError:
        return


def _explained(error: OSError, name: str) -> OSError:
    """O_NOFOLLOW and O_DIRECTORY together: ELOOP or ENOTDIR for a link, by system."""
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return OSError(error.errno, "a symbolic link or a file is in the way", name)
    return error
