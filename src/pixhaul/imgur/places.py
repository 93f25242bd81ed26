"""What there is at Imgur to take pictures from, as values; and which of them the path of a page's address names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias
from urllib.parse import parse_qsl, quote, urlencode

_SORTS = {sort: sort for sort in ("viral", "top", "time", "rising")}
# What the site's own pages call the same.
_SORTS.update(score="top", best="top", new="time", newest="time", relevance="viral", hot="viral")
_WINDOWS = frozenset({"day", "week", "month", "year", "all"})
_PREVIEWS = "?album_previews=true"  # brings the first pictures of albums along, which saves a call for small albums
_QUERIES = frozenset({"q", "q_all", "q_any", "q_exactly", "q_not", "q_type", "q_size_px"})
_ID = re.compile(r"[A-Za-z0-9]{3,12}")
_NOT_ID = re.compile(
    "about|account|advertise|apps|arcade|blog|ccpa|delete|emerald|help|jobs|login|logout|meme|memegen|notifications|"
    "privacy|register|removed|rules|settings|signin|signup|store|tags?|tos|topics?|undefined|upload|vidgif"
)


class Direct(NamedTuple):
    """A picture's own link, tidied."""

    url: str
    identifier: str


class Pictures(NamedTuple):
    """The page of one picture, or of several in the old form with commas."""

    identifiers: tuple[str, ...]


class Album(NamedTuple):
    """An album by its id."""

    identifier: str


class Post(NamedTuple):
    """A gallery post: an album or a picture, which only the API knows."""

    identifier: str
    path: str
    """Where the API tells it, beginning with a slash."""


class Listing(NamedTuple):
    """Posts in pages that count from 0."""

    before: str
    after: str = _PREVIEWS

    def path(self, page: int) -> str:
        """Where the API gives that page.

        >>> Listing("/3/gallery/hot/viral/day/", "").path(2)
        '/3/gallery/hot/viral/day/2'
        """
        return f"{self.before}{page}{self.after}"


class Random(NamedTuple):
    """Posts in no order."""

    listing: Listing
    """The deprecated random gallery, for as long as it answers."""


Place: TypeAlias = Direct | Pictures | Album | Post | Listing | Random


def place(segments: Sequence[str], query: str = "") -> Place | None:
    """What the path of an address at imgur.com names; None where it is no page with pictures.

    Args:
        segments: Of the path, decoded.
        query: As it stands in the address.
    """
    if not segments:
        return section("hot")
    first, rest = segments[0].lower(), segments[1:]
    if first in ROOMS:
        return ROOMS[first](rest, query)
    return section(first, rest) if first in SECTIONS else _pictures(segments[0])


def section(word: str, rest: Sequence[str] = ()) -> Place | None:
    """A section of the gallery by its word in `SECTIONS`; None where the words behind it name no sort or window."""
    name, sort, window = SECTIONS[word]
    order = _order(rest, sort, window)
    if order is None:
        return None
    return Random(Listing("/3/gallery/random/random/", "")) if name == "random" else gallery(name, *order)


def gallery(name: str, sort: str, window: str) -> Listing:
    """A section of the gallery. The window counts for `top` only, but stands in every path of the documentation."""
    return Listing(f"/3/gallery/{name}/{sort}/{window}/")


def found(sort: str, window: str, pairs: list[tuple[str, str]]) -> Listing:
    """What a search finds; the pairs are `q` or its kin (`q_all`, `q_type` ...) with their values."""
    asked = urlencode(pairs, quote_via=quote)
    return Listing(f"/3/gallery/search/{sort}/{window}/", f"?{asked}&{_PREVIEWS[1:]}")


def identifier_in(segment: str) -> str:
    """The id that a segment of a path is, or ends in: what follows a title's last hyphen (since May 2024). "": none.

    >>> identifier_in("two-cats-and-a-dog-AbC1234")
    'AbC1234'
    """
    word = segment.partition(".")[0].rpartition("-")[2]
    return word if _ID.fullmatch(word) and not _NOT_ID.fullmatch(segment) else ""


def _order(words: Sequence[str], sort: str, window: str) -> tuple[str, str] | None:
    """The sort and the window that words name, else the given ones; None where a word names neither."""
    for word in [word.lower() for word in words if not word.isdigit() and word.lower() != "page"]:
        if word in _SORTS:
            sort = _SORTS[word]
        elif word in _WINDOWS:
            window = word
        else:
            return None
    return sort, window


def _pictures(segment: str) -> Place | None:
    identifiers = tuple(identifier_in(part) for part in segment.split(","))
    return Pictures(identifiers) if all(identifiers) else None


def _post(segment: str, folder: str) -> Place | None:
    identifier = identifier_in(segment)
    return Post(identifier, f"{folder}{identifier}") if identifier else None


def _album(rest: Sequence[str], _query: str) -> Place | None:
    identifier = identifier_in(rest[0]) if rest else ""
    return Album(identifier) if identifier else None


def _gallery(rest: Sequence[str], query: str) -> Place | None:
    if not rest or rest[0].lower() in SECTIONS or rest[0].lower() in ("r", "t", "search"):
        return place(rest, query)
    return _post(rest[0], "/3/gallery/")


def _subreddit(rest: Sequence[str], _query: str) -> Place | None:
    if not rest:
        return None
    folder = f"/3/gallery/r/{quote(rest[0], safe='')}/"
    order = _order(rest[1:], "time", "all")
    return Listing(f"{folder}{'/'.join(order)}/") if order else _post(rest[1], folder)


def _tag(rest: Sequence[str], _query: str) -> Place | None:
    if not rest:
        return None
    folder = f"/3/gallery/t/{quote(rest[0], safe='')}/"
    order = _order(rest[1:], "viral", "all")
    return Listing(f"{folder}{'/'.join(order)}/") if order else _post(rest[1], "/3/gallery/")


def _user(rest: Sequence[str], _query: str) -> Place | None:
    # /user alone is the section of what users post; with anything behind it, an account.
    if not rest:
        return section("user")
    account = f"/3/account/{quote(rest[0], safe='')}"
    match [word.lower() for word in rest[1:]]:
        case [] | ["posts" | "submitted" | "submissions", *_]:
            return Listing(f"{account}/submissions/")
        case ["favorites" | "favourites", "folder", folder, *_] if folder.isdigit():
            return Listing(f"{account}/folders/{folder}/favorites?page=", "&sort=newest")
        case ["favorites" | "favourites", *_]:
            return Listing(f"{account}/gallery_favorites/", f"/newest{_PREVIEWS}")
    return None


def _search(rest: Sequence[str], query: str) -> Place | None:
    pairs = [(key, value) for key, value in parse_qsl(query) if key in _QUERIES]
    order = _order(rest, "time", "all")
    return found(*order, pairs) if order and pairs else None


SECTIONS = {
    "hot": ("hot", "viral", "day"),
    "viral": ("hot", "viral", "day"),
    "top": ("top", "top", "day"),
    "user": ("user", "viral", "day"),
    "new": ("user", "time", "day"),
    "rising": ("user", "rising", "day"),
    "random": ("random", "", ""),
}
"""The gallery's sections by what they are called in addresses: the API's section, and its sort and window."""
ROOMS: dict[str, Callable[[Sequence[str], str], Place | None]] = {
    "a": _album,
    "album": _album,
    "gallery": _gallery,
    "r": _subreddit,
    "t": _tag,
    "user": _user,
    "u": _user,
    "search": _search,
}
"""What the first word of a path leads to: each takes the words behind it and the query."""
