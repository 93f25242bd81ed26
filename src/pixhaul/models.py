"""The nouns of pixhaul: immutable values that travel between the layers.

The hot ones are NamedTuples (a third of the cost of frozen dataclasses, measured in 2026-11) and all of them pickle.
Times are in seconds and sizes in bytes unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from pixhaul.keys import url_key
from pixhaul.timing import Timing


class Reason(StrEnum):
    """Why a link failed: the closed list. A reason is never renamed and never changes its meaning."""

    BAD_URL = "bad-url"
    SCHEME_REFUSED = "scheme-refused"
    ADDRESS_REFUSED = "address-refused"
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_SLOW = "too-slow"
    NOT_FOUND = "not-found"
    REMOVED = "removed"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate-limited"
    SERVER_ERROR = "server-error"
    HTTP_ERROR = "http-error"
    REDIRECT_REFUSED = "redirect-refused"
    TOO_MANY_REDIRECTS = "too-many-redirects"
    TOO_LARGE = "too-large"
    TOO_MANY_PIXELS = "too-many-pixels"
    NOT_AN_IMAGE = "not-an-image"
    TRUNCATED = "truncated"
    TYPE_REFUSED = "type-refused"
    OPTED_OUT = "opted-out"
    DISK = "disk"
    CRASHED = "crashed"
    INTERRUPTED = "interrupted"

    @property
    def permanent(self) -> bool:
        """Whether asking again, with the same options, is bound to end the same."""
        return self not in _PASSING


_PASSING = frozenset(
    {
        Reason.DNS,
        Reason.CONNECT,
        Reason.TLS,
        Reason.TIMEOUT,
        Reason.TOO_SLOW,
        Reason.FORBIDDEN,
        Reason.RATE_LIMITED,
        Reason.SERVER_ERROR,
        Reason.TRUNCATED,
        Reason.DISK,
        Reason.CRASHED,
        Reason.INTERRUPTED,
    }
)


class Job(NamedTuple):
    """One link to fetch."""

    url: str
    """As the person, the list or the API gave it."""
    name: str = ""
    """The wished-for stem, already chosen and unique in the directory; empty until the ledger has seen the job."""
    meta: tuple[tuple[str, Any], ...] = ()
    """What is known besides, as pairs: id, title, album, index, line, ... Values are str or int."""
    local: bool = False
    """Named by an API that is itself on loopback: may be fetched from loopback."""
    digest: int = 0
    """The key, once somebody has worked it out."""

    @property
    def key(self) -> int:
        """The link's identity in the ledger: 63 bits of the SHA-256 of its URL without the fragment."""
        return self.digest or url_key(self.url)


class NotYet(NamedTuple):
    """A stream of jobs says: nothing at this moment; ask again after so many seconds."""

    seconds: float


class Attempt(NamedTuple):
    """One permission to start one transfer, given by the scheduler. A redirect is followed as an attempt of its own."""

    job: Job
    url: str
    """What to ask for at this hop, safe to send: ASCII, http or https, IDNA host."""
    host: str
    """scheme://name:port of `url`."""
    number: int = 1
    """Counts tries from 1; a redirect keeps the number."""
    refusals: int = 0
    """Answers 429 or 503 so far that cost no try, for they said when to come back; a bare one is a try."""
    hops: tuple[str, ...] = ()
    """URLs asked for before this one."""
    token: Any = None
    """The host's pace hands it out at the start and wants it back at the end."""
    began: float = 0.0
    """When the link was first tried, on the scheduler's clock."""
    spent: float = 0.0
    """Seconds that the hops of this try before this one have cost: its deadline is that of all of them."""


class Picture(NamedTuple):
    """What a look at all the bytes found."""

    format: str
    """jpeg, png, gif, webp, avif, heic; or another kind's name with flaw type-refused; or empty."""
    width: int = 0
    """Pixels."""
    height: int = 0
    """Pixels."""
    flaw: str = ""
    """Empty: whole. Else truncated, not-an-image, too-many-pixels or type-refused."""
    detail: str = ""
    """The flaw in words, for a person."""


