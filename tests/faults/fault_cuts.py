"""Bodies that end too early (B1, B2): never kept, and tried again, for another try may bring them whole."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from fault import KINDS, Case, chunked, chunks, picture, reply, tried

from hostile import CUT, RESET

PLACES = range(0, 100, 5)
"""Per cent of the body at which it ends."""


def _framings(kind: str, part: bytes) -> Iterator[tuple[str, list[object]]]:
    """Each way to send a part of a body as if it were to be all."""
    whole = len(picture(kind))
    yield "with the Content-Length of the whole", [reply(part, f"Content-Length: {whole}", length=False), CUT]
    yield (
        "with the Content-Length of the whole, then a reset",
        [
            reply(part, f"Content-Length: {whole}", length=False),
            0.05,
            RESET,
        ],
    )
    yield "in chunks without the last one", [chunked(part, end=b""), CUT]
    yield "with no length at all", [reply(part, length=False), CUT]
    yield "by HTTP/1.0 with no length", [reply(part, length=False, version="1.0"), CUT]
    yield "with a Content-Length that agrees with the cut", [reply(part)]
    yield "in chunks that agree with the cut", [chunked(part)]


def cuts() -> list[Case]:
    """Every format, at every 5 %, in every framing."""
    found = []
    for kind in KINDS:
        whole = picture(kind)
        for place in PLACES:
            for words, steps in _framings(kind, whole[: len(whole) * place // 100]):
                name = f"a {kind} that ends at {place} %, {words}"
                # Nothing at all, with a framing that agrees, is an empty body: no picture, whenever it is asked for.
                agreed = place == 0 and ("length at" in words or "no length" in words or "agree" in words)
                found.append(tried(name, "B1" if "whole" in words or "last" in words else "B2", steps, *_why(agreed)))
    return found


def _why(empty: bool) -> tuple[str, ...]:
    return ("truncated", "not-an-image") if empty else ("truncated", "not-an-image", "connect")


def coded_cuts() -> list[Case]:
    """Coded bodies that end too early."""
    coded = gzip.compress(picture("jpeg"))
    field = "Content-Encoding: gzip"
    found = []
    for place in PLACES:
        part = coded[: len(coded) * place // 100]
        found += [
            tried(f"a gzip body that ends at {place} %, with no length", "B4", reply(part, field, length=False), *_ANY),
            tried(f"a gzip body that ends at {place} %, with a length that agrees", "B4", reply(part, field), *_ANY),
            tried(
                f"a gzip body that ends at {place} %, in chunks",
                "B4",
                reply(chunks(part), field, "Transfer-Encoding: chunked", length=False),
                *_ANY,
            ),
        ]
    return found


_ANY = ("truncated", "not-an-image", "connect")
