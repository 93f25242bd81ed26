"""`--get-urls` and `--dry-run`: the links as they are found, and nothing downloaded."""

from __future__ import annotations

from urllib.parse import quote

from pixhaul.errors import PixhaulError
from pixhaul.models import Failed, Job, failed
from pixhaul.summary import Ending, Tally, exit_code

from .interrupts import Interrupts
from .outlet import Outlet
from .request import Request
from .speech import complain, safe, say, warn
from .telling import hidden, sentence

_TOLD = ("album", "title", "file", "line", "index")
"""What a dry run says of a link, where it is known, in this order."""


def resolve(request: Request, described: bool) -> int:
    """Print each link when it is found, with `described` what is known of it; the exit code."""
    found = Tally()
    with Interrupts():
        ending = _work(request, described, found)
    for error in (ending.error, ending.refusal):
        if error is not None:
            complain(error)
    return exit_code(found, ending)


def _work(request: Request, described: bool, found: Tally) -> Ending:
    from pixhaul.session import open_session

    try:
        with open_session(request.texts, request.options, request.client_id, warn) as session:
            with Outlet() as outlet:
                for link in session.links():
                    outlet.put(_line(link, described, found, request.quiet))
            return Ending(refusal=session.refusal)
    except KeyboardInterrupt:
        return Ending(interrupted=True)
    except PixhaulError as error:
        return Ending(error=error)


def _line(link: Job | Failed, described: bool, found: Tally, quiet: bool) -> str:
    """What to print of one link, counted; nothing of a failure, which is said elsewhere."""
    if isinstance(link, Failed):
        found.add([failed(link)])
        if not quiet:
            say([sentence(failed(link))])
        return ""
    found.done += 1
    url = hidden(link.url)  # one with a password in it is refused later: nobody can use it whole
    url = url if url.isprintable() else quotable(url)
    return f"{url}\t{description(link)}\n" if described else f"{url}\n"


def quotable(url: str) -> str:
    """The link with what cannot be printed percent-encoded, so that it stays one line and the same address.

    >>> quotable("https://example.org/a\\nb.jpg")
    'https://example.org/a%0Ab.jpg'
    """
    return "".join(one if one.isprintable() else quote(one, safe="", errors="replace") for one in url)


def description(job: Job) -> str:
    """What is known of a link besides its address, for a person."""
    known = dict(job.meta)
    return " / ".join(safe(str(known[name])) for name in _TOLD if known.get(name) not in (None, ""))
