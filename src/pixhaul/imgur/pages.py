"""Listings by page, until nothing new comes; and the draw that stands in for Imgur's random gallery."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import TypeAlias

from pixhaul.imgur import answers, places
from pixhaul.imgur.answers import Thing
from pixhaul.imgur.places import Listing
from pixhaul.imgur.troubles import Answer, Kind, Trouble

Ask: TypeAlias = Callable[[str], Answer | Trouble]
"""Gives the answer to a path of the API."""
Order: TypeAlias = Callable[[list[Thing], int], list[Thing]]
"""Gives the posts of a page, counted from 0, in another order."""
Pages: TypeAlias = Iterator[list[Thing] | Trouble]
"""Posts, each once; a trouble is the last thing."""

# The random gallery had pages 0 to 50: fifty pages are drawn from, too.
_DRAWN_FROM = (
    places.gallery("hot", "viral", "day"),
    *(places.gallery("top", "top", window) for window in ("week", "month", "year", "all")),
)
_DRAWN_PAGES = 10


def pages(ask: Ask, listing: Listing, order: Order | None = None, first: Answer | None = None) -> Pages:
    """The posts of a listing, until a page is empty or brings nothing new.

    Never a count of pages: some listings begin again instead of ending (RipMeApp/ripme#194), and some end in a 404.

    Args:
        ask: Asks the API.
        listing: Where the pages are.
        order: Puts a page in order; None: as it comes.
        first: Page 0, where it has been asked for already.
    """
    known: set[str] = set()
    page = 0
    while True:
        told = first if page == 0 and first else ask(listing.path(page))
        if isinstance(told, Trouble):
            if page == 0 or told.kind is not Kind.NOT_FOUND:
                yield told
            return
        posts = _fresh(told, known)
        if not posts:
            return
        yield order(posts, page) if order else posts
        page += 1


def drawn(ask: Ask, seed: int) -> Pages:
    """Popular posts in an order of chance: the same for the same seed, as long as the posts are the same."""
    draws = [(listing, page) for listing in _DRAWN_FROM for page in range(_DRAWN_PAGES)]
    random.Random(seed).shuffle(draws)  # noqa: S311 - an order, no secret
    ends = dict.fromkeys(_DRAWN_FROM, _DRAWN_PAGES)
    known: set[str] = set()
    order = seeded(seed)
    for listing, page in draws:
        if page >= ends[listing]:
            continue
        told = ask(listing.path(page))
        if isinstance(told, Trouble) and told.kind is not Kind.NOT_FOUND:
            yield told
            return
        if isinstance(told, Trouble) or not answers.posts(told.data):
            ends[listing] = page  # nothing lies behind an empty page
        else:
            yield order(_fresh(told, known), page)


def seeded(seed: int) -> Order:
    """The order that a seed gives to each page: always the same for the same page of the same posts."""

    def order(posts: list[Thing], page: int) -> list[Thing]:
        shuffled = list(posts)
        random.Random(f"{seed} {page}").shuffle(shuffled)  # noqa: S311 - an order, no secret
        return shuffled

    return order


def _fresh(told: Answer, known: set[str]) -> list[Thing]:
    """The posts of an answer that are not yet known, each once; they are known then."""
    fresh: list[Thing] = []
    for post in answers.posts(told.data):
        mark = answers.identity(post)
        if mark and mark not in known:
            known.add(mark)
            fresh.append(post)
    return fresh
