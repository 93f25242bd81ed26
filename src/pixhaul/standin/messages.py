"""HTTP/1.1 messages as values: what comes in is a Request, what goes out is a Reply, turned into a row of steps.

A step is bytes to write, a number of seconds to wait, or an Ending. Faults are other steps.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from email.utils import formatdate
from enum import Enum
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qs

MOST_HEAD = 65_536
"""Bytes of a request's head, and of a body that comes along with a GET, that are read before it is refused."""


class Ending(Enum):
    """How a connection ends before its time."""

    CLOSE = "close"
    RESET = "reset"


Step = bytes | float | Ending
Steps = Iterable[Step]


class Request(NamedTuple):
    """One request, its body already read off and forgotten."""

    method: str
    path: str
    """As sent, without scheme, host and query."""
    query: str
    headers: dict[str, str]
    """Names in lower case; the last of a name counts."""
    keeps: bool = True
    """Whether the connection stays open afterwards."""
    is_old: bool = False
    """HTTP/1.0."""

    def field(self, name: str) -> str:
        """The first value of that name in the query, or nothing."""
        return parse_qs(self.query).get(name, [""])[0]


class Reply(NamedTuple):
    """One answer as it should be, before any fault."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """Without Content-Length, Connection, Date and Server, which encode() adds."""
    body: bytes = b""

    def with_headers(self, **changed: str) -> Reply:
        """The same with some headers set; underscores stand for hyphens."""
        new = {name.replace("_", "-"): value for name, value in changed.items()}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in new)
        return self._replace(headers=kept + tuple(new.items()))


def encode(reply: Reply, request: Request, length: int | None = -1) -> bytes:
    """The reply's bytes. A HEAD gets no body. `length` is claimed in Content-Length: -1 the true one, None none."""
    claimed = len(reply.body) if length == -1 else length
    return b"".join((_head(reply, request, claimed), b"" if request.method == "HEAD" else reply.body))


def _head(reply: Reply, request: Request, claimed: int | None) -> bytes:
    lines = [_first_lines(reply.status, int(time.time()))]
    lines += [f"{name}: {value}\r\n" for name, value in reply.headers]
    if claimed is not None and reply.status != 304:
        lines.append(f"Content-Length: {claimed}\r\n")
    if not request.keeps:
        lines.append("Connection: close\r\n")
    elif request.is_old:
        lines.append("Connection: keep-alive\r\n")
    return ("".join(lines) + "\r\n").encode("latin-1")


@lru_cache(maxsize=64)
def _first_lines(status: int, now: int) -> str:
    date = formatdate(now, usegmt=True)
    phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else "Unknown"
    return f"HTTP/1.1 {status} {phrase}\r\nServer: cat factory 1.0\r\nDate: {date}\r\n"


class BadRequest(Exception):
    """These bytes are no request that we can answer."""


def parse(buffer: bytes | bytearray) -> tuple[Request, int] | None:
    """The first request in the buffer and how many bytes it took, body included; None while it is not all there.

    Raises BadRequest (RFC 9112 3, 5, 6.3).
    """
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        if len(buffer) > MOST_HEAD:
            raise BadRequest
        return None
    request, length = _parse_head(bytes(buffer[:end]).decode("latin-1"))
    if length > MOST_HEAD:
        raise BadRequest
    taken = end + 4 + length
    return (request, taken) if len(buffer) >= taken else None


def _parse_head(text: str) -> tuple[Request, int]:
    first, *lines = text.lstrip("\r\n").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise BadRequest
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise BadRequest
        headers[name.lower()] = value.strip()
    length = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not (length.isascii() and length.isdigit() and len(length) < 10):
        raise BadRequest
    return _request(parts, headers), int(length)


def _request(parts: list[str], headers: dict[str, str]) -> Request:
    method, target, version = parts
    if "://" in target.partition("?")[0]:  # absolute form, as sent to a proxy (RFC 9112 3.2.2)
        target = "/" + target.partition("://")[2].partition("/")[2]
    path, _, query = target.partition("?")
    is_old = version == "HTTP/1.0"
    wish = headers.get("connection", "").lower()
    keeps = "keep-alive" in wish if is_old else "close" not in wish
    return Request(method, path, query, headers, keeps, is_old)
