"""Failures that are not judged yet: whose fault they are is known once anybody answers, or nobody does. Pure."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from pixhaul.host import TURNED, WELL, Host
from pixhaul.models import NO_ADDRESS, SILENT, Attempt, Reason, Reply
from pixhaul.network import BROKEN, STALLED, UNREACHED

_TROUBLE = frozenset({Reason.DNS, Reason.CONNECT, Reason.TIMEOUT, Reason.TOO_SLOW, Reason.TRUNCATED})
_TOUCHED = ("refused", "reset by peer", "Empty reply")


class Suspended(NamedTuple):
    """One failure that waits for its judgement."""

    at: float
    """When it happened, in seconds."""
    host: Host
    attempt: Attempt
    reply: Reply


class Suspense:
    """The failures that nobody has explained yet, of hosts of one kind that were well until then.

    An answer explains a failure, as the host's own, when it was asked for after the failure, or comes from the same
    host and no other is at work. What was asked for before may have been on its way when the network went.
    """

    def __init__(self, hold: float) -> None:
        """Hold no failure for longer than so many seconds."""
        self.hold = hold
        self.waiting: deque[Suspended] = deque()
        self.turned: list[Host] = []
        """Hosts that began to fail since `decide`; those that are explained meanwhile are no longer TURNED."""

    def add(self, host: Host, attempt: Attempt, reply: Reply, now: float) -> None:
        """Keep one more."""
        self.turn(host)
        self.waiting.append(Suspended(now, host, attempt, reply))

    def turn(self, host: Host) -> None:
        """Note that a host fails; if it was well until now, it is not known yet why."""
        if host.sour == WELL:
            host.sour = TURNED
            self.turned.append(host)

    def expired(self, now: float) -> bool:
        """Whether the first has waited for long enough."""
        return bool(self.waiting) and self.waiting[0].at + self.hold <= now

    def take(self) -> list[Suspended]:
        """All of them, out."""
        taken = list(self.waiting)
        self.waiting.clear()
        return taken

    def explained(self, host: Host, asked: float, is_alone: bool) -> list[Suspended]:
        """Those, out, that an answer of a host, maybe the only one at work, to a request of that time explains."""
        if not self.waiting or (host.sour != TURNED and self.waiting[0].at > asked):
            return []
        found = [one for one in self.waiting if one.at <= asked or (is_alone and one.host is host)]
        hosts = {id(one.host) for one in found}
        taken = [one for one in self.waiting if id(one.host) in hosts]
        self.waiting = deque(one for one in self.waiting if id(one.host) not in hosts)
        return taken

    @property
    def open(self) -> int:
        """Hosts of which it is not known yet why they fail."""
        return sum(host.sour == TURNED for host in self.turned)

    def decide(self, standing: int) -> None:
        """The hosts that turned are SOUR, each by itself; or WELL, for it was the network."""
        for host in self.turned:
            if host.sour == TURNED:
                host.sour = standing
        self.turned.clear()


def trouble(reply: Reply) -> int:
    """What a reply counts against the network: UNREACHED, BROKEN, STALLED, or 0 where it says nothing of it."""
    if reply.error not in _TROUBLE or reply.detail.endswith(NO_ADDRESS):  # so a resolver was reached
        return 0
    # libcurl's words for a time-out before there was a connection do not begin with "Operation".
    early = reply.error == Reason.TIMEOUT and not reply.detail.startswith("Operation")
    if reply.error == Reason.TOO_SLOW or (reply.error == Reason.TIMEOUT and not early):
        return STALLED
    return BROKEN if reply.status else UNREACHED


def is_nameless(reply: Reply) -> bool:
    """Whether the resolver said nothing at all of a host: one that is gone takes long to show."""
    return reply.error == Reason.DNS and reply.detail.endswith(SILENT)


def begun(attempt: Attempt, reply: Reply, now: float) -> float:
    """When a transfer really began, in seconds: one that waits for its turn to look a name up has not begun."""
    return max(attempt.token[0], now - reply.seconds) if reply.seconds else float(attempt.token[0])


def is_touched(reply: Reply) -> bool:
    """Whether a host could not be asked, and yet something came from there: a refusal, or the end of a connection."""
    return any(words in reply.detail for words in _TOUCHED)
