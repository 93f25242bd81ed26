"""The API's client: it holds the credential, is bound to one origin, and follows no redirects.

It has a handle of its own, apart from those of the pictures, so the credential is in no place that another host is
ever asked from.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pycurl

from pixhaul.addresses import refused, refused_host
from pixhaul.client import HTTP_ONLY
from pixhaul.curl_errors import explain
from pixhaul.errors import UsageError
from pixhaul.identity import certificates, user_agent
from pixhaul.models import ApiReply
from pixhaul.options import Options

MOST_BYTES = 32 * 1024 * 1024
"""Largest answer: an album of 10,000 pictures is about 10 MB."""
TIMEOUT = 60.0
"""Seconds in all: Imgur's own gateway gives up after 60 (imgur 502 after 60 s, seen in threads)."""


def api_base(text: str) -> str:
    """The origin of an API's address, without a slash at its end. Raises UsageError when it has none."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise UsageError(f"IMGUR_API is no http(s) address: {text!r}.", "It is like https://api.imgur.com")
    return text.strip().rstrip("/")


def is_local(base: str) -> bool:
    """Whether the API is on loopback: then what it links to may be as well."""
    host = urlsplit(base).hostname or ""
    return refused_host(host) == "loopback" or refused(host) == "loopback"


class ImgurApi:
    """Asks one API, one request at a time, over a connection that is kept."""

    def __init__(self, options: Options, client_id: str, stopped: Callable[[], bool]) -> None:
        self.base = api_base(options.api)
        self._stopped = stopped
        self._body: list[bytes] = []
        self._size = 0
        self._headers: dict[str, str] = {}
        self._curl = self._handle(options, client_id)

    def _handle(self, options: Options, client_id: str) -> pycurl.Curl:
        curl = pycurl.Curl()
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)
        curl.setopt(pycurl.PROTOCOLS, HTTP_ONLY)
        curl.setopt(pycurl.USERAGENT, user_agent(options))
        curl.setopt(pycurl.HTTPHEADER, [f"Authorization: Client-ID {client_id}", "Accept: application/json"])
        curl.setopt(pycurl.ACCEPT_ENCODING, "gzip")
        curl.setopt(pycurl.TIMEOUT_MS, round(TIMEOUT * 1000))
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, round(options.connect_timeout * 1000))
        curl.setopt(pycurl.MAXFILESIZE_LARGE, MOST_BYTES)
        curl.setopt(pycurl.WRITEFUNCTION, self._received)
        curl.setopt(pycurl.HEADERFUNCTION, self._header)
        curl.setopt(pycurl.NOPROGRESS, 0)
        curl.setopt(pycurl.XFERINFOFUNCTION, self._progress)
        if certificates(options):
            curl.setopt(pycurl.CAINFO, certificates(options))
        if options.proxy:
            curl.setopt(pycurl.PROXY, options.proxy)
        return curl

    def _received(self, piece: bytes) -> int | None:
        self._size += len(piece)
        if self._size > MOST_BYTES:  # decoded bytes: libcurl's own cap counts the coded ones
            return -1
        self._body.append(piece)
        return None

    def _header(self, line: bytes) -> None:
        if line.startswith(b"HTTP/"):
            self._headers.clear()
        name, colon, value = line.decode("latin-1").partition(":")
        if colon and len(self._headers) < 100:
            key, said = name.strip().lower(), value.strip()
            # Of several pauses the longest is meant to count; of all other fields the last.
            both = key == "retry-after" and key in self._headers
            self._headers[key] = f"{self._headers[key]}, {said}" if both else said

    def _progress(self, *_: object) -> int:
        return 1 if self._stopped() else 0

    def get(self, path: str) -> ApiReply:
        """Ask for a path with its query. The network's trouble comes back as a reply with status 0."""
        self._body, self._size = [], 0
        self._headers = {}
        self._curl.setopt(pycurl.URL, self.base + path)
        try:
            self._curl.perform()
        except pycurl.error as error:
            code, *words = error.args
            reason, detail = explain(int(code), str(words[0] if words else ""), self._size)
            return ApiReply(0, dict(self._headers), b"", reason, detail)
        return ApiReply(self._curl.getinfo(pycurl.RESPONSE_CODE), dict(self._headers), b"".join(self._body))

    def close(self) -> None:
        """Let the connection go."""
        self._curl.close()
