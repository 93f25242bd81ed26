"""The same bytes from many links are told of; a picture that is twice in an album is not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pixhaul
from hostile import Hostile, answer
from pictures import png
from pixhaul.models import Result
from pixhaul.summary import Ending, Tally, record, sentences
from pixhaul.twins import FIRSTS, Twins

GONE = hashlib.sha256(b"gone").hexdigest()


def kept(url: str, sha256: str = GONE) -> Result:
    """A link whose picture was kept."""
    return Result(url, "done", path="a.png", sha256=sha256, size=503, format="png", width=161, height=81)


def told(*urls: str) -> list[int]:
    twins = Twins()
    for url in urls:
        twins.add(kept(url))
    return [suspect.links for suspect in twins.suspects()]


def test_three_links_with_the_same_bytes_are_suspected() -> None:
    assert told("http://a/1.png", "http://a/2.png") == []
    assert told("http://a/1.png", "http://a/2.png", "http://b/3.png") == [3]
    assert told(*(f"http://a/{number}.png" for number in range(1000))) == [1000]


def test_one_picture_under_other_endings_and_queries_is_one() -> None:
    assert told("http://a/1.png", "http://a/1.jpg", "http://a/1.gif?1", "http://a/1?w=5", "http://a/2.png") == []


def test_pictures_that_differ_are_not_suspected() -> None:
    twins = Twins()
    for number in range(2000):
        twins.add(kept(f"http://a/{number}", hashlib.sha256(str(number).encode()).hexdigest()))
    assert twins.suspects() == []


def test_those_that_came_most_often_come_first_with_some_of_their_links() -> None:
    twins = Twins()
    for number in range(20):
        twins.add(kept(f"http://a/{number}", hashlib.sha256(b"%d" % (number > 5)).hexdigest()))
    first, second = twins.suspects()
    assert (first.links, second.links) == (14, 6)
    assert first.examples == tuple(f"http://a/{number}" for number in range(6, 11))


def test_a_twin_whose_first_link_is_not_remembered_is_counted_all_the_same() -> None:
    twins = Twins()
    for number in range(FIRSTS + 1):
        twins.add(kept(f"http://a/{number}", f"{number:064x}"[::-1]))
    for name in "xyz":
        twins.add(kept(f"http://a/{name}", f"{FIRSTS:064x}"[::-1]))
    assert [suspect.links for suspect in twins.suspects()] == [4]


def test_the_summary_names_them_in_words_and_in_json() -> None:
    tally = Tally()
    tally.add([kept(f"http://a/{number}.png\x1b[31m") for number in range(7)])
    (line,) = [text for text in sentences(tally, 1.0, "d", Ending()) if text.startswith("Warning")]
    assert "7 links" in line
    assert "http://a/0.png" in line
    assert "\x1b" not in line
    (suspect,) = json.loads(json.dumps(record(tally, 1.0, 0)))["summary"]["suspects"]
    assert (suspect["links"], suspect["size"], len(suspect["examples"])) == (7, 503, 5)


def test_a_run_warns_of_a_placeholder_that_nobody_knows(server: Hostile, tmp_path: Path) -> None:
    for number in range(6):
        server.routes[f"/{number}.png"] = lambda _: answer(png(0))
    server.routes["/real.png"] = lambda _: answer(png(1))
    links = [server.url(f"/{number}.png") for number in range(6)]
    summary = pixhaul.download([*links, server.url("/real.png")], tmp_path, allow_private=True)
    assert [suspect.links for suspect in summary.suspects] == [6]
    assert set(summary.suspects[0].examples) <= set(links)
