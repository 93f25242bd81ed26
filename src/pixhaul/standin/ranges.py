"""Conditions and ranges of a request (RFC 9110 13 and 14): a whole answer becomes a 304, 206 or 416 where asked for."""

from __future__ import annotations

import re

from .messages import Reply, Request

_ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


def conditional(reply: Reply, request: Request) -> Reply:
    """The reply as the request's If-None-Match, If-Modified-Since, Range and If-Range have it; others stay whole."""
    if reply.status != 200 or not any(name == "ETag" for name, _ in reply.headers):
        return reply
    headers = dict(reply.headers)
    if _is_known(request, headers):
        return reply._replace(status=304, body=b"")
    wish = request.headers.get("range", "")
    if not wish or request.method != "GET" or _has_changed(request, headers):
        return reply
    match = _ONE_RANGE.fullmatch(wish.replace(" ", ""))
    return _cut(reply, match.group(1), match.group(2)) if match and match.group(0) != "bytes=-" else reply


def _is_known(request: Request, headers: dict[str, str]) -> bool:
    tags = request.headers.get("if-none-match")
    if tags is not None:
        plain = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return "*" in plain or headers["ETag"] in plain
    return request.headers.get("if-modified-since") == headers.get("Last-Modified")


def _has_changed(request: Request, headers: dict[str, str]) -> bool:
    """Whether If-Range names another version; weak validators never match (RFC 9110 13.1.5)."""
    validator = request.headers.get("if-range")
    return validator is not None and validator not in (headers["ETag"], headers.get("Last-Modified"))


def _cut(reply: Reply, first: str, last: str) -> Reply:
    size = len(reply.body)
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if first and last and int(last) < int(first):
        return reply  # not a valid range: to be ignored
    if start >= size:
        refused = reply._replace(status=416, body=b"")
        return refused.with_headers(content_range=f"bytes */{size}")
    part = reply._replace(status=206, body=reply.body[start : end + 1])
    return part.with_headers(content_range=f"bytes {start}-{end}/{size}")
