"""One host of a run: its pace, the attempts that are ready for it, and what became of all the others. Pure."""

from __future__ import annotations

from collections import deque

from pixhaul.judge import Refused
from pixhaul.models import Attempt, Reason, Reply
from pixhaul.pace import Pace

RETRIES, EARNED = 3_000, 4
"""Tries after the first that a host may see fail, and what each good answer adds. Where every link comes right in the
end they last for ever; where none does, ten thousand links cost 14,000 requests and not fifty thousand."""
IN_DOUBT = 200
"""Links of a host that wait for their next try, above which none is tried for the first time: those come first, so that
they have had all their tries before the host has used up its own."""
WELL, TURNED, SOUR = 0, 1, 2
"""A host that answers or was not asked; that began to fail since anybody answered; that fails while others answer."""

REFUSED_FOR_LONG = 300.0
"""Seconds of refusals, each later than the pause before it, without one answer that served us: left to a later run."""
REFUSED_FOR_A_TRY = 30.0
"""The same for each of up to four tries after the first, once there have been more refusals than those."""
APART = 1.0
"""Seconds: what is refused sooner was asked for with what was refused before it."""

_CONNECTION_LOST = (Reason.CONNECT, Reason.TRUNCATED, Reason.TIMEOUT, Reason.TOO_SLOW)
MOST_SHARED = 3
"""Connections in a row that may be lost with all that was on them, and nothing good in between: one loss each. After
that each link pays for itself, or a host that loses every connection would be asked for as often as it has links."""


class Host:
    """One scheme://name:port: its pace and the attempts that are ready for it."""

    __slots__ = (
        "_blocked",
        "_in_vain",
        "_losses",
        "_lost",
        "_refused_at",
        "_refused_since",
        "answered",
        "broken",
        "delayed",
        "last_words",
        "name",
        "pace",
        "probes",
        "ready",
        "refused",
        "retries",
        "sleeping",
        "sour",
        "spilled",
        "turn",
        "waits",
    )

    def __init__(self, name: str, pace: Pace) -> None:
        self.name = name
        self.pace = pace
        self.ready: deque[Attempt] = deque()
        self.last_words: Refused | None = None
        """Why it was given up."""
        self.delayed = 0
        """Attempts of this host that wait for their time."""
        self.spilled: list[tuple[int, int]] = []
        """Bundles of its links that lie in a file, the next one last."""
        self.sleeping = False
        """Whether the host itself is in `later`."""
        self.turn = False
        """Whether it stands in the heap of hosts that may start."""
        self.sour = 0
        """How its latest transfers ended, as far as that tells of the network: WELL, TURNED or SOUR."""
        self.probes = 0
        """How often it was asked whether the network is back."""
        self.retries = RETRIES
        """Tries after the first that may still fail: used up where none of them brings anything."""
        self.answered = self.refused = self.broken = 0
        """How transfers to it ended, as far as that tells of it."""
        self.waits: dict[str, float] = {}
        """Seconds for which it had links that could not start, by cause (pace.py)."""
        self._blocked: tuple[str, float] | None = None
        self._in_vain = 0  # refusals one after another, with nothing good in between
        self._refused_since = self._refused_at = 0.0
        self._lost = (-1, 0.0)  # a connection, and when it was lost
        self._losses = (0, 0)  # so many connections in a row, when there were so many answers

    def note(self, verdict: str, now: float) -> None:
        """Take note of how a transfer ended."""
        if verdict == "good":
            self.answered += 1
            self._in_vain = 0
            self.retries = min(RETRIES, self.retries + EARNED)
        elif verdict == "refused":
            self.refused += 1
            self._refused_since = self._refused_since if self._in_vain else now
            if not self._in_vain or now - self._refused_at >= APART:
                self._in_vain, self._refused_at = self._in_vain + 1, now
        elif verdict != "again":
            self.broken += 1

    def refuses_all(self, retries: int, now: float) -> bool:
        """Whether there have been refusals alone for so long that its links are left to a later run.

        A link has four tries after the first by default, and a refusal that says when to come back costs none of them;
        but where no link is served, they are all in the same case.
        """
        seconds = now - self._refused_since if self._in_vain else 0.0
        is_enough = self._in_vain > retries and seconds > REFUSED_FOR_A_TRY * min(retries, 4)
        return is_enough or seconds > REFUSED_FOR_LONG

    def blocked(self, cause: str, now: float) -> None:
        """Note that it has a link that may not start, and why."""
        if self._blocked is None or self._blocked[0] != cause:
            self.freed(now)
            self._blocked = cause, now

    def freed(self, now: float) -> None:
        """Note that a link starts, or that none is left to start."""
        if self._blocked is not None:
            cause, since = self._blocked
            self.waits[cause] = self.waits.get(cause, 0.0) + now - since
            self._blocked = None

    @property
    def doubtful(self) -> bool:
        """Whether so many of its links wait for their next try that no other may begin."""
        return self.delayed >= IN_DOUBT and self.ready[0].number == 1

    def gone_quiet(self) -> None:
        """Note that there is no link left that could wait."""
        self._blocked = None

    def shares_loss(self, attempt: Attempt, reply: Reply, now: float) -> bool:
        """Whether a transfer was lost with a connection whose loss is already known: one event, and not its fault.

        A connection of HTTP/2 carries many transfers and takes them all along.
        """
        if reply.connection < 0 or reply.error not in _CONNECTION_LOST:
            return False
        (connection, since), (count, answers) = self._lost, self._losses
        if connection == reply.connection and attempt.token[0] <= since:
            return count <= MOST_SHARED
        self._lost = (reply.connection, now)
        self._losses = (1 if self.answered > answers else count + 1, self.answered)
        return False

    def __repr__(self) -> str:
        return f"<Host {self.name}: {len(self.ready)} ready, {self.delayed} delayed, {self.pace.flying} in flight>"
