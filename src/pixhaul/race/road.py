"""The road: the stand-in that all racers run on, the links of the job, and what each of its pictures truly is."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

from pixhaul import standin
from pixhaul.errors import PixhaulError

KINDS = frozenset({"image/jpeg", "image/png", "image/gif"})
NO_PICTURES = frozenset({"/removed.png"})
"""What stands in for pictures that are gone is none of the job."""
PAGE = 60
"""Posts on a page of the gallery."""
TROUBLE = (OSError, HTTPException, ValueError)
"""What asking a stand-in may raise that is not there any more."""
PATIENCE = 10.0
"""Seconds for the stand-in to draw its pictures before the first racer starts."""


class Conditions(NamedTuple):
    """What the road is like."""

    pictures: int = 40
    latency: float = 0.25
    """Seconds before each picture's answer."""
    bandwidth: float | None = None
    """Bytes a second on each connection."""
    faults: str = ""
    seed: int = 0


class Picture(NamedTuple):
    """One picture of the job."""

    path: str
    sha256: bytes
    size: int


class Road:
    """Two stand-ins with the same pictures: one to race on, and one without delays and faults, which is believed."""

    def __init__(self, conditions: Conditions) -> None:
        """Start both. Raises PixhaulError when they cannot be started or have not so many pictures."""
        self.conditions = conditions
        self._known: dict[str, Picture] = {}
        self.standin = self._start_slow()
        try:
            self._true = self._start()
        except PixhaulError:
            self.standin.stop()
            raise

    def _start_slow(self) -> standin.Standin:
        """The one to race on."""
        _, latency, bandwidth, faults, _ = self.conditions
        return self._start(latency=latency, bandwidth=bandwidth, faults=faults, record=True)

    def _start(self, **more: Any) -> standin.Standin:
        posts = max(PAGE, self.conditions.pictures)  # each has a picture at least, and fewer are ready sooner
        try:
            return standin.start(posts=posts, seed=self.conditions.seed, credits=10**9, **more)
        except ValueError as error:
            raise PixhaulError(f"The stand-in cannot be started: {error}.", "See: pixhaul standin --help") from error

    def open(self) -> None:
        """Choose the pictures of the job and wait until all is ready."""
        self.job = self.learn(self._paths(self.conditions.pictures))
        self._warm()

    def _warm(self) -> None:
        until = time.monotonic() + PATIENCE
        while not self._ask("GET", "/_record?brief")["warm"] and time.monotonic() < until:
            time.sleep(0.05)

    def write_lists(self, folder: Path) -> dict[str, str]:
        """Write the links as they are now: {links} one a line, {curl} as a configuration file of curl."""
        plain, curl = folder / "links.txt", folder / "links.curl"
        links = [f"{self.standin.images}{one.path}" for one in self.job]
        plain.write_text("".join(f"{link}\n" for link in links), "utf-8")
        curl.write_text("".join(f'url = "{link}"\nremote-name\n' for link in links), "utf-8")
        return {"links": str(plain), "curl": str(curl)}

    @property
    def each(self) -> float:
        """Seconds that a picture takes on this road, on average."""
        size = sum(one.size for one in self.job) / len(self.job)
        return self.conditions.latency + (size / self.conditions.bandwidth if self.conditions.bandwidth else 0.0)

    def begin(self) -> None:
        """Forget what was: a new racer starts, and everything that goes wrong goes wrong for it too."""
        try:
            self._ask("POST", "/_record?brief")
        except TROUBLE:  # the racer before has brought it down
            self.standin.stop()
            self.standin = self._start_slow()
            self._warm()

    def traffic(self) -> tuple[int, int]:
        """Requests and connections since `begin`; none where the stand-in is too busy to say."""
        try:
            told = self._ask("GET", "/_record?brief", seconds=2.0)
        except TROUBLE:
            return 0, 0
        return told["requests"], told["connections"]

    def record(self) -> dict[str, Any] | None:
        """All that the stand-in wrote down since `begin`; None when it did not survive this racer."""
        try:
            record: dict[str, Any] = self._ask("GET", "/_record")
        except TROUBLE:
            return None
        return record

    def learn(self, paths: Iterable[str]) -> list[Picture]:
        """The pictures that lie at these paths in truth; those paths left out where none does."""
        wanted = [path for path in paths if path not in NO_PICTURES]
        with closing(HTTPConnection(urlsplit(self._true.images).netloc, timeout=30)) as connection:
            for path in wanted:
                if path not in self._known:
                    self._known[path] = _picture(connection, path)
        return [one for one in map(self._known.__getitem__, wanted) if one.size]

    def _paths(self, count: int) -> list[str]:
        """The paths of the first pictures of the random gallery, those in albums too: what the lesson would fetch."""
        headers = {"Authorization": f"Client-ID {self._true.client_id}"}
        found: dict[str, None] = {}
        with closing(HTTPConnection(urlsplit(self._true.api).netloc, timeout=30)) as connection:
            for page in range(1 + count // PAGE):
                posts = json.loads(_body(connection, f"/3/gallery/random/random/{page or ''}", headers))["data"]
                found |= dict.fromkeys(path for post in posts for path in _pictures(post))
        if len(found) < count:
            raise PixhaulError(f"The stand-in has only {len(found)} pictures, not {count}.", "Ask for fewer.")
        return list(found)[:count]

    def _ask(self, method: str, path: str, seconds: float = 30.0) -> Any:
        with closing(HTTPConnection(urlsplit(self.standin.images).netloc, timeout=seconds)) as connection:
            connection.request(method, path, headers={"Connection": "close"})
            return json.loads(connection.getresponse().read())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.standin.stop()
        self._true.stop()


def _picture(connection: HTTPConnection, path: str) -> Picture:
    """What is there; size 0 where it is no picture."""
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    is_one = answer.status == 200 and answer.headers.get_content_maintype() == "image"
    return Picture(path, hashlib.sha256(body).digest(), len(body) if is_one else 0)


def _body(connection: HTTPConnection, path: str, headers: dict[str, str]) -> bytes:
    connection.request("GET", path, headers=headers)
    return connection.getresponse().read()


def _pictures(post: dict[str, Any]) -> list[str]:
    found = [post, *(post.get("images") or [])]
    return [urlsplit(one["link"]).path for one in found if one.get("type") in KINDS and one.get("link")]
