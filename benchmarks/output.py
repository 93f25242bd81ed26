"""What a program has kept, compared byte by byte with what was there to be had."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

PICTURES = {".jpg", ".jpeg", ".png", ".gif", ".webp", ""}
"""Endings under which somebody would take a file for a picture. Programs' own notes have others."""


class Kept(NamedTuple):
    """How much of what was wanted is there."""

    right: int
    """Pictures that are there, byte for byte."""
    wrong: int
    """Files that look like pictures and are none of those: pages of errors, cut bodies."""
    missing: int


def compare(folder: Path, wanted: set[str]) -> Kept:
    """Look at every file below a folder; `wanted` are SHA-256s."""
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(_digest, _files(folder)))
    right = len(wanted & set(found))
    wrong = sum(digest not in wanted for digest in found)
    return Kept(right, wrong, len(wanted) - right)


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        inner = path.relative_to(folder).parts
        if path.is_file() and path.suffix.lower() in PICTURES and not any(part.startswith(".") for part in inner):
            yield path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
