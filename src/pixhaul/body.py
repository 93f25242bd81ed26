"""The bytes of one answer as they come: in memory or in a part file, hashed and checked at the end."""

from __future__ import annotations

import hashlib
import mmap
from io import FileIO
from pathlib import Path

from pixhaul.check import inspect
from pixhaul.decoding import decoded
from pixhaul.models import Picture, Reply
from pixhaul.options import Options
from pixhaul.part import create_part, part_name

SMALL = 64 * 1024
"""Bytes that a body may always hold in memory, however full it is."""


class Memory:
    """Bytes of bodies that one wire holds at this moment."""

    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held = 0


class Body:
    """Collects one body after another for one slot."""

    def __init__(self, options: Options, staging: Path, memory: Memory) -> None:
        self._options = options
        self._staging = staging
        self._memory = memory
        self._pieces: list[bytes] = []
        self._file: FileIO | None = None
        self._part: Path | None = None
        self.size = 0

    def write(self, piece: bytes) -> None:
        """Take the next piece. Raises OSError when a part file cannot be written."""
        length = len(piece)
        self.size += length
        if self._file is not None:
            _write_all(self._file, piece)
            return
        self._pieces.append(piece)
        self._memory.held += length
        if self.size > SMALL and (
            self.size > self._options.spill_bytes or self._memory.held > self._options.memory_bytes
        ):
            self._spill()

    def _spill(self) -> None:
        """Go on in a part file. libcurl gives 16 KB at a time, so the file is unbuffered."""
        self._part = self._staging / part_name()
        self._file = create_part(self._part)
        data = self._take_pieces()
        _write_all(self._file, data)

    def _take_pieces(self) -> bytes:
        data = b"".join(self._pieces)
        self._memory.held -= len(data)
        self._pieces = []
        return data

    def discard(self) -> None:
        """Forget the bytes and leave no file."""
        self._take_pieces()
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._part is not None:
            self._part.unlink(missing_ok=True)
            self._part = None
        self.size = 0

    def reply(self, status: int, headers: tuple[tuple[str, str], ...], seconds: float) -> Reply:
        """The reply with this body, hashed and looked at; the slot is empty afterwards. Raises OSError."""
        coding = next((value for name, value in headers if name == "content-encoding"), "")
        if self._file is not None:
            return self._large(status, headers, coding, seconds)
        data = self._take_pieces()
        self.size = 0
        if coding:
            plain = decoded(data, coding, self._options.max_bytes)
            if isinstance(plain, tuple):
                return Reply(status, headers, error=plain[0], detail=plain[1], seconds=seconds)
            data = plain
        picture = inspect(data, self._options.max_pixels)
        digest = b"" if picture.flaw else hashlib.sha256(data).digest()
        return Reply(status, headers, data, len(data), digest, picture, seconds=seconds)

    def _large(self, status: int, headers: tuple[tuple[str, str], ...], coding: str, seconds: float) -> Reply:
        file, part, size = self._file, self._part, self.size
        if file is None or part is None:
            raise AssertionError("a large body has a file")
        self._file = self._part = None
        self.size = 0
        try:
            file.close()
            if coding.strip().lower() not in ("", "identity"):
                picture, digest = Picture("", 0, 0, "not-an-image", f"a large body coded as {coding[:40]}"), b""
            else:
                picture, digest = self._look(part)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        if picture.flaw:
            part.unlink(missing_ok=True)
        return Reply(status, headers, part if not picture.flaw else b"", size, digest, picture, seconds=seconds)

    def _look(self, part: Path) -> tuple[Picture, bytes]:
        with part.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            picture = inspect(data, self._options.max_pixels)
            return picture, (b"" if picture.flaw else hashlib.sha256(data).digest())


def _write_all(file: FileIO, data: bytes) -> None:
    """Write every byte: an unbuffered write may take fewer than it was given."""
    view = memoryview(data)
    while view:
        written = file.write(view)
        view = view[written or 0 :]
