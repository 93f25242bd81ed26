"""What an API's reply says: an answer, or one of the troubles that Imgur is known for. Pure.

Imgur says the same thing with several statuses, in several envelopes, in HTML, or with nothing at all; so the words of
an error count before its status, and every shape of body is read.
"""

from __future__ import annotations

import json
import re
from enum import StrEnum
from math import inf
from typing import Any, NamedTuple

from pixhaul.imgur import allowance
from pixhaul.models import ApiReply, Reason
from pixhaul.retry_after import http_date, longest_wait


class Kind(StrEnum):
    """What is wrong, by what is to be done about it."""

    CREDENTIALS = "credentials"
    """The client ID, or we ourselves, are refused: the run ends."""
    COUNTRY = "country"
    """Imgur does not serve this place or address: the run ends."""
    CREDITS = "credits"
    """No calls are left: wait for the reset, or the run ends."""
    CAPACITY = "capacity"
    """A throttle by address that passes: pause."""
    SETTINGS = "settings"
    """A fault of ours that every call will meet: the run ends, if this is the first thing the API says."""
    NOT_FOUND = "not-found"
    FORBIDDEN = "forbidden"
    """This one thing is not for us."""
    REQUEST = "request"
    """Refused for a reason of its own."""
    SERVER = "server"
    """Broken there, perhaps only now: try again."""
    NETWORK = "network"
    """No answer came: try again."""


class Answer(NamedTuple):
    """What was asked for: any JSON."""

    data: Any


class Trouble(NamedTuple):
    """What came in its place."""

    kind: Kind
    words: str
    """What the API said, in one line for a person."""
    status: int = 0
    reason: Reason = Reason.HTTP_ERROR
    """For a link that fails by it."""
    wait: float | None = None
    """Seconds that the API asked us to wait."""


class _Said(NamedTuple):
    document: Any
    is_json: bool
    words: str
    status: int
    """Of the body, 0 where it has none; it need not be the HTTP status."""


# The first that is found in what was said decides. Quoted in issue threads and client tests, 2014-2025.
_PHRASES = (
    ("over capacity", Kind.CAPACITY),
    ("banned country", Kind.COUNTRY),
    ("in your region", Kind.COUNTRY),
    ("in your country", Kind.COUNTRY),
    ("requests exceeded", Kind.CREDITS),
    ("limit exceeded", Kind.CREDITS),
    ("exceeded the", Kind.CREDITS),
    ("http access is disabled", Kind.SETTINGS),
    ("unable to find", Kind.NOT_FOUND),
    ("not found", Kind.NOT_FOUND),
    ("does not exist", Kind.NOT_FOUND),
)
_REFUSALS = re.compile(
    "client.?id|invalid client|authentication|unauthori|access.token|api.key|application key|not subscribed"
)
_PRIVATE = re.compile("permission|private|not public|hidden")
_ASKED_WAIT = re.compile(r"wait (\d{1,4}) more minute")
_STATUSES = {
    401: Kind.CREDENTIALS,
    402: Kind.CREDITS,
    403: Kind.CREDENTIALS,
    404: Kind.NOT_FOUND,
    408: Kind.SERVER,
    410: Kind.NOT_FOUND,
    429: Kind.CAPACITY,
    451: Kind.COUNTRY,
    1203: Kind.CAPACITY,
}
_REASONS = {
    Kind.CREDENTIALS: Reason.FORBIDDEN,
    Kind.COUNTRY: Reason.FORBIDDEN,
    Kind.CREDITS: Reason.RATE_LIMITED,
    Kind.CAPACITY: Reason.RATE_LIMITED,
    Kind.NOT_FOUND: Reason.NOT_FOUND,
    Kind.FORBIDDEN: Reason.FORBIDDEN,
    Kind.SERVER: Reason.SERVER_ERROR,
}


def classify(reply: ApiReply) -> Answer | Trouble:
    """What a reply of Imgur's API means, whatever its status, its envelope or its lack of one."""
    if reply.error or not reply.status:
        return _network(reply)
    said = _read(reply.body)
    status = reply.status if not 200 <= reply.status < 300 else said.status
    if said.is_json and not said.words and status < 300:
        return Answer(_data(said.document))
    kind = _kind(said, status, reply)
    words = _line(said.words) or _nothing_said(said, reply)
    return Trouble(kind, words, reply.status, _REASONS.get(kind, Reason.HTTP_ERROR), _wait(said, reply))


