"""How many calls (credits, says Imgur) are left, and when to stop before there are none. Pure: time is an argument."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

HOUR = 3600.0
DAY = 86400.0
# Limits and periods of Imgur's documentation: 500 calls an hour for an address and ID, 12,500 a day for an ID.
_USER_LIMIT, _CLIENT_LIMIT = 500, 12_500
# Reserves: who meets the daily limit five times in a month is shut out until it ends.
_USER_RESERVE, _CLIENT_RESERVE = 10, 100
_EPOCH = 100_000_000  # a reset above this is a time, below it seconds left: the API has been read both ways


class Allowance(NamedTuple):
    """What the headers of an answer told; None is not told, which does not mean unlimited."""

    user_left: int | None = None
    user_limit: int | None = None
    user_reset: float | None = None
    """Epoch seconds."""
    client_left: int | None = None
    client_limit: int | None = None
    client_reset: float | None = None
    """Epoch seconds."""

    @property
    def used_up(self) -> bool:
        """Whether no call at all is left of one of the two."""
        return _least(self.user_left) <= 0 or _least(self.client_left) <= 0


class Shortage(NamedTuple):
    """A limit that is nearly used up."""

    words: str
    """For a person: which limit, how much of it is left."""
    seconds: float
    """Until calls come again."""
    known: bool
    """Whether the API said when; else the seconds are the whole period, which is the longest it can take."""


def read(headers: Mapping[str, str], now: float) -> Allowance:
    """The credits that headers (names in lower case) tell of, with resets as times.

    Args:
        headers: Of an answer of the API.
        now: Epoch seconds.

    >>> read({"x-ratelimit-userremaining": "7", "x-ratelimit-userreset": "60"}, now=1000.0).user_reset
    1060.0
    """

    def number(name: str) -> int | None:
        return _number(headers.get(f"x-ratelimit-{name}", ""))

    return Allowance(
        number("userremaining"),
        number("userlimit"),
        _moment(number("userreset"), now),
        number("clientremaining"),
        number("clientlimit"),
        _moment(number("clientreset"), now),
    )


def merge(old: Allowance, new: Allowance) -> Allowance:
    """The latest word on each number: an answer out of a cache carries none, and does not undo what is known."""
    return Allowance._make(before if after is None else after for before, after in zip(old, new, strict=True))


def shortage(known: Allowance, now: float) -> Shortage | None:
    """The limit that forbids the next call, if one does: less is left of it than a small reserve.

    The reserve is 10 of the documented 500 an hour and 100 of 12,500 a day; of smaller limits at most a fiftieth.
    """
    user = _short(known.user_left, known.user_limit or _USER_LIMIT, _USER_RESERVE)
    client = _short(known.client_left, known.client_limit or _CLIENT_LIMIT, _CLIENT_RESERVE)
    if client:
        return _until(f"{client} of the client ID's day are left", known.client_reset, now, DAY)
    return _until(f"{user} of this hour are left", known.user_reset, now, HOUR) if user else None


def _short(left: int | None, limit: int, reserve: int) -> str:
    if left is None or left > min(reserve, limit // 50):
        return ""
    return f"{max(left, 0)} of {limit} calls"


def _until(words: str, reset: float | None, now: float, period: float) -> Shortage | None:
    if reset is not None and reset <= now:
        return None  # the period is over: what was left of it says nothing any more
    known = reset is not None and reset - now <= 31 * DAY
    return Shortage(words, reset - now if known and reset is not None else period, known)


def _least(left: int | None) -> int:
    return 1 if left is None else left


def _number(value: str) -> int | None:
    plain = value.strip().partition(".")[0]
    digits = plain.removeprefix("-")
    return int(plain) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def _moment(reset: int | None, now: float) -> float | None:
    if reset is None or reset < 0:
        return None
    if reset > 1000 * _EPOCH:
        return reset / 1000  # milliseconds
    return float(reset) if reset > _EPOCH else now + reset
