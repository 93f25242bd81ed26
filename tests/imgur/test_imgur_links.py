"""Links: what an object of the API is about, whatever it links to."""

from __future__ import annotations

from typing import Any

import pytest

from pixhaul.imgur.links import is_film, picture_link


def thing(link: Any, kind: Any = "image/jpeg", identifier: Any = "AbC1234") -> dict[str, Any]:
    return {"id": identifier, "type": kind, "link": link}


@pytest.mark.parametrize(
    ("given", "link"),
    [
        (thing("http://i.imgur.com/AbC1234.jpg"), "https://i.imgur.com/AbC1234.jpg"),
        (thing("https://i.imgur.com/AbC1234.jpg?1"), "https://i.imgur.com/AbC1234.jpg"),
        (thing("https://i.imgur.com/AbC1234h.gif", "image/gif"), "https://i.imgur.com/AbC1234.gif"),
        (thing("https://i.imgur.com/AbC123h.gif", "image/gif", "AbC123h"), "https://i.imgur.com/AbC123h.gif"),
        (thing("https://i.imgur.com/AbC123hh.gif", "image/gif", "AbC123h"), "https://i.imgur.com/AbC123h.gif"),
        (thing("https://i.imgur.com/AbC123h.gif", "image/gif", None), "https://i.imgur.com/AbC123h.gif"),
        (thing("https://i.imgur.com/AbC1234l.jpg"), "https://i.imgur.com/AbC1234.jpg"),
        (thing("https://i.imgur.com/AbC1234.gifv", "image/gif"), "https://i.imgur.com/AbC1234.gif"),
        (thing("https://i.imgur.com/AbC1234.mp4", "image/gif"), "https://i.imgur.com/AbC1234.gif"),
        (thing("https://i.imgur.com/AbC1234.mp4", "video/mp4"), "https://i.imgur.com/AbC1234.mp4"),
        (thing("https://imgur.com/AbC1234", "image/png"), "https://i.imgur.com/AbC1234.png"),
        (thing("https://imgur.com/AbC1234", None), "https://i.imgur.com/AbC1234.jpg"),
        (thing(None, "image/gif"), "https://i.imgur.com/AbC1234.gif"),
        (thing("", "image/jpeg"), "https://i.imgur.com/AbC1234.jpg"),
        (thing(5, "image/../../x"), "https://i.imgur.com/AbC1234.jpg"),
        (thing("http://127.0.0.1:81/AbC1234h.gif", "image/gif"), "http://127.0.0.1:81/AbC1234.gif"),
        (thing("http://127.0.0.1:81/x/AbC1234.png?v=2", "image/png"), "http://127.0.0.1:81/x/AbC1234.png?v=2"),
        (thing("https://example.org/picture", "image/png"), "https://example.org/picture"),
    ],
)
def test_the_link_is_of_the_whole_picture(given: dict[str, Any], link: str) -> None:
    assert picture_link(given) == link


@pytest.mark.parametrize(
    "given", [{}, thing(None, None), thing("javascript:x", ""), thing("", "video/mp4"), thing(0, 0, 0)]
)
def test_what_says_nothing_of_a_picture_has_no_link(given: dict[str, Any]) -> None:
    assert picture_link(given) == ""


def test_a_film_is_told_by_its_file_first() -> None:
    assert is_film(thing("https://i.imgur.com/AbC1234.mp4", "video/mp4"))
    assert is_film(thing("https://i.imgur.com/AbC1234.webm", None))
    assert is_film(thing("https://example.org/film", "video/mp4"))
    assert not is_film(thing("https://i.imgur.com/AbC1234.gif", "video/mp4"))
    assert not is_film(thing("https://i.imgur.com/AbC1234.mp4", "image/gif"))