class Reply(NamedTuple):
    """What the network said to one attempt; nothing judged yet."""

    status: int = 0
    """HTTP status; 0 where there was none."""
    headers: tuple[tuple[str, str], ...] = ()
    """Names in lower case, of the final answer only."""
    body: bytes | Path = b""
    """In memory, or a part file when it was large."""
    size: int = 0
    sha256: bytes = b""
    picture: Picture | None = None
    """The check's verdict; only for a body that came whole with status 200."""
    error: str = ""
    """Empty, or the Reason the transfer broke for, as the client understood it."""
    detail: str = ""
    redirect: str = ""
    """Where a 3xx leads: its Location, absolute or relative to the link asked for, not yet judged."""
    retry_after: float | None = None
    """Seconds."""
    connection: int = -1
    """libcurl's number of the connection, for faults that many streams share."""
    seconds: float = 0.0
    """The whole transfer."""
    timing: Timing | None = None
    """When it did what; only while a trace is written."""
    stale: str = ""
    """Why this answer cannot continue what there was of the body: then the link begins anew. Empty: it need not."""

    def header(self, name: str) -> str:
        """The last value under that lower-case name, or nothing."""
        found = [value for key, value in self.headers if key == name]
        return found[-1] if found else ""


class Fetched(NamedTuple):
    """A whole, checked picture that is not yet kept."""

    job: Job
    body: bytes | Path
    size: int
    sha256: bytes
    picture: Picture
    final_url: str
    http_status: int = 200
    etag: str = ""
    last_modified: str = ""
    attempts: int = 1
    seconds: float = 0.0
    robots: str = ""
    """What its X-Robots-Tag says to everybody or to us, with commas between."""


class Failed(NamedTuple):
    """A link that will not come in this run, and why."""

    job: Job
    reason: Reason
    detail: str = ""
    http_status: int = 0
    final_url: str = ""
    attempts: int = 0
    seconds: float = 0.0
    robots: str = ""
    """As for a picture that was fetched."""


Outcome: TypeAlias = Fetched | Failed


class Receipt(NamedTuple):
    """The sink's word that a picture is kept: only this makes a link done."""

    fetched: Fetched
    location: str
    """Path relative to the directory, with forward slashes."""


class Result(NamedTuple):
    """How a link ended, as people and programs see it: the fields of a JSON line."""

    url: str
    status: str
    """done, skipped (an earlier run had kept it) or failed."""
    reason: str | None = None
    detail: str = ""
    path: str | None = None
    """Relative to the directory."""
    sha256: str | None = None
    size: int | None = None
    format: str | None = None
    width: int | None = None
    height: int | None = None
    http_status: int | None = None
    final_url: str | None = None
    attempts: int = 0
    seconds: float = 0.0
    robots: str | None = None
    """What X-Robots-Tag says to everybody or to us."""


SILENT = "no answer from the resolver"
"""How the detail of a link ends whose host the resolver said nothing of."""
NO_ADDRESS = "the resolver says that it has no address"
"""How the detail of a link ends whose host the resolver knows not to be there."""
EARLIER = "failed in an earlier run: "
"""How the detail of a link begins that is not asked for again."""


def kept(receipt: Receipt) -> Result:
    """The result of a link whose picture the sink has just kept."""
    one = receipt.fetched
    return Result(
        one.job.url,
        "done",
        None,
        "",
        receipt.location,
        one.sha256.hex(),
        one.size,
        one.picture.format,
        one.picture.width,
        one.picture.height,
        one.http_status,
        one.final_url,
        one.attempts,
        round(one.seconds, 3),
        one.robots or None,
    )


def failed(outcome: Failed) -> Result:
    """The result of a link that failed."""
    return Result(
        outcome.job.url,
        "failed",
        outcome.reason.value,
        outcome.detail,
        http_status=outcome.http_status or None,
        final_url=outcome.final_url or None,
        attempts=outcome.attempts,
        seconds=round(outcome.seconds, 3),
        robots=outcome.robots or None,
    )


class ApiReply(NamedTuple):
    """One answer of an API, whatever it says."""

    status: int
    """HTTP status; 0 where the network failed."""
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes
    error: str = ""
    """Empty, or the Reason the transfer broke for: dns, connect, tls, timeout, ..."""
    detail: str = ""


JobStream: TypeAlias = Iterator[Job | Failed | NotYet]
Turns: TypeAlias = Generator[tuple[Outcome, ...], None, None]
