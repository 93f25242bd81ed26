"""What a wire has told libcurl of names, and the attempts that wait for a name. For `wire`."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from pixhaul.models import Attempt
from pixhaul.resolver import FRESH, Answer, Resolver

MOST_TOLD = 2_000
"""Hosts that libcurl knows the addresses of. It forgets none by itself (client.py): it would look through all of them
for old ones at the end of every transfer, which costs 1 ms a link where hosts are many (8.23, 2026-11)."""


class Lookups:
    """Attempts wait here until the name of their host is known."""

    def __init__(self, resolver: Resolver | None, wake: Callable[[], None]) -> None:
        """`resolver` is None where a proxy is in force, which looks names up itself."""
        self._resolver = resolver
        self._wake = wake
        self._told: dict[str, float] = {}
        """Origins that libcurl knows, and until when."""
        self._waiting: dict[str, list[Attempt]] = {}
        self._found: deque[str] = deque()
        """Names that have been looked up, put here by the resolver's threads."""
        self._count = 0

        if resolver is not None:
            resolver.enter()

    def __len__(self) -> int:
        return self._count

    def must_wait(self, attempt: Attempt) -> bool:
        """Whether it is not known yet where its host is, or that it is nowhere; the attempt is then kept here."""
        now = time.monotonic()
        if self._resolver is None or now < self._told.get(attempt.host, 0.0):
            return False
        name = name_of(attempt.host)
        if not name:
            return False
        answer = self._resolver.latest(name)
        if answer is not None and answer.addresses:
            if now >= answer.until:  # the old answer serves until there is a new one
                self._resolver.ask(name, _nothing)
            return False
        self._put_off(name, attempt, is_missing=answer is not None and now < answer.until)
        return True

    def _put_off(self, name: str, attempt: Attempt, is_missing: bool) -> None:
        self._count += 1
        waiting = self._waiting.setdefault(name, [])
        waiting.append(attempt)
        if len(waiting) > 1 or self._resolver is None:
            return
        if is_missing:
            self._note(name)
        else:
            self._resolver.ask(name, lambda: self._note(name))

    def _note(self, name: str) -> None:
        self._found.append(name)
        self._wake()

    def ready(self) -> list[tuple[Attempt, Answer | None]]:
        """The attempts whose names have been looked up, each with what was found where that is nothing."""
        ready: list[tuple[Attempt, Answer | None]] = []
        while self._found:
            name = self._found.popleft()
            missing = self._missing(name)
            ready += [(attempt, missing) for attempt in self._waiting.pop(name, ())]
        self._count -= len(ready)
        return ready

    def _missing(self, name: str) -> Answer | None:
        answer = self._resolver.latest(name) if self._resolver is not None else None
        if answer is None or answer.addresses:
            return None
        return answer if answer.error else answer._replace(error=f"{name} has no address")

    def news(self, attempt: Attempt) -> list[str]:
        """What libcurl is yet to be told for an attempt, as CURLOPT_RESOLVE has it; mostly nothing."""
        now = time.monotonic()
        if self._resolver is None or now < self._told.get(attempt.host, 0.0):
            return []
        name = name_of(attempt.host)
        answer = self._resolver.latest(name) if name else None
        self._told.pop(attempt.host, None)  # the oldest stands first
        self._told[attempt.host] = now + FRESH
        news = [entry(attempt.host, name, answer)] if answer is not None and answer.addresses else []
        if len(self._told) > MOST_TOLD:
            oldest = next(iter(self._told))
            del self._told[oldest]
            news.append(f"-{':'.join(place_of(oldest))}")
        return news

    def close(self) -> None:
        """Wait for no name any more."""
        if self._resolver is not None:
            self._resolver.leave()


def _nothing() -> None:
    """What is to be done when nobody waits."""


def entry(origin: str, name: str, answer: Answer) -> str:
    """One host and its addresses, to be forgotten when its time comes (the plus sign)."""
    addresses = ",".join(f"[{one}]" if ":" in one else one for one in answer.addresses)
    return f"+{name}:{place_of(origin)[1]}:{addresses}"


def place_of(origin: str) -> tuple[str, str]:
    """The name, or the address, and the port of an origin.

    >>> place_of("http://example.org"), place_of("https://[::1]:8443")
    (('example.org', '80'), ('[::1]', '8443'))
    """
    scheme, _, place = origin.partition("://")
    name, colon, port = place.rpartition(":")
    if not colon or port.endswith("]"):
        return place, {"http": "80", "https": "443"}[scheme]
    return name, port


def name_of(origin: str) -> str:
    """The name in scheme://name:port; empty where there is nothing to look up: a number, or this machine.

    >>> name_of("https://i.example.org"), name_of("http://example.org:8080"), name_of("http://127.0.0.1:80")
    ('i.example.org', 'example.org', '')
    >>> name_of("http://[::1]:80"), name_of("http://localhost"), name_of("http://0x7f.1")
    ('', '', '')
    """
    place = origin.partition("://")[2]
    if place.startswith("["):
        return ""
    name = place.partition(":")[0]
    last = name.rstrip(".").rpartition(".")[2]
    is_number = last.isdigit() or last.startswith("0x")
    return "" if is_number or last == "localhost" else name
