"""The wire of the deciding process, as one of those that are given attempts."""

from __future__ import annotations

from collections import Counter

from pixhaul.client import Client
from pixhaul.models import Attempt, Reply
from pixhaul.options import Options
from pixhaul.wire import Wire


class Own:
    """Transfers in this process, counted by host."""

    weight = 2
    """What one counts when the next is given away: this process has the deciding to do as well."""

    def __init__(self, options: Options, width: int) -> None:
        self.wire = Wire(Client(options), width)
        self.hosts: Counter[str] = Counter()
        """How many are under way at each host."""
        self._share = 0
        self._thin_after = 0

    def start(self, number: int, attempt: Attempt) -> None:
        """Begin one transfer; it needs no number, for it comes back as what it was."""
        self.hosts[attempt.host] += 1
        self.wire.start(attempt)

    def wait(self, seconds: float) -> list[tuple[Attempt, Reply]]:
        """As a wire's."""
        ended = self.wire.wait(seconds)
        hosts = self.hosts
        for attempt, _ in ended:
            hosts[attempt.host] -= 1
            if not hosts[attempt.host]:
                del hosts[attempt.host]
        if self._thin_after:
            self._thin_out(len(ended))
        return ended

    def share(self, connections: int) -> None:
        """Others take part from now on: give every connection up as its transfer ends, then keep so many at most.

        What it has open was meant for all transfers of a host, and the others are about to open theirs.
        """
        self.wire.spare(1)
        self._share, self._thin_after = connections, max(1, len(self.wire))

    def _thin_out(self, ended: int) -> None:
        self._thin_after = max(0, self._thin_after - ended)
        if not self._thin_after and self._share:
            self.wire.spare(self._share)

    def rest(self) -> bool:
        """Keep no connection; whether the last transfer has ended."""
        self._share = 0
        self.wire.spare(1)
        return not len(self.wire)
