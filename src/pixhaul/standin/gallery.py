"""What each path of API v3 answers: `data` as Python values, or Missing. No HTTP in here."""

from __future__ import annotations

from typing import Any

from . import words
from .catalog import Catalog, Post
from .listing import SECTIONS, Wish, chosen, page, searched, wish
from .shapes import Json, Shaper, tag

Query = dict[str, str]


class Missing(Exception):
    """Answered with an error: the text for people, and the HTTP status."""

    def __init__(self, text: str, status: int = 404) -> None:
        super().__init__(text, status)
        self.text, self.status = text, status


class Gallery:
    """Finds the answer to the segments of a path that follow /3."""

    def __init__(self, catalog: Catalog, shaper: Shaper, switches: frozenset[str]) -> None:
        self.catalog, self.shaper, self.switches = catalog, shaper, switches

    def data(self, segments: list[str], query: Query) -> Any:
        """The `data` of the envelope; raises Missing."""
        match segments:
            case ["gallery", *rest]:
                return self._gallery(rest, query)
            case ["image", identity]:
                return self._image(identity)
            case ["album", *rest]:
                return self._album(rest)
            case ["account", user, *rest]:
                return self._account(user, rest)
            case ["tags"]:
                return {"tags": self._tags(), "featured": None, "galleries": []}
        raise Missing("Not found")

    def _gallery(self, rest: list[str], query: Query) -> Any:
        match rest:
            case ["random", *more]:
                return self._random(more)
            case ["r" | "subreddit", name, *more]:
                return self._subreddit(name, more)
            case ["t", name, *more]:
                return self._tag(name, more)
            case ["tag_info", name]:
                return self._tag_facts(name)
            case ["search", *more]:
                want = self._wish(more, Wish(sort="time"))
                return self._listed(searched(self.catalog, want, query), want)
        return self._section_or_post(rest)

    def _section_or_post(self, rest: list[str]) -> Any:
        match rest:
            case ["album", identity]:
                return self.shaper.whole(self._post(identity, is_album=True))
            case ["image", identity]:
                return self.shaper.whole(self._post(identity, is_album=False))
            case [identity] if identity not in SECTIONS:
                return self.shaper.whole(self._post(identity))
        section, *more = rest or ["hot"]
        if section not in SECTIONS:
            raise Missing("Not found")
        want = self._wish(more, Wish(sort={"hot": "viral", "top": "top", "user": "time"}[section]))
        return self._listed(self.catalog.ordered(want.sort, want.window if section == "top" else "all"), want)

    def _wish(self, segments: list[str], default: Wish) -> Wish:
        want = wish(segments)
        if want is None:
            raise Missing("Not found")
        is_sorted = any(not text.isdigit() for text in segments)
        return want if is_sorted else default._replace(page=want.page)

    def _listed(self, posts: list[Post], want: Wish) -> list[Json]:
        return [self.shaper.listed(post) for post in page(posts, want.page)]

    def _random(self, more: list[str]) -> list[Json]:
        if "random-gone" in self.switches:
            raise Missing("Not found")
        if "random-empty" in self.switches:
            return []
        want = self._wish([text for text in more if text != "random"], Wish())
        return self._listed(self.catalog.shuffled(), want)

    def _subreddit(self, name: str, more: list[str]) -> Any:
        want = wish(more)
        if want is None:  # r/{name}/{id}
            return self.shaper.whole(self._post(more[0]))
        return self._listed(chosen(self.catalog, want, section=name), want)

    def _tag(self, name: str, more: list[str]) -> Any:
        want = wish(more)
        if want is None:  # t/{name}/{id}
            return self.shaper.whole(self._post(more[0]))
        posts = chosen(self.catalog, want, tag=name)
        return tag(name) | {"total_items": len(posts), "items": self._listed(posts, want)}

    def _tag_facts(self, name: str) -> Json:
        return tag(name) | {"total_items": len(chosen(self.catalog, Wish(), tag=name))}

    def _tags(self) -> list[Json]:
        return [self._tag_facts(name) for name in words.TAGS]

    def _post(self, identity: str, is_album: bool | None = None) -> Post:
        post = self.catalog.by_id.get(identity)
        if post is None or is_album not in (None, post.is_album):
            kind = "an image or album" if is_album is None else "an album" if is_album else "an image"
            raise Missing(f"Unable to find {kind} with the id, {identity}")
        return post

    def _image(self, identity: str) -> Json:
        for post, picture in self.catalog.holding(identity):
            return self.shaper.image(picture, post)
        raise Missing(f"Unable to find an image with the id, {identity}")

    def _album(self, rest: list[str]) -> Any:
        match rest:
            case [identity]:
                return self.shaper.whole(self._post(identity, is_album=True))
            case [identity, "images"]:
                return self.shaper.images(self._post(identity, is_album=True))
            case [_, "image", picture]:
                return self._image(picture)
        raise Missing("Not found")

    def _account(self, user: str, rest: list[str]) -> Any:
        if user == "me" or rest[:1] == ["favorites"]:
            raise Missing("Authentication required", 401)
        if user.lower() not in words.USERS:
            raise Missing(f"Unable to find an account with the name, {user}")
        match rest:
            case []:
                return {"id": 1, "url": user.lower(), "bio": None, "avatar": None, "reputation": 1, "created": 1}
            case ["submissions", *more]:
                want = self._wish(more, Wish(sort="time"))
                return self._listed(chosen(self.catalog, want, user=user), want)
            case ["gallery_favorites", *more] | ["folders", _, "favorites", *more]:
                want = self._wish(more, Wish(sort="time"))
                return self._listed(chosen(self.catalog, want, user=_friend(user)), want)
        raise Missing("Not found")


def _friend(user: str) -> str:
    """Whose posts are this user's favourites: the next one's."""
    return words.USERS[(words.USERS.index(user.lower()) + 1) % len(words.USERS)]
