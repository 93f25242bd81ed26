"""What a run learned of each host, and why its links waited: in numbers, and in plain words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from pixhaul.host import Host
from pixhaul.hosts import Memory
from pixhaul.outages import NETWORK
from pixhaul.pace import ASKED, FAILING, FULL, QUOTA, RATE, REFUSED

MOST = 20
"""Hosts that are explained in words; the busiest."""
_CAUSES = {
    FULL: "for a place among its transfers",
    RATE: "for its rate",
    ASKED: "because it asked for a pause",
    REFUSED: "after it refused",
    QUOTA: "to stretch its quota",
    FAILING: "while nothing got through",
    NETWORK: "for the network",
}


class Explanation(NamedTuple):
    """One host."""

    host: str
    """scheme://name:port."""
    answered: int
    refused: int
    """Answers 429 and 503."""
    broken: int
    """Transfers that brought no answer, or half of one, or another 5xx."""
    width: int
    """Transfers at once that it bore, as far as that is known."""
    proved: bool
    """Whether that width was in full use; else it is where we began."""
    rate: float | None
    """Starts a second, learned from refusals."""
    given_up: bool
    waits: dict[str, float]
    """Seconds for which links were there that could not start, by cause."""


def explained(hosts: Iterable[Host], now: float) -> list[Explanation]:
    """All hosts that were asked, the busiest first. `now` is in seconds on the clock of the run."""
    found = [_one(host, now) for host in hosts]
    asked = [one for one in found if one.answered + one.refused + one.broken]
    return sorted(asked, key=lambda one: (-one.answered - one.refused - one.broken, one.host))


def _one(host: Host, now: float) -> Explanation:
    host.freed(now)
    memory = host.pace.memory(now)
    width, rate = int(memory.get("width", host.pace.width)), host.pace.learned
    counts = host.answered, host.refused, host.broken
    waits = {cause: round(seconds, 3) for cause, seconds in host.waits.items() if seconds >= 0.0005}
    return Explanation(host.name, *counts, width, host.pace.proved, rate, host.pace.dead, waits)


def record(one: Explanation) -> dict[str, Any]:
    """The same for a program."""
    return {"host": {"url": one.host, **{name: value for name, value in one._asdict().items() if name != "host"}}}


def words(explanations: list[Explanation]) -> list[str]:
    """Lines for a person; the text of hosts is a stranger's, and still to be made safe for a terminal."""
    lines = [_line(one) for one in explanations[:MOST]]
    more = len(explanations) - MOST
    return [*lines, f"and {more} more hosts"] if more > 0 else lines


def _line(one: Explanation) -> str:
    parts = [f"{one.answered} answered"]
    parts += [f"{one.refused} refused"] if one.refused else []
    parts += [f"{one.broken} broken"] if one.broken else []
    learned = [f"bears {one.width} at once" if one.proved else f"up to {one.width} at once, not tried in full"]
    if one.rate is not None:
        learned.append(f"{one.rate:.3g} a second, learned from its refusals")
    elif one.refused:
        learned.append("its refusals show no rate")
    if one.given_up:
        learned = ["given up: nothing answers"]
    waits = sorted(one.waits.items(), key=lambda wait: -wait[1])
    waited = ", ".join(f"{seconds:.1f} s {_CAUSES[cause]}" for cause, seconds in waits if seconds >= 0.05)
    return f"{one.host}: {', '.join(parts)}; {', '.join(learned)}" + (f"; links waited {waited}" if waited else "")


def remembered(hosts: dict[str, Memory], now: float) -> list[str]:
    """What earlier runs learned, in lines, the newest first. `now` is in seconds since 1970."""
    newest = sorted(hosts.items(), key=lambda item: -_number(item[1], "time"))
    return [_memory(name, memory, now) for name, memory in newest]


def _memory(name: str, memory: Memory, now: float) -> str:
    rate = _number(memory, "rate")
    hours = max(0.0, now - _number(memory, "time")) / 3600
    learned = f"bears {_number(memory, 'width'):.0f} at once" + (f", {rate:.3g} a second" if rate else "")
    return f"{name}: {learned}; {hours:.0f} h ago"


def _number(memory: Memory, name: str) -> float:
    value = memory.get(name)
    return float(value) if isinstance(value, int | float) else 0.0
