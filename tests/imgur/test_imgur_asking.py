"""Asking: pauses are as long as they must be, credits are kept, and a refusal ends the run in two lines."""

from __future__ import annotations

from typing import Any

import pytest
from imgur_stage import Stage, refusal, reply

from pixhaul.errors import ApiRefused
from pixhaul.imgur.asking import Asker, Stopped
from pixhaul.imgur.troubles import Answer, Trouble
from pixhaul.models import ApiReply, Reason
from pixhaul.options import Options

BUSY = refusal("Imgur is temporarily over capacity. Please try again later.", 429)
FINE = reply([1])


def left(user: int, reset: str, status: int = 200) -> ApiReply:
    headers = {"x-ratelimit-userremaining": str(user), "x-ratelimit-userlimit": "500", "x-ratelimit-userreset": reset}
    return reply([1], status, headers)


def ask(stage: Stage, times: int = 1) -> Answer | Trouble:
    asker = Asker(stage, "imgur:hot")
    told = asker.ask("/3/x")
    for _ in range(times - 1):
        told = asker.ask("/3/x")
    return told


def refused(stage: Stage, times: int = 1) -> ApiRefused:
    with pytest.raises(ApiRefused) as caught:
        ask(stage, times)
    assert "\n" not in caught.value.message + caught.value.hint
    assert caught.value.hint
    return caught.value


def test_without_a_client_id_it_says_so_in_two_lines() -> None:
    said = refused(Stage(has_api=False))
    assert "imgur:hot" in said.message
    assert "2025" in said.message
    assert all(words in said.hint for words in ("--client-id", "IMGUR_CLIENT_ID", "pixhaul demo"))


@pytest.mark.parametrize("words", ["Invalid client_id", "Authentication required", "Banned Country Attempt (IN)"])
def test_a_refusal_ends_the_run_at_once_and_is_quoted(words: str) -> None:
    stage = Stage({"/3/x": refusal(words, 403)})
    assert words in refused(stage).message
    assert stage.waits == []


def test_a_wrong_address_of_the_api_ends_the_run_unless_it_has_answered_before() -> None:
    unsafe = refusal("HTTP Access is disabled. Requests must use SSL (HTTPS).", 400)
    assert "IMGUR_API" in refused(Stage({"/3/x": unsafe})).hint
    assert isinstance(ask(Stage({"/3/x": [FINE, unsafe]}), 2), Trouble)


def test_over_capacity_is_waited_for_with_growing_pauses() -> None:
    stage = Stage({"/3/x": [BUSY, BUSY, BUSY, FINE]})
    assert ask(stage) == Answer([1])
    assert stage.waits == [1, 2, 4]
    assert len(stage.said) == 3


def test_over_capacity_for_good_ends_the_run_after_a_bounded_time() -> None:
    stage = Stage({"/3/x": BUSY})
    refused(stage)
    assert 200 <= sum(stage.waits) <= 300


def test_without_retries_nobody_waits_for_capacity() -> None:
    stage = Stage({"/3/x": BUSY}, Options(retries=0))
    refused(stage)
    assert stage.waits == []


def test_the_wait_that_is_asked_for_is_kept_or_the_run_ends() -> None:
    stage = Stage({"/3/x": [reply(status=429, body=b"", headers={"retry-after": "20"}), FINE]})
    assert ask(stage) == Answer([1])
    assert stage.waits == [20]
    stage = Stage({"/3/x": refusal("Please wait 59 more minutes.", 429)})
    assert "59 minutes" in refused(stage).hint
    assert stage.waits == []


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (reply(status=502, body=b"Bad error"), Reason.SERVER_ERROR),
        (reply(status=200, body=b"<html>"), Reason.SERVER_ERROR),
        (reply(status=0, error="timeout"), Reason.TIMEOUT),
        (reply(status=0, error="dns"), Reason.DNS),
    ],
)
def test_a_broken_server_is_tried_again_a_few_times(trouble: ApiReply, reason: Reason) -> None:
    stage = Stage({"/3/x": [trouble, trouble, FINE]})
    assert ask(stage) == Answer([1])
    stage = Stage({"/3/x": trouble})
    told = ask(stage)
    assert isinstance(told, Trouble)
    assert told.reason is reason
    assert stage.waits == [1, 2, 4]


def test_what_cannot_change_is_not_tried_again() -> None:
    for trouble in (refusal("Unable to find it", 404), reply(status=0, error="address-refused"), reply(False, 400)):
        stage = Stage({"/3/x": trouble})
        assert isinstance(ask(stage), Trouble)
        assert len(stage.asked) == 1


def test_calls_stop_before_the_credits_are_used_up() -> None:
    stage = Stage({"/3/x": left(10, "60")})
    assert ask(stage) == Answer([1])
    assert stage.waits == []
    stage = Stage({"/3/x": [left(10, "60"), left(499, "3600")]})
    assert ask(stage, 2) == Answer([1])
    assert stage.waits == [60]


def test_credits_that_are_far_off_end_the_run_and_say_when_they_come() -> None:
    stage = Stage({"/3/x": left(3, "1800003600")})
    said = refused(stage, 2)
    assert "3 of 500" in said.message
    assert "2027-01-15 09:00 UTC" in said.hint
    assert len(stage.asked) == 1


def test_a_used_up_day_ends_the_run() -> None:
    stage = Stage({"/3/x": refusal("Daily client requests exceeded", 429)})
    assert "by 2027-01-16" in refused(stage).hint
    assert stage.waits == []


def test_a_used_up_hour_that_ends_soon_is_waited_for() -> None:
    stage = Stage({"/3/x": [left(0, "120", 429), FINE]})
    assert ask(stage) == Answer([1])
    assert stage.waits == [120]


def test_sources_of_one_run_share_what_is_known_of_the_credits() -> None:
    stage = Stage({"/3/x": left(2, "3000")})
    ask(stage)
    refused(stage)
    assert len(stage.asked) == 1


def test_a_refusal_of_one_source_holds_for_all_and_is_waited_for_once() -> None:
    stage = Stage({"/3/x": BUSY})
    first = refused(stage)
    waited = len(stage.waits)
    assert refused(stage) is first
    assert len(stage.waits) == waited


def test_a_context_without_a_memory_is_served() -> None:
    class Forgetful(Stage):
        def __getattribute__(self, name: str) -> Any:
            if name == "memory":
                raise AttributeError(name)
            return super().__getattribute__(name)

    assert ask(Forgetful({"/3/x": FINE})) == Answer([1])


def test_a_stopped_run_is_not_kept_waiting() -> None:
    with pytest.raises(Stopped):
        ask(Stage({"/3/x": BUSY}, stops=True))
