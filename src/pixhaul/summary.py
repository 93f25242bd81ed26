"""What a run came to: the counts, the exit code and the last lines. Pure: no clock, no output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from .errors import PixhaulError
from .escape import terminal
from .models import EARLIER, Reason, Result
from .twins import Suspect, Twins

OK, SOME_FAILED, NONE_SUCCEEDED, INTERRUPTED = 0, 1, 3, 5
"""Exit codes of the contract that are ours to find; 2, 4 and 9 come with the errors that cause them."""


MOST_SUSPECTS = 100
"""Of the pictures that came from many links, those that the summary names."""
TOLD_SUSPECTS = 3
"""Those that a person is told of."""


class Tally:
    """Links that have ended so far, counted by how."""

    def __init__(self) -> None:
        self.done = 0
        self.passed = 0
        """Links that an earlier run had kept, and that were counted without a result of their own."""
        self._skipped = 0
        self.failed = 0
        self.bytes = 0
        """Of the pictures that this run has kept."""
        self.fetching = 0.0
        """Seconds that those took, one added to another."""
        self.reasons: Counter[str] = Counter()
        self.earlier = 0
        """Of the failed ones, those that failed for good in an earlier run and were not asked for."""
        self.twins = Twins()
        """Pictures that came from many links."""

    @property
    def skipped(self) -> int:
        """Links that an earlier run had kept."""
        return self._skipped + self.passed

    @property
    def links(self) -> int:
        """How many have ended."""
        return self.done + self.skipped + self.failed

    def add(self, results: Iterable[Result]) -> None:
        """Count these too."""
        for result in results:
            if result.status == "done":
                self.done += 1
                self.bytes += result.size or 0
                self.fetching += result.seconds
                self.twins.add(result)
            elif result.status == "skipped":
                self._skipped += 1
            else:
                self.failed += 1
                self.reasons[result.reason or ""] += 1
                self.earlier += result.detail.startswith(EARLIER)

    @property
    def passing(self) -> int:
        """Failures for reasons that may have gone by the next time."""
        return sum(count for name, count in self.reasons.items() if name and not Reason(name).permanent)


class Ending(NamedTuple):
    """How the run as a whole ended, apart from its links."""

    error: PixhaulError | None = None
    """It could not go on: the disk is full, say."""
    interrupted: bool = False
    """A signal, or a closed pipe, ended it before its links did."""
    refusal: PixhaulError | None = None
    """The API refused us somewhere; other links went on."""


def exit_code(tally: Tally, ending: Ending) -> int:
    """The contract's exit code.

    What stopped the run comes first, for it says what a person has to do: an error (9: make room) before an
    interruption (5: the same command goes on, and will find out about all the rest), that before a refusal by the API
    (4: part of what was asked for was never seen). Only a run that saw all its links is judged by them (3, 1, 0).
    """
    if ending.error is not None:
        return ending.error.exit_code
    if ending.interrupted:
        return INTERRUPTED
    if ending.refusal is not None:
        return ending.refusal.exit_code
    if not tally.failed:
        return OK
    return SOME_FAILED if tally.done + tally.skipped else NONE_SUCCEEDED


def record(tally: Tally, seconds: float, code: int) -> dict[str, Any]:
    """The last JSON object of a run, as the contract has it."""
    counts = {
        "links": tally.links,
        "done": tally.done,
        "skipped": tally.skipped,
        "failed": tally.failed,
        "bytes": tally.bytes,
        "seconds": round(seconds, 3),
        "reasons": dict(tally.reasons.most_common()),
        "exit": code,
        "suspects": [_suspect(one) for one in tally.twins.suspects()[:MOST_SUSPECTS]],
    }
    return {"summary": counts}


def sentences(tally: Tally, seconds: float, directory: str, ending: Ending) -> list[str]:
    """The last lines for a person: what happened, and what to do about what failed."""
    if not tally.links:
        said = [] if ending.error or ending.refusal or ending.interrupted else ["No links found: nothing to do."]
    else:
        said = [_counts(tally, seconds, directory)]
    said += _suspicions(tally)
    if ending.interrupted:
        said.append("Interrupted: run the same command again to go on.")
    else:
        said += _advice(tally, directory)
    return said


def _advice(tally: Tally, directory: str) -> list[str]:
    """What to do about what failed. Failures for good are not asked for again unless somebody says so."""
    advice = []
    if tally.passing:
        advice.append(f"Run the same command again to try the {tally.passing} that may succeed now.")
    lasting = tally.failed - tally.passing
    if lasting:
        advice.append(f"To ask again for what failed for good ({lasting}): pixhaul retry {directory} --all")
    return advice


def _suspect(one: Suspect) -> dict[str, Any]:
    """As the summary has it."""
    return {"sha256": one.sha256, "links": one.links, "size": one.size, "examples": list(one.examples)}


def _suspicions(tally: Tally) -> list[str]:
    """What came from many links, a line for each, and a word about the rest."""
    found = tally.twins.suspects()
    said = [
        f"Warning: {one.links} links brought the same picture ({one.width}x{one.height}, {size(one.size)}), which may "
        f"stand for others that are gone: {', '.join(terminal(url) for url in one.examples)}"
        + (", ..." if one.links > len(one.examples) else "")
        for one in found[:TOLD_SUSPECTS]
    ]
    more = len(found) - TOLD_SUSPECTS
    return [*said, f"Warning: {more} more pictures came from several links each."] if more > 0 else said


def _counts(tally: Tally, seconds: float, directory: str) -> str:
    why = ", ".join(f"{name} {count}" for name, count in tally.reasons.most_common())
    failures = f"{tally.failed} failed ({why})" if why else "0 failed"
    place = directory if directory.endswith("/") else directory + "/"
    return (
        f"{tally.done} kept, {tally.skipped} skipped, {failures} in {duration(seconds)}, "
        f"{size(tally.bytes)}, in {place}"
    )


def size(count: float) -> str:
    """Bytes in words, with decimal prefixes.

    >>> size(4_100_000), size(999), size(0)
    ('4.1 MB', '999 B', '0 B')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.95 or (unit == "B" and count < 1000):
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def duration(seconds: float) -> str:
    """Seconds in words.

    >>> duration(1.23), duration(75), duration(3725)
    ('1.2 s', '1:15', '1:02:05')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
