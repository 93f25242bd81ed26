"""One pixhaul at a time in a directory: a second one waits for the first, then finds its work done."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

POLL = 0.2
"""Seconds between two looks."""


def _try_lock(descriptor: int) -> bool:
    """Take the lock of an open file, or say that another process has it. The system frees it when we die."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextmanager
def locked(path: Path, waiting: Callable[[str], None], stopped: Callable[[], bool]) -> Iterator[bool]:
    """Hold the lock file; `waiting` is told once, with the number of the process that has it, if it must wait.

    Gives False, without the lock, when `stopped` says so while it waits.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    try:
        if not _try_lock(descriptor):
            waiting(_owner(descriptor))
            while not _try_lock(descriptor):
                if stopped():
                    yield False
                    return
                time.sleep(POLL)
        _sign(descriptor)
        yield True
    finally:
        os.close(descriptor)


def _owner(descriptor: int) -> str:
    os.lseek(descriptor, 1, os.SEEK_SET)
    try:
        return os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
    except OSError:  # Windows does not let us read a locked region
        return "unknown"


def _sign(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, f" {os.getpid()}\n".encode())
