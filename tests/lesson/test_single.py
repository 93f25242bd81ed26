"""Chapter one: the three verbs, and the program that uses them one after another."""

from __future__ import annotations

import json
from http.client import IncompleteRead
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from lesson_stage import HOT, RANDOM, answering, envelope, kept, load, run, took

from pixhaul import standin
from pixhaul.standin import Standin

OLD = {"id": "Ab3dE5f", "type": "image/jpeg", "link": "http://i.imgur.com/Ab3dE5f.jpg", "is_album": False}
FILM = {"id": "Fi1mFi1", "type": "video/mp4", "link": "https://i.imgur.com/Fi1mFi1.mp4", "is_album": False}
BARE_ALBUM = {"id": "a1Bum", "link": "https://imgur.com/a/a1Bum", "is_album": True}
PAIR = [
    {"id": "one1111", "type": "image/png", "link": "https://i.imgur.com/one1111.png"},
    {"id": "two2222", "type": "image/gif", "link": "https://i.imgur.com/two2222.gif"},
]
ALBUM = {"id": "b2Album", "link": "https://imgur.com/a/b2Album", "is_album": True, "images_count": 2, "images": PAIR}


@pytest.fixture
def download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module `download`, with the current folder a new one."""
    monkeypatch.chdir(tmp_path)
    return load("download")


def links_of(download: ModuleType, monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> list[str]:
    """What get_links returns when the API answers like this."""
    with answering(answers) as (address, _):
        monkeypatch.setenv("IMGUR_API", address)
        found: list[str] = download.get_links("any")
    return found


def test_forty_pictures_one_after_another_take_forty_times_the_waiting(imgur: Standin, tmp_path: Path) -> None:
    seconds = took(run("single.py", tmp_path, imgur))
    assert 40 * 0.05 < seconds < 40 * 0.05 * 3
    assert len(kept(tmp_path)) == 40


def test_fewer_pictures_are_taken_when_asked_for(imgur: Standin, tmp_path: Path) -> None:
    took(run("single.py", tmp_path, imgur, PICTURES="3"))
    assert len(kept(tmp_path)) == 3


def test_more_pictures_than_a_page_has_come_from_several_pages(
    imgur: Standin, download: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMGUR_API", imgur.api)
    monkeypatch.setattr(download, "PAGES", 1 + 200 // 60)
    links = download.get_links(imgur.client_id)
    assert len(links) == len(set(links)) >= 200


def test_without_a_client_id_two_lines_say_what_to_do(tmp_path: Path) -> None:
    done = run("single.py", tmp_path)
    assert done.returncode == 1
    assert "pixhaul standin" in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_an_api_that_is_not_there_or_refuses_is_told_in_two_lines(imgur: Standin, tmp_path: Path) -> None:
    absent = run("single.py", tmp_path, IMGUR_API="http://127.0.0.1:9", IMGUR_CLIENT_ID="any")
    refused = run("single.py", tmp_path, IMGUR_API=imgur.api, IMGUR_CLIENT_ID="wrong")
    for done, word in (absent, "refused"), (refused, "403"):
        assert done.returncode == 1
        assert word in done.stderr
        assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("answer", [404, 500, b"", b"<html>", {"data": {"error": "x"}}, ["no", "envelope"], "posts"])
def test_where_the_random_gallery_does_not_answer_the_front_page_does(
    download: ModuleType, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    assert links_of(download, monkeypatch, {RANDOM: answer, HOT: envelope([OLD])}) == [
        "https://i.imgur.com/Ab3dE5f.jpg"
    ]


@pytest.mark.parametrize("posts", [[], [BARE_ALBUM], [FILM]])
def test_a_random_gallery_without_pictures_sends_us_to_the_front_page(
    download: ModuleType, monkeypatch: pytest.MonkeyPatch, posts: list[object]
) -> None:
    assert len(links_of(download, monkeypatch, {RANDOM: envelope(posts), HOT: envelope([OLD])})) == 1


def test_the_random_gallery_alone_is_asked_where_it_answers(
    download: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering({RANDOM: envelope([OLD])}) as (address, asked):
        monkeypatch.setenv("IMGUR_API", address + "/")
        assert len(download.get_links("any")) == 1
    assert asked == [RANDOM]


def test_a_stand_in_without_the_random_gallery_serves_too(
    download: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    for faults in "random-gone", "random-empty":
        with standin.start(faults=faults) as running:
            monkeypatch.setenv("IMGUR_API", running.api)
            links = download.get_links(running.client_id)
            assert len(links) >= 40
            assert all(link.startswith(running.images) for link in links)


def test_pictures_within_albums_are_found_and_album_pages_are_not(
    download: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = [OLD, ALBUM, BARE_ALBUM, {**ALBUM, "images": None}, FILM, OLD]
    assert links_of(download, monkeypatch, {RANDOM: envelope(posts)}) == [
        "https://i.imgur.com/Ab3dE5f.jpg",
        "https://i.imgur.com/one1111.png",
        "https://i.imgur.com/two2222.gif",
    ]


def test_links_of_other_hosts_keep_their_scheme(download: ModuleType) -> None:
    for link in "http://127.0.0.1:9/a.jpg", "http://notimgur.com/a.jpg", "https://i.imgur.com/a.jpg":
        assert download.pictures({"type": "image/jpeg", "link": link}) == [link]


@pytest.mark.parametrize(("name", "expected"), [("hotgalleryanon", 153), ("mockItems", 87)])
def test_a_recorded_page_of_each_form_gives_all_pictures_that_it_shows(
    shared: Path, download: ModuleType, monkeypatch: pytest.MonkeyPatch, name: str, expected: int
) -> None:
    (path,) = (shared / "imgur" / "recorded").rglob(f"{name}.json")
    answer = json.loads(path.read_bytes())
    films = path.read_bytes().count(b"video/mp4")
    links = links_of(download, monkeypatch, {RANDOM: answer if isinstance(answer, dict) else envelope(answer)})
    assert len(links) == expected - films
    assert all(link.startswith("https://i.imgur.com/") for link in links)


def test_a_picture_arrives_byte_by_byte(download: ModuleType) -> None:
    body = bytes(range(256)) * 300
    with answering({"/a/b.png?x=1": body}) as (address, _):
        path = download.download_link(download.setup_download_dir(), f"{address}/a/b.png?x=1")
    assert path == Path("images/b.png")
    assert path.read_bytes() == body
    assert [each.name for each in Path("images").iterdir()] == ["b.png"]


def test_a_picture_that_is_cut_short_is_not_kept(download: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    directory = download.setup_download_dir()
    with standin.start(faults="cut") as running:
        monkeypatch.setenv("IMGUR_API", running.api)
        link = download.get_links(running.client_id)[0]
        with pytest.raises(IncompleteRead):
            download.download_link(directory, link)
    assert list(directory.iterdir()) == []


def test_the_folder_is_made_when_it_is_missing_and_kept_when_it_is_there(download: ModuleType) -> None:
    assert download.setup_download_dir() == Path("images")
    assert Path("images").is_dir()
    assert download.setup_download_dir() == Path("images")
