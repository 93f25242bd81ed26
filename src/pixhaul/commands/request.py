"""What was asked of a run: the values of the options, turned into the nouns of the core."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from pixhaul.again import Choice
from pixhaul.options import Options

if TYPE_CHECKING:
    from pixhaul.sources.lists import Item

    Texts: TypeAlias = Iterable[str | Item]


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

    lists = [_typed(column) if name == "-" else bundles(name, column or "") for name in dict.fromkeys(files)]
    return chain(map(source, sources), *lists)


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
