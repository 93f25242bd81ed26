"""What is to happen at a later time: the heap of a scheduler. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from math import inf
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Agenda(Generic[_T]):
    """Things with the time at which they are due, in seconds; of two for the same time the first put comes first."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, _T]] = []
        self._order = 0

    def put(self, when: float, item: _T) -> None:
        """Note one more."""
        self._order += 1
        heappush(self._heap, (when, self._order, item))

    def due(self, now: float) -> Iterator[_T]:
        """Take out all that is due, the oldest first."""
        while self._heap and self._heap[0][0] <= now:
            yield heappop(self._heap)[2]

    @property
    def next(self) -> float:
        """When the next is due; inf: there is none."""
        return self._heap[0][0] if self._heap else inf
