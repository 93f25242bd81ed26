"""How many transfers may be in flight in all. Pure."""

from __future__ import annotations

from math import inf

from pixhaul.hosts import Hosts
from pixhaul.options import Options

LOOK = 0.25
"""Seconds for which a count is good."""


class Crowd:
    """The places of a run. Those of silent hosts are given out once more, so that these hold up nobody.

    Of a hundred hosts thirty that stall would hold 150 and more of 512 places until their time-outs. Where a person
    has set the number of connections, it is kept to.
    """

    def __init__(self, options: Options, hosts: Hosts) -> None:
        self._hosts = hosts
        self._places, self._more = options.places, options.most_places - options.places
        self._silent, self._counted = 0, -inf

    def is_full(self, live: int, now: float) -> bool:
        """Whether so many in flight are enough."""
        if live < self._places:
            return False
        if self._more and now - self._counted > LOOK:
            self._counted = now
            self._silent = sum(host.pace.flying for host in self._hosts if host.pace.is_silent(now))
        return live >= self._places + min(self._more, self._silent)
