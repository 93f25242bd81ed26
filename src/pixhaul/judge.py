"""What a reply means: a picture to keep, a failure with its reason, or another try. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote

from pixhaul.links import Link, concealed, join, parse
from pixhaul.models import Attempt, Reason, Reply
from pixhaul.options import Options

REMOVED_DIGEST = "d835884373f4d6c8f24742ceabe74946"
"""MD5 and ETag of Imgur's removed.png, 503 bytes (gallery-dl#5308, JDimproved/JDim#1433)."""
REMOVED_BYTES = 503
BASE_PAUSE = 0.5
"""Seconds; doubled with each try."""
LONGEST_PAUSE = 30.0
"""Seconds between two tries of one link, where the host asked for nothing."""
MOST_REFUSALS = 20
"""Answers 429 or 503 with a Retry-After that one link may draw before it is given up (docs/decisions/pacing.md)."""
PATIENCE = 3600.0
"""Seconds; a host that asks for a longer pause is left to a later run."""


class Refused(NamedTuple):
    """The end of a link: it failed."""

    reason: Reason
    detail: str


class Again(NamedTuple):
    """Another attempt: after so many seconds, or at once at another address."""

    seconds: float
    reason: Reason
    detail: str
    hop: Link | None = None
    """The next address of a redirect; None: the same link once more."""


class Judgement(NamedTuple):
    """What follows from one reply."""

    pace: str
    """What it tells about the host: good, refused, lost, or again (nothing)."""
    fate: Refused | Again | None
    """None: the picture is to be kept."""


_KEEP = Judgement("good", None)

Random: TypeAlias = Callable[[], float]


def backoff(number: int, random: float) -> float:
    """The pause before the try after try `number` (from 1), in seconds: random * min(30, 0.5 * 2**(number - 1)).

    Full jitter, so that links that failed together do not come back together; the caller gives `random` in [0, 1).

    >>> backoff(3, 1.0)
    2.0
    """
    return random * min(LONGEST_PAUSE, BASE_PAUSE * 2.0 ** (number - 1))


def judge(attempt: Attempt, reply: Reply, options: Options, random: Random) -> Judgement:
    """Decide what one reply means for its link and its host. Cases in this order:

    1. an answer that does not continue what there was: anew, at no cost of a try; 2. the transfer broke; 3. a redirect;
    4. a status that is not 200; 5. a body that is a placeholder, broken, or of an unwanted kind; 6. a picture.
    """
    if reply.stale:
        return Judgement("good", Again(0.0, Reason.TRUNCATED, f"begun anew: {reply.stale}"))
    if reply.error:
        return _broken(attempt, reply, options, random)
    if reply.redirect:
        return Judgement("good", _when_told(reply, _redirected(attempt, reply, options, random)))
    if reply.status not in (200, 203) and reply.picture is None:
        return _status(attempt, reply, options, random)
    if (reply.size == REMOVED_BYTES and is_placeholder(reply)) or _asks_for_placeholder(attempt):
        return Judgement("good", Refused(Reason.REMOVED, "Imgur's picture for a removed one"))
    return _body(attempt, reply, options, random)


def _asks_for_placeholder(attempt: Attempt) -> bool:
    """Whether the link itself is that of Imgur's placeholder; elsewhere a picture may have that name."""
    if "imgur." not in attempt.url or not _names_placeholder(attempt.url):
        return False
    here = parse(attempt.url)
    return isinstance(here, Link) and is_imgur(here.host)


def is_placeholder(reply: Reply) -> bool:
    """Whether the body is Imgur's removed.png, by its ETag or its digest; the size alone proves nothing."""
    if reply.size != REMOVED_BYTES:
        return False
    if reply.header("etag").removeprefix("W/").strip('"') == REMOVED_DIGEST:
        return True
    body = reply.body if isinstance(reply.body, bytes) else b""
    return hashlib.md5(body, usedforsecurity=False).hexdigest() == REMOVED_DIGEST


_RETRIED = frozenset(
    {Reason.DNS, Reason.CONNECT, Reason.TIMEOUT, Reason.TOO_SLOW, Reason.TRUNCATED, Reason.SERVER_ERROR}
)
_BLAMELESS = frozenset({Reason.ADDRESS_REFUSED, Reason.CRASHED, Reason.INTERRUPTED, Reason.BAD_URL, Reason.DISK})
"""Broken for a reason of ours: it tells nothing about the host."""


def _broken(attempt: Attempt, reply: Reply, options: Options, random: Random) -> Judgement:
    reason = Reason(reply.error)
    if reason in _BLAMELESS:
        return Judgement("again", Refused(reason, reply.detail))
    if reason in _RETRIED:
        return Judgement("lost", _when_told(reply, _once_more(attempt, options, random, Refused(reason, reply.detail))))
    if reason is Reason.RATE_LIMITED:  # ENHANCE_YOUR_CALM: HTTP/2's way to refuse
        return Judgement("refused", _refusal(attempt, reply, options, Refused(reason, reply.detail)))
    pace = "lost" if reason is Reason.TLS else "good"
    return Judgement(pace, Refused(reason, reply.detail))


