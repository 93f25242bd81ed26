"""The source: what is Imgur's becomes jobs, and a run that stops ends it quietly."""

from __future__ import annotations

import pytest
from imgur_stage import Stage, refusal

from pixhaul.errors import ApiRefused, UsageError
from pixhaul.models import Failed, Job, Reason
from pixhaul.sources import imgur


def test_direct_links_need_no_api_at_all() -> None:
    (job,) = Stage(has_api=False).read(" http://i.imgur.com/AbC1234.gifv?1 ")
    assert isinstance(job, Job)
    assert job.url == "https://i.imgur.com/AbC1234.gif"
    assert not job.local


def test_a_link_that_needs_no_tidying_is_given_as_it_was() -> None:
    assert Stage(has_api=False).read("https://i.imgur.com/AbC1234.jpg") == [
        Job("https://i.imgur.com/AbC1234.jpg", "", (("id", "AbC1234"),))
    ]


def test_only_what_needs_the_api_is_said_to_ask_the_network() -> None:
    for text in ("i.imgur.com/AbC1234.jpg", "imgur.com/AbC1234", "imgur.com/upload", "imgur:hto"):
        assert not imgur.asks_network(text)
    for text in ("imgur:hot", "imgur.com/a/AbC12", "imgur.com/gallery/AbC1234", "imgur:random"):
        assert imgur.asks_network(text)


def test_a_wrong_short_form_is_refused_before_anything_is_read() -> None:
    with pytest.raises(UsageError):
        imgur.jobs("imgur:hto", Stage())


def test_what_needs_the_api_says_so_when_there_is_no_client_id() -> None:
    with pytest.raises(ApiRefused) as refused:
        Stage(has_api=False).read("https://imgur.com/gallery/AbC1234")
    assert refused.value.exit_code == 4


def test_a_page_without_pictures_fails_and_ends_nothing() -> None:
    (failed,) = Stage().read("https://imgur.com/upload")
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.BAD_URL


def test_a_stopped_run_ends_the_source_quietly() -> None:
    busy = refusal("Imgur is temporarily over capacity. Please try again later.", 429)
    stage = Stage({"/3/gallery/hot/viral/day/0": busy}, stops=True)
    assert stage.read("imgur:hot") == []
    assert len(stage.asked) == 1
