"""What a racer left in its folder, byte by byte against what the stand-in has."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".heic"})
BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8")
OTHERS = frozenset({".pixhaul", "thumbnails"})
"""Folders that hold no downloads."""
UNFINISHED = frozenset({".part", ".tmp", ".aria2", ".crdownload", ".download"})
MOST_NAMED = 5


class Harvest(NamedTuple):
    """Files that a racer kept."""

    right: frozenset[bytes]
    """SHA-256 of each picture that is whole and one of the stand-in's."""
    wrong: tuple[str, ...]
    """Files that claim to be pictures and have other bytes; relative to the folder."""
    unfinished: int
    """Files whose names say that they are not whole."""


def harvest(folder: Path, known: frozenset[bytes]) -> Harvest:
    """Look at every file of the folder. `known`: the SHA-256 of all that the stand-in serves to this racer."""
    right, wrong, unfinished = set(), [], 0
    for path in _files(folder):
        if path.suffix.lower() in UNFINISHED:
            unfinished += 1
            continue
        digest = _digest(path)
        if digest in known:
            right.add(digest)
        elif path.suffix.lower() in SUFFIXES or _looks_like_one(path):
            wrong.append(path.relative_to(folder).as_posix())
    return Harvest(frozenset(right), tuple(sorted(wrong)), unfinished)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - OTHERS)
        for name in names:
            path = Path(place, name)
            if path.is_file() and not path.is_symlink():
                yield path


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError:
        return b""


def _looks_like_one(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(8).startswith(BEGINNINGS)
    except OSError:
        return False
