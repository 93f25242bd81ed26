"""One pixhaul at a time in a directory: a second one waits for the first, then finds its work done."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pixhaul.errors import UsageError
from pixhaul.part import disk_errors
from pixhaul.plain import open_plain

POLL = 0.2
"""Seconds between two looks."""
_HELD = frozenset({errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK})
"""What a system says when another process has the lock; EDEADLK is Windows'."""


def _try_lock(descriptor: int) -> bool:
    """Take the lock of an open file, or say that another process has it. The system frees it when we die."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _HELD:
            return False
        raise
    return True


@contextmanager
def locked(path: Path, waiting: Callable[[str], None], stopped: Callable[[], bool]) -> Iterator[bool]:
    """Hold the lock file; `waiting` is told once, with the number of the process that has it, if it must wait.

    Gives False, without the lock, when `stopped` says so while it waits. Raises UsageError where the name is that of
    something else than a file, and where locks are not to be had: on some network file systems two processes could
    then spoil one another's work.
    """
    with disk_errors(path, "cannot be opened"):
        descriptor = open_plain(path, os.O_RDWR | os.O_CREAT)
    try:
        yield _wait(path, descriptor, waiting, stopped)
    finally:
        os.close(descriptor)


def _wait(path: Path, descriptor: int, waiting: Callable[[str], None], stopped: Callable[[], bool]) -> bool:
    try:
        told = False
        while not _try_lock(descriptor):
            if not told:
                waiting(_owner(descriptor))
                told = True
            if stopped():
                return False
            time.sleep(POLL)
    except OSError as error:
        hint = "Choose a directory on a disk of this machine with -d DIR, or mount the file system with locks."
        raise UsageError(f"{path}: this file system gives no locks: {error.strerror}.", hint) from error
    with suppress(OSError):  # the number is only for those who wait
        _sign(descriptor)
    return True


def _owner(descriptor: int) -> str:
    """The process that has signed the file: the lock may be taken, and the number not be there yet."""
    try:
        os.lseek(descriptor, 1, os.SEEK_SET)
        found = os.read(descriptor, 20).decode("ascii", "replace").strip()
    except OSError:  # Windows does not let us read a locked region
        return "unknown"
    return found if found.isdigit() else "unknown"


def _sign(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, f" {os.getpid()}\n".encode())
