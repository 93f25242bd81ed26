"""Addresses: every form leads to the same place, and none is taken that is not Imgur's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.errors import UsageError
from pixhaul.imgur.addresses import belongs, parse
from pixhaul.imgur.places import Album, Direct, Listing, Pictures, Post, Random

HOSTS = ["imgur.com", "www.imgur.com", "m.imgur.com", "imgur.io", "www.imgur.io"]
SCHEMES = ["https://", "http://", "", "//", "HTTPS://"]


def path(text: str, page: int = 0) -> str:
    place = parse(text)
    assert isinstance(place, Listing)
    return place.path(page).replace("album_previews=true", "").rstrip("?&")


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_page_is_the_same_on_every_host_and_scheme(scheme: str, host: str) -> None:
    assert belongs(f"{scheme}{host}/a/AbC12")
    assert parse(f"{scheme}{host}/a/AbC12") == Album("AbC12")
    assert parse(f"{scheme}{host}/gallery/AbC1234?x=1#3") == Post("AbC1234", "/3/gallery/AbC1234")
    assert parse(f"{scheme}{host}/AbC1234/") == Pictures(("AbC1234",))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("https://imgur.com/a/two-cats-AbC1234", Album("AbC1234")),
        ("https://imgur.com/a/%E2%80%9Cwow%E2%80%9D-AbC1234", Album("AbC1234")),
        ("https://imgur.com/a/AbC12#3", Album("AbC12")),
        ("https://imgur.com/a/AbC12/layout/grid", Album("AbC12")),
        ("https://imgur.com/gallery/two-cats-AbC1234", Post("AbC1234", "/3/gallery/AbC1234")),
        ("https://imgur.com/t/funny/AbC1234", Post("AbC1234", "/3/gallery/AbC1234")),
        ("https://imgur.com/r/pics/AbC1234", Post("AbC1234", "/3/gallery/r/pics/AbC1234")),
        ("https://imgur.com/two-cats-AbC1234", Pictures(("AbC1234",))),
        ("https://imgur.com/AbC12,dEf34", Pictures(("AbC12", "dEf34"))),
        ("https://i.imgur.com/AbC1234", Pictures(("AbC1234",))),
        ("https://i.imgur.com/a/AbC12", Album("AbC12")),
        ("imgur:a/AbC12", Album("AbC12")),
        ("imgur:gallery/AbC1234", Post("AbC1234", "/3/gallery/AbC1234")),
        ("imgur:AbC1234", Pictures(("AbC1234",))),
    ],
)
def test_the_id_is_found_wherever_it_stands(text: str, place: object) -> None:
    assert parse(text) == place


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("imgur:hot", "/3/gallery/hot/viral/day/0"),
        (" IMGUR:Hot ", "/3/gallery/hot/viral/day/0"),
        ("imgur.com", "/3/gallery/hot/viral/day/0"),
        ("https://imgur.com/", "/3/gallery/hot/viral/day/0"),
        ("https://imgur.com/hot/viral/page/3", "/3/gallery/hot/viral/day/0"),
        ("https://imgur.com/gallery/hot/time/day", "/3/gallery/hot/time/day/0"),
        ("imgur:top", "/3/gallery/top/top/day/0"),
        ("imgur:top/week", "/3/gallery/top/top/week/0"),
        ("https://imgur.com/top/all", "/3/gallery/top/top/all/0"),
        ("imgur:user", "/3/gallery/user/viral/day/0"),
        ("imgur:user/rising", "/3/gallery/user/rising/day/0"),
        ("https://imgur.com/new", "/3/gallery/user/time/day/0"),
        ("imgur:r/pics", "/3/gallery/r/pics/time/all/0"),
        ("imgur:r/pics/top/week", "/3/gallery/r/pics/top/week/0"),
        ("https://imgur.com/r/pics/new", "/3/gallery/r/pics/time/all/0"),
        ("imgur:t/rick and morty", "/3/gallery/t/rick%20and%20morty/viral/all/0"),
        ("https://imgur.com/t/funny/time", "/3/gallery/t/funny/time/all/0"),
        ("imgur:u/Sarah", "/3/account/Sarah/submissions/0"),
        ("imgur:user/Sarah", "/3/account/Sarah/submissions/0"),
        ("https://imgur.com/user/Sarah/posts", "/3/account/Sarah/submissions/0"),
        ("https://imgur.com/user/top/submitted", "/3/account/top/submissions/0"),
        ("https://imgur.com/user/Sarah/favorites", "/3/account/Sarah/gallery_favorites/0/newest"),
        ("https://imgur.com/user/S/favorites/folder/12/x", "/3/account/S/folders/12/favorites?page=0&sort=newest"),
        ("imgur:search/cats & dogs", "/3/gallery/search/time/all/0?q=cats%20%26%20dogs"),
        ("imgur:search/cats%20and/or", "/3/gallery/search/time/all/0?q=cats%20and%2For"),
        ("https://imgur.com/search?q=cats+dogs&x=1", "/3/gallery/search/time/all/0?q=cats%20dogs"),
        ("https://imgur.com/search/score/all?q_type=png&q=a", "/3/gallery/search/top/all/0?q_type=png&q=a"),
    ],
)
def test_a_listing_is_asked_for_where_the_documentation_has_it(text: str, asked: str) -> None:
    assert path(text) == asked


@pytest.mark.parametrize("text", ["imgur:random", "https://imgur.com/random", "imgur.com/gallery/random"])
def test_random_is_a_place_of_its_own(text: str) -> None:
    assert isinstance(parse(text), Random)


@pytest.mark.parametrize(
    ("pasted", "link"),
    [
        ("http://i.imgur.com/AbC1234.jpg?1", "https://i.imgur.com/AbC1234.jpg"),
        ("i.imgur.com/AbC1234.PNG#x", "https://i.imgur.com/AbC1234.PNG"),
        ("https://i.imgur.com/AbC1234.gifv", "https://i.imgur.com/AbC1234.gif"),
        ("https://i.imgur.com/AbC1234_d.webp?maxwidth=760&fidelity=grand", "https://i.imgur.com/AbC1234.webp"),
        ("https://i.imgur.com/AbC1234m.jpg", "https://i.imgur.com/AbC1234m.jpg"),
        ("https://i.imgur.com/AbC123h.gif", "https://i.imgur.com/AbC123h.gif"),
        ("https://imgur.com/AbC1234.jpeg", "https://i.imgur.com/AbC1234.jpeg"),
        ("https://i.imgur.io/AbC1234.png", "https://i.imgur.com/AbC1234.png"),
        ("https://imgur.com/download/AbC1234/a-title", "https://i.imgur.com/AbC1234.jpg"),
        ("https://i.imgur.com/AbC1234.mp4", "https://i.imgur.com/AbC1234.mp4"),
    ],
)
def test_a_direct_link_is_tidied_and_its_thumbnail_kept(pasted: str, link: str) -> None:
    place = parse(pasted)
    assert isinstance(place, Direct)
    assert place.url == link


@pytest.mark.parametrize(
    "text",
    ["imgur:", "imgur:hto", "imgur:funny", "imgur:r", "imgur:a/", "imgur:foo/bar", "imgur:random/x", "imgur:search/ "],
)
def test_a_short_form_that_there_is_not_is_refused_with_the_list_of_forms(text: str) -> None:
    assert belongs(text)
    with pytest.raises(UsageError) as refused:
        parse(text)
    assert "imgur:r/NAME" in refused.value.hint


@pytest.mark.parametrize(
    "text", ["https://imgur.com/upload", "imgur.com/user/S/about", "imgur.com/search", "imgur.com/a", "imgur.com/top/x"]
)
def test_a_page_without_pictures_is_ours_but_leads_nowhere(text: str) -> None:
    assert belongs(text)
    assert parse(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a.jpg",
        "https://i.stack.imgur.com/AbC12.png",
        "https://api.imgur.com/3/gallery/hot",
        "https://imgur.com.example.org/a/AbC12",
        "https://imgur.com:8080/a/AbC12",
        "ftp://i.imgur.com/AbC1234.jpg",
        "http://[::1",
        "imgur",
        "",
        "# imgur.com/a/AbC12",
    ],
)
def test_what_is_not_imgurs_is_left_to_others(text: str) -> None:
    assert not belongs(text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["", "imgur:", "imgur.com/", "https://i.imgur.com/", "imgur.com/r/"]))
def test_no_text_breaks_the_parser(rest: str, start: str) -> None:
    text = start + rest
    if belongs(text):
        try:
            parse(text)
        except UsageError:
            assert text.strip().lower().startswith("imgur:")


@settings(max_examples=100, deadline=None)
@given(
    st.text("abcdefgh -%&'é", max_size=30),
    st.text("ABCXYZabcxyz0189", min_size=5, max_size=7).filter(
        lambda identifier: identifier.lower() not in ("", "top")
    ),
)
def test_the_id_follows_the_last_hyphen_of_any_title(title: str, identifier: str) -> None:
    from urllib.parse import quote

    assert parse(f"https://imgur.com/a/{quote(title, safe='')}-{identifier}") == Album(identifier)