def _once_more(attempt: Attempt, options: Options, random: Random, refused: Refused) -> Refused | Again:
    if attempt.number > options.retries:
        return refused
    return Again(backoff(attempt.number, random()), refused.reason, refused.detail)


def _redirected(attempt: Attempt, reply: Reply, options: Options, random: Random) -> Refused | Again:
    here = parse(attempt.url)
    if not isinstance(here, Link):  # an attempt's URL was parsed before it was sent
        return Refused(*here)
    hop = join(here, reply.redirect)
    if not isinstance(hop, Link):
        return Refused(Reason.REDIRECT_REFUSED, f"redirected to {concealed(reply.redirect)[:200]}: {hop[1]}")
    if _names_placeholder(hop.url):
        return Refused(Reason.REMOVED, "redirected to removed.png")
    if is_imgur(here.host) and (not is_imgur(hop.host) or _path(hop.url) != _path(here.url)):
        return Refused(Reason.REDIRECT_REFUSED, f"Imgur led away from the picture, to {hop.url[:200]}")
    if hop.url == attempt.url or hop.url in attempt.hops:
        return Refused(Reason.TOO_MANY_REDIRECTS, f"redirected in a circle at {hop.url[:200]}")
    if len(attempt.hops) >= options.max_redirects:
        return Refused(Reason.TOO_MANY_REDIRECTS, f"more than {options.max_redirects} redirects")
    if attempt.spent + reply.seconds >= options.timeout:
        late = f"the redirects alone took {options.timeout:.0f} s"
        return _once_more(attempt, options, random, Refused(Reason.TIMEOUT, late))
    return Again(0.0, Reason.TOO_MANY_REDIRECTS, "redirected", hop)


def is_imgur(host: str) -> bool:
    """Whether a host is Imgur's, where a redirect is an answer and not a detour."""
    return host == "imgur.com" or host.endswith((".imgur.com", ".imgur.io")) or host == "imgur.io"


def _names_placeholder(url: str) -> bool:
    """Whether an address is that of removed.png, however it is spelled."""
    return unquote(_path(url)).partition(";")[0].strip("/") == "removed.png"


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3].partition("?")[0] if url.count("/") >= 3 else "/"


def _status(attempt: Attempt, reply: Reply, options: Options, random: Random) -> Judgement:
    said = Refused(_reason(reply.status), f"HTTP {reply.status}")
    if reply.status in (429, 503):
        return Judgement("refused", _refusal(attempt, reply, options, said))
    if said.reason is Reason.SERVER_ERROR or reply.status == 408:
        return Judgement("lost", _when_told(reply, _once_more(attempt, options, random, said)))
    return Judgement("good", said)


def _when_told(reply: Reply, fate: Refused | Again) -> Refused | Again:
    """Another attempt, no sooner than the answer asks for: Retry-After may stand on any (RFC 9110 10.2.3)."""
    if not reply.retry_after or not isinstance(fate, Again):
        return fate
    if reply.retry_after > PATIENCE:
        return _much_later(fate.detail, reply.retry_after)
    return fate._replace(seconds=max(fate.seconds, reply.retry_after))


def _much_later(said: str, seconds: float) -> Refused:
    return Refused(Reason.RATE_LIMITED, f"{said}, to be asked again in {seconds:.0f} s")


def _refusal(attempt: Attempt, reply: Reply, options: Options, said: Refused) -> Refused | Again:
    """A refusal that says when to come back costs the link none of its tries; a bare one does.

    The pause itself is the host's: its gate holds all of its links.
    """
    if reply.retry_after is None:
        tries_left = attempt.number <= options.retries
    elif reply.retry_after > PATIENCE:
        return _much_later(said.detail, reply.retry_after)
    else:
        tries_left = options.retries > 0 and attempt.refusals + 1 < MOST_REFUSALS
    return Again(0.0, said.reason, said.detail) if tries_left else said


def _reason(status: int) -> Reason:
    if status in (404, 410):
        return Reason.NOT_FOUND
    if status in (401, 403, 451):
        return Reason.FORBIDDEN
    if status == 429:
        return Reason.RATE_LIMITED
    if status == 408:
        return Reason.TIMEOUT
    return Reason.SERVER_ERROR if 500 <= status < 600 else Reason.HTTP_ERROR


def _body(attempt: Attempt, reply: Reply, options: Options, random: Random) -> Judgement:
    picture = reply.picture
    if picture is None:
        return Judgement("good", Refused(Reason.NOT_AN_IMAGE, "no body"))
    if picture.flaw == Reason.TRUNCATED:
        return Judgement("lost", _once_more(attempt, options, random, Refused(Reason.TRUNCATED, picture.detail)))
    if picture.flaw:
        return Judgement("good", Refused(Reason(picture.flaw), picture.detail))
    if options.types is not None and picture.format not in options.types:
        return Judgement("good", Refused(Reason.TYPE_REFUSED, f"{picture.format} was not asked for"))
    return _KEEP
