"""The same bytes from many different links: perhaps what a host shows in the place of pictures that are gone. Pure.

Two links with one picture are nothing: an album may hold it twice. Three and more, whose addresses differ by more than
an ending or a query, are suspected, and told at the end with some of their links. They stay kept: only a person can
say what they are.
"""

from __future__ import annotations

from typing import NamedTuple

from pixhaul.digests import Digests
from pixhaul.models import Result

LEAST = 3
"""Links with the same bytes from which on they are suspected."""
SHOWN = 5
"""Links named for each."""
FIRSTS = 50_000
"""Pictures whose first link is remembered, in case a second one comes: about 10 MB."""
MOST = 10_000
"""Different pictures that are counted, once they came twice."""


class Suspect(NamedTuple):
    """One picture that came from many links."""

    sha256: str
    links: int
    """How many links brought it."""
    size: int
    """Bytes."""
    width: int
    height: int
    examples: tuple[str, ...]
    """Some of the links."""


class _Count:
    """One picture that came more than once."""

    __slots__ = ("links", "places", "result", "urls")

    def __init__(self, result: Result) -> None:
        self.result = result
        self.links = 1
        self.places: set[str] = set()
        self.urls: list[str] = []

    def add(self, url: str) -> None:
        place = place_of(url)
        if place in self.places:
            return
        self.links += 1
        if len(self.urls) < SHOWN:
            self.urls.append(url)
            self.places.add(place)


class Twins:
    """Counts pictures that came again. Less than a microsecond a picture, and 17 bytes."""

    def __init__(self) -> None:
        self._seen = Digests()
        self._firsts: dict[int, str] = {}
        self._counts: dict[int, _Count] = {}

    def add(self, result: Result) -> None:
        """Take note of a picture that this run has kept."""
        if result.sha256 is None:
            return
        key = int(result.sha256[:16], 16) >> 1
        if self._seen.add(key):
            if len(self._firsts) < FIRSTS:
                self._firsts[key] = result.url
            return
        count = self._counts.get(key)
        if count is None:
            if len(self._counts) >= MOST:
                return
            count = self._counts[key] = self._begin(key, result)
        count.add(result.url)

    def _begin(self, key: int, result: Result) -> _Count:
        count, first = _Count(result), self._firsts.get(key)
        if first is not None:
            count.urls.append(first)
            count.places.add(place_of(first))
        return count

    def suspects(self) -> list[Suspect]:
        """Those that came from three links or more, the most frequent first."""
        found = [
            Suspect(
                str(one.sha256), count.links, one.size or 0, one.width or 0, one.height or 0, tuple(count.urls[:SHOWN])
            )
            for count in self._counts.values()
            if count.links >= LEAST
            for one in [count.result]
        ]
        return sorted(found, key=lambda suspect: (-suspect.links, suspect.sha256))


def place_of(url: str) -> str:
    """The address without its query and the ending of its name: hosts give the same picture under any ending.

    >>> place_of("https://i.example.org/a/b.jpg?w=100") == place_of("https://i.example.org/a/b.png")
    True
    """
    path = url.partition("?")[0].partition("#")[0]
    folder, slash, name = path.rpartition("/")
    return folder + slash + name.partition(".")[0]
