"""Recorded answers: through the source come as many pictures as a count that knows nothing of the source finds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from imgur_stage import Stage, picture, reply

from pixhaul.models import ApiReply, Failed, Job

UNCOUNTED = 2  # pictures that the stage gives an album of which nothing is told


def naive(value: Any, counted: set[str]) -> int:
    """Pictures that any JSON speaks of: those in it with a type and a link, and those that albums say they have."""
    if isinstance(value, list):
        return sum(naive(entry, counted) for entry in value)
    if not isinstance(value, dict):
        return 0
    total = sum(naive(entry, counted) for entry in value.values())
    if str(value.get("type")).startswith("image/") and "link" in value and value["id"] not in counted:
        counted.add(value["id"])
        total += 1
    page = str(value.get("link")).rpartition("/")[0]
    if page.endswith("imgur.com/a"):
        brought = len(value.get("images", []))
        total += max(value.get("images_count", brought or UNCOUNTED) - brought, 0)
    return total


class Recorded(Stage):
    """An API that gives one recorded body, and to each album the pictures that were cut from it."""

    def get(self, path: str) -> ApiReply:
        bare = path.partition("?")[0]
        self.asked.append(path)
        if bare.endswith("/images"):
            return reply(self.rest(bare.split("/")[3]))
        first = bare.endswith("/0") or "/gallery/Re" in bare
        return ApiReply(200, {}, self.replies["body"]) if first else reply([])

    def rest(self, identifier: str) -> list[dict[str, Any]]:
        """The pictures of an album: those it brings, and others up to its count."""
        found = self.find(json.loads(self.replies["body"]), identifier) or {}
        brought = found.get("images", [])
        more = range(len(brought), found.get("images_count", len(brought) or UNCOUNTED))
        return [*brought, *(picture(f"{identifier}{number}") for number in more)]

    def find(self, value: Any, identifier: str) -> dict[str, Any] | None:
        """The object with an id."""
        if isinstance(value, dict) and value.get("id") == identifier and str(value["link"]).find("/a/") > 0:
            return value
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        return next((found for entry in inner if (found := self.find(entry, identifier))), None)


def taken(path: Path) -> tuple[Recorded, list[Job | Failed], int]:
    """A recorded answer through the source, beside what the count expects."""
    body = path.read_bytes()
    document = json.loads(body)
    stage = Recorded({"body": body})
    data = document.get("data", document)
    is_list = isinstance(data, list) or "items" in data
    found = stage.read("imgur:hot" if is_list else "https://imgur.com/gallery/Recorded")
    return stage, found, naive(document, set())


def answers(recorded: Path) -> list[Path]:
    """The recorded answers that are about posts, albums or pictures."""
    others = ("rror", "oscarotero", "invalid", "notfound", "bad", "Mashape", "RateLimit", "AlbumIds", "mockTags")
    return [path for path in sorted(recorded.rglob("*.json")) if not any(word in str(path) for word in others)]


def test_every_recorded_answer_gives_all_its_pictures_once(recorded: Path) -> None:
    paths = answers(recorded)
    assert len(paths) > 25
    for path in paths:
        stage, found, expected = taken(path)
        links = [entry.url for entry in found if isinstance(entry, Job)]
        print(
            f"{path.parent.name[:40]:40} {path.name:40} {expected:4} {len(links):4} {len(stage.asked):3} {stage.said}"
        )
        assert len(links) == len(set(links)) == expected, path
        assert all(link.startswith("https://i.imgur.com/") for link in links), path


def test_the_page_of_2021_gives_234_pictures_less_its_films(recorded: Path) -> None:
    (path,) = recorded.rglob("mockItems.json")
    stage, found, _ = taken(path)
    films = int(stage.said[-1].partition("left out ")[2].partition(" ")[0])
    assert len(found) + films == 234
    assert len(stage.asked) == 2 + 11


def test_no_reduced_copy_is_taken(recorded: Path) -> None:
    for path in answers(recorded):
        for entry in taken(path)[1]:
            if isinstance(entry, Job):
                assert entry.url.rpartition("/")[2].partition(".")[0] == dict(entry.meta)["id"]
