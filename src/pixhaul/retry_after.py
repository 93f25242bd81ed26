"""The Retry-After field: seconds or one of three forms of date (RFC 9110 10.2.3 and 5.6.7). Pure.

What servers write beside the book is read where it can only mean one thing, and never as less than it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from math import ceil

FOREVER = 10**9
"""Seconds: what any larger wait is taken for."""

MOST_VALUES = 8
"""Values of one field that are looked at."""

_UNITS = {
    "": 1.0,
    "ms": 0.001,
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "m": 60.0,
    "min": 60.0,
    "minute": 60.0,
    "h": 3600.0,
    "hour": 3600.0,
}
_NUMBER = re.compile(r"\+?([0-9]{1,4300}|[0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]*)? *([a-z]*);?", re.ASCII | re.IGNORECASE)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*", re.ASCII)


def longest_wait(values: Iterable[str], now: float) -> float | None:
    """The longest that several fields, or one with several values, ask for: then none of them is disobeyed.

    >>> longest_wait(["1", "soon", "5, 3"], now=0.0)
    5.0
    """
    waits = [wait for value in values for wait in _waits(value, now) if wait is not None]
    return max(waits, default=None)


def _waits(value: str, now: float) -> list[float | None]:
    """What a field asks for; a date has commas of its own."""
    wait = retry_after(value, now)
    return [wait] if wait is not None else [retry_after(part, now) for part in value.split(",", MOST_VALUES)]


def retry_after(value: str, now: float) -> float | None:
    """Seconds from `now` (epoch seconds) that the field asks for; None where it is absent or means nothing.

    >>> retry_after("120", now=0.0), retry_after("-1", now=0.0), retry_after("soon", now=0.0)
    (120.0, None, None)
    >>> retry_after("Thu, 01 Jan 1970 00:01:00 GMT", now=10.0)
    50.0
    >>> retry_after("1.5", now=0.0), retry_after("+2 min", now=0.0), retry_after('"30"', now=0.0)
    (2.0, 120.0, 30.0)
    """
    text = value.strip().strip("\"'").strip()
    number = _NUMBER.fullmatch(text)
    if number:
        return _seconds(*number.groups())
    moment = http_date(text)
    if moment is None:
        return None
    return min(max(0.0, moment - now), float(FOREVER))


def _seconds(whole: str, fraction: str | None, unit: str) -> float | None:
    """So many of a unit, rounded up to a second."""
    name = unit.lower()
    each = _UNITS.get(name) or _UNITS.get(name.removesuffix("s"))
    if each is None:
        return None
    number = min(int(whole.replace(",", "")), FOREVER) + float(f"0{fraction or ''}0")
    return float(min(ceil(number * each), FOREVER))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def http_date(text: str) -> float | None:
    """Epoch seconds of an HTTP date in any of its three forms (IMF-fixdate, RFC 850, asctime), or None.

    The form of ISO 8601 is read too.

    >>> http_date("Sunday, 06-Nov-94 08:49:37 GMT") == http_date("Sun Nov  6 08:49:37 1994") == 784111777.0
    True
    >>> http_date("1994-11-06T08:49:37Z")
    784111777.0
    """
    if len(text) > 60 or not text.isascii():
        return None
    from email.utils import parsedate_to_datetime  # few servers send a date, and this loads ten modules

    try:
        moment = datetime.fromisoformat(text) if _DATE.fullmatch(text) else parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    # Not .timestamp(): it overflows on some systems for years that a server may well make up.
    return (moment - _EPOCH) / timedelta(seconds=1)
