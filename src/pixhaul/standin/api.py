"""The API port, an api.imgur.com: who may ask, what it costs, v3 with its envelope and post/v1 without."""

from __future__ import annotations

import hashlib
import json
import time
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from . import newer
from .catalog import Catalog, Post
from .connection import Traffic
from .credits import Credits
from .faults import Plan
from .gallery import Gallery, Missing
from .listing import chosen, page, wish
from .messages import Reply, Request, Steps, encode
from .shapes import Shaper

if TYPE_CHECKING:
    from .settings import Settings

_JSON = ("Content-Type", "application/json")


class ApiSite:
    """Answers on the API port."""

    def __init__(self, settings: Settings, catalog: Catalog, shaper: Shaper, plan: Plan, client_id: str) -> None:
        self.catalog, self.shaper, self.plan, self.client_id = catalog, shaper, plan, client_id
        self.gallery = Gallery(catalog, shaper, plan.switches)
        self.credits = Credits(settings.credits, time.time())
        self.traffic = Traffic("api")
        self.body = lru_cache(maxsize=256)(self._body)

    def answer(self, request: Request) -> Steps:
        """The steps of one answer."""
        if request.path == "/_requests":
            return [encode(Reply(200, (_JSON,), json.dumps(self.traffic.as_json()).encode()), request)]
        refusal = self._refusal(request)
        if refusal is not None:
            return [encode(refusal, request)]
        status, body = self.body(request.path, request.query)
        return self.plan.api(self._told(status, body, request), request)

    def _refusal(self, request: Request) -> Reply | None:
        """401, 403, 404, 405 or 429 when this request is not to be answered; else one credit is taken."""
        if request.method not in ("GET", "HEAD"):
            return self._error(request, 405, "Method not allowed")
        if not request.path.startswith(("/3/", "/post/v1/")):
            return self._error(request, 404, "Not found")
        wrong = self._stranger(request)
        if wrong:
            return self._error(request, *wrong)
        if request.path.strip("/") == "3/credits":
            self.credits.refill(time.time())
            data = {"data": self.credits.as_json(), "success": True, "status": 200}
            return self._told(200, json.dumps(data).encode(), request)
        if not self.credits.spend(time.time()):
            return self._error(request, 429, "Daily client requests exceeded")
        return None

    def _stranger(self, request: Request) -> tuple[int, str] | None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        given = given.strip() or request.field("client_id")
        if scheme.lower() == "bearer":
            return 403, "The access token provided is invalid."
        if not given:
            return 401, "Authentication required"
        return None if given == self.client_id else (403, "Invalid client_id")

    def _error(self, request: Request, status: int, text: str) -> Reply:
        return self._told(status, _failure(status, text, request.path), request)

    def _told(self, status: int, body: bytes, request: Request) -> Reply:
        etag = f'W/"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        reply = Reply(status, (_JSON, ("ETag", etag), *self.credits.headers()), body)
        if status == 200 and request.headers.get("if-none-match") == etag:
            return reply._replace(status=304, body=b"")
        return reply

    def _body(self, path: str, query: str) -> tuple[int, bytes]:
        """Status and JSON of a path: the same for ever, since the catalogue never changes."""
        segments = [unquote(part) for part in path.removesuffix(".json").split("/") if part]
        pairs = dict(parse_qsl(query))
        try:
            if segments[0] == "3":
                data = self.gallery.data(segments[1:], pairs)
                return 200, json.dumps({"data": data, "success": True, "status": 200}).encode()
            return 200, json.dumps(self._newer(segments[2:], pairs)).encode()
        except Missing as exc:
            return exc.status, _failure(exc.status, exc.text, path)

    def _newer(self, segments: list[str], query: dict[str, str]) -> Any:
        match segments:
            case ["media" | "albums" | "posts" as kind, identity]:
                return newer.post(self.shaper, self._found(kind, identity))
            case ["posts"]:
                return self._newer_list(query, "")
            case ["posts", "t", name]:
                posts = self._newer_list(query, name)
                if not posts:
                    raise Missing("Not found")
                return {"tag": name, "posts": posts}
        raise Missing("Not found")

    def _found(self, kind: str, identity: str) -> Post:
        post = self.catalog.by_id.get(identity)
        if post is None and kind == "media":
            post = next((holder.alone(picture) for holder, picture in self.catalog.holding(identity)), None)
        if post is None or (kind != "posts" and post.is_album is not (kind == "albums")):
            raise Missing("Not found")
        return post

    def _newer_list(self, query: dict[str, str], tag: str) -> list[Any]:
        want = wish([query.get("sort", "").lstrip("-+ ") or "viral", query.get("page", "1")])
        if want is None:
            raise Missing("Bad request", 400)
        posts = page(chosen(self.catalog, want, tag=tag), want.page - 1)  # pages count from 1 here
        return [newer.cover(self.shaper, post) for post in posts]


def _failure(status: int, text: str, path: str) -> bytes:
    """An error in the form of the family that was asked."""
    if path.startswith("/post/"):
        phrase = HTTPStatus(status).phrase
        return json.dumps(
            {"errors": [{"id": "stand-in", "code": str(status), "status": phrase, "detail": text}]}
        ).encode()
    data = {"error": text, "request": path, "method": "GET"}
    return json.dumps({"data": data, "success": False, "status": status}).encode()
