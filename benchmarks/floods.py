"""Benchmarks without delay, from nginx: 10,000 small pictures plain and over TLS with HTTP/2, and 500 large ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import corpus
import nginx
from contest import Case

WIDTH = 64


def flood(place: Path) -> Iterator[Case]:
    """10,000 pictures of about 46 KB; first plain HTTP/1.1, then TLS."""
    files = list(corpus.fill(place / "www", "small", 10_000))
    with nginx.serving(place / "www") as origin:
        yield _case("plain", "10,000 pictures of 46 KB, HTTP/1.1", files, origin.plain)
        secure = _case("tls", "10,000 pictures of 46 KB, TLS, HTTP/2 where the program has it", files, origin.secure)
        yield secure._replace(authority=origin.authority)


def large(place: Path) -> Iterator[Case]:
    """500 pictures of 1 to 3 MB, plain."""
    files = list(corpus.fill(place / "www", "large", 500))
    with nginx.serving(place / "www") as origin:
        yield _case("large", "500 pictures of 1 to 3 MB, HTTP/1.1", files, origin.plain)


def _case(name: str, title: str, files: list[tuple[str, str]], base: str) -> Case:
    links = [f"{base}/{file}" for file, _ in files]
    return Case(name, f"{title}, {WIDTH} connections", links, [digest for _, digest in files], WIDTH)
