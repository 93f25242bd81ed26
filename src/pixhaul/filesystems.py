"""What kind of file system a directory lies on, where SQLite and locks depend on it."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

_NETWORK = re.compile(
    r"(?:nfs[34]?|cifs|smb[23]?|smbfs|afs|ncpfs?|9p|ceph|coda|gfs2?|ocfs2|lustre|glusterfs|beegfs|davfs2?"
    r"|fuse\.(?:sshfs|rclone|s3fs|gcsfuse|glusterfs|davfs2?|curlftpfs|juicefs|mergerfs\.nfs)|afpfs|webdav)"
)
"""Types for which SQLite's write-ahead log is not made: all its processes must share memory (SQLite, wal.html)."""
_ESCAPED = re.compile(r"\\([0-7]{3})")


def is_network(directory: Path) -> bool:
    """Whether a directory is reached through a network; False where the system does not tell."""
    return _NETWORK.fullmatch(kind(directory)) is not None


def kind(directory: Path) -> str:
    """The type of the file system that a directory lies on, as the mount table names it; empty where unknown.

    Source: Linux' /proc/self/mountinfo (proc_pid_mountinfo(5)). Elsewhere nothing is known.
    """
    if sys.platform != "linux":
        return ""
    try:
        table = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape")
        device = directory.stat().st_dev
    except OSError:
        return ""
    return of_table(table, os.path.realpath(directory), f"{os.major(device)}:{os.minor(device)}")


def of_table(table: str, place: str, device: str) -> str:
    """The type that a mount table gives for a resolved path: that of the deepest, last mount of its device above it.

    >>> of_table("36 35 0:50 / /mnt rw - nfs4 host:/export rw\\n", "/mnt/pictures", "0:50")
    'nfs4'
    """
    best, found = -1, ""
    for line in table.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        mount = _ESCAPED.sub(lambda code: chr(int(code[1], 8)), fields[4])
        above = place == mount or place.startswith(mount.rstrip("/") + "/")
        if above and fields[2] == device and len(mount) >= best:
            best, found = len(mount), after.split(" ")[0]
    return found
