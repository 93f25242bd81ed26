"""The proxies that a run goes through, and their addresses, which a person may well have chosen to be private."""

from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit


def in_force(proxy: str) -> frozenset[str]:
    """The proxies, as the person wrote them: that of the option, and those of the usual variables."""
    names = {proxy} | {os.environ.get(f"{scheme}_proxy", "") for scheme in ("http", "https", "all")}
    names |= {os.environ.get(name, "") for name in ("HTTPS_PROXY", "ALL_PROXY")}
    return frozenset(filter(None, names))


def addresses(proxies: frozenset[str]) -> frozenset[str]:
    """Their numeric addresses, for the guard, which sees no other address behind them."""
    found: set[str] = set()
    for name in proxies:
        try:
            host = urlsplit(name if "://" in name else f"http://{name}").hostname or ""
            found.update(str(answer[4][0]) for answer in socket.getaddrinfo(host, None))
        except (OSError, ValueError):  # ValueError: no name of a host
            continue  # libcurl will say it, with the link it concerns
    return frozenset(found)
