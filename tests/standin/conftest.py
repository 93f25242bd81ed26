"""A stand-in in its own process for each module of tests, and a client made of nothing but a socket."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from pixhaul import standin
from pixhaul.standin import Standin


class Answer(NamedTuple):
    """One answer, read to its end."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Ask = Callable[..., Answer]


@pytest.fixture(scope="module")
def imgur() -> Iterator[Standin]:
    """The stand-in as it is by default."""
    with standin.start() as running:
        yield running


@pytest.fixture(scope="session")
def fetch() -> Ask:
    """Ask for a whole URL with the headers given; redirects are answers."""
    return _fetch


@pytest.fixture(scope="module")
def ask(imgur: Standin) -> Ask:
    """Ask the API for a path, with the client ID; `data` of an envelope is one `.json["data"]` away."""
    return lambda path, **headers: _fetch(imgur.api + path, authorization=f"Client-ID {imgur.client_id}", **headers)


def _fetch(url: str, method: str = "GET", **headers: str) -> Answer:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    target = parts.path + ("?" + parts.query if parts.query else "")
    try:
        connection.request(method, target, headers={name.replace("_", "-"): text for name, text in headers.items()})
        reply = connection.getresponse()
        return Answer(reply.status, {name.lower(): text for name, text in reply.getheaders()}, reply.read())
    finally:
        connection.close()
