"""Posts as post/v1 tells them: other names than v3, no envelope, ISO dates, `ext` without the dot."""

from __future__ import annotations

from datetime import UTC, datetime

from .catalog import Picture, Post
from .shapes import Json, Shaper


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def medium(shaper: Shaper, picture: Picture, post: Post) -> Json:
    """One entry of `media`."""
    facts = shaper.facts(picture)
    return {
        "id": picture.id, "account_id": 1000 + post.number, "mime_type": facts.mime, "type": "image",
        "name": "", "basename": "", "url": f"{shaper.base}/{picture.id}.{facts.extension}",
        "ext": facts.extension.replace("jpg", "jpeg"), "width": facts.width, "height": facts.height,
        "size": facts.size, "created_at": _date(post.when), "updated_at": None,
        "metadata": {
            "title": picture.title or "", "description": "", "is_animated": facts.animated,
            "is_looping": facts.animated, "duration": 0, "has_sound": False,
        },
    }  # fmt: skip


def post(shaper: Shaper, one: Post) -> Json:
    """A whole post. The key `media` is absent when there is none (mikf/gallery-dl#2557)."""
    media = [medium(shaper, picture, one) for picture in one.pictures]
    shape = _facts(one) | {
        "url": f"https://imgur.com/{'a/' if one.is_album else ''}{one.id}",
        "account": {"id": 1000 + one.number, "username": one.user, "avatar_url": "", "created_at": _date(one.when)},
        "tags": [{"tag": name, "display": name, "total": 0} for name in one.tags],
        "display": [],
    }
    return shape | {"media": media} if media else shape


def cover(shaper: Shaper, one: Post) -> Json:
    """A post as the lists of post/v1 show it: its cover in place of its media."""
    shape = post(shaper, one)
    media = shape.get("media", [])
    return shape | {"cover": media[0] if media else None, "media": media[:1]}


def _facts(one: Post) -> Json:
    ups = max(one.points, 0) + 7
    return {
        "id": one.id, "account_id": 1000 + one.number, "title": one.title, "description": "",
        "view_count": 100 + one.number, "upvote_count": ups, "downvote_count": ups - one.points,
        "point_count": one.points, "image_count": len(one.pictures), "comment_count": one.number % 40,
        "favorite_count": one.number % 90, "virality": 0, "score": one.points + 1,
        "in_most_viral": one.points > 6000, "is_album": one.is_album, "is_mature": False,
        "cover_id": one.pictures[0].id if one.pictures else "", "created_at": _date(one.when), "updated_at": None,
        "privacy": "private", "vote": None, "favorite": False, "is_ad": False, "include_album_ads": False,
        "shared_with_community": True, "is_pending": False, "platform": "api",
    }  # fmt: skip
