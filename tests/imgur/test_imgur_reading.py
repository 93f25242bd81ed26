"""Reading: albums come whole and once, calls are saved, and one bad album never stops the rest."""

from __future__ import annotations

from typing import Any

import pytest
from imgur_stage import Stage, album, listing, picture, refusal, reply

from pixhaul.errors import ApiRefused
from pixhaul.models import Failed, Job, Reason
from pixhaul.options import Options

HOT = "/3/gallery/hot/viral/day/"


def pictures(*identifiers: str) -> list[dict[str, Any]]:
    return [picture(identifier) for identifier in identifiers]


def link(identifier: str) -> str:
    return f"https://i.imgur.com/{identifier}.jpg"


def failures(found: list[Job | Failed]) -> list[tuple[str, Reason]]:
    return [(entry.job.url, entry.reason) for entry in found if isinstance(entry, Failed)]


def test_an_album_that_is_cut_costs_one_call_and_a_whole_one_none() -> None:
    posts = [
        album("AlbA1", pictures("pa1", "pa2", "pa3"), 5),
        album("AlbB1", pictures("pb1"), 1),
        album("AlbC1", None),
        picture("pd1"),
    ]
    stage = Stage(listing(HOT, [posts]))
    stage.replies["/3/album/AlbA1/images"] = reply(pictures("pa1", "pa2", "pa3", "pa4", "pa5"))
    stage.replies["/3/album/AlbC1/images"] = reply(pictures("pc1"))
    names = ["pa1", "pa2", "pa3", "pa4", "pa5", "pb1", "pc1", "pd1"]
    assert stage.links("imgur:hot") == [link(name) for name in names]
    assert len(stage.asked) == 4


def test_positions_count_in_the_album_or_in_the_listing() -> None:
    stage = Stage(listing(HOT, [[picture("pa1"), album("AlbB1", pictures("pb1", "pb2"), 2)], [picture("pc1")]]))
    jobs = [entry for entry in stage.read("imgur:hot") if isinstance(entry, Job)]
    assert [dict(job.meta)["index"] for job in jobs] == [1, 1, 2, 3]
    assert [dict(job.meta).get("album") for job in jobs] == [None, "AlbB1", "AlbB1", None]


def test_the_rest_of_an_album_keeps_its_place() -> None:
    stage = Stage(listing(HOT, [[album("AlbA1", pictures("pa1"), 3)]]))
    stage.replies["/3/album/AlbA1/images"] = reply(pictures("pa1", "pa2", "pa3"))
    jobs = [entry for entry in stage.read("imgur:hot") if isinstance(entry, Job)]
    assert [(job.url, dict(job.meta)["index"]) for job in jobs] == [(link(f"pa{n}"), n) for n in (1, 2, 3)]


def test_a_limit_asks_for_nothing_that_is_not_taken() -> None:
    posts = [album("AlbA1", pictures("pa1", "pa2", "pa3"), 9), picture("pb1")]
    stage = Stage(listing(HOT, [posts]), Options(limit=3))
    assert len(stage.links("imgur:hot")) == 3
    assert stage.asked == [f"{HOT}0?album_previews=true"]
    assert Stage(options=Options(limit=0)).read("imgur:hot") == []


def test_who_stops_pulling_stops_the_asking() -> None:
    stage = Stage(listing(HOT, [pictures("pa1"), pictures("pb1"), pictures("pc1")]))
    assert len(stage.read("imgur:hot", most=2)) == 2
    assert len(stage.asked) == 2


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (refusal("Unable to find an album with the id, AlbA1", 404), Reason.NOT_FOUND),
        (refusal({"code": 500, "message": "Could not complete request"}, 500), Reason.SERVER_ERROR),
        (reply(status=200, body=b"<html>"), Reason.SERVER_ERROR),
        (reply(status=0, error="timeout"), Reason.TIMEOUT),
        (refusal("something else", 400), Reason.HTTP_ERROR),
    ],
)
def test_one_bad_album_never_stops_the_rest(trouble: Any, reason: Reason) -> None:
    stage = Stage(listing(HOT, [[album("AlbA1", pictures("pa1"), 9), picture("pb1")]]))
    stage.replies["/3/album/AlbA1/images"] = trouble
    found = stage.read("imgur:hot")
    assert [entry.url for entry in found if isinstance(entry, Job)] == [link("pa1"), link("pb1")]
    assert failures(found) == [("https://imgur.com/a/AlbA1", reason)]


def test_the_same_picture_comes_once() -> None:
    posts = [album("AlbA1", pictures("pa1", "pb1"), 2), picture("pa1"), album("AlbB1", pictures("pb1", "pc1"), 2)]
    assert Stage(listing(HOT, [posts])).links("imgur:hot") == [link("pa1"), link("pb1"), link("pc1")]


def test_films_are_left_out_of_lists_and_fail_where_they_were_named() -> None:
    film = picture("fa1", type="video/mp4", link="https://i.imgur.com/fa1.mp4")
    stage = Stage(listing(HOT, [[film, picture("pa1")]]))
    assert [entry.url for entry in stage.read("imgur:hot") if isinstance(entry, Job)] == [link("pa1")]
    assert "1 film;" in stage.said[-1]
    stage = Stage({"/3/album/AlbA1": reply(album("AlbA1", [film, picture("pa1")], 2))})
    found = stage.read("imgur:a/AlbA1")
    assert failures(found) == [("https://i.imgur.com/fa1.mp4", Reason.TYPE_REFUSED)]
    assert len(found) == 2


