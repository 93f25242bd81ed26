"""Which version of HTTP is spoken, as libcurl numbers them, and whether this libcurl has it."""

from __future__ import annotations

from pixhaul.errors import UsageError

VERSIONS = {"1.1": 2, "2": 4, "3": 30}
"""What may be asked for, and CURL_HTTP_VERSION_1_1, _2TLS and _3 of curl/curl.h: 2 where TLS offers it; 3 by QUIC at
the link's own port, and 2 or 1.1 by TCP where nothing answers there."""
HTTP3 = 1 << 25
"""CURL_VERSION_HTTP3, a bit of curl_version_info_data.features."""


def refuse_unable(version: str) -> None:
    """Raise UsageError for a version that there is not, or that this libcurl lacks. Others cost no look at libcurl.

    >>> refuse_unable("2")
    >>> refuse_unable("9")
    Traceback (most recent call last):
    pixhaul.errors.UsageError: ...
    """
    if version not in VERSIONS:
        raise UsageError(f"There is no HTTP version {version!r}.", f"The versions are {', '.join(VERSIONS)}.")
    if version == "3":
        import pycurl

        if not int(pycurl.version_info()[4]) & HTTP3:
            raise UsageError(
                "This libcurl has no HTTP/3.", "Leave --http-version 3 out, or install pycurl from a wheel."
            )
