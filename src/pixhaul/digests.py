"""A compact set of digests: what was seen before, at about 17 bytes an entry instead of the 70 of a set of ints."""

from __future__ import annotations

from array import array

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

    __slots__ = ("_count", "_filled", "_tables")

    def __init__(self) -> None:
        self._tables = [array("Q", bytes(8 * _SMALLEST)) for _ in range(SHARDS)]
        self._filled = [0] * SHARDS
        self._count = 0

    def add(self, value: int) -> bool:
        """Put one in; whether it was new. IndexError from 2**63 on; a negative one is not looked for."""
        shard = value >> _SHARD_SHIFT
        table = self._tables[shard]
        # A slot of 0 is free, so each value is kept as one more than it is: 0 is a value like any other.
        kept = value + 1
        mask = len(table) - 1
        slot = kept & mask
        while found := table[slot]:
            if found == kept:
                return False
            slot = (slot + 1) & mask
        table[slot] = kept
        self._count += 1
        self._filled[shard] += 1
        if self._filled[shard] * 5 > len(table) * 3:
            self._tables[shard] = _doubled(table)
        return True

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

    def __len__(self) -> int:
        return self._count


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
