"""Links that wait for a slow host, in a file instead of in memory, so that a long row of them starves no other host."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import IO, TypeAlias

from pixhaul.errors import UsageError
from pixhaul.models import Attempt, Job

MOST = 500_000
"""Links in the file; a list is not read further ahead than this and the look-ahead."""

Place: TypeAlias = tuple[int, int]
"""Where a bundle of links lies, and how many bytes it has."""


class Spill:
    """A file without a name, which goes with the process. Made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._end = 0

    def put(self, attempts: list[Attempt]) -> Place | None:
        """Write a bundle; None where the disk does not take it: then the list waits, as it would without us."""
        data = json.dumps([_plain(attempt) for attempt in attempts]).encode("ascii")
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by `close`
            self._file.seek(self._end)
            self._file.write(data)
            self._file.flush()
        except OSError:
            return None
        place = (self._end, len(data))
        self._end += len(data)
        return place

    def take(self, place: Place) -> list[Attempt]:
        """A bundle that was put. Raises UsageError where the disk does not give it back."""
        if self._file is None:
            raise AssertionError("nothing was put")
        try:
            self._file.seek(place[0])
            return [_attempt(*values) for values in json.loads(self._file.read(place[1]))]
        except (OSError, ValueError) as error:
            hint = "Nothing that was kept is lost: run the same command again to go on."
            raise UsageError(f"{self._folder}: links that waited there cannot be read back: {error}.", hint) from error

    def close(self) -> None:
        """Forget all of it."""
        if self._file is not None:
            self._file.close()


def _plain(attempt: Attempt) -> list[object]:
    """What JSON can hold; the token is not among it, for only what does not fly is put here."""
    job, fields = attempt.job, attempt._asdict()
    rest = [fields[name] for name in _REST]
    return [[job.url, job.name, job.meta, job.local, job.digest], attempt.url, attempt.host, *rest]


_REST = ("number", "refusals", "hops", "began", "spent")


def _attempt(job: list[object], url: str, host: str, *rest: object) -> Attempt:
    link, name, meta, local, digest = job
    pairs = tuple(map(tuple, meta))  # type: ignore[call-overload]
    values = dict(zip(_REST, rest, strict=True))
    values["hops"] = tuple(values["hops"])  # type: ignore[arg-type]
    return Attempt(Job(str(link), str(name), pairs, bool(local), int(str(digest))), url, host, **values)  # type: ignore[arg-type]
