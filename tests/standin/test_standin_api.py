"""The API as real clients ask for it, over sockets."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from pixhaul import standin
from pixhaul.standin import Standin

Ask = Callable[..., Any]
LISTS = [
    "/3/gallery/random/random/",
    "/3/gallery/random/random/0",
    "/3/gallery/hot",
    "/3/gallery/hot/viral/0?showViral=true",
    "/3/gallery/user/time/0?showViral=true",
    "/3/gallery/user/rising/0",
    "/3/gallery/top/top/all/0?showViral=True",
    "/3/gallery/hot/viral/day/0/",
    "/3/gallery/hot/viral/0.json",
    "/3/gallery/r/pics/0",
    "/3/gallery/r/pics/time/0",
    "/3/gallery/r/pics/time/top/0",
    "/3/gallery/r/Pics/top/week/0",
    "/3/gallery/search/0?q=mountains",
    "/3/gallery/search?q=mountains",
    "/3/gallery/search/time/all/0?q_all=mountains&q_type=jpg",
    "/3/account/paintedfox/submissions/0",
    "/3/account/paintedfox/submissions/0/newest?album_previews=1",
    "/3/account/paintedfox/gallery_favorites/0/newest",
    "/3/account/paintedfox/folders/1/favorites?page=0&sort=newest",
]

NOWHERE = [
    "/3/image/nothere",
    "/3/album/nothere",
    "/3/album/nothere/images",
    "/3/gallery/nothere",
    "/3/gallery/hot/nonsense/0",
    "/3/gallery/t/art/time/x/0",
    "/3/account/nobody/submissions/0",
    "/3/nonsense",
    "/3/",
    "/3",
    "/nonsense",
    "/",
    "//",
    "/post/v1/media/nothere",
    "/post/v1/albums/nothere",
    "/post/v1/nonsense",
    "/post/v1/posts/t/nothing?page=1",
]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_in_any_spelling_is_a_list_of_posts(ask: Ask, path: str) -> None:
    answer = ask(path)
    assert answer.status == 200
    assert answer.json["success"] is True
    assert answer.json["status"] == 200
    assert answer.json["data"]
    assert all({"id", "is_album", "link", "title"} <= set(post) for post in answer.json["data"])


def test_the_first_random_page_has_forty_single_pictures_for_the_lesson(ask: Ask) -> None:
    types = {"image/jpeg", "image/png", "image/gif"}
    links = [post["link"] for post in ask("/3/gallery/random/random/").json["data"] if post.get("type") in types]
    assert len(set(links)) >= 40
    assert {link.rpartition(".")[2] for link in links} == {"jpg", "png", "gif"}


def test_lists_cut_albums_to_three_and_albums_show_all(ask: Ask) -> None:
    posts = ask("/3/gallery/hot/viral/0").json["data"]
    shown = [len(post["images"]) for post in posts if "images" in post]
    cut = next(post for post in posts if post.get("images_count", 0) > 3)
    whole = ask(f"/3/album/{cut['id']}").json["data"]
    assert max(shown) == 3
    assert len(ask(f"/3/album/{cut['id']}/images").json["data"]) == len(whole["images"]) > 3
    assert len(ask(f"/3/gallery/album/{cut['id']}").json["data"]["images"]) == len(whole["images"])
    assert len(ask(f"/3/gallery/{cut['id']}").json["data"]["images"]) == len(whole["images"])


def test_pages_end_with_an_empty_list_and_never_repeat(ask: Ask) -> None:
    for base in ("/3/gallery/hot/viral/", "/3/gallery/random/random/", "/3/gallery/top/top/all/"):
        seen: list[str] = []
        for page in range(5):
            seen += [post["id"] for post in ask(f"{base}{page}").json["data"]]
        assert len(seen) == len(set(seen)) == 240
    assert ask("/3/gallery/hot/viral/99").json["data"] == []


def test_a_tag_is_an_object_with_items(ask: Ask) -> None:
    for path in ("/3/gallery/t/art/0", "/3/gallery/t/art/top/0", "/3/gallery/t/art/top/week/0", "/3/gallery/t/Art"):
        tag = ask(path).json["data"]
        assert tag["items"]
        assert {"name", "followers", "total_items", "following"} <= set(tag)
    assert ask("/3/gallery/t/art/50").json["data"]["items"] == []
    assert {tag["name"] for tag in ask("/3/tags").json["data"]["tags"]} >= {"art", "night"}
    assert ask("/3/gallery/tag_info/art").json["data"]["total_items"] > 0


def test_a_post_of_a_subreddit_is_told_from_a_page(ask: Ask) -> None:
    post = ask("/3/gallery/r/pics/0").json["data"][0]
    assert ask(f"/3/gallery/r/pics/{post['id']}").json["data"]["id"] == post["id"]


def test_a_picture_is_found_by_itself(ask: Ask) -> None:
    posts = ask("/3/gallery/random/random/0").json["data"]
    single = next(post for post in posts if not post["is_album"])
    inner = next(post for post in posts if post.get("images"))["images"][0]
    assert ask(f"/3/image/{single['id']}").json["data"]["link"] == single["link"]
    assert ask(f"/3/gallery/image/{single['id']}").json["data"]["id"] == single["id"]
    assert ask(f"/3/image/{inner['id']}").json["data"]["link"] == inner["link"]


def test_the_shapes_of_three_years_occur(ask: Ask) -> None:
    posts = [post for page in range(4) for post in ask(f"/3/gallery/hot/viral/{page}").json["data"]]
    images = [image for post in posts for image in post.get("images", [])]
    huge = [image for image in images + posts if image.get("size", 0) > 20_000_000]
    assert any("images" not in post for post in posts if post["is_album"])
    assert any(post["images_count"] == 0 for post in posts if "images_count" in post)
    assert any(image["description"] == "" for image in images)
    assert any(image["nsfw"] is None for image in images)
    assert any(image["size"] == 0 and image["mp4_size"] for image in images)
    assert huge
    assert all(image["link"].endswith(image["id"] + "h.gif") for image in huge)
    assert any(image["id"].endswith("h") for image in images)
    assert any(len(image["id"]) == 5 for image in images)


def test_credits_go_down_in_plain_lower_case_integers(imgur: Standin, ask: Ask) -> None:
    first, second = (ask("/3/gallery/hot").headers for _ in range(2))
    spent = int(first["x-ratelimit-clientremaining"]) - int(second["x-ratelimit-clientremaining"])
    host, _, port = urlsplit(imgur.api).netloc.partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as raw:
        raw.sendall(b"GET /3/credits HTTP/1.0\r\nHost: x\r\n\r\n")
        head = raw.recv(65536).decode().partition("\r\n\r\n")[0]
    assert spent == 1
    assert len(re.findall(r"^x-ratelimit-[a-z]+: \d+\r$", head, re.MULTILINE)) == 5
    assert set(ask("/3/credits").json["data"]) == {
        "UserLimit", "UserRemaining", "UserReset", "ClientLimit", "ClientRemaining",
    }  # fmt: skip


def test_no_key_is_401_a_wrong_one_403_in_the_form_of_the_family(imgur: Standin, fetch: Ask) -> None:
    missing, wrong = (
        fetch(imgur.api + "/3/gallery/hot"),
        fetch(imgur.api + "/3/gallery/hot", authorization="Client-ID x"),
    )
    assert (missing.status, missing.json["data"]["error"]) == (401, "Authentication required")
    assert (wrong.status, wrong.json["data"]["error"]) == (403, "Invalid client_id")
    assert wrong.json["success"] is False
    assert wrong.json["data"]["request"] == "/3/gallery/hot"
    newer = fetch(imgur.api + "/post/v1/posts?client_id=x")
    assert (newer.status, newer.json["errors"][0]["code"]) == (403, "403")
    assert fetch(imgur.api + f"/3/gallery/hot?client_id={imgur.client_id}").status == 200


def test_used_up_credits_are_429(fetch: Ask) -> None:
    with standin.start(credits=1, posts=5) as running:
        key = f"Client-ID {running.client_id}"
        answers = [fetch(running.api + "/3/gallery/hot", authorization=key) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 429]
    assert answers[1].json["data"]["error"] == "Daily client requests exceeded"
    assert answers[1].headers["x-ratelimit-clientremaining"] == "0"


@pytest.mark.parametrize("path", NOWHERE)
def test_what_is_not_there_is_404_in_json(ask: Ask, path: str) -> None:
    answer = ask(path)
    assert answer.status == 404
    assert answer.json.keys() & {"data", "errors"}


def test_accounts_closed_to_strangers_want_authentication(ask: Ask) -> None:
    assert ask("/3/account/me/images").status == 401


def test_the_newer_api_has_no_envelope(ask: Ask) -> None:
    posts = ask("/3/gallery/hot/viral/0").json["data"]
    album, single = (next(post for post in posts if post["is_album"] is kind) for kind in (True, False))
    whole = ask(f"/post/v1/albums/{album['id']}?include=media,tags,account").json
    assert (whole["id"], whole["is_album"]) == (album["id"], True)
    medium = ask(f"/post/v1/media/{single['id']}").json["media"][0]
    assert {"id", "ext", "metadata", "created_at", "url", "mime_type"} <= set(medium)
    assert medium["ext"] in ("jpeg", "png", "gif")
    assert isinstance(medium["metadata"]["is_animated"], bool)
    assert ask(f"/post/v1/posts/{single['id']}").json["is_album"] is False
    assert ask(f"/post/v1/albums/{single['id']}").status == 404


def test_an_empty_album_has_no_media_key_in_the_newer_api(ask: Ask) -> None:
    posts = [post for page in range(4) for post in ask(f"/3/gallery/hot/viral/{page}").json["data"]]
    empty = next(post for post in posts if post.get("images_count") == 0)
    assert "media" not in ask(f"/post/v1/albums/{empty['id']}").json
    assert ask(f"/3/album/{empty['id']}/images").json["data"] == []


def test_lists_of_the_newer_api_count_from_one(ask: Ask) -> None:
    section = quote("filter[section]")
    first = ask(f"/post/v1/posts?{section}=eq:hot&include=cover,media&page=1&sort=-viral").json
    second = ask("/post/v1/posts?page=2&sort=-viral").json
    assert len(first) == 60
    assert {post["id"] for post in first}.isdisjoint(post["id"] for post in second)
    assert ask("/post/v1/posts/t/art?page=1&sort=-viral").json["posts"]


def test_a_form_sent_with_a_get_is_read_off(imgur: Standin) -> None:
    connection = http.client.HTTPConnection(urlsplit(imgur.api).netloc, timeout=10)
    headers = {"Authorization": f"Client-ID {imgur.client_id}", "Content-Type": "application/x-www-form-urlencoded"}
    for _ in range(3):
        connection.request("GET", "/3/gallery/search/time/all/0?q=waves", body="q=waves&x=1", headers=headers)
        reply = connection.getresponse()
        assert reply.status == 200
        reply.read()
    connection.close()


def test_links_begin_with_the_base_that_was_given(fetch: Ask) -> None:
    with standin.start(links_base="https://i.imgur.com/", posts=60) as running:
        key = f"Client-ID {running.client_id}"
        lists = [fetch(running.api + path, authorization=key) for path in ("/3/gallery/hot", "/post/v1/posts?page=1")]
    for answer in lists:
        assert answer.status == 200
        links = re.findall(rb'"(?:link|mp4|gifv|hls|url)": "(http[^"]+)"', answer.body)
        pictures = [link for link in links if not link.startswith(b"https://imgur.com/")]
        assert pictures
        assert all(link.startswith(b"https://i.imgur.com/") for link in pictures)
        assert b"127.0.0.1" not in answer.body


def test_ten_thousand_posts_list_more_than_ten_thousand_pictures(fetch: Ask) -> None:
    with standin.start(posts=10_000) as running:
        key, seen = f"Client-ID {running.client_id}", set()
        for page in range(0, 167, 20):
            posts = fetch(f"{running.api}/3/gallery/user/time/{page}", authorization=key).json["data"]
            seen |= {image["link"] for post in posts for image in post.get("images", [post])}
    assert len(seen) > 9 * 60


@pytest.mark.parametrize(("faults", "status"), [("random-gone", 404), ("random-empty", 200)])
def test_the_random_gallery_can_be_gone(fetch: Ask, faults: str, status: int) -> None:
    with standin.start(faults=faults, posts=5) as running:
        answer = fetch(running.api + "/3/gallery/random/random/0", authorization=f"Client-ID {running.client_id}")
        hot = fetch(running.api + "/3/gallery/hot", authorization=f"Client-ID {running.client_id}")
    assert answer.status == status
    assert not (status == 200 and answer.json["data"])
    assert hot.json["data"]


def test_the_same_seed_gives_the_same_answers(fetch: Ask) -> None:
    def page(seed: int) -> Any:
        with standin.start(seed=seed, posts=30, links_base="https://i.imgur.com") as running:
            return fetch(running.api + "/3/gallery/hot", authorization=f"Client-ID {running.client_id}").body

    assert page(4) == page(4) != page(5)
