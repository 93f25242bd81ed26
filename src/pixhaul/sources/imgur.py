"""Imgur as a source: its pages, its short forms and its direct links become jobs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pixhaul.errors import UsageError
from pixhaul.imgur import addresses, places
from pixhaul.models import Failed, Job, Reason

if TYPE_CHECKING:
    from pixhaul.imgur.asking import Context

MARK = addresses.MARK
"""In every text of ours, in any case."""


def matches(text: str) -> bool:
    """Whether a text is Imgur's: a short form, or a link to its pages or pictures, with or without https://.

    >>> matches("imgur:hot"), matches("imgur.com/gallery/AbC1234"), matches("https://example.org/a.jpg")
    (True, True, False)
    """
    return addresses.belongs(text)


def standing(text: str) -> tuple[tuple[str, str], ...] | None:
    """What is known of the direct link of a picture that needs no change, by its form alone; None for all others.

    >>> standing("https://i.imgur.com/AbC1234.png"), standing("http://i.imgur.com/AbC1234.png")
    ((('id', 'AbC1234'),), None)
    """
    found = _STANDING.fullmatch(text)
    return (("id", found[1]),) if found else None


_STANDING = re.compile(r"https://i\.imgur\.com/([A-Za-z0-9]+)\.(?:jpe?g|png|gif|webp)")


def asks_network(text: str) -> bool:
    """Whether the jobs of a text that matches must wait for the API: not those of direct links and picture pages.

    Picture pages ask only an API that is not Imgur's own, such as the stand-in, which is near.
    """
    try:
        return not isinstance(addresses.parse(text), places.Direct | places.Pictures | None)
    except UsageError:
        return False


def jobs(text: str, context: Context) -> Iterator[Job | Failed]:
    """The pictures that a text of ours leads to, lazily: the API is asked for no more than is taken.

    With `options.limit`, no more jobs than that. A stopped run ends it quietly.

    Raises:
        UsageError: At once, for a short form that there is not.
        ApiRefused: While iterating, when the API is needed and will not answer us.
    """
    text = text.strip()
    address = addresses.parse(text)
    if address is None:
        return iter((Failed(Job(text), Reason.BAD_URL, "this page of Imgur's has no pictures to take"),))
    from pixhaul.imgur.reading import Reading  # which knows how to ask: most lists have nothing to ask Imgur

    return _limited(Reading(text, context).read(address), context.options.limit)


def _limited(found: Iterator[Job | Failed], limit: int | None) -> Iterator[Job | Failed]:
    from pixhaul.imgur.asking import Stopped

    if limit is not None and limit <= 0:
        return
    taken = 0
    try:
        for entry in found:
            yield entry
            taken += isinstance(entry, Job)
            if taken == limit:
                return
    except Stopped:
        return
