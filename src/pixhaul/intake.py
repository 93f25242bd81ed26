"""Takes links from the source, one at a time, and says at once of those that must never be asked for. Pure."""

from __future__ import annotations

from math import inf
from typing import TypeAlias

from pixhaul.addresses import refused_host
from pixhaul.links import Link, parse
from pixhaul.models import Attempt, Failed, Job, JobStream, NotYet, Reason

Seconds: TypeAlias = float


class Intake:
    """The links that are still to come."""

    def __init__(self, jobs: JobStream, allow_private: bool) -> None:
        self._jobs = jobs
        self._allow_private = allow_private
        self.read = 0
        """Links taken so far."""
        self.dry = False
        """Whether there are no more, so that `read` is the total."""

    def take(self) -> Attempt | Failed | Seconds:
        """The first attempt of the next link, or its end; or for how many seconds there is none: inf at the end."""
        item = None if self.dry else next(self._jobs, None)
        if item is None:
            self.dry = True
            return inf
        if isinstance(item, NotYet):
            return item.seconds
        self.read += 1
        return item if isinstance(item, Failed) else self._first(item)

    def _first(self, job: Job) -> Attempt | Failed:
        link = parse(job.url)
        if not isinstance(link, Link):
            return Failed(job, *link)
        refused = self.refused(job, link)
        if refused:
            return Failed(job, Reason.ADDRESS_REFUSED, refused)
        return Attempt(job, link.url, link.origin)

    def refused(self, job: Job, link: Link) -> str:
        """Why the address of a link, or of a redirect of it, must not be asked; empty: it may."""
        if self._allow_private:
            return ""
        refused = refused_host(link.host)
        if not refused or (refused == "loopback" and job.local):
            return ""
        return f"{refused}; --allow-private permits it"
