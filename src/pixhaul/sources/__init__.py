"""Where links come from. Each module of this folder that has `matches` and `jobs` is a source, found by listing it."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from functools import cache
from importlib import import_module
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any, TypeVar

from pixhaul.bundle import Meta
from pixhaul.models import Failed, Job, NotYet
from pixhaul.protocols import Source

AHEAD = 1_000
"""Links that a source which asks the network may be ahead of the transfers."""
NAP = 0.02
"""Seconds until a source that has nothing yet is asked again."""


@cache
def sources() -> tuple[Source, ...]:
    """All sources, the one that takes everything last."""
    modules = (import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    found = [module for module in modules if hasattr(module, "matches") and hasattr(module, "jobs")]
    return tuple(sorted(found, key=lambda module: getattr(module, "LAST", False)))


def is_direct(text: str) -> bool:
    """Whether no source claims a text, so that it is a link as it stands."""
    return not any([claims(text) for claims in _claims()])  # noqa: C419 - a generator takes three times as long


def are_direct(texts: Sequence[str]) -> bool:
    """Whether none of many texts is likely to be claimed, by one look at all of them.

    >>> are_direct(["https://example.org/a.jpg", "b"]), are_direct(["https://example.org/a.jpg", "IMGUR:hot"])
    (True, False)
    """
    marks = _marks()
    if "" in marks:
        return False
    whole = "\n".join(texts).lower()
    return not any([mark in whole for mark in marks])  # noqa: C419 - as above


def standing(text: str) -> Meta | None:
    """What is known of a text that is a link as it stands; None for one that its source has to read.

    >>> standing("https://example.org/a.jpg"), standing("https://i.imgur.com/AbC1234.jpg"), standing("imgur:hot")
    ((), (('id', 'AbC1234'),), None)
    """
    for stands in _stands():
        known = stands(text)
        if known is not None:
            return known
    return () if is_direct(text) else None


@cache
def _stands() -> tuple[Callable[[str], Meta | None], ...]:
    """How each source tells quickly, if it can, that a text of its own is a link as it stands."""
    return tuple(source.standing for source in sources() if hasattr(source, "standing"))


@cache
def _claims() -> tuple[Callable[[str], bool], ...]:
    return tuple(source.matches for source in sources()[:-1])


@cache
def _marks() -> tuple[str, ...]:
    """For each source the word that all its texts hold, in lower case; empty for one that names none."""
    return tuple(getattr(source, "MARK", "") for source in sources()[:-1])


def find(text: str) -> Source:
    """The source that a text belongs to.

    >>> find("https://example.org/a.jpg").__name__
    'pixhaul.sources.direct'
    """
    return next(source for source in sources() if source.matches(text))


_Item = TypeVar("_Item")


class Ahead(Iterator[_Item | NotYet]):
    """A source that asks the network, or waits for a pipe, read by a thread of its own: its pauses stop no transfer."""

    def __init__(self, jobs: Iterable[_Item], stopped: Event, most: int = AHEAD) -> None:
        self._items: Queue[_Item | _End] = Queue(most)
        self._stopped = stopped
        self._closed = False
        self._thread = Thread(target=self._read, args=(jobs,), name="pixhaul-source", daemon=True)
        self._thread.start()

    def _read(self, jobs: Iterable[_Item]) -> None:
        error: Exception | None = None
        try:
            for job in jobs:
                if not self._put(job):
                    return
        except Exception as problem:  # raised again where the links are read
            error = problem
        self._put(_End(error))

    def _put(self, item: _Item | _End) -> bool:
        while not self._stopped.is_set() and not self._closed:
            try:
                self._items.put(item, timeout=0.1)
            except Full:
                continue
            return True
        return False

    def __next__(self) -> _Item | NotYet:
        """The next link, or a request to come back. Raises what the source raised, after its last link."""
        try:
            item = self._items.get_nowait()
        except Empty:
            if self._stopped.is_set():
                raise StopIteration from None
            return NotYet(NAP)
        if not isinstance(item, _End):
            return item
        if item.error is not None:
            raise item.error
        raise StopIteration

    def close(self) -> None:
        """Let the thread end; what it had read is forgotten."""
        self._closed = True


class _End:
    """The end of a source, with what it raised."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error


def links(text: str, context: Any, stopped: Event) -> Iterator[Job | Failed | NotYet]:
    """The links of one text, from whichever source it belongs to."""
    source = find(text)
    jobs = source.jobs(text, context)
    asks: Callable[[str], bool] | None = getattr(source, "asks_network", None)
    if asks is None or not asks(text):
        yield from jobs
        return
    with closing(Ahead(jobs, stopped)) as ahead:
        yield from ahead
