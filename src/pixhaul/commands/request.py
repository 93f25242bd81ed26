"""What was asked of a run: the values of the options, turned into the nouns of the core."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, fields
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from pixhaul.again import Choice
from pixhaul.options import Options

if TYPE_CHECKING:
    from pixhaul.models import NotYet
    from pixhaul.sources.lists import Item

    Texts: TypeAlias = Iterable[str | Item | NotYet]


_FEW = 4
"""Bundles of links that are read ahead from a pipe: each may hold a quarter of a megabyte."""


@dataclass(frozen=True)
class Request:
    """One run as it was asked for."""

    texts: Texts = field(repr=False)
    """Sources, then the lines of the lists, read when their turn comes."""
    options: Options
    client_id: str = field(default="", repr=False)
    """The one secret: in no output, no error, no repr."""
    choice: Choice | None = field(default=None, kw_only=True)
    """Which failures of earlier runs to try, in place of texts."""
    json: bool = False
    quiet: bool = False
    verbose: bool = False
    explain: bool = False
    """Whether to say at the end what was learned of each host."""


def options_of(values: Mapping[str, Any], api: str) -> Options:
    """The numbers of a run; what was not given keeps the default of Options, which is the only place for defaults."""
    names = {one.name for one in fields(Options)}
    given = {name: value for name, value in values.items() if name in names and value is not None}
    return Options(**given, api=api)


def texts_of(sources: Iterable[str], files: Iterable[str], column: str | None) -> Texts:
    """Sources and lists as one stream, read as it is used; UsageError at once for a list that cannot be read."""
    from pixhaul.sources.lists import bundles

    lists = []
    for name in dict.fromkeys(files):
        items = _typed(column) if name == "-" else bundles(name, column or "")
        lists.append(items if _is_file(name) else _as_it_comes(items))
    return chain(map(source, sources), *lists)


def _is_file(name: str) -> bool:
    """Whether a list is a file, and no pipe or terminal, where a read may wait for ever."""
    try:
        return stat.S_ISREG(os.stat(0 if name == "-" else os.path.expanduser(name)).st_mode)  # noqa: PTH111, PTH116
    except OSError:
        return True


def _as_it_comes(items: Iterator[Item]) -> Iterator[Item | NotYet]:
    """The same, read by a thread: transfers and signals have their turn while nothing comes."""
    from threading import Event

    from pixhaul.sources import Ahead

    with closing(Ahead(items, Event(), _FEW)) as ahead:
        yield from ahead


def source(word: str) -> str:
    r"""A word of the command line as text, whatever the locale took its bytes for; bytes that are no UTF-8 as %XX.

    >>> source("https://example.org/\udcff.jpg")
    'https://example.org/%FF.jpg'
    """
    if word.isascii():
        return word
    text = os.fsencode(word).decode("utf-8", "surrogateescape")
    return "".join(f"%{ord(one) - 0xDC00:02X}" if "\udc80" <= one <= "\udcff" else one for one in text)


def _typed(column: str | None) -> Iterator[Item]:
    """Standard input, which may be slow to say its first line: looked at when its turn comes."""
    from pixhaul.sources.lists import bundles

    yield from bundles("-", column or "")
