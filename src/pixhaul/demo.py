"""A job to look at: what `pixhaul demo` downloads, and what it says about it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .summary import Tally, duration

LATENCY = 0.25
"""Seconds that the made Imgur takes for each picture: about what a real one does."""
PICTURES = 40
_HERE = "http://127.0.0.1:"


def kept_before(directory: Path) -> int:
    """How many pictures of earlier demos are still in a directory."""
    from contextlib import closing

    from .database import is_there, ledger_path
    from .ledger import Ledger
    from .part import disk_errors

    with disk_errors(directory, "the ledger cannot be looked at"):
        if not is_there(ledger_path(directory)):
            return 0

    with closing(Ledger(directory, readonly=True)) as ledger:
        rows = [row for row in ledger.rows("done") if row.url.startswith(_HERE)]
    with disk_errors(directory, "its pictures cannot be looked at"):
        return sum((directory / str(row.path)).is_file() for row in rows)


def comparison(tally: Tally, seconds: float, at_once: int) -> Iterable[str]:
    """How long it took beside the sum of the single times, which is what one after another would have taken.

    >>> tally = Tally()
    >>> tally.done, tally.fetching = 40, 10.4
    >>> print(*comparison(tally, 0.65, 40), sep=chr(10))
    Took 0.7 s for 40 pictures, up to 40 at once.
    One after another they would have taken 10.4 s (their single times added up): 16 times as long.
    """
    if not tally.done:
        return
    times = tally.fetching / seconds if seconds else 1.0
    yield f"Took {duration(seconds)} for {tally.done} pictures, up to {at_once} at once."
    yield (
        f"One after another they would have taken {duration(tally.fetching)} (their single times added up): "
        f"{times:.{0 if times >= 10 else 1}f} times as long."
    )
