"""Which values the options of a run may have, for those that no command line has looked at. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pixhaul.errors import UsageError
from pixhaul.options import Options


class _Range(NamedTuple):
    least: float
    most: float
    may_be_none: bool = False
    is_whole: bool = True

    def refuses(self, value: object) -> bool:
        """Whether a value is none of this range."""
        if value is None:
            return not self.may_be_none
        kinds = (int,) if self.is_whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            return True
        return not self.least <= value <= self.most  # NaN is in no range

    def __str__(self) -> str:
        kind = "a whole number" if self.is_whole else "a number"
        return f"{kind} from {self.least:g} to {self.most:g}{', or None' if self.may_be_none else ''}"


_ABOVE_0 = 1e-9
_RANGES = {
    "workers": _Range(1, 64, may_be_none=True),
    "connections": _Range(1, 10_000, may_be_none=True),
    "per_host": _Range(1, 10_000, may_be_none=True),
    "rate": _Range(_ABOVE_0, 1e9, may_be_none=True, is_whole=False),
    "retries": _Range(0, 100),
    "timeout": _Range(_ABOVE_0, 86_400, is_whole=False),
    "connect_timeout": _Range(_ABOVE_0, 86_400, is_whole=False),
    "low_speed": _Range(0, 2**50),
    "low_speed_seconds": _Range(1, 86_400),
    "max_bytes": _Range(1, 2**50),
    "max_pixels": _Range(1, 2**50),
    "max_redirects": _Range(0, 1_000),
    "limit": _Range(1, 10**12, may_be_none=True),
    "seed": _Range(-(2**63), 2**63 - 1, may_be_none=True),
    "look_ahead": _Range(1, 10**9),
    "spill_bytes": _Range(0, 2**50),
    "max_memory": _Range(1, 2**50),
}
_PLACES = ("directory", "cache_dir", "cacert", "trace")
_WORDS = ("strategy", "policy", "filename", "api", "proxy", "http_version", "user_agent")
_KINDS = ("jpeg", "png", "gif", "webp", "avif", "heic")
_OF_ONE_LINE = frozenset({"user_agent", "proxy", "api"})
"""Texts that go into a request, or to libcurl: a line break in one would begin another header."""


def kinds(types: object) -> frozenset[str]:
    """Kinds of picture, from several or from a text with commas. Raises UsageError for what is none.

    >>> sorted(kinds("jpeg,png"))
    ['jpeg', 'png']
    """
    named = types.split(",") if isinstance(types, str) else types
    found: frozenset[str] = frozenset(named) if isinstance(named, Iterable) else frozenset()
    unknown = sorted(map(repr, found.difference(_KINDS)))
    if unknown or not found:
        raise UsageError(f"types cannot be {types!r:.60}.", f"Choose among {', '.join(_KINDS)}.")
    return found


def demand(options: Options) -> Options:
    """The options as they are. Raises UsageError for the first that no run can have."""
    for name, numbers in _RANGES.items():
        value = getattr(options, name)
        if numbers.refuses(value):
            raise UsageError(f"{name} cannot be {value!r:.60}.", f"It has to be {numbers}.")
    for name in (*_PLACES, *_WORDS):
        value = getattr(options, name)
        if not isinstance(value, str) or "\0" in value or (name in _OF_ONE_LINE and not value.isprintable()):
            raise UsageError(f"{name} has to be a text, without control characters.", "Leave it away for the default.")
    return options
