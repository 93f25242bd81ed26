"""What happened, as trace events: "complete events" and "metadata events" of Chrome's trace event format. Pure.

https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from pixhaul.models import Attempt, Reply
from pixhaul.timing import Timing

Event: TypeAlias = dict[str, Any]
Span: TypeAlias = tuple[str, float, float]
"""A phase, and the moments in seconds between which it went on."""

LONGEST_NAME = 80
"""Characters of a link that an event is called by; the whole link stands in its arguments."""


def phases(timing: Timing) -> Iterator[Span]:
    """The phases of one transfer in order, in monotonic seconds; one that broke off ends in what it was at.

    >>> timing = Timing(10.0, 0.01, 0.02, 0.0, 0.02, 0.27, 0.28, 10.29, 10.3, fresh=True)
    >>> [name for name, _, _ in phases(timing)]
    ['name look-up', 'connecting', 'waiting', 'receiving']
    """
    at = 0.0
    for name, until in _steps(timing):
        end = until or timing.total
        if end > at:
            yield name, timing.began + at, timing.began + end
            at = end
        if not until:
            break


def _steps(timing: Timing) -> Iterator[tuple[str, float]]:
    """Each phase that the transfer went through, with its end since the beginning, 0 for one that never ended."""
    if timing.fresh or not timing.ready:  # a connection that was there already took none of these
        yield "name look-up", timing.found
        yield "connecting", timing.connected
        if timing.secured or not timing.ready:
            yield "TLS", timing.secured
    yield "waiting", timing.answered
    yield "receiving", timing.total


def transfer(attempt: Attempt, reply: Reply, timing: Timing, place: tuple[int, int, int]) -> Iterator[Event]:
    """One transfer, and within it its phases. `place`: the process, the lane, and the number of the connection."""
    process, lane, connection = place
    about: dict[str, Any] = {
        "url": attempt.url,
        "status": reply.status,
        "bytes": reply.size,
        "connection": connection,
        "try": attempt.number,
        "hop": len(attempt.hops),
    }
    picture = reply.picture
    flaw, detail = (picture.flaw, picture.detail) if picture and not reply.error else (reply.error, reply.detail)
    if flaw:
        about |= {"flaw": str(flaw), "detail": detail[:LONGEST_NAME]}
    span = (timing.began, timing.began + timing.total)
    yield complete("transfer", short(attempt.url), span, (process, lane), about)
    for name, began, ended in phases(timing):
        yield complete("phase", name, (began, ended), (process, lane))


def check(attempt: Attempt, timing: Timing, place: tuple[int, int, int]) -> Event:
    """The look at what a transfer brought. `place`: the process, the lane of the check, and that of the transfer.

    It has a lane of its own since the connection may be at the next transfer already.
    """
    process, lane, of = place
    about = {"picture": short(attempt.url), "lane": of}
    return complete("checking", "checking", (timing.ended, timing.checked), (process, lane), about)


def complete(
    kind: str, name: str, span: tuple[float, float], place: tuple[int, int], about: dict[str, Any] | None = None
) -> Event:
    """Something that took time: seconds go in, microseconds stand in the file."""
    began, ended = (round(moment * 1e6) for moment in span)
    event: Event = {"ph": "X", "cat": kind, "name": name, "ts": began, "dur": max(0, ended - began)}
    event |= {"pid": place[0], "tid": place[1]}
    return event | ({"args": about} if about else {})


def named(what: str, place: tuple[int, int], name: str, **more: Any) -> Event:
    """The name of a process (`process_name`) or of a lane (`thread_name`)."""
    return {"ph": "M", "name": what, "pid": place[0], "tid": place[1], "args": {"name": name, **more}}


def short(url: str) -> str:
    """What a link is called in a small space: its last segment, or its host.

    >>> short("https://example.org/a/cat.jpg?size=2"), short("https://example.org/")
    ('cat.jpg', 'example.org')
    """
    path = url.partition("#")[0].partition("?")[0].partition("://")[2].rstrip("/")
    return path.rpartition("/")[2][:LONGEST_NAME]