def test_unwanted_types_fail_without_a_transfer() -> None:
    stage = Stage(listing(HOT, [[picture("pa1"), picture("pb1", type="image/png")]]), Options(types=frozenset({"png"})))
    assert failures(stage.read("imgur:hot")) == [(link("pa1"), Reason.TYPE_REFUSED)]


def test_a_picture_page_costs_no_call_and_needs_no_client_id() -> None:
    stage = Stage(has_api=False)
    (job,) = stage.read("http://imgur.com/a-title-AbC1234")
    assert isinstance(job, Job)
    assert job.url == link("AbC1234")
    assert dict(job.meta) == {"id": "AbC1234", "page": "http://imgur.com/a-title-AbC1234"}
    stage = Stage()
    assert stage.links("imgur.com/AbC1234") == [link("AbC1234")]
    assert stage.asked == []


def test_an_api_that_is_not_imgurs_own_is_asked_where_its_pictures_lie() -> None:
    there = picture("AbC1234", link="http://127.0.0.1:81/AbC1234.jpg")
    stage = Stage({"/3/image/AbC1234": reply(there)}, base="http://127.0.0.1:80", local=True)
    (job,) = stage.read("https://imgur.com/AbC1234")
    assert isinstance(job, Job)
    assert (job.url, job.local) == ("http://127.0.0.1:81/AbC1234.jpg", True)
    assert failures(stage.read("https://imgur.com/other12")) == [("https://imgur.com/other12", Reason.NOT_FOUND)]


def test_a_gallery_page_may_be_an_album_a_picture_or_gone_from_the_gallery() -> None:
    page = "https://imgur.com/gallery/AbC1234"
    whole = album("AbC1234", pictures("pa1", "pa2"), 2)
    assert Stage({"/3/gallery/AbC1234": reply(whole)}).links(page) == [link("pa1"), link("pa2")]
    assert Stage({"/3/gallery/AbC1234": reply(picture("AbC1234"))}).links(page) == [link("AbC1234")]
    assert Stage({"/3/album/AbC1234": reply(whole)}).links(page) == [link("pa1"), link("pa2")]
    stage = Stage()
    assert stage.links(page) == [link("AbC1234")]
    assert stage.asked == ["/3/gallery/AbC1234", "/3/album/AbC1234"]


def test_a_named_album_comes_in_any_shape() -> None:
    for data in (album("AlbA1", pictures("pa1", "pa2"), 2), pictures("pa1", "pa2"), album("AlbA1", pictures("pa1"), 2)):
        stage = Stage({"/3/album/AlbA1": reply(data), "/3/album/AlbA1/images": reply(pictures("pa1", "pa2"))})
        assert stage.links("imgur:a/AlbA1") == [link("pa1"), link("pa2")]


def test_a_count_that_is_wrong_costs_one_call_and_fails_nothing() -> None:
    stage = Stage({"/3/album/AlbA1": reply(album("AlbA1", pictures("pa1"), 27))})
    assert len(stage.read("imgur:a/AlbA1")) == 1
    stage.replies["/3/album/AlbA1/images"] = reply(pictures("pa1"))
    stage.asked.clear()
    assert len(stage.read("imgur:a/AlbA1")) == 1
    assert len(stage.asked) == 2


def test_an_empty_album_is_no_failure_and_is_told() -> None:
    images: list[Any] | None
    for images in ([], None):
        stage = Stage({"/3/album/AlbA1": reply(album("AlbA1", images, 0))})
        assert stage.read("imgur:a/AlbA1") == []
        assert "no pictures" in stage.said[-1]


@pytest.mark.parametrize("text", ["imgur:a/AlbA1", "imgur:r/nowhere", "imgur:u/nobody", "imgur:t/nothing"])
def test_what_is_not_there_fails_under_the_name_that_was_given(text: str) -> None:
    assert failures(Stage().read(text)) == [(text, Reason.NOT_FOUND)]


def test_the_random_gallery_is_used_while_it_answers() -> None:
    pages = listing("/3/gallery/random/random/", [pictures("pa1", "pa2", "pa3", "pa4"), pictures("pb1")])
    stage = Stage(dict(pages))
    assert stage.links("imgur:random") == [link(name) for name in ("pa1", "pa2", "pa3", "pa4", "pb1")]
    assert len(stage.asked) == 3
    orders = [tuple(Stage(dict(pages), Options(seed=seed)).links("imgur:random")) for seed in (1, 1, 2, 3, 4)]
    assert orders[0] == orders[1]
    assert len(set(orders)) > 1


@pytest.mark.parametrize(
    "silence", [refusal("gone", 404), reply([]), reply(status=200, body=b""), reply(status=500, body=b"")]
)
def test_where_the_random_gallery_is_silent_a_seeded_draw_stands_in(silence: Any) -> None:
    replies = {"/3/gallery/random/random/0": silence, **listing(HOT, [pictures("pa1", "pa2"), pictures("pb1")])}
    first, second = (Stage(dict(replies), Options(seed=5)).links("imgur:random") for _ in range(2))
    assert first == second
    assert sorted(first) == [link("pa1"), link("pa2"), link("pb1")]
    unseeded = Stage(dict(replies))
    drawn = unseeded.links("imgur:random")
    seed = int(unseeded.said[0].rpartition("--seed ")[2])
    assert Stage(dict(replies), Options(seed=seed)).links("imgur:random") == drawn


def test_a_refusal_is_not_taken_for_a_silent_random_gallery() -> None:
    with pytest.raises(ApiRefused):
        Stage({"/3/gallery/random/random/0": refusal("Invalid client_id", 403)}).read("imgur:random")
