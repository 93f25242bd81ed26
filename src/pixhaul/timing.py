"""When one transfer did what: measured by libcurl, kept only while a trace is written."""

from __future__ import annotations

from typing import NamedTuple


class Timing(NamedTuple):
    """The moments of one transfer. `began`, `ended` and `checked` are seconds of the monotonic clock.

    The others are libcurl's: seconds since `began`, 0 for what never came
    (https://curl.se/libcurl/c/curl_easy_getinfo.html, "TIMES").
    """

    began: float
    found: float
    """The name was looked up."""
    connected: float
    secured: float
    """The TLS handshake was over; 0 without TLS too."""
    ready: float
    """All was ready to ask."""
    answered: float
    """The first byte of the answer came."""
    total: float
    """The last byte came, or the transfer broke."""
    ended: float
    """We learned of that."""
    checked: float
    """Its bytes were hashed and looked at."""
    connection: str = ""
    """Both ends of the connection, as libcurl tells them; empty when there was none."""
    fresh: bool = False
    """Whether the connection was made for this transfer."""
