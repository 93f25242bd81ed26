"""The check beside a decoder, over public collections of odd and broken pictures that nobody of this project made."""

from __future__ import annotations

import random
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from pixhaul.check import inspect
from pixhaul.models import Picture

CORPORA = Path(__file__).parents[2] / ".." / "shared" / "corpora"
ORACLE = CORPORA / "ORACLE-pillow.tsv"
KEPT = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "AVIF": "avif"}
ENOUGH = 256_000_000

pytestmark = pytest.mark.skipif(not ORACLE.exists(), reason="the collections are not here")


class Row(NamedTuple):
    path: str
    verdict: str
    """ok, error or warn, of Pillow."""
    kind: str
    """Our name of Pillow's format; empty for kinds that are not kept, and for errors."""
    size: str
    found: Picture


@cache
def rows() -> tuple[Row, ...]:
    lines = ORACLE.read_text("utf-8").splitlines()[1:]
    fields = (line.split("\t") for line in lines)
    return tuple(
        Row(path, verdict, KEPT.get(kind, ""), size, inspect((CORPORA / path).read_bytes(), ENOUGH))
        for path, verdict, kind, size, *_ in fields
    )


def is_explained(row: Row) -> bool:
    """Whether a refused picture that Pillow loads lacks what the rule asks for, which Pillow does without."""
    data = (CORPORA / row.path).read_bytes()
    return (
        "cannot fill" in row.found.detail  # Pillow fills the rest with grey
        or "checksum" in row.found.detail  # Pillow does not look at the checksum of IDAT
        or (row.kind == "jpeg" and b"\xff\xd9" not in data[-9:])
        or (row.kind == "png" and b"IEND" not in data[-9:])
        or (row.kind == "gif" and not data.endswith(b";"))
        or (row.kind == "gif" and row.found.detail == "a block is damaged")  # Pillow skips what is no block
    )


def test_every_file_gets_a_verdict_and_no_other_kind_is_accepted() -> None:
    assert {row.found.flaw for row in rows()} <= {"", "truncated", "not-an-image", "too-many-pixels", "type-refused"}
    assert {row.path for row in rows() if not row.found.flaw and row.verdict == "ok" and not row.kind} == set()


def test_pictures_that_pillow_loads_are_accepted_or_lack_their_end_or_are_damaged() -> None:
    loaded = [row for row in rows() if row.verdict == "ok" and row.kind]
    refused = [row for row in loaded if row.found.flaw]
    assert [row for row in refused if not is_explained(row)] == []
    assert len(refused) <= 0.015 * len(loaded)


def test_format_and_size_are_those_of_pillow() -> None:
    both = [row for row in rows() if row.verdict == "ok" and row.kind and not row.found.flaw]
    told = [(row.path, row.found.format, f"{row.found.width}x{row.found.height}") for row in both]
    assert told == [(row.path, row.kind, row.size) for row in both]


def test_what_pillow_refuses_is_accepted_only_where_decoding_alone_shows_why() -> None:
    accepted = Counter(row.found.format for row in rows() if row.verdict == "error" and not row.found.flaw)
    refused = sum(row.verdict == "error" and bool(row.found.flaw) for row in rows())
    # AVIF: mostly one family that another decoder reads; HEIC: Pillow reads none.
    assert accepted["jpeg"] + accepted["png"] + accepted["gif"] + accepted["webp"] <= 0.02 * refused, accepted


def test_other_pictures_that_pillow_loads_are_refused_by_their_kind() -> None:
    others = [row for row in rows() if row.verdict == "ok" and not row.kind]
    named = [row for row in others if row.found.flaw == "type-refused"]
    assert {row.found.flaw for row in others} <= {"type-refused", "not-an-image"}
    assert len(named) >= 0.95 * len(others)


def test_pictures_cut_at_twenty_places_are_refused() -> None:
    """A sample; the few bytes that some files have after their end are not part of a picture."""
    whole = [row for row in rows() if row.verdict == "ok" and not row.found.flaw]
    chance = random.Random(20)
    for row in chance.sample(whole, min(200, len(whole))):
        data = (CORPORA / row.path).read_bytes()
        for length in (chance.randrange(len(data)) for _ in range(20)):
            assert inspect(data[:length], ENOUGH).flaw or len(data) - length < 3, (row.path, length, len(data))
