"""What a run does about a network that goes away: waits, tries one link at a time, blames no link for it. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeAlias

from pixhaul.holdings import Holdings
from pixhaul.host import SOUR, TURNED, WELL, Host
from pixhaul.models import Attempt, Failed, Reply
from pixhaul.network import ACQUAINTANCES, BOUND, EVERYTHING, HOSTS, QUIET, Network
from pixhaul.suspense import Suspended, Suspense, begun, is_nameless, is_touched, trouble

Judging: TypeAlias = Callable[[Host, Attempt, Reply, float], list[Failed]]
"""Judges a failure whose transfer ended earlier: host, attempt, reply, seconds."""

NETWORK = "network"
"""Why a host waits, besides the causes of pace.py."""
FEW = 8
"""New hosts, below which those that fail need not be waited for once nothing else flies."""
HOLD_ACQUAINTANCES, HOLD_STRANGERS, HOLD_NAMELESS = 2.0, 5.0, 60.0
"""Seconds for which a failure of a host that was well, or is new, waits for its judgement where no other is heard. Of a
resolver that says nothing others are heard late: three times ten seconds is what it takes to look one name up."""


class Outages:
    """Stands between what transfers bring and its judgement.

    Where hosts that were well fail, they rest and nobody is blamed until anybody answers, for a few seconds. When all
    those failures tell that the network is away, their links come again at no cost.
    """

    def __init__(self, holdings: Holdings, judge: Judging) -> None:
        self.network = Network()
        self.gone = False
        """Whether there is no hope left for this run."""
        self.news: deque[str] = deque()
        """Lines for a person; whoever drives the run takes them out."""
        self._holdings = holdings
        self._judge = judge
        self._acquaintances = Suspense(HOLD_ACQUAINTANCES)
        self._strangers = Suspense(HOLD_STRANGERS)
        self._nameless = Suspense(HOLD_NAMELESS)
        self._kinds = (self._acquaintances, self._strangers, self._nameless)

    def suspends(self, host: Host, attempt: Attempt, reply: Reply, now: float) -> bool:
        """Whether a broken transfer is not to be judged now. Its host has then been told that it ended."""
        weight = trouble(reply)
        held = self.network.holds(host.pace.ever)
        if not weight or (host.sour == SOUR and not held):
            return False
        if not self.network.armed:
            host.sour = SOUR
            self.network.missed(host.name, host.pace.ever, weight, attempt.token[0], now)
            return False
        if held:
            return self._suspends_while_away(host, attempt, reply, now)
        host.pace.end(attempt.token, now, "again", None)
        started = begun(attempt, reply, now)
        if started < self.network.back:
            self._holdings.put_back(attempt)
            return True
        self._holdings.held += 1
        host.delayed += 1
        kind = self._kind(host, reply)
        kind.add(host, attempt, reply, now)
        self._holdings.later.put(now + QUIET, None)
        self._holdings.later.put(now + kind.hold, None)
        if self.network.missed(host.name, host.pace.ever, weight, started, now):
            self._pause()
        return True

    def _suspends_while_away(self, host: Host, attempt: Attempt, reply: Reply, now: float) -> bool:
        network, asked = self.network, attempt.token[0]
        if reply.status and asked >= network.since:  # something came: the network is there, and this the host's own
            self._holdings.ended += self.heard(host, asked, now)
            host.sour = SOUR
            return False
        host.pace.end(attempt.token, now, "again", None)
        if asked >= network.since:
            was_doubted = network.doubted
            self._kind(host, reply).turn(host)
            network.missed(host.name, host.pace.ever, trouble(reply), asked, now)
            network.probed(is_touched(reply), now)
            if was_doubted:
                self._pause()
            self._holdings.later.put(network.next_probe, None)
        self._holdings.put_back(attempt)
        return True

    def _kind(self, host: Host, reply: Reply) -> Suspense:
        if host.pace.ever:
            return self._acquaintances
        return self._nameless if is_nameless(reply) else self._strangers

    def _pause(self) -> None:
        """The network has gone away: what failed with it comes again, and one link at a time finds out."""
        self._holdings.later.put(self.network.next_probe, None)
        if self.network.doubted:  # answers broke off, which hosts do too: one link is tried before anything is said
            return
        everything = self.network.away == EVERYTHING
        for kind in self._kinds[0 if everything else 1 :]:
            for one in kind.take():
                self._drop(one.host)
                self._holdings.put_back(one.attempt)
        self.news.append(f"the network seems to be away: {self.network.words()}; trying one link at a time")

    def heard(self, host: Host, asked: float, now: float) -> list[Failed]:
        """Somebody has answered: failures that this explains are judged, and a network that was away is back.

        Args:
            host: Who.
            asked: When that was asked for, in seconds.
            now: Seconds.
        """
        network, known, turned = self.network, host.pace.ever, host.sour == TURNED
        if known and not turned and not network.away and not self._acquaintances.waiting:
            host.sour, network.last_answer = WELL, now
            return []
        was_doubted = network.doubted
        back = network.answered(known, asked, now)
        if back:
            if not was_doubted:
                self.news.append(f"the network is back after {max(1.0, now - network.since):.0f} s")
            host.sour = WELL
            return self._decide(self._kinds, SOUR if was_doubted else WELL, now)
        is_alone = turned and self._is_alone(host)
        taken: list[Suspended] = []
        for kind in self._kinds if turned or not known else self._kinds[:1]:
            taken += kind.explained(host, asked, is_alone)
        if not turned:
            host.sour = WELL
        return self._explain(taken, host, now)

    def _is_alone(self, host: Host) -> bool:
        """Whether no other host is at work, or fails too; its flights still count what has just ended."""
        return host.pace.flying > self._holdings.live and sum(kind.open for kind in self._kinds) <= 1

    def _explain(self, taken: list[Suspended], well: Host, now: float) -> list[Failed]:
        """These were the hosts' own failures: judge them, and let the hosts go on."""
        ended: list[Failed] = []
        for one in taken:
            one.host.sour = WELL if one.host is well else SOUR
            self.network.explained(one.host.name)
            self._drop(one.host)
            ended += self._judge(one.host, one.attempt, one.reply, now)
        if taken:
            self._holdings.hosts.release()
        return ended

    def wake(self, now: float) -> None:
        """Judge what has waited long enough, and stop waiting for a network that does not come back."""
        if self.network.row and self.network.is_silent(now):
            self._pause()
        for kind in self._kinds:
            if kind.expired(now) and not self.network.doubted:
                self._holdings.ended += self._decide((kind,), SOUR, now)
        if self.network.away and now - self.network.since > BOUND:
            self._give_up(now)

    def _give_up(self, now: float) -> None:
        """Stop waiting where that is of no use any more."""
        row, since = self.network.row, self.network.since
        failing = len(row)
        others = any(one.ready and one.pace.ever and one.name not in row for one in self._holdings.hosts.aside)
        what = self.network.hopeless(others, now)
        if what == EVERYTHING:
            self.gone = True
        elif what:
            if what == HOSTS:
                self.news.append(f"{failing} hosts have not come back for {now - since:.0f} s: taken for dead")
            self._holdings.ended += self._decide(self._kinds, SOUR, now)

    def judge_alone(self, now: float) -> bool:
        """Where nothing flies that could tell more, and too few hosts turned to be the network: judge them at once."""
        if self.network.away or self._holdings.live:
            return False
        few = zip(self._kinds, (ACQUAINTANCES, FEW, FEW), strict=True)
        kinds = tuple(kind for kind, most in few if kind.waiting and kind.open < most)
        if kinds:
            self._holdings.ended += self._decide(kinds, SOUR, now)
        return bool(kinds)

    def _decide(self, kinds: tuple[Suspense, ...], standing: int, now: float) -> list[Failed]:
        """All hosts that turned are well or sour: judge their failures, and let them go on."""
        ended: list[Failed] = []
        for kind in kinds:
            kind.decide(standing)
            for one in kind.take():
                self.network.explained(one.host.name)
                self._drop(one.host)
                ended += self._judge(one.host, one.attempt, one.reply, now)
        self._holdings.hosts.release()
        return ended

    def _drop(self, host: Host) -> None:
        self._holdings.held -= 1
        host.delayed -= 1

    def waiting(self, now: float) -> tuple[tuple[str, float, str], ...]:
        """What is waited for, as a status says it; nothing while the network is there."""
        if not self.network.away:
            return ()
        return (("the network", max(0.0, self.network.next_probe - now), f"{self.network.words()}"),)

    def holds(self, host: Host, now: float) -> bool:
        """Whether a host must not start, for the network is, or may be, away; it is set aside then."""
        if host.sour != TURNED and not self.network.holds(host.pace.ever):
            return False
        host.blocked(NETWORK, now)
        self._holdings.hosts.set_aside(host)
        return True

    def probe(self, now: float) -> Attempt | None:
        """One link to try, when it is time: of a host that was well if there is one, and each time another."""
        if not self.network.may_probe(now):
            return None
        able = (host for host in self._holdings.hosts.aside if host.ready and host.pace.admit(now) <= 0.0)
        host = min(able, key=lambda host: (host.probes, host.sour, not host.pace.ever), default=None)
        self.network.probe(host is not None, now)
        if host is None:
            self._holdings.later.put(self.network.next_probe, None)
            return None
        host.probes += 1
        return self._holdings.launch(host, now)
