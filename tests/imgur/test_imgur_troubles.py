"""Troubles: every error that Imgur is known to send is told for what it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imgur_stage import refusal, reply

from pixhaul.imgur.troubles import Answer, Kind, Trouble, classify
from pixhaul.models import ApiReply, Reason

CAPACITY = "Imgur is temporarily over capacity. Please try again later."
TOO_MANY = {"errors": [{"id": "legacy-api-1/2-3", "code": "429", "status": "Too Many Requests", "detail": "Too Many"}]}
OBJECT = {"code": 500, "message": "Could not complete request", "type": "ImgurException", "exception": {}}


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (refusal("Authentication required", 401), Kind.CREDENTIALS),
        (refusal("Invalid client_id", 403), Kind.CREDENTIALS),
        (refusal("The access token provided is invalid.", 403), Kind.CREDENTIALS),
        (refusal("Unauthorized", 403), Kind.CREDENTIALS),
        (refusal("You do not have permission to see it", 403), Kind.FORBIDDEN),
        (reply(body={"message": "Missing Mashape application key.Go to http://x"}), Kind.CREDENTIALS),
        (reply(status=403, body=b"<html>403</html>"), Kind.COUNTRY),
        (refusal("Banned Country Attempt (IN)", 403), Kind.COUNTRY),
        (reply(body=b"Banned Country Attempt (IN)"), Kind.COUNTRY),
        (reply(status=451, body=b""), Kind.COUNTRY),
        (refusal(CAPACITY, 403), Kind.CAPACITY),
        (refusal(CAPACITY, 429), Kind.CAPACITY),
        (refusal(CAPACITY, 500), Kind.CAPACITY),
        (reply(status=200, body={"data": {"error": CAPACITY}, "success": False, "status": 1203}), Kind.CAPACITY),
        (reply(status=503, body=b"<html>Imgur is over capacity!</html>"), Kind.CAPACITY),
        (reply(status=200, body={"data": None, "success": False, "status": 1203}), Kind.CAPACITY),
        (reply(status=429, body=TOO_MANY), Kind.CAPACITY),
        (reply(status=429, body=TOO_MANY, headers={"x-ratelimit-clientremaining": "0"}), Kind.CREDITS),
        (refusal("Daily client requests exceeded", 429), Kind.CREDITS),
        (reply(status=429, body=b""), Kind.CAPACITY),
        (refusal("Unable to find an image with the id, client_id", 404), Kind.NOT_FOUND),
        (reply(status=404, body=b"<!doctype html><title>404</title>"), Kind.NOT_FOUND),
        (reply(status=404, body=b""), Kind.NOT_FOUND),
        (reply({"error": "Album not foundlzpo", "request": "/3/x"}), Kind.NOT_FOUND),
        (refusal("HTTP Access is disabled. Requests must use SSL (HTTPS).", 400), Kind.SETTINGS),
        (refusal("Invalid Pin", 400), Kind.REQUEST),
        (reply(False, 400), Kind.REQUEST),
        (refusal(OBJECT, 500), Kind.SERVER),
        (reply(body={"data": "An error occurred", "success": False, "status": 500}), Kind.SERVER),
        (reply(status=502, body=b"Bad error"), Kind.SERVER),
        (reply(status=200, body=b"<html>the front page</html>"), Kind.SERVER),
        (reply(status=200, body=b""), Kind.SERVER),
        (reply(status=200, body=b"[" * 100_000), Kind.SERVER),
        (reply(status=200, body=b"\xff\xfe{"), Kind.SERVER),
        (reply(status=302, body=b""), Kind.REQUEST),
        (reply(status=0, error="dns", detail="no such host"), Kind.NETWORK),
        (reply(status=200, error="truncated"), Kind.NETWORK),
    ],
)
def test_an_error_is_told_by_what_it_says(given: ApiReply, kind: Kind) -> None:
    told = classify(given)
    assert isinstance(told, Trouble)
    assert told.kind is kind
    assert told.words
    assert "\n" not in told.words


@pytest.mark.parametrize("data", [[], {}, [1], {"id": "x"}, 5, True, None, "basic"])
def test_any_data_without_an_error_is_an_answer(data: Any) -> None:
    assert classify(reply(data)) == Answer(data)


def test_an_answer_without_an_envelope_is_one() -> None:
    assert classify(reply(body=[{"id": "x"}])) == Answer([{"id": "x"}])
    assert classify(reply(body={"id": "x", "images": []})) == Answer({"id": "x", "images": []})


def test_the_network_keeps_its_reason() -> None:
    told = classify(reply(status=0, error="dns", detail="no such host"))
    assert told == Trouble(Kind.NETWORK, "no such host", 0, Reason.DNS)
    odd = classify(reply(status=0, error="solar-wind"))
    assert isinstance(odd, Trouble)
    assert odd.reason is Reason.CONNECT


def test_a_wait_is_taken_from_429_and_503_and_from_words_only() -> None:
    for status, wait in ((429, 7.0), (503, 7.0), (500, None)):
        told = classify(reply(status=status, body=b"", headers={"retry-after": "7"}))
        assert isinstance(told, Trouble)
        assert told.wait == wait
    told = classify(refusal({"code": 429, "message": "Too fast. Please wait 59 more minutes."}, 429))
    assert isinstance(told, Trouble)
    assert told.wait == 3540


def test_words_for_a_terminal_hold_nothing_that_steers_it() -> None:
    told = classify(refusal("a\x1b[31m\nb" + "x" * 900, 400))
    assert isinstance(told, Trouble)
    assert told.words.isprintable()
    assert len(told.words) <= 200


QUOTED = {
    "Imgur is temporarily over capacity. Please try again later.": Kind.CAPACITY,
    "Daily client requests exceeded": Kind.CREDITS,
    "Invalid client_id": Kind.CREDENTIALS,
    "The access token provided is invalid.": Kind.CREDENTIALS,
    "Unauthorized": Kind.CREDENTIALS,
    "HTTP Access is disabled. Requests must use SSL (HTTPS).": Kind.SETTINGS,
    "Unable to find an album with the id, Q1s4N": Kind.NOT_FOUND,
    "Tag does not exist": Kind.NOT_FOUND,
    "Not following tag": Kind.REQUEST,
    "Imgur is over capacity. Please try again.": Kind.CAPACITY,
    "Banned Country Attempt (IN)": Kind.COUNTRY,
    "An error occurred": Kind.SERVER,
}


def test_every_error_that_people_quoted_is_told(recorded: Path) -> None:
    entries = json.loads((recorded / "errors_quoted_in_threads" / "errors.json").read_text())
    for entry in entries:
        body = entry["body"]
        raw = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body else b"x" * 142
        told = classify(ApiReply(entry["http_status"] or 200, entry.get("headers", {}), raw))
        assert isinstance(told, Trouble), entry
        for words, kind in QUOTED.items():
            if words in raw.decode():
                assert told.kind is kind, entry
        if "headers" in entry:
            assert told.kind is Kind.CREDITS, entry


def test_every_recorded_error_is_one_and_every_recorded_answer_is_none(recorded: Path) -> None:
    for path in sorted(recorded.rglob("*.json")):
        if "errors_quoted" in str(path) or "oscarotero" in str(path):
            continue
        is_error = any(
            word in path.name + path.parent.name for word in ("rror", "invalid", "notfound", "bad", "Mashape")
        )
        told = classify(ApiReply(200, {}, path.read_bytes()))
        assert isinstance(told, Trouble) is is_error, path


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 1300), st.sampled_from(["", "dns", "x"]))
def test_no_reply_breaks_the_reading(body: bytes, status: int, error: str) -> None:
    assert isinstance(classify(ApiReply(status, {"retry-after": "soon"}, body, error)), Answer | Trouble)


@settings(max_examples=200, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            name: st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                lambda inner: (
                    st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["error", "message"]), inner)
                ),
                max_leaves=4,
            )
            for name in ("data", "success", "status", "errors", "error", "message")
        },
    ),
    st.sampled_from([200, 400, 403, 429, 500]),
)
def test_no_envelope_breaks_the_reading(envelope: dict[str, Any], status: int) -> None:
    assert isinstance(classify(reply(status=status, body=envelope)), Answer | Trouble)
