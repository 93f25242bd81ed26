"""The posts of the stand-in: which there are, what they hold, in which orders. Pure once made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from random import Random
from typing import NamedTuple, Protocol

from . import words
from .folder import Folder, base62, identity
from .plates import PLANS
from .prints import Facts, Studio

PAGE = 60
"""Posts on a page: measured on Imgur's answers of 2015 and 2021."""

NEWEST = 1_793_500_000
"""When the newest made post was made: 1 November 2026, in seconds of the epoch."""


class Files(Protocol):
    """Where the bytes of pictures come from: Studio or Folder."""

    def facts(self, identity: str, number: int, /) -> Facts: ...

    def body(self, identity: str, number: int, /) -> bytes: ...


class Picture(NamedTuple):
    """One picture of the catalogue."""

    id: str
    number: int
    """Counts from 0 through the whole catalogue."""
    title: str | None
    is_huge: bool = False
    """A moving GIF that claims more than 20 MB: its link ends in h.gif."""


class Post(NamedTuple):
    """A single picture (`is_album` false, the id is the picture's) or an album."""

    id: str
    number: int
    is_album: bool
    pictures: tuple[Picture, ...]
    title: str
    era: int
    """2014, 2021 or 2025: the shape of its JSON."""
    user: str
    section: str
    tags: tuple[str, ...]
    when: int
    """Seconds of the epoch."""
    points: int
    claims: int
    """What images_count says; may disagree with the pictures."""

    def alone(self, picture: Picture) -> Post:
        """One of an album's pictures as a post of its own."""
        return self._replace(id=picture.id, is_album=False, pictures=(picture,), claims=1)


class Catalog:
    """All posts and pictures, found by id, and the lists of them."""

    def __init__(self, posts: Sequence[Post], files: Files, seed: int) -> None:
        self.posts = posts
        self.files = files
        self.by_id = {post.id: post for post in posts}
        self.pictures = {picture.id: picture for post in posts for picture in post.pictures}
        self._holders = {picture.id: place for place, post in enumerate(posts) for picture in post.pictures}
        self._mixed = _mixed(posts, seed)
        self.ordered = lru_cache(maxsize=32)(self._ordered)

    def holding(self, identity: str) -> Iterator[tuple[Post, Picture]]:
        """The picture with that id and the post that holds it; nothing when there is none."""
        picture = self.pictures.get(identity)
        if picture is not None:
            yield self.posts[self._holders[identity]], picture

    def _ordered(self, sort: str, window: str = "all") -> list[Post]:
        """Posts by sort (top: points; time: newest first; rising, viral: points of the young weigh more)."""
        share = {"day": 0.25, "week": 0.5, "month": 0.75}.get(window, 1.0)
        newest = sorted(self.posts, key=lambda post: -post.when)[: max(1, round(share * len(self.posts)))]
        if sort == "time":
            return newest
        age = 0 if sort == "top" else 0.002
        return sorted(newest, key=lambda post: (post.when - NEWEST) * age - post.points)

    def shuffled(self) -> list[Post]:
        """The random gallery: three single pictures to each album while both last."""
        return self._mixed


def _mixed(posts: Sequence[Post], seed: int) -> list[Post]:
    rng = Random(f"{seed}/random")  # noqa: S311  # an order, not a secret
    singles = [post for post in posts if not post.is_album]
    albums = [post for post in posts if post.is_album]
    rng.shuffle(singles)
    rng.shuffle(albums)
    mixed: list[Post] = []
    while singles or albums:
        mixed += [singles.pop() for _ in range(min(3, len(singles)))]
        mixed += [albums.pop() for _ in range(min(1, len(albums)))]
    return mixed


def made(count: int, seed: int) -> Catalog:
    """A catalogue of that many made posts, half of them albums: about two and a half pictures to a post."""
    rng, taken, numbers = Random(f"{seed}/posts"), {"removed": 0}, iter(range(100 * count))  # noqa: S311  # no secret
    studio = Studio(seed)
    posts = [_made_post(rng, number, taken, numbers) for number in range(count)]
    return Catalog(posts, studio, seed)


_SIZES = (1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 12)
"""How many pictures an album holds: as on the recorded page of 2021, most hold one to three."""


def _made_post(rng: Random, number: int, taken: dict[str, int], numbers: Iterator[int]) -> Post:
    is_album = rng.random() < 0.5
    count = rng.choice(_SIZES) if is_album else 1
    if number % 97 == 50:
        is_album, count = True, 0 if number == 50 else 60  # an empty album, and long ones
    pictures = tuple(_made_picture(rng, next(numbers), taken) for _ in range(count))
    subject = _subject(pictures)
    own = _fresh(rng, taken, number) if is_album else pictures[0].id
    era = rng.choices((2014, 2021, 2025), (1, 6, 3) if is_album else (3, 1, 1))[0]
    claims = count + (is_album and number % 89 == 40)
    return Post(
        own, number, is_album, pictures, words.title(rng, subject), era, rng.choice(words.USERS),
        rng.choice(words.SECTIONS), tuple(rng.sample(words.TAGS, rng.randrange(4))),
        NEWEST - number * 1800 - rng.randrange(1800), rng.randrange(-20, 9000), claims,
    )  # fmt: skip


def _subject(pictures: tuple[Picture, ...]) -> str:
    number = pictures[0].number if pictures else 0
    return words.SUBJECTS[number % len(PLANS) % len(words.SUBJECTS)]


def _made_picture(rng: Random, number: int, taken: dict[str, int]) -> Picture:
    plan = PLANS[number % len(PLANS)]
    is_huge = plan.frames > 1 and rng.random() < 0.15
    wished = rng.choice((None, None, None, "One more"))
    return Picture(_fresh(rng, taken, number), number, wished, is_huge)


def _fresh(rng: Random, taken: dict[str, int], number: int) -> str:
    """A new id: seven characters, now and then five as the old ones have, now and then with an h at the end."""
    while True:
        text = base62(rng.getrandbits(64), 5 if number % 50 == 4 else 7)
        if number % 61 == 7:
            text = text[:-1] + "h"
        if text not in taken:
            taken[text] = number
            return text


def own(folder: Folder, seed: int) -> Catalog:
    """A catalogue with one single-picture post for each file of a folder."""
    taken: dict[str, int] = {"removed": 0}
    posts = []
    for number, name in enumerate(folder.names):
        key = identity(name, taken)
        taken[key] = number
        picture = Picture(key, number, None)
        title = name.encode("utf-8", "replace").decode()
        when = NEWEST - number * 60
        posts.append(Post(key, number, False, (picture,), title, 2021, words.USERS[0], "pics", (), when, 0, 1))
    return Catalog(posts, folder, seed)