def _network(reply: ApiReply) -> Trouble:
    known = reply.error in Reason.__members__.values()
    reason = Reason(reply.error) if known else Reason.CONNECT
    return Trouble(Kind.NETWORK, _line(reply.detail) or reason.value, reply.status, reason)


def _kind(said: _Said, status: int, reply: ApiReply) -> Kind:
    phrase = said.words.lower()
    if status in (404, 410) and "over capacity" not in phrase:
        return Kind.NOT_FOUND
    for words, kind in _PHRASES:
        if words in phrase:
            return kind
    if status < 500 and _REFUSALS.search(phrase):
        return Kind.CREDENTIALS
    if status == 403 and _PRIVATE.search(phrase):
        return Kind.FORBIDDEN
    if status == 429 and allowance.read(reply.headers, 0).used_up:
        return Kind.CREDITS
    return _kind_by_status(said, status)


def _kind_by_status(said: _Said, status: int) -> Kind:
    if status == 403 and not said.is_json:
        return Kind.COUNTRY  # the CDN's page: no word about credentials, which the API itself speaks of in JSON
    if status in _STATUSES:
        return _STATUSES[status]
    # A page with status 200 is a portal or a hiccup of the site: it passes, or the next try says so again.
    passing = status >= 500 or (status < 300 and not said.is_json)
    return Kind.SERVER if passing else Kind.REQUEST


def _wait(said: _Said, reply: ApiReply) -> float | None:
    # Imgur's CDN says Retry-After: 0 on redirects, so the header counts on 429 and 503 only (RFC 9110 10.2.3).
    asked = _ASKED_WAIT.search(said.words)
    if asked:
        return 60.0 * int(asked[1])
    if reply.status not in (429, 503):
        return None
    sent = http_date(reply.headers.get("date", ""))
    wait = longest_wait([reply.headers.get("retry-after", "")], inf if sent is None else sent)
    return None if sent is None and wait == 0.0 else wait  # a date, and nothing tells what it counts from


def _read(body: bytes) -> _Said:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return _Said(None, False, _plain(body), 0)
    envelope = document if isinstance(document, dict) else {}
    status = envelope.get("status")
    number = status if isinstance(status, int) and not isinstance(status, bool) and status >= 300 else 0
    refused = envelope.get("success") is False and not isinstance(envelope.get("data"), dict | list)
    return _Said(document, True, _error(envelope), number or (400 if refused else 0))


def _plain(body: bytes) -> str:
    """What a body says that is no JSON: itself, or of a page only the part that tells of a trouble we know."""
    text = body[:4096].decode("utf-8", "replace")
    if "<" not in text:
        return text[:300]
    return next((phrase for phrase, kind in _PHRASES[:3] if phrase in text.lower()), "")


def _error(envelope: dict[str, Any]) -> str:
    data = envelope.get("data")
    inner = data.get("error") if isinstance(data, dict) else None
    for found in (inner, envelope.get("errors"), envelope.get("error")):
        words = _words(found)
        if words:
            return words
    if isinstance(data, str) and envelope.get("success") is not True:
        return data
    return _words(envelope.get("message")) if "data" not in envelope else ""


def _words(error: Any) -> str:
    """The words of an error: a string, an object with `message` or `detail`, or a list whose first is one of these."""
    if isinstance(error, list):
        error = error[0] if error else ""
    if isinstance(error, dict):
        known = (error.get(name) for name in ("message", "detail", "title", "status", "code", "type"))
        return next((str(words) for words in known if words), "an error without a name" if error else "")
    return error if isinstance(error, str) else ""


def _data(document: Any) -> Any:
    return document["data"] if isinstance(document, dict) and "data" in document else document


def _line(words: str) -> str:
    # What a server says goes to a terminal: one line of printable characters.
    return "".join(letter if letter.isprintable() else " " for letter in words).strip()[:200]


def _nothing_said(said: _Said, reply: ApiReply) -> str:
    if said.is_json:
        return f"HTTP {reply.status} without a reason"
    return f"HTTP {reply.status} with {'a page' if reply.body.strip() else 'nothing'} where JSON was due"
