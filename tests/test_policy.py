"""X-Robots-Tag: what it says to us, what is obeyed for which purpose, and that it is noted in any case."""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pixhaul
from hostile import Hostile, answer
from pictures import png
from pixhaul.policy import MOST, POLICIES, directives, names_of, objection

WORDS = ("noai", "noimageai", "noml", "noindex", "noimageindex", "none", "nofollow", "all")


def said(*values: str, agent: str = "") -> tuple[str, ...]:
    return directives(tuple(("x-robots-tag", value) for value in values), names_of(agent))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["noai"], "noai"),
        (["NoAI, NOINDEX"], "noai noindex"),
        ([" noai ,, noml,"], "noai noml"),
        (["noai", "noindex", "noai"], "noai noindex"),
        (["pixhaul: noai"], "noai"),
        (["PixHaul:noai, noml"], "noai noml"),
        (["*: noai"], "noai"),
        (["googlebot: noai"], ""),
        (["googlebot: noindex, noai", "nofollow"], "nofollow"),
        (["noml, googlebot: noai, pixhaul: noindex, nofollow, bing/2.0: all"], "noml noindex nofollow"),
        (
            ["unavailable_after: Wed, 03 Dec 2025 13:09:53 GMT, noai"],
            "unavailable_after: wed|03 dec 2025 13:09:53 gmt|noai",
        ),
        (["max-snippet: 20, noai"], "max-snippet: 20|noai"),
        (["museum-bot: noai"], "noai"),
        (["museum: noai"], ""),
        ([""], ""),
        ([":"], ":"),
    ],
)
def test_what_a_field_says_to_us(values: list[str], expected: str) -> None:
    assert said(*values, agent="Museum-Bot/2.0 (+https://museum.example)") == tuple(
        expected.split("|") if "|" in expected else expected.split()
    )


@pytest.mark.parametrize(
    ("policy", "obeyed"),
    [("none", ""), ("research", "noai noimageai noml"), ("train", "noai noimageai noml noindex noimageindex none")],
)
def test_what_each_policy_obeys(policy: str, obeyed: str) -> None:
    assert [word for word in WORDS if objection((word,), policy)] == obeyed.split()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text()), st.text(max_size=20))
def test_no_field_is_trouble_and_none_is_remembered_at_length(values: list[str], agent: str) -> None:
    found = said(*values, agent=agent)
    assert len(found) <= MOST
    assert all(len(word) <= 40 for word in found)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1), st.sampled_from(sorted(POLICIES)))
def test_a_word_for_another_robot_never_counts_and_one_for_all_always_does(words: list[str], policy: str) -> None:
    assert objection(said("otherbot: " + ", ".join(words)), policy) == ""
    expected = next((word for word in words if word in POLICIES[policy]), "")
    assert objection(said("otherbot: noai", ", ".join(words)), policy) == expected


@pytest.fixture
def tagged(server: Hostile) -> list[str]:
    """A picture with each word, and one without any."""
    for word, number in zip((*WORDS, ""), itertools.count(), strict=False):
        fields = {"X-Robots-Tag": word} if word else {}
        server.routes[f"/{word or 'free'}"] = lambda _, fields=fields, number=number: answer(png(number), **fields)
    return [server.url(f"/{word or 'free'}") for word in (*WORDS, "")]


def outcomes(links: list[str], directory: Path, **options: object) -> dict[str, str]:
    results = pixhaul.stream(links, directory, allow_private=True, **options)
    return {result.url.rpartition("/")[2]: result.reason or result.status for result in results}


@pytest.mark.parametrize("policy", sorted(POLICIES))
def test_a_run_keeps_what_its_policy_allows(policy: str, tagged: list[str], tmp_path: Path) -> None:
    ended = outcomes(tagged, tmp_path, policy=policy)
    assert ended == {word: "opted-out" if word in POLICIES[policy] else "done" for word in (*WORDS, "free")}


def test_what_was_said_is_noted_whatever_the_policy(tagged: list[str], tmp_path: Path) -> None:
    results = list(pixhaul.stream(tagged, tmp_path, allow_private=True))
    assert {result.url.rpartition("/")[2]: result.robots for result in results} == {
        **{word: word for word in WORDS},
        "free": None,
    }
    with closing(sqlite3.connect(tmp_path / ".pixhaul" / "ledger.sqlite")) as ledger:
        rows = dict(ledger.execute("SELECT url, robots FROM links"))
    assert {url.rpartition("/")[2]: robots for url, robots in rows.items()} == {
        **{word: word for word in WORDS},
        "free": "",
    }
    again = list(pixhaul.stream(tagged, tmp_path, allow_private=True))
    assert {result.robots for result in again} == {*WORDS, None}


def test_the_body_of_a_picture_that_objects_is_not_taken(server: Hostile, tmp_path: Path) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\nX-Robots-Tag: noai\r\n\r\n"
    server.routes["/large"] = lambda _: [head, b"\x89PNG", 30.0, b"\0" * 9_000_000]
    [result] = pixhaul.stream([server.url("/large")], tmp_path, allow_private=True, policy="research")
    assert (result.reason, result.robots, result.attempts) == ("opted-out", "noai", 1)
    assert result.seconds < 15.0
    assert list(tmp_path.glob(".pixhaul/parts/*")) == []


def test_a_redirect_does_not_object_for_the_picture_and_a_missing_one_stays_missing(
    server: Hostile, tagged: list[str], tmp_path: Path
) -> None:
    server.routes["/hop"] = lambda _: answer(b"moved", "302 Found", Location="/free", **{"X-Robots-Tag": "noai"})
    server.routes["/gone"] = lambda _: answer(b"gone", "410 Gone", **{"X-Robots-Tag": "noai"})
    links = [server.url("/hop"), server.url("/gone")]
    assert outcomes(links, tmp_path, policy="train") == {"hop": "done", "gone": "not-found"}


def test_an_opted_out_picture_is_asked_for_again_when_the_purpose_allows_it(tagged: list[str], tmp_path: Path) -> None:
    assert outcomes(tagged, tmp_path, policy="train")["noindex"] == "opted-out"
    assert outcomes(tagged, tmp_path, policy="research")["noindex"] == "done"


def test_a_ledger_of_before_is_brought_up_to_date(tagged: list[str], tmp_path: Path) -> None:
    assert set(outcomes(tagged, tmp_path).values()) == {"done"}
    with closing(sqlite3.connect(tmp_path / ".pixhaul" / "ledger.sqlite")) as ledger:
        ledger.executescript("ALTER TABLE links DROP COLUMN robots; PRAGMA user_version = 2;")
    results = list(pixhaul.stream(tagged, tmp_path, allow_private=True))
    assert {(result.status, result.robots) for result in results} == {("skipped", None)}


def test_an_unknown_policy_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(pixhaul.UsageError, match="no policy 'strict'"):
        pixhaul.download([], tmp_path, policy="strict")
