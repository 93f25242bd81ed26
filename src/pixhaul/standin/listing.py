"""How a list is asked for: the sort, window and page of a path, whichever of them clients leave out."""

from __future__ import annotations

from typing import NamedTuple

from .catalog import PAGE, Catalog, Post

SECTIONS = ("hot", "top", "user")
SORTS = ("viral", "top", "time", "rising", "newest", "oldest")
WINDOWS = ("day", "week", "month", "year", "all")


class Wish(NamedTuple):
    """Which stretch of which order."""

    sort: str = "viral"
    window: str = "all"
    page: int = 0
    """Counts from 0."""


def wish(segments: list[str]) -> Wish | None:
    """What the last segments of a path ask for, such as `viral/week/2`, `time/2`, `2` or nothing; None: no list.

    >>> wish(["top", "week", "2"])
    Wish(sort='top', window='week', page=2)
    """
    found = Wish()
    for text in segments:
        if text in SORTS:
            found = found._replace(sort="time" if text == "newest" else text)
        elif text in WINDOWS:
            found = found._replace(window=text)
        elif text.isascii() and text.isdigit() and len(text) < 10:
            found = found._replace(page=int(text))
        else:
            return None
    return found


def page(posts: list[Post], number: int) -> list[Post]:
    """The posts of one page; none past the last. Pages count from 0 and hold 60."""
    return posts[max(0, number) * PAGE : (max(0, number) + 1) * PAGE] if number >= 0 else []


def chosen(catalog: Catalog, want: Wish, *, section: str = "", tag: str = "", user: str = "") -> list[Post]:
    """All posts of a subreddit, a tag or a user (compared without case), or simply all, in the order wished for."""
    return [
        post
        for post in catalog.ordered(want.sort, want.window)
        if (not section or post.section == section.lower())
        and (not tag or tag.lower() in post.tags)
        and (not user or post.user == user.lower())
    ]


def searched(catalog: Catalog, want: Wish, query: dict[str, str]) -> list[Post]:
    """Posts whose title, tags, subreddit or user hold the words: all of q and q_all, one of q_any, none of q_not."""
    every = (query.get("q", "") + " " + query.get("q_all", "")).lower().split()
    some, without = query.get("q_any", "").lower().split(), query.get("q_not", "").lower().split()
    exactly = query.get("q_exactly", "").lower()

    def fits(post: Post) -> bool:
        text = " ".join((post.title, *post.tags, post.section, post.user)).lower()
        is_wanted = exactly in text and all(word in text for word in every)
        return is_wanted and not any(word in text for word in without) and (not some or any(w in text for w in some))

    return [post for post in catalog.ordered(want.sort, want.window) if fits(post)]
