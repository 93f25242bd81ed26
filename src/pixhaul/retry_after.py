"""The Retry-After field: seconds or one of three forms of date (RFC 9110 10.2.3 and 5.6.7). Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

FOREVER = 10**9
"""Seconds: what any larger wait is taken for."""

_SECONDS = re.compile(r"[0-9]{1,4300}")


def retry_after(value: str, now: float) -> float | None:
    """Seconds from `now` (epoch seconds) that the field asks for; None where it is absent or means nothing.

    >>> retry_after("120", now=0.0), retry_after("-1", now=0.0), retry_after("soon", now=0.0)
    (120.0, None, None)
    >>> retry_after("Thu, 01 Jan 1970 00:01:00 GMT", now=10.0)
    50.0
    """
    text = value.strip()
    if _SECONDS.fullmatch(text):
        return float(min(int(text), FOREVER))
    moment = http_date(text)
    if moment is None:
        return None
    return min(max(0.0, moment - now), float(FOREVER))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def http_date(text: str) -> float | None:
    """Epoch seconds of an HTTP date in any of its three forms (IMF-fixdate, RFC 850, asctime), or None.

    >>> http_date("Sunday, 06-Nov-94 08:49:37 GMT") == http_date("Sun Nov  6 08:49:37 1994") == 784111777.0
    True
    """
    if len(text) > 60 or not text.isascii():
        return None
    from email.utils import parsedate_to_datetime  # few servers send a date, and this loads ten modules

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    # Not .timestamp(): it overflows on some systems for years that a server may well make up.
    return (moment - _EPOCH) / timedelta(seconds=1)
