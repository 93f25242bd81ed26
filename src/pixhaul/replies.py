"""What an answer says besides its body: where to go, when to come back, whether a part is all there is. Pure."""

from __future__ import annotations

from pixhaul.headers import content_range
from pixhaul.models import Reason, Reply
from pixhaul.retry_after import http_date, longest_wait

REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""Statuses that lead elsewhere by themselves; 300 and 304 to 306 do not (RFC 9110 15.4)."""


def explained(reply: Reply, now: float) -> Reply:
    """A reply without a body, with what its fields say of where to go, or when to come back.

    Args:
        reply: Its status and fields.
        now: Our clock, epoch seconds: for a Retry-After that is a date, where the server does not tell its own.
    """
    said = [value for name, value in reply.headers if name == "retry-after"]
    if said:
        its_own = http_date(reply.header("date"))
        reply = reply._replace(retry_after=longest_wait(said, now if its_own is None else its_own))
    if reply.status in REDIRECTS:
        return reply._replace(redirect=_utf8(reply.header("location")))
    return reply


_OF_BODY = frozenset({"", Reason.TRUNCATED, Reason.CONNECT, Reason.TOO_LARGE, Reason.HTTP_ERROR})
"""What may befall a body, and nothing."""
_STALLED = frozenset({Reason.TIMEOUT, Reason.TOO_SLOW})


def is_told(status: int, error: str) -> bool:
    """Whether the status of a whole head says all there is to say, so that what befell the body changes nothing.

    That it stalled tells of the host, unless the answer leads elsewhere.
    """
    return 300 <= status < 600 and (error in _OF_BODY or (status in REDIRECTS and error in _STALLED))


def spans_all(reply: Reply, size: int) -> bool:
    """Whether a part of so many bytes is the whole, by its Content-Range."""
    span = content_range(reply.header("content-range"))
    return span is not None and span.first == 0 and span.last + 1 == span.total == size


def _utf8(value: str) -> str:
    """A field's bytes as browsers read those of a Location: UTF-8 where they are that."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
