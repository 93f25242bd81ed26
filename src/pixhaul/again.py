"""Whether a failure of an earlier run is worth another request: only one that can end otherwise now. Pure.

With a failure that is for good the ledger keeps the conditions under which it failed. Once they have become wider (a
larger `max_bytes`, another kind among `types`, another way out) the link is asked for again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from pixhaul import __version__
from pixhaul.models import Reason
from pixhaul.options import Options

_FREE = frozenset({Reason.BAD_URL, Reason.SCHEME_REFUSED, Reason.OPTED_OUT})
"""Never remembered: finding out again costs no request, or depends on what is not in the options."""

Bound: TypeAlias = Any
"""What JSON can hold: a number, a text, a list, or None."""


class Choice(NamedTuple):
    """Which failures of earlier runs a run takes up again."""

    options: Options = Options()
    everything: bool = False
    """Also those that are bound to end the same."""
    only: frozenset[str] = frozenset()
    """Of these reasons alone, whatever they are; empty: of any."""

    def wants(self, reason: str | None, conditions: str | None) -> bool:
        """Whether a link that failed so is to be tried.

        Args:
            reason: As the ledger has it.
            conditions: What `conditions` gave when it failed; None from a ledger that knew of none.
        """
        if self.only:
            return reason in self.only
        if self.everything or reason not in _PERMANENT:
            return True
        return can_differ(Reason(reason), conditions, self.options)

    def takes_up(self, reason: str | None, conditions: str | None) -> bool:
        """Whether `pixhaul retry` tries it: as `wants`, less what no other try can change."""
        asked_for = self.everything or self.only
        return self.wants(reason, conditions) and bool(asked_for or reason not in _FREE)


Verdict: TypeAlias = Callable[[str | None, str | None], bool]


def judged_once(verdict: Verdict) -> Verdict:
    """A verdict on failures that remembers what it said: among a million there are few reasons and conditions."""
    return lru_cache(1_000)(verdict)


_PERMANENT = frozenset(reason.value for reason in Reason if reason.permanent)


def conditions(reason: Reason, options: Options) -> str | None:
    """What a failure for good depended on, as a short text without any secret; None where nothing is remembered.

    >>> conditions(Reason.TOO_LARGE, Options(max_bytes=1000))
    '["6ccee10d", 1000]'
    """
    if not reason.permanent or reason in _FREE:
        return None
    return json.dumps([_way(options), _bound(reason)(options)])


def can_differ(reason: Reason, before: str | None, options: Options) -> bool:
    """Whether these options leave room for another end than the one that a link met before.

    >>> then = conditions(Reason.TOO_LARGE, Options(max_bytes=1000))
    >>> [can_differ(Reason.TOO_LARGE, then, Options(max_bytes=now)) for now in (1001, 1000, 9)]
    [True, False, False]
    """
    if before is None or reason in _FREE:
        return True
    try:
        way, bound = json.loads(before)
        return bool(way != _way(options) or _wider(reason, bound, _bound(reason)(options)))
    except (ValueError, TypeError):  # not of this version's making
        return True


def _way(options: Options) -> str:
    """Who we say we are and through which proxy, as a digest: that decides what servers answer."""
    proxy = options.proxy.rpartition("@")[2]  # never the password, not even its digest
    text = json.dumps([options.user_agent, proxy, options.api])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _bound(reason: Reason) -> Callable[[Options], Bound]:
    return _BOUNDS.get(reason, lambda options: None)


def _kinds(options: Options) -> Bound:
    return [__version__, sorted(options.types) if options.types is not None else None]


_BOUNDS: dict[Reason, Callable[[Options], Bound]] = {
    Reason.ADDRESS_REFUSED: lambda options: options.allow_private,
    Reason.TOO_LARGE: lambda options: options.max_bytes,
    Reason.TOO_MANY_PIXELS: lambda options: options.max_pixels,
    Reason.TOO_MANY_REDIRECTS: lambda options: options.max_redirects,
    Reason.TYPE_REFUSED: _kinds,
    Reason.NOT_AN_IMAGE: lambda options: __version__,
}
"""The option that has the last word for a reason; a newer pixhaul may know more kinds of picture."""


def _wider(reason: Reason, before: Bound, now: Bound) -> bool:
    if reason is Reason.NOT_AN_IMAGE:
        return bool(before != now)
    if reason is Reason.TYPE_REFUSED:
        return bool(before[0] != now[0]) or _more_kinds(before[1], now[1])
    return now is not None and bool(now > before)


def _more_kinds(before: list[str] | None, now: list[str] | None) -> bool:
    if before is None:
        return False
    return now is None or not set(now) <= set(before)
