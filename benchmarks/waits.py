"""Waiting: every answer takes a quarter of a second, so links / connections x 0.25 s is the floor for anybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from contest import Case
from web.play import serving, wanted
from web.scenes import SCENES

LATENCY = 0.25
COUNTS = {8: 320, 64: 1_280, 256: 4_000, 1_000: 4_000}
"""Links for each number of connections. Fewer where 4,000 would take minutes: that is harder on a slow start."""


def waits(_: Path) -> Iterator[Case]:
    """One case for each number of connections."""
    for width, count in COUNTS.items():
        with serving("wait", {}) as bases:
            found = wanted(SCENES["wait"], bases)[:count]
            links, digests = [address for address, _ in found], [digest or "" for _, digest in found]
            title = f"{count:,} pictures at {LATENCY} s, {width:,} connections"
            rounds = 3 if width < 64 else 5
            yield Case(str(width), title, links, digests, width, latency=LATENCY, rounds=rounds)
