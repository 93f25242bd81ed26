"""The failures of a directory as links once more, under their names, with what was known of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from pixhaul import names
from pixhaul import template as templates
from pixhaul.again import Choice, judged_once
from pixhaul.database import demand_ledger
from pixhaul.errors import ApiRefused, PixhaulError, UsageError
from pixhaul.ledger import Ledger
from pixhaul.models import Failed, Job, JobStream, NotYet, Reason
from pixhaul.rows import remembered_job
from pixhaul.sources import is_direct, links


class Failures:
    """A source of links: those of a ledger that its choice takes up."""

    def __init__(self, ledger: Ledger, context: Any) -> None:
        self._ledger = ledger
        self._context = context
        self.refusal: PixhaulError | None = None
        """What the API said when it would not answer us."""

    def jobs(self) -> JobStream:
        """Every link once; pages and other sources that failed are asked for their links."""
        rename = _rename(self._context.options.filename)
        for row in self._ledger.recognition.failures():
            job = remembered_job(row)
            if job is None:  # its password was not kept
                yield Failed(Job(row.url, digest=row.key), Reason(str(row.reason)), row.detail or "")
            elif is_direct(job.url):
                yield rename(job)
            else:
                yield from self._of_page(job, rename)
            if self._context.stopped.is_set():
                return

    def _of_page(self, job: Job, rename: Callable[[Job], Job]) -> JobStream:
        """The links of a text that a source claims; the text is struck out once it has become others."""
        stays = False
        for item in self._read(job):
            if isinstance(item, NotYet):
                yield item
                continue
            found = item.job if isinstance(item, Failed) else item
            stays = stays or found.key == job.key
            yield item if isinstance(item, Failed) else rename(job if found.key == job.key else found)
        if not stays and not self._context.stopped.is_set():
            self._ledger.forget(job.key)

    def _read(self, job: Job) -> JobStream:
        try:
            yield from links(job.url, self._context, self._context.stopped)
        except UsageError as error:
            yield Failed(job, Reason.BAD_URL, str(error))
        except ApiRefused as refusal:
            self.refusal = refusal
            yield Failed(job, Reason.FORBIDDEN, str(refusal))


def _rename(template: str) -> Callable[[Job], Job]:
    """What gives a link its wish for a name: by a template that is asked for now, else as it was, else by the link."""
    if not template:
        return lambda job: job if job.name else job._replace(name=names.wished(job.url))
    parsed = templates.parse(template)
    if parsed.needs_sha256:  # the sink names it, when it knows the picture
        return lambda job: job._replace(name="")
    return lambda job: job._replace(name=parsed.render(job))


def counts(directory: Path, choice: Choice) -> tuple[Counter[str], Counter[str]]:
    """How many failures there are for each reason, and how many of them the choice takes up.

    Raises UsageError where there is no ledger.
    """
    demand_ledger(directory)
    there: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    takes_up = judged_once(choice.takes_up)
    with closing(Ledger(directory, readonly=True)) as ledger:
        for row in ledger.rows("failed"):
            reason = str(row.reason)
            there[reason] += 1
            taken[reason] += takes_up(reason, row.conditions)
    return there, +taken
