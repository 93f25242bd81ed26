"""Files of ours in DIR/.pixhaul, opened only where plain files lie, and paths of pictures that do not lead out."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from pixhaul.errors import UsageError

_SAFE = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


_LEADS_OUT = re.compile(r"(?:^|/)\.{0,2}(?:/|$)|^\.pixhaul(?:/|$)|[\0\\:]", re.IGNORECASE)


def is_below(location: str) -> bool:
    """Whether a path of a picture, with / between its steps, stays in the directory, and out of our own folder.

    Ledger and journal may come from anywhere: their checksums find what was changed by chance, not on purpose.

    >>> is_below("album/a.jpg"), is_below("../a.jpg"), is_below("/a.jpg"), is_below(".pixhaul/lock")
    (True, False, False, False)
    """
    return _LEADS_OUT.search(location) is None


def kind(path: Path) -> str:
    """What else than a plain file has that name, in words; empty for a plain file, and for nothing. Raises OSError."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return ""
    return "" if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "no plain file")


def refuse_others(*paths: Path) -> None:
    """Raise UsageError for the first that is something else than a plain file, or OSError where nobody can tell."""
    for path in paths:
        found = kind(path)
        if found:
            raise _other(path, found)


def open_plain(path: Path, flags: int) -> int:
    """A descriptor of a plain file; one that is made has what the umask leaves. Raises OSError and UsageError.

    Looked at before, since opening a device may do something, and after, since it may have been swapped meanwhile.
    """
    refuse_others(path)
    descriptor = os.open(path, flags | _SAFE, 0o666)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise _other(path, "no plain file")


def remove(path: Path) -> None:
    """Take away a file, a link, a pipe; a folder of that name is none of ours, and stays. Raises OSError."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        if kind(path) != _KINDS[stat.S_IFDIR]:
            raise


def _other(path: Path, found: str) -> UsageError:
    return UsageError(f"{path}: is {found}, where a file of pixhaul's should be.", "Move it away and run that again.")
