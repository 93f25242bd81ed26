"""A link, parsed once: every later step uses the same object, so that the host checked is the host dialled.

It follows the URL Standard (url.spec.whatwg.org, as browsers do) where it accepts, and refuses more than that: user
names, backslashes, control characters, and host names that no DNS has.
"""

from __future__ import annotations

import re
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from pixhaul.authority import PORTS, place_of
from pixhaul.models import Reason

LONGEST = 16 * 1024
"""Characters; nginx and Apache take lines of 8 KB, the longest signed URLs seen are 4 KB."""
LONGEST_AUTHORITY = 2048
"""Characters: a host name of 253 bytes is never longer, also with each of its characters percent-encoded."""


class Link(NamedTuple):
    """An address that is safe to send."""

    url: str
    """ASCII, percent-encoded, without user name and fragment; parsing it again gives the same link."""
    scheme: str
    """http or https."""
    host: str
    """A DNS name in lower case without trailing dot, a dotted quad, or an IPv6 address in brackets."""
    port: int
    """From 1; the scheme's own where none was said."""
    origin: str
    """scheme://host, and :port where it is not the scheme's own."""


Refusal: TypeAlias = tuple[Reason, str]
"""Why a text is no link for us: bad-url or scheme-refused, and the words. They never repeat a password."""

# What browsers leave as it is in a path (path percent-encode set) and in a query (the special one). A text of nothing
# else, without dot segments, needs only its authority looked at. Possessive, so that no text makes it try again. The
# sets are of what may stand, since those of what may not, which go on beyond ASCII, take 3 ms to compile at each start.
_PLAIN = re.compile(
    r"(https?)://([^/?#\\@\x00-\x20]{1,2048}+)"
    r"(/[!$%&'()*+,\-./0-9:;=@A-Z\[\]_a-z|~]*+"
    r"(?:\?[!$%&()*+,\-./0-9:;=?@A-Z\[\]^_`a-z{|}~]*+)?)"
)
_DOT_SEGMENT = re.compile(r"/(?:\.|%2e){1,2}(?:[/?]|$)", re.IGNORECASE)
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\\ud800-\udfff]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_WHOLE = re.compile(r"[A-Za-z]+://([^/?#]*)([^?#]*)(\?[^#]*)?")
_LIKE_A_HOST = re.compile(r"(?:[\w-]++\.)+[a-z]{2,}(?:[:/?#]|$)|[\w.-]++:[0-9]+/", re.IGNORECASE)
_WORDS = {"\\": "a backslash", "\t": "a tab", "\n": "a line break", "\r": "a carriage return"}

_PATH_KEEPS = "!$&'()*+,;=:@/%|[]"
_QUERY_KEEPS = "!$&()*+,;=:@/%|[]?`{}^"


def parse(text: str) -> Link | Refusal:
    """The link that a text is, or why it is none: (bad-url or scheme-refused, the reason in words).

    >>> parse("HTTPS://Example.ORG:443/a b.jpg#top").url
    'https://example.org/a%20b.jpg'
    >>> parse("http://0x7f.1/").host, parse("http://xn--9ca/").host, parse("http://é/").host
    ('127.0.0.1', 'xn--9ca', 'xn--9ca')
    >>> parse("example.org/a.jpg")[1]
    'no http:// or https:// in front: did you mean https://example.org/a.jpg ?'
    """
    if len(text) > LONGEST:
        return Reason.BAD_URL, f"longer than {LONGEST} characters"
    plain = _PLAIN.fullmatch(text)
    if plain is None or _DOT_SEGMENT.search(text):
        return _parse(text)
    scheme, authority, rest = plain.groups()
    place = place_of(scheme, authority)
    if place[0] is None:
        return Reason.BAD_URL, place[1]
    host, port, origin = place
    return Link(origin + rest, scheme, host, port, origin)


