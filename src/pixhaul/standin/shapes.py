"""Posts and pictures as API v3 tells them, with the field sets of 2014, 2021 and 2025."""

from __future__ import annotations

from typing import Any

from . import words
from .catalog import Catalog, Picture, Post
from .prints import Facts

Json = dict[str, Any]

PREVIEWS = 3
"""An album in a list shows at most so many of its pictures (measured on a page of 2021)."""

_OLD_IMAGE = {
    "id", "title", "description", "datetime", "type", "animated", "width", "height", "size", "views", "bandwidth",
    "vote", "favorite", "nsfw", "section", "account_url", "link", "ups", "downs", "score", "is_album",
}  # fmt: skip
"""The fields of 2014."""

_EMPTY_IN_2025 = ("description", "mp4", "hls", "cover")
"""Fields that say "" where null stood before."""


class Shaper:
    """Turns the catalogue's posts into JSON whose links begin with `base`."""

    def __init__(self, catalog: Catalog, base: str) -> None:
        self.catalog = catalog
        self.base = base.rstrip("/")

    def facts(self, picture: Picture) -> Facts:
        """Type, size and measures of a picture's file."""
        return self.catalog.files.facts(picture.id, picture.number)

    def image(self, picture: Picture, post: Post) -> Json:
        """A picture by itself, as in an album or from /3/image."""
        facts, animated = self.facts(picture), self.facts(picture).animated
        size = 21_000_000 + picture.number if picture.is_huge else facts.size
        shape: Json = {
            "id": picture.id, "title": picture.title, "description": None, "datetime": post.when,
            "type": facts.mime, "animated": animated, "width": facts.width, "height": facts.height, "size": size,
            "views": 100 + picture.number, "bandwidth": size * (100 + picture.number), "vote": None, "favorite": False,
            "nsfw": None if picture.number % 4 == 1 else False, "section": None, "account_url": None,
            "account_id": None, "is_ad": False, "in_most_viral": False, "has_sound": False, "tags": [], "ad_type": 0,
            "ad_url": "", "edited": "0", "in_gallery": False, "link": self.link(picture),
        }  # fmt: skip
        if animated:
            shape |= self._moving(picture)
        return _as_of(post.era, shape)

    def link(self, picture: Picture) -> str:
        """Where the picture's bytes are."""
        reduced = "h" if picture.is_huge else ""
        return f"{self.base}/{picture.id}{reduced}.{self.facts(picture).extension}"

    def _moving(self, picture: Picture) -> Json:
        return {
            "mp4": f"{self.base}/{picture.id}.mp4", "gifv": f"{self.base}/{picture.id}.gifv",
            "hls": f"{self.base}/{picture.id}.m3u8", "mp4_size": 20_000, "looping": True,
            "processing": {"status": "completed"},
        }  # fmt: skip

    def listed(self, post: Post) -> Json:
        """A post as lists show it: an album's pictures cut to three, and absent in those of 2014."""
        return self._post(post, PREVIEWS)

    def whole(self, post: Post) -> Json:
        """A post with all its pictures."""
        return self._post(post, len(post.pictures))

    def images(self, post: Post) -> list[Json]:
        """The pictures of an album by themselves."""
        return [self.image(picture, post) for picture in post.pictures]

    def _post(self, post: Post, shown: int) -> Json:
        social = _social(post)
        if not post.is_album:
            shape = self.image(post.pictures[0], post) | social | {"title": post.title}
            shape["nsfw"] = False
            return {key: shape[key] for key in shape if key in _OLD_IMAGE} if post.era == 2014 else shape
        shape = social | self._album(post)
        if post.era == 2014 and shown == PREVIEWS:
            return _as_of(2014, shape)
        shape["images"] = [self.image(picture, post) for picture in post.pictures[:shown]]
        return _as_of(post.era, shape | {"images_count": post.claims, "include_album_ads": False})

    def _album(self, post: Post) -> Json:
        first = post.pictures[0] if post.pictures else None
        facts = self.facts(first) if first else None
        return {
            "id": post.id, "title": post.title, "description": None, "datetime": post.when,
            "cover": first.id if first else None, "cover_width": facts.width if facts else None,
            "cover_height": facts.height if facts else None, "account_url": post.user, "privacy": "hidden",
            "layout": "blog", "views": 100 + post.number, "link": f"https://imgur.com/a/{post.id}",
            "favorite": False, "nsfw": False, "is_ad": False, "in_gallery": True,
        }  # fmt: skip


def _social(post: Post) -> Json:
    ups = max(post.points, 0) + 7
    return {
        "vote": None, "section": post.section, "account_url": post.user, "account_id": 1000 + post.number,
        "ad_type": 0, "ad_url": "", "in_gallery": True, "in_most_viral": post.points > 6000, "topic": None,
        "topic_id": None, "comment_count": post.number % 40, "favorite_count": post.number % 90, "ups": ups,
        "downs": ups - post.points, "points": post.points, "score": post.points + 1, "is_album": post.is_album,
        "tags": [tag(name) for name in post.tags],
        "ad_config": {"safeFlags": ["in_gallery"], "highRiskFlags": [], "unsafeFlags": [], "showsAds": True},
    }  # fmt: skip


def tag(name: str) -> Json:
    """The facts of a tag, without its posts."""
    number = words.TAGS.index(name) if name in words.TAGS else 0
    return {
        "name": name, "display_name": name.replace("_", " "), "followers": 1200 + 97 * number, "total_items": 0,
        "following": False, "is_whitelisted": False, "background_hash": "", "thumbnail_hash": None, "accent": "51535A",
        "background_is_animated": False, "thumbnail_is_animated": False, "is_promoted": False, "description": "",
        "logo_hash": None, "logo_destination_url": None, "description_annotations": {},
    }  # fmt: skip


def _as_of(era: int, shape: Json) -> Json:
    if era == 2025:
        shape = {"mp4": None, "hls": None} | shape if "type" in shape else shape
        shape |= {key: "" for key in _EMPTY_IN_2025 if shape.get(key, "") is None}
        if shape.get("animated"):
            shape["size"] = 0  # the truth stands in mp4_size
    return shape
