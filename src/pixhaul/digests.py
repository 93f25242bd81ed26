"""A compact set of digests: what was seen before, at about 17 bytes an entry instead of the 70 of a set of ints."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

SHARDS = 64
"""Small tables instead of one: each grows for itself, so that no addition waits for the whole set to be moved."""
_SHARD_SHIFT = 57
"""The six highest of 63 bits choose the shard; the lowest ones choose the slot in it."""
_SMALLEST = 8
"""Slots of a new table."""


class Digests:
    """A set of integers in [0, 2**63), such as 63 bits of a SHA-256. Nothing is ever taken out.

    Open addressing with linear probing, at most 0.6 full. Integers that are no digests are kept just as truly, but
    alike low bits make it slow.

    >>> seen = Digests()
    >>> seen.add(0), seen.add(0), 0 in seen, 1 in seen, len(seen)
    (True, False, True, False, 1)
    """

    __slots__ = ("_count", "_masks", "_room", "_tables")

    def __init__(self) -> None:
        self._tables = [array("Q", bytes(8 * _SMALLEST)) for _ in range(SHARDS)]
        self._masks = [_SMALLEST - 1] * SHARDS
        self._room = [_room(_SMALLEST)] * SHARDS
        """For how many more there is room in each, until it is doubled."""
        self._count = 0

    def add(self, value: int) -> bool:
        """Put one in; whether it was new. IndexError from 2**63 on; a negative one is not looked for."""
        shard = value >> _SHARD_SHIFT
        table = self._tables[shard]
        # A slot of 0 is free, so each value is kept as one more than it is: 0 is a value like any other.
        kept = value + 1
        mask = self._masks[shard]
        slot = kept & mask
        while found := table[slot]:
            if found == kept:
                return False
            slot = (slot + 1) & mask
        table[slot] = kept
        self._count += 1
        self._room[shard] -= 1
        if not self._room[shard]:
            self._double(shard)
        return True

    def _double(self, shard: int) -> None:
        table = self._tables[shard]
        self._room[shard] = _room(2 * len(table)) - _room(len(table))
        self._masks[shard] = 2 * len(table) - 1
        self._tables[shard] = _doubled(table)

    def fresh(self, values: Sequence[int]) -> list[int]:
        """Put all of them in; the places, counted from 0, of those that were new. As `add`, at two thirds of its time.

        >>> seen = Digests()
        >>> seen.fresh([5, 6, 5]), seen.fresh([7, 6])
        ([0, 1], [0])
        """
        tables, masks, room = self._tables, self._masks, self._room
        new: list[int] = []
        for place, value in enumerate(values):
            shard = value >> _SHARD_SHIFT
            table, mask = tables[shard], masks[shard]
            kept = value + 1
            slot = kept & mask
            while (found := table[slot]) and found != kept:
                slot = (slot + 1) & mask
            if not found:
                table[slot] = kept
                new.append(place)
                room[shard] -= 1
                if not room[shard]:
                    self._double(shard)
        self._count += len(new)
        return new

    def __contains__(self, value: int) -> bool:
        table = self._tables[value >> _SHARD_SHIFT]
        kept = value + 1
        mask = len(table) - 1
        slot = kept & mask
        while found := table[slot]:
            if found == kept:
                return True
            slot = (slot + 1) & mask
        return False

    def __iter__(self) -> Iterator[int]:
        return (kept - 1 for table in self._tables for kept in table if kept)

    def __len__(self) -> int:
        return self._count


def _room(slots: int) -> int:
    """How many fill a table: 0.6 of it."""
    return slots * 3 // 5


def _doubled(table: array[int]) -> array[int]:
    bigger = array("Q", bytes(16 * len(table)))
    mask = len(bigger) - 1
    for kept in table:
        if kept:
            slot = kept & mask
            while bigger[slot]:
                slot = (slot + 1) & mask
            bigger[slot] = kept
    return bigger
