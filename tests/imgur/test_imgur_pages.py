"""Pages: a listing ends when it brings nothing new, and a draw is the seed's."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from imgur_stage import picture

from pixhaul.imgur.pages import Ask, drawn, pages
from pixhaul.imgur.places import Listing
from pixhaul.imgur.troubles import Answer, Kind, Trouble

LISTING = Listing("/3/l/", "")


def table(*filled: list[Any] | Trouble, asked: list[str] | None = None) -> Ask:
    def ask(path: str) -> Answer | Trouble:
        (asked if asked is not None else []).append(path)
        number = int(path.rpartition("/")[2])
        found: list[Any] | Trouble = filled[number] if number < len(filled) else []
        return found if isinstance(found, Trouble) else Answer([picture(mark) for mark in found])

    return ask


def marks(ask: Ask) -> list[list[str] | Kind]:
    listed = islice(pages(ask, LISTING), 50)
    return [page.kind if isinstance(page, Trouble) else [post["id"] for post in page] for page in listed]


def test_pages_are_read_until_one_is_empty() -> None:
    asked: list[str] = []
    assert marks(table(["a1", "b1"], ["c1"], asked=asked)) == [["a1", "b1"], ["c1"]]
    assert asked == ["/3/l/0", "/3/l/1", "/3/l/2"]


def test_a_listing_that_begins_again_ends() -> None:
    def ask(path: str) -> Answer:
        return Answer([picture(f"x{(int(path.rpartition('/')[2]) % 3)}")])

    assert marks(ask) == [["x0"], ["x1"], ["x2"]]


def test_a_post_that_moved_to_the_next_page_comes_once() -> None:
    assert marks(table(["a1", "b1"], ["b1", "c1"])) == [["a1", "b1"], ["c1"]]


def test_a_404_behind_the_last_page_is_the_end_and_on_the_first_a_trouble() -> None:
    missing = Trouble(Kind.NOT_FOUND, "x")
    assert marks(table(["a1"], missing)) == [["a1"]]
    assert marks(table(missing)) == [Kind.NOT_FOUND]


def test_another_trouble_ends_the_listing_and_is_told() -> None:
    assert marks(table(["a1"], Trouble(Kind.SERVER, "x"), ["b1"])) == [["a1"], Kind.SERVER]


def popular(size: int) -> Callable[[str], Answer | Trouble]:
    """An API whose popular listings have so many pages."""

    def ask(path: str) -> Answer | Trouble:
        folder, _, number = path.partition("?")[0].rpartition("/")
        inside = int(number) < size
        return Answer([picture(f"{folder[-4:-1]}{number}{place}") for place in range(5)] if inside else [])

    return ask


def order(seed: int, size: int) -> list[str]:
    return [post["id"] for page in drawn(popular(size), seed) if isinstance(page, list) for post in page]


@settings(max_examples=20, deadline=None)
@given(st.integers(), st.integers(0, 12))
def test_a_draw_is_the_same_for_the_same_seed_and_brings_each_post_once(seed: int, size: int) -> None:
    once = order(seed, size)
    assert once == order(seed, size)
    assert len(once) == len(set(once))
    assert sorted(once) == sorted(order(seed + 1, size))


def test_another_seed_is_another_order() -> None:
    assert order(1, 4) != order(2, 4)


def test_a_draw_does_not_ask_behind_an_empty_page() -> None:
    asked: list[str] = []

    def ask(path: str) -> Answer:
        asked.append(path)
        return Answer([])

    assert list(drawn(ask, 7)) == []
    assert len(asked) < 25
