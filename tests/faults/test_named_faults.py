"""Every fault that the stand-in knows by name, met by pixhaul: what comes of each."""

from __future__ import annotations

from pathlib import Path

import pytest

import pixhaul
from pixhaul import standin
from pixhaul.standin.catalog import made
from pixhaul.standin.faults import FAULTS_OF_PICTURES

KEPT = {"kept"}
BROKEN = {"truncated", "http-error", "connect"}
LATE = {"timeout", "too-slow"}
EXPECTED = {
    "length-twice": BROKEN, "length-list": BROKEN, "length-negative": BROKEN, "length-plus": BROKEN,
    "length-nonsense": BROKEN, "length-huge": BROKEN | {"too-large"}, "length-0": {"not-an-image", "truncated"},
    "length-and-chunks": KEPT | BROKEN, "chunk-nonsense": BROKEN, "chunk-negative": BROKEN, "chunk-huge": BROKEN,
    "chunk-short": BROKEN | {"not-an-image"}, "chunk-extension": KEPT, "chunk-line-endless": BROKEN | LATE,
    "trailer": KEPT, "trailer-endless": BROKEN | LATE, "http-0.9": {"http-error"}, "http-9": {"http-error"},
    "status-nonsense": {"http-error"}, "status-999": {"http-error"}, "icy": {"http-error"}, "line-feeds": KEPT,
    "leading-line": KEPT | {"http-error"}, "interim": {"http-error"}, "interim-endless": {"http-error"} | LATE,
    "fields": {"http-error"}, "field-long": {"http-error"}, "fields-endless": {"http-error"},
    "field-endless": {"http-error"}, "head-cut": BROKEN, "stall-head": LATE, "stall-before": LATE, "drip-head": LATE,
    "second-answer": KEPT, "gzip-cut": {"truncated"}, "gzip-bomb:megabytes=30": {"too-large"},
    "gzip-unlabelled": {"not-an-image", "type-refused"}, "gzip-twice": {"http-error"}, "plain-as-gzip": KEPT,
    "plain-as-br": KEPT, "deflate": KEPT, "trailing": KEPT, "pixel-bomb": {"too-many-pixels"}, "placeholder": KEPT,
    "svg": {"type-refused", "not-an-image"}, "film": {"type-refused", "not-an-image"}, "json": {"not-an-image"},
    "redirect-chain:hops=3": KEPT, "redirect-nowhere": {"http-error"},
    "redirect-private": {"redirect-refused", "address-refused", "connect", "timeout", "too-slow"},
    "redirect-user": {"redirect-refused"}, "redirect-data": {"redirect-refused"},
    "429-date": KEPT | {"rate-limited", "not-found"}, "429-tomorrow": {"rate-limited"},
    "429-nonsense": {"rate-limited"}, "206-unasked": {"http-error"}, "weak-etag": KEPT, "no-validator": KEPT,
    "429-fraction": KEPT | {"rate-limited"}, "429-twice": KEPT | {"rate-limited"}, "502-later": {"server-error"},
    "redirect-later": KEPT, "redirect-cut": KEPT, "404-cut": {"not-found"}, "removed-spelled": {"removed"},
    "chunks-of-one": KEPT, "half-then-whole": {"truncated"}, "hollow": {"truncated"},
    "range-416": KEPT, "range-changed": KEPT,
    "range-no-place": KEPT,
}  # fmt: skip
"""Fault with options to the outcomes that are right."""
ELSEWHERE = {
    "redirect-down", "redirect-private", "429-date", "429-tomorrow", "429-nonsense", "429-fraction", "429-twice",
    "second-answer",
}  # fmt: skip
"""Faults that lead out of this machine, close the whole host, or spoil a connection: other tests have them."""

VICTIMS = dict(zip([name for name in EXPECTED if name not in ELSEWHERE], made(80, 0).pictures.values(), strict=False))
LATE_ONES = [name for name in VICTIMS if EXPECTED[name] & LATE]
"""Faults that take time."""


@pytest.mark.parametrize(
    "names",
    [
        pytest.param([name for name in VICTIMS if name not in LATE_ONES], id="at once"),
        pytest.param(LATE_ONES, id="in time", marks=pytest.mark.torture),
    ],
)
def test_each_named_fault_ends_right(names: list[str], tmp_path: Path) -> None:
    heads = ((name.partition(":"), VICTIMS[name].id) for name in names)
    spec = ",".join(f"{name}={identity}{colon}{options}" for (name, colon, options), identity in heads)
    with standin.start(posts=80, faults=spec) as running:
        links = {f"{running.images}/{VICTIMS[name].id}.png": name for name in names}
        chosen = {"allow_private": True, "retries": 1, "timeout": 2.0, "low_speed_seconds": 1, "max_bytes": 10_000_000}
        results = {links[one.url]: one.reason or "kept" for one in pixhaul.stream(list(links), tmp_path, **chosen)}
    assert {name: outcome for name, outcome in results.items() if outcome not in EXPECTED[name]} == {}
    assert results.keys() == set(names)


def test_a_host_that_refuses_for_a_day_is_left_to_a_later_run(tmp_path: Path) -> None:
    with standin.start(posts=40, faults="429-tomorrow") as running:
        links = [f"{running.images}/{picture.id}.jpg" for picture in list(made(40, 0).pictures.values())[:5]]
        assert {one.reason for one in pixhaul.stream(links, tmp_path, allow_private=True)} == {"rate-limited"}


@pytest.mark.parametrize(("fault", "seconds"), [("429-fraction", 2.0), ("429-twice", 2.0), ("429:retry-after=1", 1.0)])
def test_what_a_host_asks_for_is_waited_for_and_then_the_pictures_come(
    fault: str, seconds: float, tmp_path: Path
) -> None:
    with standin.start(posts=40, faults=f"{fault}:once") as running:
        links = [f"{running.images}/{picture.id}.jpg" for picture in list(made(40, 0).pictures.values())[:1]]
        results = list(pixhaul.stream(links, tmp_path, allow_private=True))
    assert [(one.status, one.attempts) for one in results] == [("done", 2)]
    assert results[0].seconds >= seconds


def test_the_same_picture_for_all_is_told_of(tmp_path: Path) -> None:
    with standin.start(posts=40, faults="placeholder") as running:
        links = [f"{running.images}/{picture.id}.jpg" for picture in list(made(40, 0).pictures.values())[:9]]
        summary = pixhaul.download(links, tmp_path, allow_private=True)
    assert [suspect.links for suspect in summary.suspects] == [9]


def test_the_documents_name_every_fault() -> None:
    text = (Path(__file__).parents[2] / "docs" / "faults.md").read_text("utf-8")
    assert [name for name in FAULTS_OF_PICTURES if f"`{name}`" not in text] == []
