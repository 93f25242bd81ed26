"""The bytes of one answer as they come: in memory or in a part file, hashed and checked."""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from pixhaul.check import inspect
from pixhaul.check.kinds import family
from pixhaul.decoding import CodingError, budget_of, coding_of, decoded, is_only_said
from pixhaul.models import Picture, Reply
from pixhaul.options import Options
from pixhaul.part import create_part, part_name, write_pieces

if TYPE_CHECKING:
    from hashlib import _Hash

    Digest: TypeAlias = _Hash

FLUSH = 64 * 1024
"""Bytes that a body may always hold in memory, however full it is, and that go to its part file at once."""
MOST_LOOSE = 512
"""Pieces that may lie one by one before they are joined: a server may send one byte at a time, and a piece of one byte
takes fifty of memory."""
CHECKPOINT = 8 * 1024 * 1024
"""Bytes of a part file that a kill may cost: what a killed run may go on from is written down after each of them."""


class Memory:
    """Bytes of bodies that one wire holds at this moment."""

    __slots__ = ("held", "number")

    def __init__(self) -> None:
        self.held = 0
        self.number = next(_NUMBERS)
        """Tells the wires of a process apart."""


_NUMBERS = count()


class Body:
    """Collects one body after another for one slot: in memory, or beyond a size in a part file, hashed on the way."""

    def __init__(self, options: Options, staging: Path, memory: Memory) -> None:
        self._options = options
        self._staging = staging
        self._memory = memory
        self._pieces: list[bytes] = []
        self._joined = 0
        """How many of the pieces, from the first on, are not to be joined any more."""
        self._room = self._granted = FLUSH
        """Bytes that may still come before it is looked whether there is room for them in memory; and from the last
        such look on. So nobody has to count the pieces again."""
        self._held = 0
        """Bytes of the pieces at that look."""
        self._counted = 0
        """Bytes of the pieces that `memory` knows of: none of a small body."""
        self._written = 0
        """Bytes that are in the part file."""
        self._file: FileIO | None = None
        self._part: Path | None = None
        self._digest = hashlib.sha256()
        self._next_mark = 0
        self.fault: OSError | None = None
        """Why `take` has refused a piece."""
        self.is_useless: Callable[[], bool] = _never
        """Asked once there are so many bytes that a part file may be begun: whether all of them will be thrown away."""
        self.cut_short = False
        """Whether that is why `take` has refused a piece."""
        self._asked = False
        self.checkpoint: Callable[[], None] = _nothing
        """Called when a part file is begun, and whenever it has grown by so much."""

    @property
    def size(self) -> int:
        """Bytes so far."""
        return self._written + self._in_memory

    @property
    def _in_memory(self) -> int:
        return self._held + self._granted - self._room

    def take(self, piece: bytes) -> int | None:
        """Take the next piece, as libcurl calls it: -1 stops the transfer, and `fault` says why.

        It is called several times for each picture, so that the usual case does as little as it can.
        """
        self._pieces.append(piece)
        self._room -= len(piece)
        return self._grown() if self._room <= 0 else None

    def _grown(self) -> int | None:
        if not self._asked:
            self._asked, self.cut_short = True, self.is_useless()
        if self.cut_short:
            return -1
        try:
            self._look_for_room()
        except OSError as error:
            self.fault = error
            return -1
        return None

    def write(self, piece: bytes) -> None:
        """Take the next piece. Raises OSError when a part file cannot be written."""
        self._pieces.append(piece)
        self._room -= len(piece)
        if self._room <= 0:
            self._look_for_room()

    def _look_for_room(self) -> None:
        """Leave what has come in memory, or put it into the part file."""
        held = self._held = self._in_memory
        self._room = self._granted = 0  # from now on with every piece
        if len(self._pieces) - self._joined > MOST_LOOSE:
            self._join()
        self._memory.held += held - self._counted
        self._counted = held
        if self._file is not None or held > self._options.spill_bytes or self._memory.held > self._options.max_memory:
            self._flush()
            if self._written >= self._next_mark:
                self._mark()

    def _join(self) -> None:
        self._pieces[self._joined :] = [b"".join(self._pieces[self._joined :])]
        self._joined += 1

    def _flush(self) -> None:
        """Put what is held into the part file. Each piece is hashed now, while the processor still has it at hand."""
        if self._file is None:
            self._part = self._staging / part_name()
            self._file = create_part(self._part)
            self._digest = hashlib.sha256()
            self._next_mark = 0
        pieces = self._released()
        write_pieces(self._file.fileno(), pieces)
        for piece in pieces:
            self._digest.update(piece)
            self._written += len(piece)

    def _released(self) -> list[bytes]:
        pieces, self._pieces = self._pieces, []
        self._memory.held -= self._counted
        self._joined = self._held = self._counted = 0
        self._room = self._granted = FLUSH
        return pieces

    def spill(self) -> None:
        """Put all that has come into the part file, which is begun where there is none. Raises OSError."""
        self._flush()

    def _mark(self) -> None:
        self._next_mark = self._written + CHECKPOINT
        self.checkpoint()

    @property
    def is_large(self) -> bool:
        """Whether the bytes are in a part file."""
        return self._file is not None

    def state(self) -> tuple[str, int, str]:
        """Of a large body: the part file's name, the bytes in it, and their SHA-256 in hex."""
        return self._part.name if self._part else "", self.size, self._digest.hexdigest()

    def adopt(self, file: FileIO, digest: Digest, part: Path, size: int) -> None:
        """Go on in a part file that has so many bytes, of that digest."""
        self._file, self._digest, self._part, self._written = file, digest, part, size
        self._next_mark = size + CHECKPOINT

    def let_go(self) -> None:
        """Leave the part file where it is, and be empty."""
        if self._file is not None:
            self._file.close()
        self._file = self._part = None
        self._written = 0

    def _take_pieces(self) -> bytes:
        return b"".join(self._released())

    def begin(self) -> None:
        """Take note that another body comes."""
        self.fault = None
        self._asked = self.cut_short = False

    def discard(self) -> None:
        """Forget the bytes and leave no file."""
        self._released()
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._part is not None:
            self._part.unlink(missing_ok=True)
            self._part = None
        self._written = 0

    def reply(self, status: int, headers: tuple[tuple[str, str], ...], seconds: float) -> Reply:
        """The reply with this body, hashed and looked at; the slot is empty afterwards. Raises OSError."""
        said = [value for name, value in headers if name == "content-encoding"]
        coding = coding_of(", ".join(said)) if said else ""
        if coding:
            try:
                self._decode(coding)
            except CodingError as error:
                self.discard()
                return Reply(status, headers, error=error.reason, detail=error.detail, seconds=seconds)
        if self._file is not None:
            return self._large(status, headers, seconds)
        data = self._take_pieces()
        picture = inspect(data, self._options.max_pixels)
        digest = b"" if picture.flaw else hashlib.sha256(data).digest()
        return Reply(status, headers, data, len(data), digest, picture, seconds=seconds)

    def _decode(self, coding: str) -> None:
        """Put the plain bytes in the place of the coded ones, piece by piece. Raises CodingError and OSError.

        What begins as a picture is one, whatever its label says.
        """
        begins = self._begins()
        if family(begins) or is_only_said(coding, begins):
            return
        budget = budget_of(self.size, self._options.max_bytes)
        with self._taken() as pieces:
            for piece in decoded(pieces, coding, begins, budget):
                self.write(piece)

    def _begins(self) -> bytes:
        if self._part is None:
            return b"".join(self._pieces[:32])[:32]  # a piece may be a single byte
        with self._part.open("rb") as file:
            return file.read(32)

    @contextmanager
    def _taken(self) -> Iterator[Iterable[bytes]]:
        """The bytes so far, to be read once while new ones are written."""
        file, part = self._file, self._part
        if file is None or part is None:
            yield (self._take_pieces(),)
            return
        self._flush()
        file.close()
        self._written = 0
        self._file = self._part = None
        try:
            with part.open("rb") as source:
                yield iter(lambda: source.read(FLUSH), b"")
        finally:
            part.unlink(missing_ok=True)

    def _large(self, status: int, headers: tuple[tuple[str, str], ...], seconds: float) -> Reply:
        file, part = self._file, self._part
        if file is None or part is None:
            raise AssertionError("a large body has a file")
        try:
            self._flush()
            size = self._written
            file.close()
            picture = self._look(part)
        except BaseException:
            self.discard()
            raise
        self._file = self._part = None
        self._written = 0
        if picture.flaw:
            part.unlink(missing_ok=True)
            return Reply(status, headers, b"", size, b"", picture, seconds=seconds)
        return Reply(status, headers, part, size, self._digest.digest(), picture, seconds=seconds)

    def _look(self, part: Path) -> Picture:
        with part.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return inspect(data, self._options.max_pixels)


def _nothing() -> None:
    """Nobody wants to know."""


def _never() -> bool:
    return False
