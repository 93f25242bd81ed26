"""Answers: posts are found in every envelope, and no shape of a field breaks the reading."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imgur_stage import album, picture

from pixhaul.imgur import answers
from pixhaul.imgur.answers import Position


@pytest.mark.parametrize(
    "data",
    [
        [picture("AbC1234")],
        picture("AbC1234"),
        {"name": "funny", "link": "https://imgur.com/t/funny", "items": [picture("AbC1234")]},
        {"name": "funny", "posts": [picture("AbC1234")]},
        [{"id": 155, "name": "Caturday", "topPost": picture("AbC1234")}],
        [None, "dEf34", 5, picture("AbC1234"), []],
    ],
)
def test_posts_are_found_in_every_shape(data: Any) -> None:
    assert [post["id"] for post in answers.posts(data)] == ["AbC1234"]


@pytest.mark.parametrize("data", [None, True, 5, "x", [], {}, ["SbU9Y", "OwYxe"], {"tags": [{"name": "a"}]}, [[[]]]])
def test_where_there_are_no_posts_none_are_found(data: Any) -> None:
    assert answers.posts(data) == []


@pytest.mark.parametrize(
    ("post", "expected"),
    [
        (album("AbC12", None), True),
        ({"id": "AbC12", "images_count": 3, "link": "http://imgur.com/a/AbC12"}, True),
        ({"id": "AbC12", "images": []}, True),
        ({"id": "AbC12", "link": "http://imgur.com/a/AbC12"}, True),
        ({"id": "AbC12", "is_album": False, "link": "http://imgur.com/a/AbC12"}, False),
        (picture("AbC1234"), False),
        (picture("AbC1234", is_album=False), False),
        (picture("AbC1234", is_album=None, images_count=None), False),
        ({"id": "AbC1234", "link": "https://i.imgur.com/AbC1234.jpg"}, False),
        ({"link": 5}, False),
    ],
)
def test_an_album_is_told_from_a_picture_without_being_told(post: dict[str, Any], expected: bool) -> None:
    assert answers.is_album(post) is expected


@pytest.mark.parametrize(
    ("images", "count", "expected"),
    [
        (3, 10, True),
        (3, 3, False),
        (3, 1, False),
        (None, 4, True),
        (None, 0, False),
        (None, None, True),
        (0, None, False),
    ],
)
def test_an_album_is_cut_when_it_says_so_or_brings_nothing(
    images: int | None, count: int | None, expected: bool
) -> None:
    shown = None if images is None else [picture(f"AbC123{number}") for number in range(images)]
    assert answers.is_cut(album("AbC12", shown, count)) is expected


def test_a_job_carries_what_is_known() -> None:
    holder = album("AbC12", [], 1, account_url="Sarah", section="pics", tags=[{"name": "cats"}, "dogs", 5, {}])
    given = picture("AbC1234", title=" Two cats ", description="in a box", datetime=1632314560)
    job = answers.job(given, Position(2, holder), True)
    assert job is not None
    assert job.local
    assert dict(job.meta) == {
        "id": "AbC1234",
        "title": "Two cats",
        "description": "in a box",
        "album": "AbC12",
        "album_title": "about AbC12",
        "index": 2,
        "account": "Sarah",
        "datetime": 1632314560,
        "section": "pics",
        "tags": "cats,dogs",
    }


def test_null_and_empty_are_the_same() -> None:
    for nothing in (None, ""):
        given = picture("AbC1234", title=nothing, section=nothing, account_url=nothing, tags=nothing)
        job = answers.job(given, Position(), False)
        assert job is not None
        assert job.meta == (("id", "AbC1234"),)


def test_only_wanted_types_are_fetched() -> None:
    assert answers.flaw(picture("AbC1234"), None) == ""
    assert answers.flaw(picture("AbC1234"), frozenset({"jpeg"})) == ""
    assert answers.flaw(picture("AbC1234"), frozenset({"gif"})) == "Imgur says that it is jpeg"
    assert answers.flaw(picture("AbC1234", type=None), frozenset({"gif"})) == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
fields = st.sampled_from(
    ["id", "link", "type", "images", "images_count", "is_album", "title", "datetime", "tags", "account_url", "section"]
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(fields, json_values, max_size=8), st.dictionaries(fields, json_values, max_size=8))
def test_no_type_of_any_field_breaks_a_job(wrong: dict[str, Any], holder: dict[str, Any]) -> None:
    post = {**picture("AbC1234"), **wrong}
    for found in answers.posts([post, wrong]):
        answers.is_album(found), answers.is_cut(found), answers.identity(found), answers.album_page(found)
        job = answers.job(found, Position(1, holder), False)
        assert job is None or all(type(value) in (str, int) and value for _, value in job.meta)
        answers.flaw(found, frozenset({"jpeg"}))
