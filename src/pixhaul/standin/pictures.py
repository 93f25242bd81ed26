"""The picture port, an i.imgur.com: any extension, thumbnails, ranges, validators, removed.png by redirect.

`/_requests` and `/_record` are our own: what this port has seen, as JSON. Sources of each behaviour: recorded
headers of June 2024 and threads of the clients that met it.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from email.utils import formatdate
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .catalog import Catalog, Picture
from .connection import Traffic
from .faults import Plan
from .messages import Reply, Request, Step, Steps, encode
from .placeholder import REMOVED, REMOVED_ETAG, page
from .prints import film
from .ranges import conditional
from .record import Record

if TYPE_CHECKING:
    from .settings import Settings

THUMBNAILS = {"s": 90, "b": 160, "t": 160, "m": 320, "l": 640, "h": 1024, "g": 560, "r": 1200}
"""Longest side in pixels by the letter after an id; s and b are squares."""

_ID = re.compile(r"([0-9A-Za-z]+)((?:_d|_lq)?)(?:\.([0-9A-Za-z]+))?")


_GONE = Reply(302, (("Location", "/removed.png"), ("Content-Type", "text/html")))


class _Asked(NamedTuple):
    """What a path names."""

    picture: Picture
    size: str
    """A letter of THUMBNAILS, d for a reduced copy, or empty: the picture itself."""
    extension: str


class PictureSite:
    """Answers on the picture port."""

    def __init__(self, settings: Settings, catalog: Catalog, plan: Plan, traffic: Traffic) -> None:
        self.settings, self.catalog, self.plan, self.traffic = settings, catalog, plan, traffic
        self.etags: dict[tuple[str, str], str] = {}
        self.is_warm = False
        """Whether every picture is ready to be sent, so that none is slower than another."""
        self.thumbnail = lru_cache(maxsize=256)(self._thumbnail)

    def answer(self, request: Request) -> Steps:
        """The steps of one answer: the wait, then the bytes, or what a fault makes of them."""
        if request.path == "/_requests":
            return _json(self.traffic.as_json(), request)
        if request.path == "/_record" and self.traffic.record is not None:
            return _json(self._recorded(self.traffic.record, request), request)
        return self._slowly(self._steps(request))

    def _recorded(self, record: Record, request: Request) -> dict[str, Any]:
        """The record; with POST it begins anew, and so do the faults; with ?brief the counts alone."""
        if request.method == "POST":
            record.clear()
            self.plan.clear()
        told = record.brief() if "brief" in request.query else record.as_json()
        return told | {"warm": self.is_warm}

    def _slowly(self, steps: Steps) -> Iterator[Step]:
        if self.settings.latency:
            yield self.settings.latency
        for step in steps:
            if isinstance(step, bytes) and self.settings.bandwidth:
                yield from throttled(step, self.settings.bandwidth)
            else:
                yield step

    def _steps(self, request: Request) -> Steps:
        if request.method not in ("GET", "HEAD"):
            return [encode(Reply(405, (("Allow", "GET, HEAD"),)), request)]
        asked = self._asked(request.path)
        reply = conditional(self._reply(request, asked), request)
        if asked and not asked.size:
            return self.plan.picture(asked.picture.id, asked.picture.number, reply, request)
        return [encode(reply, request)]

    def _asked(self, path: str) -> _Asked | None:
        match = _ID.fullmatch(path.lstrip("/"))
        if not match:
            return None
        name, size, extension = match.group(1), match.group(2)[1:], match.group(3) or ""
        if name in self.catalog.pictures:
            return _Asked(self.catalog.pictures[name], size, extension)
        if name[:-1] in self.catalog.pictures and name[-1] in THUMBNAILS:
            return _Asked(self.catalog.pictures[name[:-1]], name[-1], extension)
        return None

    def _reply(self, request: Request, asked: _Asked | None) -> Reply:
        if request.path == "/removed.png":
            return _file("image/png", REMOVED, REMOVED_ETAG, 0)
        if request.path.startswith("/page/"):
            return page(request.path[6:])
        if asked is None:
            return _GONE
        if asked.extension == "gifv":
            return page(asked.picture.id)
        if _wants_page(request) or not asked.extension:
            return Reply(302, (("Location", f"/page/{asked.picture.id}"), ("Content-Type", "text/html")))
        try:
            return self._bytes(asked)
        except OSError:  # a person's file that was taken away meanwhile
            return _GONE

    def _bytes(self, asked: _Asked) -> Reply:
        picture, size = asked.picture, asked.size
        mime, animated = self._facts(picture)[0], self._facts(picture)[5]
        if animated and asked.extension in ("mp4", "webm") and size in ("", "lq"):
            mime, body, size = "video/mp4", film(picture.id), "film"
        elif size == "h" and picture.is_huge:
            body = self.catalog.files.body(picture.id + "h", picture.number)
        elif size in THUMBNAILS or size == "d":
            mime, body = self.thumbnail(picture, size)
        else:
            body = self.catalog.files.body(picture.id, picture.number)
        return _file(mime, body, self._etag(picture, size, body), picture.number)

    def _facts(self, picture: Picture) -> tuple[str, str, int, int, int, bool]:
        return self.catalog.files.facts(picture.id, picture.number)

    def _etag(self, picture: Picture, kind: str, body: bytes) -> str:
        if self.settings.pictures:  # a person may change a file while it is served
            return _digest(body)
        key = (picture.id, kind)
        if key not in self.etags:
            self.etags[key] = _digest(body)
        return self.etags[key]

    def prepare(self, picture: Picture) -> None:
        """Work out now what the first request for a picture would have to wait for."""
        if not self.settings.pictures:
            self._etag(picture, "", self.catalog.files.body(picture.id, picture.number))

    def _thumbnail(self, picture: Picture, size: str) -> tuple[str, bytes]:
        """A smaller JPEG, or the picture itself where it cannot be decoded."""
        body = self.catalog.files.body(picture.id, picture.number)
        try:
            return "image/jpeg", _reduced(body, THUMBNAILS.get(size, 640), is_square=size in "sb")
        except Exception:  # a person's file may be anything, and a decoder may raise anything
            return self._facts(picture)[0], body


def _reduced(body: bytes, side: int, *, is_square: bool) -> bytes:
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(body)) as picture:
        small = picture.convert("RGB")
    if is_square:
        small = ImageOps.fit(small, (side, side))
    small.thumbnail((side, side))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=80)
    return out.getvalue()


def _json(values: dict[str, Any], request: Request) -> Steps:
    return [encode(Reply(200, (("Content-Type", "application/json"),), json.dumps(values).encode()), request)]


def _digest(body: bytes) -> str:
    """32 hex digits, as Imgur's ETags are; no secret hangs on it."""
    return hashlib.md5(body, usedforsecurity=False).hexdigest()


