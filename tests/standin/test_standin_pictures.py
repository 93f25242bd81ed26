"""The picture port as Imgur's is: any extension, ranges, validators, thumbnails, removed.png; and the pictures."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from pixhaul import standin
from pixhaul.standin import Standin
from pixhaul.standin.catalog import made
from pixhaul.standin.plates import PLANS
from pixhaul.standin.prints import film

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def links(ask: Ask) -> dict[str, str]:
    """A link of each type."""
    posts = ask("/3/gallery/random/random/").json["data"]
    found = {post["type"]: post["link"] for post in posts if "type" in post and post["size"] < 1e6}
    moving = [image["link"] for post in posts for image in post.get("images", [post]) if image.get("animated")]
    return found | {"moving": next(link for link in moving if not link.endswith("h.gif"))}


def test_a_picture_comes_with_its_type_length_and_validators(fetch: Ask, links: dict[str, str]) -> None:
    for mime in ("image/jpeg", "image/png", "image/gif"):
        answer = fetch(links[mime])
        assert answer.status == 200
        assert answer.headers["content-type"] == mime
        assert int(answer.headers["content-length"]) == len(answer.body)
        assert answer.headers["etag"] == f'"{hashlib.md5(answer.body).hexdigest()}"'  # noqa: S324  # as Imgur's are
        assert answer.headers["accept-ranges"] == "bytes"
        assert answer.headers["last-modified"].endswith("GMT")


def test_the_extension_does_not_matter(fetch: Ask, links: dict[str, str]) -> None:
    stem = links["image/png"].rpartition(".")[0]
    bodies = {fetch(f"{stem}.{extension}").body for extension in ("png", "jpg", "jpeg", "gif", "webp", "mp4", "xyz")}
    assert len(bodies) == 1
    assert fetch(f"{stem}.jpg?1").headers["content-type"] == "image/png"


def test_head_says_the_same_without_a_body(fetch: Ask, links: dict[str, str]) -> None:
    whole, head = fetch(links["image/jpeg"]), fetch(links["image/jpeg"], method="HEAD")
    assert head.body == b""
    assert head.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.parametrize(
    ("wish", "part"),
    [
        ("bytes=100-", slice(100, None)),
        ("bytes=0-99", slice(100)),
        ("bytes=-50", slice(-50, None)),
        ("bytes=10-10", slice(10, 11)),
        ("bytes=5-99999999", slice(5, None)),
    ],
)
def test_a_range_is_206_and_exact(fetch: Ask, links: dict[str, str], wish: str, part: slice) -> None:
    whole, answer = fetch(links["image/jpeg"]).body, fetch(links["image/jpeg"], range=wish)
    assert answer.status == 206
    assert answer.body == whole[part]
    start = part.indices(len(whole))[0]
    assert answer.headers["content-range"] == f"bytes {start}-{start + len(answer.body) - 1}/{len(whole)}"


def test_ranges_that_cannot_be_are_416_or_ignored(fetch: Ask, links: dict[str, str]) -> None:
    whole = fetch(links["image/jpeg"]).body
    beyond = fetch(links["image/jpeg"], range=f"bytes={len(whole)}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(whole)}")
    for wish in ("bytes=9-3", "bytes=-", "lines=1-2", "bytes=0-1,5-6", "bytes=a-b", "bytes=" + "9" * 5000 + "-"):
        assert fetch(links["image/jpeg"], range=wish).status == 200


def test_if_range_resumes_only_the_same_version(fetch: Ask, links: dict[str, str]) -> None:
    etag = fetch(links["image/jpeg"]).headers["etag"]
    assert fetch(links["image/jpeg"], range="bytes=9-", if_range=etag).status == 206
    assert fetch(links["image/jpeg"], range="bytes=9-", if_range='"other"').status == 200
    assert fetch(links["image/jpeg"], range="bytes=9-", if_range=f"W/{etag}").status == 200


def test_what_is_known_is_304(fetch: Ask, links: dict[str, str]) -> None:
    headers = fetch(links["image/jpeg"]).headers
    for condition in ({"if_none_match": headers["etag"]}, {"if_modified_since": headers["last-modified"]}):
        answer = fetch(links["image/jpeg"], **condition)
        assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", headers["etag"])
    assert fetch(links["image/jpeg"], if_none_match='"other"').status == 200


def test_an_unknown_id_leads_to_removed_png(imgur: Standin, fetch: Ask) -> None:
    answer, removed = fetch(imgur.images + "/nothere.jpg"), fetch(imgur.images + "/removed.png")
    assert (answer.status, answer.headers["location"]) == (302, "/removed.png")
    assert (removed.status, len(removed.body)) == (200, 503)
    assert removed.headers["etag"] == '"d835884373f4d6c8f24742ceabe74946"'
    Image.open(io.BytesIO(removed.body)).load()


def test_who_asks_for_a_page_gets_one(imgur: Standin, fetch: Ask, links: dict[str, str]) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for headers in (browser, {"referer": "https://elsewhere.example/"}):
        answer = fetch(links["image/jpeg"], **headers)
        assert answer.status == 302
        assert fetch(imgur.images + answer.headers["location"]).headers["content-type"].startswith("text/html")
    for headers in ({"accept": "image/*,*/*"}, {"referer": "https://imgur.com/"}):
        assert fetch(links["image/jpeg"], **headers).status == 200


def test_a_moving_picture_has_a_film_and_a_page(fetch: Ask, links: dict[str, str]) -> None:
    stem = links["moving"].rpartition(".")[0]
    movie, page = fetch(stem + ".mp4"), fetch(stem + ".gifv")
    assert movie.headers["content-type"] == "video/mp4"
    assert movie.body[4:8] == b"ftyp"
    assert page.headers["content-type"].startswith("text/html")
    assert len(film("a")) == len(film("b"))
    assert film("a") != film("b")


@pytest.mark.parametrize(("letter", "size"), [("s", (90, 90)), ("b", (160, 160)), ("t", 160), ("m", 320), ("l", 640)])
def test_a_letter_after_the_id_is_a_thumbnail(fetch: Ask, links: dict[str, str], letter: str, size: Any) -> None:
    stem, _, extension = links["image/png"].rpartition(".")
    answer = fetch(f"{stem}{letter}.{extension}")
    with Image.open(io.BytesIO(answer.body)) as small:
        assert answer.headers["content-type"] == "image/jpeg"
        assert small.size == size if isinstance(size, tuple) else max(small.size) <= size


def test_a_huge_gif_is_reduced_under_its_link_and_whole_under_its_id(ask: Ask, fetch: Ask) -> None:
    posts = [post for page in range(4) for post in ask(f"/3/gallery/hot/viral/{page}").json["data"]]
    images = [image for post in posts for image in post.get("images", [post])]
    link = next(image["link"] for image in images if image.get("link", "").endswith(image["id"] + "h.gif"))
    reduced, whole = fetch(link), fetch(link.replace("h.gif", ".gif"))
    assert reduced.body[:6] == whole.body[:6] == b"GIF89a"
    assert reduced.body != whole.body


def test_an_id_that_ends_in_h_is_not_taken_for_a_thumbnail(ask: Ask, fetch: Ask) -> None:
    posts = [post for page in range(4) for post in ask(f"/3/gallery/hot/viral/{page}").json["data"]]
    images = [image for post in posts for image in post.get("images", [post]) if "size" in image]
    image = next(image for image in images if image["id"].endswith("h") and 0 < image["size"] < 1e6)
    assert len(fetch(image["link"]).body) == image["size"]


def test_latency_and_bandwidth_slow_pictures_down(fetch: Ask) -> None:
    with standin.start(latency=0.2, bandwidth=200_000, posts=60) as running:
        key = f"Client-ID {running.client_id}"
        posts = fetch(running.api + "/3/gallery/random/random/", authorization=key).json["data"]
        image = next(post for post in posts if post.get("type") == "image/png")
        began = time.monotonic()
        body = fetch(image["link"]).body
        took = time.monotonic() - began
    assert len(body) == image["size"]
    assert 0.2 + 0.7 * len(body) / 200_000 < took < 5


def test_the_counters_tell_what_was_asked_for(fetch: Ask) -> None:
    with standin.start(posts=5) as running:
        for _ in range(2):
            fetch(running.images + "/nothere.jpg")
        counted = fetch(running.images + "/_requests").json
    assert counted["paths"] == {"/nothere.jpg": 2}
    assert counted["total"] == 2


def test_every_plate_loads_whole_and_has_the_size_of_a_picture() -> None:
    catalog = made(100, seed=1)
    for picture in list(catalog.pictures.values())[: 2 * len(PLANS)]:
        body = catalog.files.body(picture.id, picture.number)
        facts = catalog.files.facts(picture.id, picture.number)
        with Image.open(io.BytesIO(body)) as image:
            assert image.size == (facts.width, facts.height)
            assert Image.MIME[str(image.format)] == facts.mime
            assert getattr(image, "is_animated", False) == facts.animated
            for frame in range(getattr(image, "n_frames", 1)):
                image.seek(frame)
                image.load()
        assert len(body) == facts.size
        assert 20_000 <= len(body) <= 400_000


def test_both_kinds_of_jpeg_and_moving_gifs_are_among_them() -> None:
    catalog, kinds = made(60, seed=0), set()
    for picture in list(catalog.pictures.values())[: len(PLANS)]:
        with Image.open(io.BytesIO(catalog.files.body(picture.id, picture.number))) as image:
            kinds.add((image.format, bool(image.info.get("progressive")), getattr(image, "is_animated", False)))
    assert kinds == {
        ("JPEG", False, False),
        ("JPEG", True, False),
        ("PNG", False, False),
        ("GIF", False, False),
        ("GIF", False, True),
    }


def test_thousands_of_pictures_are_all_distinct() -> None:
    catalog = made(800, seed=0)
    bodies = {hash(catalog.files.body(picture.id, picture.number)) for picture in catalog.pictures.values()}
    assert len(bodies) == len(catalog.pictures) > 1500
