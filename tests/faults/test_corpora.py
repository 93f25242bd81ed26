"""Every picture of public collections that a decoder loads, served whole and cut at twenty places (B2, F6)."""

from __future__ import annotations

import io
import os
import random
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from hostile import CUT, Asked, Hostile, Steps
from pixhaul.client import Client
from pixhaul.models import Attempt, Job, Reply
from pixhaul.options import Options
from pixhaul.store import open_directory
from pixhaul.wire import Wire

CORPORA = Path(__file__).parents[2] / ".." / "shared" / "corpora"
ORACLE = CORPORA / "ORACLE-pillow.tsv"
KEPT = {"JPEG", "MPO", "PNG", "GIF", "WEBP", "AVIF"}
PLACES = 20
SHARE = 8 if os.environ.get("TORTURE") == "quick" else 1
"""Of the pictures, one in so many."""

pytestmark = [pytest.mark.torture, pytest.mark.skipif(not ORACLE.exists(), reason="the collections are not here")]


def loadable() -> list[Path]:
    """The pictures of our kinds that Pillow loads."""
    rows = (line.split("\t") for line in ORACLE.read_text("utf-8").splitlines()[1:])
    return [CORPORA / path for path, verdict, kind, *_ in rows if verdict == "ok" and kind in KEPT][::SHARE]


def fetched(urls: Iterator[str], directory: Path) -> Iterator[tuple[str, Reply]]:
    """The reply of each, many at once, straight through a wire."""
    open_directory(directory)
    with closing(Wire(Client(Options(directory=str(directory), allow_private=True)), width=64)) as wire:
        waiting = next(urls, None)
        while waiting is not None or len(wire):
            while waiting is not None and wire.room:
                wire.start(Attempt(Job(waiting), waiting, "host"))
                waiting = next(urls, None)
            for attempt, reply in wire.wait(0.5):
                if isinstance(reply.body, Path):
                    data = reply.body.read_bytes()
                    reply.body.unlink()
                    reply = reply._replace(body=data)  # noqa: PLW2901 - the same, in memory
                yield attempt.url, reply


def pixels(data: bytes) -> bytes:
    """What a decoder makes of it."""
    with warnings.catch_warnings(), Image.open(io.BytesIO(data)) as picture:
        warnings.simplefilter("ignore")
        return picture.convert("RGBA").tobytes()


def test_no_cut_is_kept_and_every_whole_picture_is_as_it_was(
    server: Hostile, tmp_path: Path, record_property: object
) -> None:
    paths = loadable()
    chance = random.Random(6)

    def serve(asked: Asked) -> Steps:
        _, number, length = asked.path.split("/")
        data = paths[int(number)].read_bytes()
        return [b"HTTP/1.1 200 OK\r\n\r\n" + data[: int(length)], CUT]

    origin = server.origin(serve)

    def urls() -> Iterator[str]:
        for number, path in enumerate(paths):
            size = path.stat().st_size
            yield origin.url(f"/{number}/{size}")
            for length in {chance.randrange(size) for _ in range(PLACES)}:
                yield origin.url(f"/{number}/{length}")

    counts: Counter[str] = Counter()
    for url, reply in fetched(urls(), tmp_path):
        number, length = map(int, url.split("/")[-2:])
        data = paths[number].read_bytes()
        is_kept = reply.picture is not None and not reply.picture.flaw and not reply.error
        counts[f"{'whole' if length == len(data) else 'cut'}, {'kept' if is_kept else 'refused'}"] += 1
        if is_kept:
            assert reply.body == data[:length], paths[number]
            # What is cut off behind the end is no part of the picture.
            assert length == len(data) or pixels(data[:length]) == pixels(data), (paths[number], length)
            counts["cut behind the end"] += length != len(data)
    said = "; ".join(f"{count} {what}" for what, count in sorted(counts.items()))
    record_property("figure", f"F6: {len(paths)} pictures: {said}")  # type: ignore[operator]
    assert counts["cut, kept"] == counts["cut behind the end"] <= 10
    assert counts["whole, refused"] <= 0.015 * len(paths)  # docs/decisions/checking.md says which, and why
    assert counts["cut, refused"] > 14_000 / SHARE
