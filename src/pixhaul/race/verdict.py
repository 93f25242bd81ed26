"""What is said of a racer: whether it did the job, and if not, why. Pure."""

from __future__ import annotations

from typing import NamedTuple

from .heat import DOWN, FLOOD, TIMEOUT, last_line, signal_name

DONE, INCOMPLETE, WRONG, CRASHED, HUNG, FLOODED = "done", "incomplete", "wrong", "crashed", "hung", "flooded"
REQUESTS, CONNECTIONS = 5, 3
"""Times as many requests, and open connections, as there are pictures: more is a flood, for whatever went wrong."""
FEW = 50
"""So many of either are never a flood."""


class Facts(NamedTuple):
    """What a verdict rests on."""

    pictures: int
    right: int
    wrong: tuple[str, ...]
    code: int
    stopped: str
    said: str
    requests: int
    connections: int
    """Most open at once."""
    deadline: float = 0.0
    ours: bool = False
    """pixhaul, whose exit code 1 says that some links failed."""


class Verdict(NamedTuple):
    """A word of the closed list above, and a sentence."""

    word: str
    detail: str = ""


def is_flood(pictures: int, requests: int, connections: int) -> bool:
    """Whether this many requests, or connections at once, are beyond what any way of doing the job can want."""
    return requests > max(FEW, REQUESTS * pictures) or connections > max(FEW, CONNECTIONS * pictures)


def verdict(facts: Facts) -> Verdict:
    """The worst that is true of it: a flood, no end, a wrong picture, a crash, too few pictures; or all is well."""
    if facts.stopped == DOWN:
        return Verdict(FLOODED, "the stand-in did not survive it")
    if facts.stopped == FLOOD or is_flood(facts.pictures, facts.requests, facts.connections):
        return Verdict(
            FLOODED, f"{facts.requests:,} requests and {facts.connections:,} connections for {facts.pictures} pictures"
        )
    if facts.stopped == TIMEOUT:
        return Verdict(HUNG, f"ended by us after {facts.deadline:.0f} s, with {facts.right} of {facts.pictures}")
    if facts.wrong:
        return Verdict(WRONG, _wrong(facts.wrong))
    if facts.code and not (facts.ours and facts.code == 1):
        return Verdict(CRASHED, _crash(facts.code, facts.said))
    if facts.right < facts.pictures:
        return Verdict(INCOMPLETE, f"{facts.right} of {facts.pictures} pictures{_last_words(facts.said)}")
    return Verdict(DONE)


def _wrong(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"saved with other bytes than were sent: {shown}{more}"


def _crash(code: int, said: str) -> str:
    how = f"ended by {signal_name(code)}" if code < 0 else f"exit code {code}"
    return how + _last_words(said)


def _last_words(said: str) -> str:
    line = last_line(said)
    return f"; its last words: {line[:160]}" if line else ""