def _file(mime: str, body: bytes, etag: str, number: int) -> Reply:
    when = formatdate(1_421_853_305 + 60 * number, usegmt=True)
    return Reply(
        200,
        (
            ("Content-Type", mime),
            ("Last-Modified", when),
            ("ETag", f'"{etag}"'),
            ("Accept-Ranges", "bytes"),
            ("Cache-Control", "public, max-age=31536000"),
            ("X-Content-Type-Options", "nosniff"),
            ("Access-Control-Allow-Origin", "*"),
        ),
        body,
    )


def _wants_page(request: Request) -> bool:
    """Whether this looks like a browser that opens a picture as a page, or a picture shown on a foreign page."""
    if "text/html" in request.headers.get("accept", ""):
        return True
    host = urlsplit(request.headers.get("referer", "")).hostname
    return bool(host) and not _is_ours(str(host))


def _is_ours(host: str) -> bool:
    return host in ("imgur.com", "127.0.0.1", "localhost") or host.endswith(".imgur.com")


TICK = 0.1
"""Seconds between two slices of a throttled answer."""


def throttled(data: bytes, bandwidth: float) -> Iterator[Step]:
    """The bytes in slices with waits between, so that no more than `bandwidth` bytes a second go out."""
    size = max(1, round(bandwidth * TICK))
    for at in range(0, len(data), size):
        slice_ = data[at : at + size]
        yield slice_
        yield len(slice_) / bandwidth
