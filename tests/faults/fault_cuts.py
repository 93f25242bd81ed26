"""Bodies that end too early (B1, B2): never kept, and tried again, for another try may bring them whole."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from fault import KINDS, Case, chunked, chunks, keeps, picture, reply, tried
from whole_pictures import avifs, box, canvas, heics, saved

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


def begun_twice() -> list[Case]:
    """Half of a picture, and then all of it, or another one: what a proxy sends that asks its own server again."""
    found = []
    for kind in KINDS:
        whole, half = picture(kind), picture(kind)[: len(picture(kind)) // 2]
        for words, steps in (
            ("with a length that agrees", [reply(half + whole)]),
            ("with no length", [reply(half + whole, length=False), CUT]),
            ("in chunks", [chunked(half + whole)]),
        ):
            found.append(tried(f"half a {kind} and then all of it, {words}", "B2", steps, "truncated"))
    jpeg, thumbnail = picture("jpeg"), saved("JPEG", canvas(width=16, height=12))
    for place in (30, 60, 90):
        data = jpeg[: len(jpeg) * place // 100] + thumbnail
        found.append(tried(f"a jpeg cut at {place} % with a thumbnail behind it", "B2", reply(data), "truncated"))
    return found


def hollow() -> list[Case]:
    """The room for all of a picture, and zeros in a part of it: what is there of a file that is still being written."""
    found = []
    for kind in KINDS:
        whole = picture(kind)
        for place in (30, 60):
            body = whole[: len(whole) * place // 100].ljust(len(whole), b"\0")
            found.append(tried(f"a {kind} that is zeros from {place} % on", "B2", reply(body), "truncated"))
    return found


def cut_behind() -> list[Case]:
    """A picture whose film or notes, which a camera put behind it, are cut."""
    found = []
    for title, data in {**avifs(), **{f"heic, {title}": data for title, data in heics().items()}}.items():
        tail = box(b"mpvd", box(b"ftyp", b"mp42") + bytes(3_000))
        if "no length" in title:
            continue
        for place in (1, 50, 99):
            name = f"avif, {title}: the film behind it ends at {place} %"
            steps = [reply(data + tail[: len(tail) * place // 100], length=False), CUT]
            found.append(tried(name, "B2", steps, "truncated"))
        found.append(keeps(f"avif, {title}: with a film behind it", "B2", reply(data + tail), data + tail))
    return found


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
