"""What an answer says of the quota that is left: RateLimit fields in their three generations. Pure.

Sources: draft-ietf-httpapi-ratelimit-headers-10 (`RateLimit: "name";r=50;t=30`), its versions 7 and 8
(`RateLimit: limit=100, remaining=50, reset=5`), and the separate fields of versions 0 to 6 and of the practice before
them (`RateLimit-Remaining`, `X-RateLimit-Remaining`, with `-Reset`).
"""

from __future__ import annotations

import re
from typing import TypeAlias

from pixhaul.retry_after import http_date

Fields: TypeAlias = tuple[tuple[str, str], ...]
Quota: TypeAlias = tuple[float, float]
"""Requests that are left, and the seconds until there are more."""

EPOCH = 100_000_000
"""A reset above this is a moment in seconds since 1970: it counts from the answer's own Date."""
LONGEST = 86_400.0
"""Seconds; a reset beyond a day is no pace for one run."""

_ITEM = re.compile(r"(?:^|[;,\s])(r|t|remaining|reset)\s*=\s*(\d{1,9})(?![\w.])", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(\d{1,12})(?:\.\d*)?\s*(?:[,;].*)?")


def quota(fields: Fields) -> Quota | None:
    """The tightest quota that the fields (names in lower case) tell of; None where they tell of none, or nonsense.

    >>> quota((("ratelimit", '"burst";r=5;t=10, "daily";r=900;t=3600'),))
    (5.0, 10.0)
    >>> quota((("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "7")))
    (0.0, 7.0)
    """
    told = {name: value for name, value in fields if "ratelimit" in name}
    if not told:
        return None
    found = _lists(told.get("ratelimit", ""))
    for prefix in ("ratelimit", "x-ratelimit"):
        left, reset = _number(told.get(f"{prefix}-remaining", "")), _number(told.get(f"{prefix}-reset", ""))
        if left is not None and reset is not None:
            found.append((left, _seconds(reset, fields)))
    return min(((left, seconds) for left, seconds in found if 0 <= seconds <= LONGEST), key=_tightness, default=None)


def _tightness(one: Quota) -> Quota:
    return one[0], -one[1]


def _lists(value: str) -> list[Quota]:
    """The quotas of one RateLimit field: policies with commas between them, or the one of the older form."""
    if re.search(r"remaining\s*=", value, re.IGNORECASE):
        return _one(value)
    return [pair for policy in value.split(",") for pair in _one(policy)]


def _one(text: str) -> list[Quota]:
    known = {name.lower(): float(number) for name, number in _ITEM.findall(text)}
    left, reset = known.get("r", known.get("remaining")), known.get("t", known.get("reset"))
    return [] if left is None or reset is None else [(left, reset)]


def _number(text: str) -> float | None:
    match = _NUMBER.fullmatch(text)
    return float(match[1]) if match else None


def _seconds(reset: float, fields: Fields) -> float:
    """The seconds until a reset; -1 where it is a moment and the answer has no Date."""
    if reset < EPOCH:
        return reset
    date = http_date(next((value for name, value in fields if name == "date"), ""))
    return -1.0 if date is None else max(0.0, reset - date)
