"""Kinds of value that an option takes. Each refuses nonsense in one line, and never wraps or rounds what is given."""

from __future__ import annotations

import math
import os
import re
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

import click

if TYPE_CHECKING:
    Kind: TypeAlias = click.ParamType[Any]
else:
    Kind = click.ParamType  # takes no parameter before click 8.4

KINDS = ("jpeg", "png", "gif", "webp", "avif", "heic")
"""Kinds of picture that a check knows; `--types` chooses among them."""

_SPELLINGS = {"jpg": "jpeg", "jpe": "jpeg", "jfif": "jpeg", "heif": "heic"}

_UNITS = {
    "": 1,
    "k": 1000,
    "m": 1000**2,
    "g": 1000**3,
    "t": 1000**4,
    "ki": 1024,
    "mi": 1024**2,
    "gi": 1024**3,
    "ti": 1024**4,
}
"""Decimal prefixes (SI) and binary ones (IEC 80000-13), in lower case."""

_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,6})?)\s*([kmgt]?i?)b?", re.ASCII | re.IGNORECASE)


class Place(click.Path):
    """A path. An empty one, as an unset variable of a shell gives, would mean the folder where one happens to be."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path as it is; BadParameter for what is none."""
        text = os.fsdecode(value)
        if not text.strip():
            self.fail("It is empty: name a place, or leave it away.", param, ctx)
        if "\0" in text:
            self.fail(f"{_shown(text)} is not a path: there is a NUL in it.", param, ctx)
        return super().convert(value, param, ctx)


class Count(Kind):
    """A whole number from `low` to `high`, both included."""

    name = "number"

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number; BadParameter where it is none or out of range."""
        number = _whole(value)
        if number is None or not self.low <= number <= self.high:
            self.fail(f"{_shown(value)} is not a whole number from {self.low} to {self.high}.", param, ctx)
        return number


class Amount(Kind):
    """A number above 0 and up to `high`, whole or not; never infinite, never NaN."""

    name = "number"

    def __init__(self, high: float) -> None:
        self.high = high

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; BadParameter where it is none or out of range."""
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if not 0 < number <= self.high:
            self.fail(f"{_shown(value)} is not a number above 0 and up to {self.high:g}.", param, ctx)
        return number


class Size(Kind):
    """A whole number that may end in k, M, G, T (thousands) or Ki, Mi, Gi, Ti (1,024s), with or without a B.

    >>> Size().convert("500k", None, None), Size().convert("1GiB", None, None)
    (500000, 1073741824)
    """

    name = "size"
    highest = 2**50
    """A pebibyte: more than that is a slip of the hand."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The size in single bytes (or pixels); BadParameter for what is no size."""
        match = _SIZE.fullmatch(str(value).strip())
        if match is None or match[2].lower() not in _UNITS:
            self.fail(f"{_shown(value)} is not a size: write it as 500k, 20M or 1GiB.", param, ctx)
        number = int(float(match[1]) * _UNITS[match[2].lower()]) if "." in match[1] else _exact(match)
        if not 1 <= number <= self.highest:
            self.fail(f"{_shown(value)} is not a size from 1 to {self.highest}.", param, ctx)
        return number


class Kinds(Kind):
    """Kinds of picture with commas between them, or a list of them; jpg is jpeg."""

    name = "kinds"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        """The names of the kinds, each spelled in one way; BadParameter with all there are for an unknown one."""
        asked = value.split(",") if isinstance(value, str) else value
        words = [str(word).strip().lower().lstrip(".") for word in asked]
        chosen = frozenset(_SPELLINGS.get(word, word) for word in words if word)
        unknown = sorted(chosen.difference(KINDS))
        if unknown or not chosen:
            what = f"{_shown(unknown[0])} is no kind of picture" if unknown else "No kind of picture is named"
            self.fail(f"{what}: choose among {', '.join(KINDS)}.", param, ctx)
        return chosen


class Secret(Kind):
    """Text that no message shows: printable ASCII without spaces, as a header bears it (RFC 9110 5.5)."""

    name = "id"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text without spaces around it; BadParameter that does not show it."""
        text = str(value).strip()
        if not text.isascii() or not text.isprintable() or " " in text or len(text) > 200:
            self.fail("It has characters that no client ID has (the value is not shown).", param, ctx)
        return text


class Header(Kind):
    """Text for one header line: no control characters (RFC 9110 5.5), for a line break would begin another header."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text as it is; BadParameter for what no header may hold."""
        text = str(value)
        if not text.isascii() or not text.isprintable() or len(text) > 1000:
            self.fail("It may hold plain ASCII letters, digits, signs and spaces only.", param, ctx)
        return text


class Proxy(Kind):
    """The address of a proxy. No message shows it when there may be a password in it."""

    name = "url"
    schemes = frozenset({"http", "https", "socks4", "socks4a", "socks5", "socks5h"})

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address as it is; BadParameter that shows no password."""
        text = str(value).strip()
        try:
            parts = urlsplit(text if "://" in text else f"http://{text}")
            printable = text.isprintable() and " " not in text
            right = printable and parts.scheme in self.schemes and parts.hostname and parts.port != 0
        except ValueError:
            right = False
        if not right:
            shown = "It" if "@" in text else _shown(text)
            self.fail(f"{shown} is not the address of a proxy, such as http://proxy.example:3128.", param, ctx)
        return text


def _whole(value: Any) -> int | None:
    try:
        return int(value) if not isinstance(value, float) else None
    except (TypeError, ValueError):
        return None


def _exact(match: re.Match[str]) -> int:
    return int(match[1]) * _UNITS[match[2].lower()]


def _shown(value: Any) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")
