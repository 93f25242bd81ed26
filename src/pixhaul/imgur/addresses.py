"""Every way to name something at Imgur: pages as people paste them, and pixhaul's short forms, read into a place."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from pixhaul.errors import UsageError
from pixhaul.imgur import links, places
from pixhaul.imgur.places import Direct, Place

FORMS = (
    "imgur:hot, imgur:top, imgur:top/week, imgur:user, imgur:random, imgur:r/NAME, imgur:t/TAG, imgur:u/NAME, "
    "imgur:search/WORDS, imgur:a/ID"
)


MARK = "imgur"
"""In every text that belongs here, in any case."""


class _Page(NamedTuple):
    host: str
    segments: tuple[str, ...]
    query: str


def belongs(text: str) -> bool:
    """Whether a text is a short form, or leads to Imgur's pages or pictures.

    >>> belongs("imgur.com/a/AbC12"), belongs("https://example.org/imgur.com")
    (True, False)
    """
    # Lists have millions of lines, and most are not ours: only the likely ones are taken apart.
    return MARK in text.lower() and (_short(text) is not None or _page(text) is not None)


def parse(text: str) -> Place | None:
    """What a text that `belongs` names; None for a page of Imgur's from which no pictures can be taken.

    Raises:
        UsageError: For a short form that there is not.
    """
    short = _short(text)
    if short is not None:
        return _named_short(short)
    page = _page(text)
    return None if page is None else _file(page) or places.place(page.segments, page.query)


def _short(text: str) -> str | None:
    scheme, colon, rest = text.strip().partition(":")
    return rest if colon and scheme.lower() == "imgur" else None


def _named_short(rest: str) -> Place:
    first, _, more = rest.strip(" /").partition("/")
    words = [first.lower(), *(unquote(word) for word in more.split("/") if word)]
    found: Place | None = None
    if words[0] == "search" and unquote(more).strip():
        found = places.found("time", "all", [("q", unquote(more).strip())])
    elif words[0] == "user":
        # imgur:user/rising is the section in another order, imgur:user/NAME an account.
        found = places.section("user", words[1:]) or places.place(words)
    elif words[0] in places.SECTIONS or (words[0] in places.ROOMS and more):
        found = places.place(words)
    elif _looks_like_id(rest):
        found = places.place([rest])
    if found is not None:
        return found
    raise UsageError(f"There is no source imgur:{rest}", f"The forms are {FORMS}; or paste the page's address.")


def _looks_like_id(word: str) -> bool:
    # imgur:AbC1234 is one. imgur:funny is a slip (imgur:t/funny): one id in 77 has small letters alone.
    return len(word) in (5, 7) and word.isascii() and word.isalnum() and word != word.lower()


def _page(text: str) -> _Page | None:
    bare = text.strip().removeprefix("//")
    host = re.split(r"[/?#]", bare, maxsplit=1)[0].lower()
    parts = links.split(f"https://{bare}" if host in links.HOSTS else bare)
    if parts is None or not links.is_imgur(parts):
        return None
    segments = tuple(unquote(part) for part in parts.path.split("/") if part)
    return _Page(parts.hostname or "", segments, parts.query)


def _file(page: _Page) -> Direct | None:
    # A file's link is at i.imgur.com, whichever host it was pasted with; /download/ID leads to the file, too.
    if len(page.segments) > 1 and page.segments[0] == "download":
        identifier = places.identifier_in(page.segments[1])
        return Direct(links.direct(identifier), identifier) if identifier else None
    name = links.file(page.segments[-1]) if page.segments else None
    if name is None or (len(page.segments) > 1 and page.host in links.PAGE_HOSTS):
        return None
    return Direct(links.direct(name.stem, name.ending), name.stem)
