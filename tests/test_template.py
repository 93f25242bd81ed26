"""Templates make readable names, and never lead out of the directory."""

import string
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.errors import UsageError
from pixhaul.models import Job
from pixhaul.names import MOST_BYTES, safe
from pixhaul.template import FIELDS, MOST_FOLDERS, parse

JOB = Job(
    "https://i.imgur.com/aBcDeF1.jpg",
    meta=(
        ("id", "aBcDeF1"),
        ("title", "A cat / a dog"),
        ("album", "Xy9"),
        ("album_title", "Pets"),
        ("index", 7),
        ("num", 12),
        ("account", "me"),
        ("datetime", 1_700_000_000),
    ),
)
BARE = Job("https://Example.org/p/photo%201.png?x")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{id}", "aBcDeF1"),
        ("{id}.{ext}", "aBcDeF1"),
        ("{id}.jpg", "aBcDeF1"),
        ("{album}/{index:03}", "Xy9/007"),
        ("{album}/{index:3d} {title}", "Xy9/007 A cat _ a dog"),
        ("{title:.5}-{id}", "A cat-aBcDeF1"),
        ("{num:06}_{stem}", "000012_aBcDeF1"),
        ("{host}/{account}/{album_title}/{id}", "i.imgur.com/me/Pets/aBcDeF1"),
        ("{date}/{datetime}", "2023-11-14/2023-11-14_22-13-20"),
        ("{sha256:.8}", "abababab"),
        ("{{{id}}}", "{aBcDeF1}"),
        ("100 %", "100 %"),
        ("Grüße {id}", "Grüße aBcDeF1"),
    ],
)
def test_a_template_is_filled_in(text: str, name: str) -> None:
    assert parse(text).render(JOB, "ab" * 32) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{id}", "photo 1"),
        ("{stem}", "photo 1"),
        ("{title}", "photo 1"),
        ("{album}/{id}", "photo 1"),
        ("{album}/{index:03}_{title}.{ext}", "photo 1"),
        ("{album} - {id}", "photo 1"),
        ("{id} - {title}", "photo 1"),
        ("{title} by {id}", "by photo 1"),
        ("{host}/{caption}/{id}", "example.org/photo 1"),
        ("{date}", "photo 1"),
    ],
)
def test_a_field_that_is_missing_takes_its_punctuation_along(text: str, name: str) -> None:
    assert parse(text).render(BARE) == name


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("{nonsense}", 1),
        ("{id}{titel}", 5),
        ("{id", 1),
        ("ab}c", 3),
        ("{}", 1),
        ("{id!r}", 1),
        ("{id.x}", 1),
        ("{id[0]}", 1),
        ("{index:999999999}", 1),
        ("{title:03}", 1),
        ("{index:>3}", 1),
        ("", 1),
        ("/{id}", 1),
        ("{id}/", 6),
        ("a//b", 3),
        ("../{id}", 1),
        ("{album}/../{id}", 9),
        ("./{id}", 1),
        (".hidden/{id}", 1),
        (".pixhaul/{id}", 1),
        ("{album}/.{id}", 9),
        ("C:/{id}", 1),
        ("a\\{id}", 1),
        ("a\n{id}", 1),
        ("{ext}/{id}", 1),
        ("{ext}", 1),
        (".{ext}", 1),
        ("{id}-{ext}", 1),
        ("/".join("abcdefghijk"), 1),
    ],
)
def test_what_no_name_can_be_made_of_is_refused_with_its_column(text: str, column: int) -> None:
    with pytest.raises(UsageError, match=f"column {column}:") as refused:
        parse(text)
    assert refused.value.hint
    assert refused.value.exit_code == 2
    assert "\n" not in str(refused.value)


def test_a_misspelt_field_is_guessed_at() -> None:
    with pytest.raises(UsageError) as refused:
        parse("{titel}")
    assert refused.value.hint == "did you mean {title} ?"


def test_every_field_is_explained_and_can_be_used() -> None:
    for name in FIELDS:
        assert parse(f"{{id}}.{{{name}}}").render(JOB, "00" * 32)
        assert len(FIELDS[name]) > 10


def test_only_the_digest_has_to_wait_for_the_picture() -> None:
    assert parse("{album}/{sha256:.8}").needs_sha256
    assert not parse("{album}/{id}").needs_sha256


@pytest.mark.parametrize("seconds", ["", "x", -(10**18), 10**18, "1e3", "٣"])
def test_a_moment_that_is_none_is_left_out(seconds: str | int) -> None:
    job = Job("https://a.org/x.png", meta=(("datetime", seconds),))
    assert parse("{datetime} {id}").render(job).endswith("x")


HOSTILE = st.text(st.sampled_from("a/\\.:\x00\n \u202e\ud800{}-é") | st.characters(codec=None), max_size=40)
TEXTS = st.lists(
    st.sampled_from(
        [f"{{{name}}}" for name in FIELDS if name != "ext"] + ["/", "-", " ", "a", "b.c", "{title:.3}", "con"]
    ),
    min_size=1,
    max_size=8,
).map("".join)


@given(TEXTS, st.dictionaries(st.sampled_from(sorted(FIELDS)), HOSTILE | st.integers(), max_size=6), HOSTILE)
@settings(max_examples=400, deadline=None)
def test_whatever_the_fields_hold_the_name_stays_inside(text: str, meta: dict[str, str | int], url: str) -> None:
    try:
        template = parse(text)
    except UsageError:
        return
    name = template.render(Job(f"https://a.org/{url}", meta=tuple(meta.items())), "ab" * 32)
    parts = name.split("/")
    assert 1 <= len(parts) <= min(text.count("/") + 1, MOST_FOLDERS + 1)
    assert all(part == safe(part) and len(part.encode()) <= MOST_BYTES for part in parts)
    assert not PurePosixPath(name).is_absolute()


@given(st.text(string.printable, max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_template_or_a_usage_error(text: str) -> None:
    try:
        template = parse(text)
    except UsageError:
        return
    assert template.render(JOB, "ab" * 32)