def join(base: Link, location: str) -> Link | Refusal:
    """The target of a redirect: a Location field, absolute or relative to the link that sent it (RFC 3986 5.2).

    >>> join(parse("https://example.org/a/b.jpg?x"), "../c.jpg").url
    'https://example.org/c.jpg'
    """
    target = location.strip(" ")
    if len(target) > LONGEST:
        return Reason.BAD_URL, f"longer than {LONGEST} characters"
    if _SCHEME.match(target):
        return parse(target)
    if target.startswith("//"):
        return parse(f"{base.scheme}:{target}")
    path = base.url[len(base.origin) :].partition("?")[0]
    if target.startswith("/"):
        return parse(base.origin + target)
    if target.startswith("?"):
        return parse(base.origin + path + target)
    if not target or target.startswith("#"):
        return base
    return parse(base.origin + path[: path.rindex("/") + 1] + target)


_SMALL = re.compile(r"%(?:[a-f]|[0-9A-F][a-f])")


def has_small_escapes(url: str) -> bool:
    """Whether a link has an escape that libcurl would write in capitals: to some servers that is another address.

    >>> has_small_escapes("http://example.org/%c3%A9"), has_small_escapes("http://example.org/%C3%A9?%c3")
    (True, False)
    """
    return "%" in url and _SMALL.search(url.partition("?")[0]) is not None


def concealed(text: str) -> str:
    """The text of a link as it may be shown: what stands before an @ in the authority is replaced by ***.

    >>> concealed("https://me:secret@example.org/a.jpg")
    'https://***@example.org/a.jpg'
    """
    return _USER.sub(r"\1***@", text, count=1)


_USER = re.compile(r"^(\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?[/\\]{2,})[^/?#\\]*@")


def _parse(text: str) -> Link | Refusal:
    """The long way, for what is not already as it should be sent."""
    text = text.strip(" ")
    if not text:
        return Reason.BAD_URL, "empty"
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        what = _WORDS.get(forbidden[0]) or f"U+{ord(forbidden[0]):04X}"
        return Reason.BAD_URL, f"has {what} at character {forbidden.start() + 1}"
    scheme = _SCHEME.match(text)
    if scheme is None or scheme[1].lower() not in PORTS:
        return _no_scheme(text, scheme[1] if scheme else "")
    whole = _WHOLE.match(text)
    if whole is None:
        return Reason.BAD_URL, "no // after the scheme"
    authority, path, query = whole.groups()
    if len(authority) > LONGEST_AUTHORITY:
        return Reason.BAD_URL, "the host name is too long"
    place = place_of(scheme[1].lower(), authority)
    if place[0] is None:
        return Reason.BAD_URL, place[1]
    host, port, origin = place
    url = origin + quote(without_dots(path or "/"), _PATH_KEEPS) + quote(query or "", _QUERY_KEEPS)
    if len(url) > LONGEST:
        return Reason.BAD_URL, f"longer than {LONGEST} characters when encoded"
    return Link(url, scheme[1].lower(), host, port, origin)


def _no_scheme(text: str, scheme: str) -> Refusal:
    if _LIKE_A_HOST.match(text) or text.startswith("//"):
        meant = concealed("https://" + text.lstrip("/"))[:200]
        return Reason.BAD_URL, f"no http:// or https:// in front: did you mean {meant} ?"
    if scheme:
        return Reason.SCHEME_REFUSED, f"{scheme[:40].lower()}: is not fetched, only http and https"
    return Reason.BAD_URL, "no link: it does not begin with http:// or https://"


def without_dots(path: str) -> str:
    """The path without its . and .. segments, which may be written %2e too (URL Standard, path state).

    >>> without_dots("/a/./b/%2E%2e/c"), without_dots("/a/.."), without_dots("/..//x")
    ('/a/c', '/', '//x')
    """
    if not _DOT_SEGMENT.search(path):
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments, 1):
        dots = segment.lower().replace("%2e", ".")
        if dots == ".." and kept:
            kept.pop()
        if dots not in (".", ".."):
            kept.append(segment)
        elif number == len(segments):
            kept.append("")
    return "/" + "/".join(kept)
