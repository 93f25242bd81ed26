"""Which links are kept, with their files in place: asked by the thousand, where a long list comes a second time.

At first each link is looked up, and its file looked at. Once that has gone on for an eighth of the ledger, all of it is
read, and the folder listed: that costs as much as looking up a third of it, and after it a link costs a tenth.
"""

from __future__ import annotations

import errno
import os
import stat
from array import array
from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import compress, islice
from pathlib import Path
from typing import NamedTuple

from pixhaul.models import NotYet
from pixhaul.part import disk_errors
from pixhaul.plain import is_below

SHARE = 8
"""The part of the ledger, one in so many, that is looked up link by link before all of it is read."""
AT_ONCE = 500
"""Links looked up in one query: more than 999 are too many for an SQLite older than 3.32."""
_STEP = 2_000
"""Rows, or files, that are read before transfers have their turn."""
_PILES = 64
_NEAR = 16
"""About how many keys have the same first bits."""


class Kept(NamedTuple):
    """The links of a ledger that are done, each with its key and the path of its picture.

    The checksums of their rows are left alone: nothing but the path is used, and one that has changed leads nowhere, so
    that the whole row is looked at.
    """

    among: Callable[[Sequence[int]], list[tuple[int, str]]]
    """Those of some keys, at most AT_ONCE."""
    after: Callable[[int, int], list[tuple[int, str]]]
    """Those beyond a key, in their order, at most so many."""
    size: Callable[[], int]
    """How many links there are, done or not."""


class Inventory:
    """What was kept when the ledger was opened; each link of a run asks once."""

    def __init__(self, kept: Kept, directory: Path) -> None:
        self._kept = kept
        self._directory = directory
        self._place = f"{directory}{os.sep}"
        self._size = -1
        self._asked = 0
        self._held: _Held | None = None
        """The keys of what is surely kept, once all of the ledger has been read."""
        self._is_marked = False

    def is_there(self, path: str) -> bool:
        """Whether a kept picture still has its file: one that the person has deleted since is not kept any more."""
        if not is_below(path):
            return False
        try:  # a Path, or a context, for each of a million links costs 5 us
            return stat.S_ISREG(os.stat(self._place + path).st_mode)  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return False
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENAMETOOLONG):
                return False
            with disk_errors(self._directory / path, "cannot be looked at"):
                raise

    def missing(self, keys: Sequence[int]) -> Sequence[int]:
        """The places, counted from 0, of the keys that are not surely kept: these are to be looked at one by one."""
        if self._held:
            return self._held.missing(keys)
        kept: set[int] = set()
        for start in range(0, len(keys), AT_ONCE):
            found = self._kept.among(keys[start : start + AT_ONCE])
            kept.update(key for key, path in found if self.is_there(path))
        return [place for place, key in enumerate(keys) if key not in kept]

    def doubted(self, keys: Sequence[int]) -> Container[int]:
        """The places of the keys whose files are to be looked at: all, before all of the ledger has been read."""
        return frozenset(self._held.missing(keys)) if self._held else range(len(keys))

    def sift(self, keys: Sequence[int], seen: Iterable[int]) -> tuple[Sequence[int], int]:
        """Which places of keys are not surely kept; and how many of the others were never asked for before.

        Nothing is known here before all of the ledger has been read. `seen` are the keys of the links until then.
        """
        if self._held is None:
            return range(len(keys)), 0
        if not self._is_marked:
            self._held.mark(seen)
            self._is_marked = True
        return self._held.sift(keys)

    def prepared(self, count: int) -> Iterator[NotYet]:
        """To be gone through before so many keys are asked for: reads all of the ledger when that is worth it."""
        if self._size < 0:
            self._size = self._kept.size()
        self._asked += count
        if self._held is None and self._asked * SHARE >= self._size:
            yield from self._read()

    def _read(self) -> Iterator[NotYet]:
        """Read everything, with pauses in which others have their turn."""
        files, paths, keys = _Piles(), _Piles(), array("q")
        for names in self._listed():
            files.put(names)
            yield NotYet(0.0)
        rows, in_folders = self._kept.after(-1, _STEP), array("Q")
        while rows:
            in_folders.extend(
                place for place, (_, path) in enumerate(rows, len(keys)) if "/" in path and self.is_there(path)
            )
            paths.put([path for _, path in rows])
            keys.extend([key for key, _ in rows])
            yield NotYet(0.0)
            rows = self._kept.after(rows[-1][0], _STEP)
        there = paths.shared(files)
        for place in in_folders:
            there[place] = 1
        self._held = _Held(array("q", compress(keys, there)))

    def _listed(self) -> Iterator[list[str]]:
        """The plain files in the directory itself. What else has a picture's name is looked at when it is asked for."""
        with disk_errors(self._directory, "cannot be listed"), os.scandir(self._directory) as entries:
            while some := list(islice(entries, _STEP)):
                yield [entry.name for entry in some if entry.is_file(follow_symlinks=False)]


class _Piles:
    """Many texts as their hashes, in piles that are small enough to become a set, one at a time.

    64 bits of a hash that differs from run to run: among a million texts two meet in one run of ten million.
    """

    def __init__(self) -> None:
        self._hashes = [array("q") for _ in range(_PILES)]
        self._places = [array("I") for _ in range(_PILES)]
        self._count = 0

    def put(self, texts: Sequence[str]) -> None:
        """Add some; each has a place, counted from 0."""
        hashes, places = self._hashes, self._places
        for place, text in enumerate(texts, self._count):
            value = hash(text)
            pile = value & _PILES - 1
            hashes[pile].append(value)
            places[pile].append(place)
        self._count += len(texts)

    def shared(self, others: _Piles) -> bytearray:
        """By place, 1 for each text that is among the others too."""
        found = bytearray(self._count)
        for hashes, places, theirs in zip(self._hashes, self._places, others._hashes, strict=True):
            there = set(theirs)
            for value, place in zip(hashes, places, strict=True):
                if value in there:
                    found[place] = 1
        return found


class _Held:
    """Keys in their order. They are digests: their first bits tell nearly where each is, the rest is a short search."""

    def __init__(self, keys: array[int]) -> None:
        bits = max(1, (len(keys) // _NEAR).bit_length())
        self._keys, self._shift = keys, 63 - bits
        self._starts = array("q", (bisect_left(keys, first << self._shift) for first in range(1 << bits)))
        self._starts.append(len(keys))
        self._told = bytearray(len(keys))
        keys.append(-1)  # where a search ends that is beyond them all: no key is negative

    def mark(self, keys: Iterable[int]) -> None:
        """Take note that these have been told of."""
        for key in keys:
            self.sift((key,))

    def sift(self, keys: Sequence[int]) -> tuple[list[int], int]:
        """The places of those that are not among them, and how many of the others have not been told of before."""
        held, starts, shift, told = self._keys, self._starts, self._shift, self._told
        left: list[int] = []
        new = 0
        for place, key in enumerate(keys):
            first = key >> shift
            at = bisect_left(held, key, starts[first], starts[first + 1])
            if held[at] != key:
                left.append(place)
            elif not told[at]:
                told[at] = 1
                new += 1
        return left, new

    def missing(self, keys: Sequence[int]) -> list[int]:
        """The places, counted from 0, of those that are not among them."""
        held, starts, shift = self._keys, self._starts, self._shift
        return [
            place
            for place, key in enumerate(keys)
            if held[bisect_left(held, key, starts[key >> shift], starts[(key >> shift) + 1])] != key
        ]
