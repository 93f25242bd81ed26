"""A stage for Imgur as a source: an API made of a table of answers, and a run whose clock moves when it waits."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pixhaul.models import ApiReply, Failed, Job
from pixhaul.options import Options
from pixhaul.sources import imgur


def reply(data: Any = None, status: int = 200, headers: dict[str, str] | None = None, **more: Any) -> ApiReply:
    """An answer in the envelope of v3; `body=` gives other JSON or bytes, `error=` a network that failed."""
    body = more.get("body", {"data": data, "success": status < 400, "status": status})
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ApiReply(status, headers or {}, raw, more.get("error", ""), more.get("detail", ""))


def refusal(words: Any, status: int, headers: dict[str, str] | None = None) -> ApiReply:
    """An error in the envelope of v3."""
    return reply({"error": words, "request": "/3/x", "method": "GET"}, status, headers)


def picture(identifier: str, **more: Any) -> dict[str, Any]:
    """A picture as the API tells of it."""
    link = f"https://i.imgur.com/{identifier}.jpg"
    return {"id": identifier, "title": None, "type": "image/jpeg", "animated": False, "link": link, **more}


def album(
    identifier: str, images: list[dict[str, Any]] | None, count: int | None = None, **more: Any
) -> dict[str, Any]:
    """An album as lists tell of it: `images` may be lacking, and `images_count`, too."""
    post = {"id": identifier, "title": f"about {identifier}", "is_album": True}
    post |= {"link": f"https://imgur.com/a/{identifier}", **more}
    if images is not None:
        post["images"] = images
    return post if count is None else {**post, "images_count": count}


@dataclass
class Stage:
    """A run and its API, whose answers are a table: path without query -> one reply, or several in turn."""

    replies: dict[str, Any] = field(default_factory=dict)
    options: Options = field(default_factory=Options)
    base: str = "https://api.imgur.com"
    has_api: bool = True
    local: bool = False
    stops: bool = False
    clock: float = 1_800_000_000.0
    asked: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def api(self) -> Stage | None:
        return self if self.has_api else None

    @property
    def client_id_known(self) -> bool:
        return self.has_api

    def get(self, path: str) -> ApiReply:
        self.asked.append(path)
        bare = path.partition("?")[0]
        known = self.replies.get(bare, refusal(f"Unable to find what is at {bare}", 404))
        turns: list[ApiReply] = known if isinstance(known, list) else [known]
        return turns.pop(0) if len(turns) > 1 else turns[0]

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        self.clock += seconds
        return not self.stops

    def now(self) -> float:
        return self.clock

    def warn(self, text: str) -> None:
        self.said.append(text)

    def read(self, text: str, most: int | None = None) -> list[Job | Failed]:
        """What the source makes of a text: all of it, or the first so many."""
        return list(islice(imgur.jobs(text, self), most))

    def links(self, text: str) -> list[str]:
        """The links of the jobs alone."""
        return [entry.url for entry in self.read(text) if isinstance(entry, Job)]


def listing(before: str, pages: Iterable[list[Any]]) -> dict[str, ApiReply]:
    """A listing of these pages, then empty ones."""
    filled = {f"{before}{number}": reply(page) for number, page in enumerate(pages)}
    return {**filled, f"{before}{len(filled)}": reply([])}
