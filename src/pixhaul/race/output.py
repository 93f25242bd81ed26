"""Where the page goes: looked at before anybody runs, and replaced as a whole."""

from __future__ import annotations

import os
from pathlib import Path

from pixhaul.errors import UsageError

HINT = "Name another file: -o FILE"
BEGINNING = b"<!doctype html>"


def refuse(path: str, beginning: bytes = BEGINNING, hint: str = HINT) -> None:
    """Raise UsageError for a file that could not be written, or holds something else than a page (or a trace) of ours.

    A race takes a minute: what cannot be written is found out before it, not after.
    """
    target = Path(path)
    folder = target.absolute().parent
    if target.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
        raise UsageError(f"{path} cannot be written there.", hint)
    if target.is_file() and not _is_ours(target, beginning):
        raise UsageError(f"{path} is there already and is nothing that pixhaul has written, so it is left alone.", hint)


def _is_ours(path: Path, beginning: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(beginning)) in (b"", beginning)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.", HINT) from error


def write(path: str, text: str) -> None:
    """Replace the page, so that a browser never loads half of one. Raises UsageError."""
    target = Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        if target.exists() and not target.is_file():  # a pipe, or a terminal
            target.write_text(text, "utf-8")
            return
        part.write_text(text, "utf-8")
        part.replace(target)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UsageError(f"the page {path} cannot be written: {error.strerror}.", HINT) from error
