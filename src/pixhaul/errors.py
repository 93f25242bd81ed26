"""What a person asked for and cannot have: a message, a hint and an exit code. Links never raise these."""

from __future__ import annotations

import errno


class PixhaulError(Exception):
    """Ends the run. `str(error)` is one clear line; `hint` says what to do; `exit_code` is the contract's."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class UsageError(PixhaulError):
    """Wrong usage or configuration."""


class LedgerDamaged(UsageError):
    """What a directory remembers cannot be trusted; the pictures and the journal can."""


class NetworkGone(PixhaulError):
    """The network went away and did not come back; no link is blamed for it."""

    exit_code = 5


class ApiRefused(PixhaulError):
    """The API will not answer us: credentials, a block, or no credits left."""

    exit_code = 4


class DiskFull(PixhaulError):
    """There is no room for another picture."""

    exit_code = 9


class Shortage(PixhaulError):
    """The system gives this process no more of something."""


def shortage(error: BaseException) -> Shortage | None:
    """What an error says that comes of the limits of this process, in one line; None for all other errors."""
    if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
        return Shortage("No more files may be open at once.", "Raise the limit, for example with: ulimit -n 1024")
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return Shortage("There is no memory left.", "Ask for less at once: --connections 8 --workers 1")
    if isinstance(error, ImportError):
        hint = "Install pixhaul again; where memory is limited (ulimit -v), give it more."
        return Shortage(f"A part of pixhaul cannot be loaded: {error}.", hint)
    if isinstance(error, RuntimeError) and "start new thread" in str(error):
        hint = "Raise the limits (ulimit -u, ulimit -v), or ask for less at once: --connections 8"
        return Shortage("No more threads may be started.", hint)
    return None


def disk_full(why: str) -> DiskFull:
    """The error of a full disk, in the system's words, with what to do."""
    return DiskFull(f"The disk is full: {why}.", "Make room, then run the same command again: it goes on from here.")
