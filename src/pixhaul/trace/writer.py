"""The trace file: events appended line by line, so that whatever was written can be read, however the run ended."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from pixhaul.errors import UsageError

from .events import Event

MOST_HELD = 256
"""Lines that wait to be written together: a write for each would cost as much as the transfer of a small picture."""
LONGEST = 0.5
"""Seconds that a line waits for others, as long as any come."""
HINT = "Name a file in a folder of yours."
ADVICE = "Choose another file, or delete that one if it is of no use."


class TraceFile:
    """Appends events. What the disk refuses ends the trace with a warning, never the run."""

    def __init__(self, path: str, warn: Callable[[str], None]) -> None:
        """Begin the file. Raises UsageError when it cannot be written, or holds something that is no trace."""
        self._path = path
        self._warn = warn
        self._held: list[str] = []
        self._written = time.monotonic()
        self._separator = ""
        self._file = _opened(path)
        self._put("[\n")

    def add(self, events: Iterable[Event]) -> None:
        """Take events; they are in the file soon, at the latest when it is closed."""
        # ASCII, and no character below the space: what stands in a link can break neither line nor terminal.
        self._held += [json.dumps(event, separators=(",", ":")) for event in events]
        now = time.monotonic()
        if len(self._held) >= MOST_HELD or now - self._written >= LONGEST:
            self._flush()
            self._written = now

    def _flush(self) -> None:
        if self._held:
            self._put(self._separator + ",\n".join(self._held))
            self._held.clear()
            self._separator = ",\n"

    def _put(self, text: str) -> None:
        if self._file < 0:
            return
        data = memoryview(text.encode("ascii"))
        try:
            while data:
                data = data[os.write(self._file, data) :]
        except OSError as error:
            os.close(self._file)
            self._file = -1
            self._warn(f"the trace {self._path} ends here: {error.strerror}")

    def close(self) -> None:
        """Write what is left, and the end of the array."""
        self._flush()
        self._put("\n]\n")
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _opened(path: str) -> int:
    """A descriptor of the emptied file."""
    try:
        if not _may_be_replaced(Path(path)):
            raise UsageError(f"{path} is there already and is no trace, so it is left alone.", ADVICE)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"the trace {path} cannot be written: {reason}.", "Name a file in a folder of yours."
        ) from error


def _may_be_replaced(path: Path) -> bool:
    """Nothing there, an empty file, an older trace, or no regular file at all, such as a pipe."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return True
    if not stat.S_ISREG(mode):
        return True
    with path.open("rb") as file:
        return file.read(3) in (b"", b"[\n{", b"[\n\n", b"[\n")
