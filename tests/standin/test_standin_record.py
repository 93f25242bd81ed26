"""The stand-in's record of when what happened."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from pixhaul import standin
from pixhaul.standin import Standin
from pixhaul.standin.record import Record


@pytest.fixture(scope="module")
def road() -> Iterator[Standin]:
    """A stand-in that records, with a delay, and one fault for each picture."""
    with standin.start(record=True, latency=0.05, faults="503:once", posts=20) as running:
        yield running


def asked(url: str, method: str = "GET") -> Any:
    with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=20) as answer:
        return json.load(answer)


def picture(road: Standin) -> str:
    request = urllib.request.Request(f"{road.api}/3/gallery/random/random/")
    request.add_header("Authorization", f"Client-ID {road.client_id}")
    with urllib.request.urlopen(request, timeout=20) as answer:
        posts = json.load(answer)["data"]
    link: str = next(post["link"] for post in posts if post.get("type") == "image/jpeg")
    return link


def test_it_says_when_a_request_came_and_was_answered(road: Standin) -> None:
    link = picture(road)
    asked(f"{road.images}/_record", "POST")
    before = time.monotonic()
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(link, timeout=20)
    with urllib.request.urlopen(link, timeout=20) as answer:
        body = answer.read()
    after = time.monotonic()
    record = asked(f"{road.images}/_record")
    assert [row[5] for row in record["requests"]] == [503, 200]
    assert [about[0] for about in record["connections"].values()] == ["images", "images"]
    number, path, came, first, ended, _, size = record["requests"][1]
    assert link.endswith(path)
    assert size > len(body)
    assert before < came <= first - 0.05 < first <= ended
    assert first < after  # the note of the end may be written after the client has read it
    opened, closed = record["connections"][str(number)][1:]
    assert opened <= came
    assert closed == 0 or closed >= ended
    assert 0 < record["cpu"] < after - before + 0.1


def test_an_answer_ends_with_its_last_byte_and_not_with_the_pause_behind_it() -> None:
    with standin.start(record=True, bandwidth=100_000, posts=20) as road, closing(_keeping(road)) as connection:
        for _ in range(2):
            connection.request("GET", urlsplit(picture(road)).path)
            connection.getresponse().read()
        first, second = (row for row in asked(f"{road.images}/_record")["requests"] if row[1].endswith(".jpg"))
    assert first[3] < first[4] < second[2]


def _keeping(road: Standin) -> HTTPConnection:
    return HTTPConnection(urlsplit(road.images).netloc, timeout=20)


def test_a_new_beginning_forgets_and_lets_everything_go_wrong_again(road: Standin) -> None:
    link = picture(road)
    for _ in range(2):
        asked(f"{road.images}/_record", "POST")
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(link, timeout=20)
        counts = asked(f"{road.images}/_record?brief")
        assert (counts["connections"], counts["requests"]) == (1, 1)


def test_without_being_told_to_it_keeps_none(imgur: Standin) -> None:
    with urllib.request.urlopen(f"{imgur.images}/_record", timeout=20) as answer:
        assert answer.headers["Content-Type"] == "image/png"  # what any picture is that is not there
        assert answer.url.endswith("/removed.png")


def test_what_is_too_much_is_counted_and_not_kept() -> None:
    record = Record(most=2)
    for _ in range(5):
        record.line("images").asked("/a.jpg")
    assert (len(record.requests), record.missed, len(record.connections)) == (2, 3, 2)
    assert record.brief()["requests"] == 5
