"""Faults: the grammar, whom they befall, and what each looks like on the wire."""

from __future__ import annotations

import gzip
import http.client
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul import standin
from pixhaul.standin.catalog import made
from pixhaul.standin.faults import FAULTS_OF_PICTURES, describe, plan
from pixhaul.standin.faults_api import API_FAULTS
from pixhaul.standin.messages import Reply, Request, Steps

Ask = Callable[..., Any]
GOOD = Reply(200, (("Content-Type", "image/png"), ("ETag", '"e"')), bytes(range(256)) * 4)
REQUEST = Request("GET", "/abcdefg.png", "", {})


def befallen(spec: str, count: int, seed: int = 0) -> list[int]:
    """The numbers of the pictures that do not get the good answer."""
    rules, good = plan(spec, seed), [_head(plan("").picture("x", 0, GOOD, REQUEST))]
    return [n for n in range(count) if _head(rules.picture(f"id{n}", n, GOOD, REQUEST)) not in good]


def _head(steps: Steps) -> bytes:
    first = next(iter(steps))
    return first.partition(b"\r\n")[0] if isinstance(first, bytes) else b""


@given(st.integers(1, 50), st.integers(0, 99), st.integers(40, 300))
@settings(max_examples=30, deadline=None)
def test_a_share_is_kept_in_any_number_of_pictures(percent: int, seed: int, count: int) -> None:
    struck = len(befallen(f"404={percent}%", count, seed))
    assert abs(struck - count * percent / 100) <= 3


def test_the_same_seed_strikes_the_same_pictures() -> None:
    assert befallen("404=5%,503=3/20", 200, 1) == befallen("404=5%,503=3/20", 200, 1) != befallen("404=20%", 200, 2)


def test_no_picture_has_two_faults_and_the_shares_add_up() -> None:
    assert len(befallen("404=50%,503=50%", 100)) == 100


def test_once_and_times_and_skip_count_for_each_picture() -> None:
    rules = plan("503:once")
    assert [_head(rules.picture(i, 0, GOOD, REQUEST)).split()[1] for i in "aabb"] == [b"503", b"200", b"503", b"200"]
    rules = plan("503:skip=1:times=2")
    heads = [_head(rules.picture("a", 0, GOOD, REQUEST)).split()[1] for _ in range(4)]
    assert heads == [b"200", b"503", b"503", b"200"]


def test_ids_can_be_named() -> None:
    rules = plan("404=abcde+fghij12")
    assert [_head(rules.picture(i, 0, GOOD, REQUEST)).split()[1] for i in ("abcde", "fghij12", "other")] == [
        b"404", b"404", b"200",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "spec",
    [
        *("nonsense", "404=", "404=5", "404=-5%", "404=101%", "404=60%,503=60%", "404=1/0", "404=5%:often", "404=ab"),
        *("cut=5%:after=x", "404:retry-after=1", "429:retry-after=-1", "404=5%:", "=5%", "once"),
    ],
)
def test_what_is_not_in_the_grammar_is_one_clear_line(spec: str) -> None:
    with pytest.raises(ValueError, match=r"\w+") as caught:
        plan(spec)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet="40493=%/:,+.abcutonegzip-", max_size=30))
@settings(max_examples=200, deadline=None)
def test_no_text_does_worse_than_a_value_error(text: str) -> None:
    try:
        plan(text)
    except ValueError:
        return


def test_every_fault_is_described() -> None:
    names = {line.partition(":")[0] for line in describe().splitlines()}
    assert names == {"random-gone", "random-empty", *FAULTS_OF_PICTURES, *API_FAULTS}


def body_of(link: str) -> tuple[int, dict[str, str], bytes, str]:
    """Status, headers, what came of the body, and how it ended: whole, short or broken."""
    parts = urlsplit(link)
    connection = http.client.HTTPConnection(parts.netloc, timeout=1.5)
    try:
        connection.request("GET", parts.path)
        reply = connection.getresponse()
        headers = {name.lower(): text for name, text in reply.getheaders()}
        try:
            return reply.status, headers, reply.read(), "whole"
        except http.client.IncompleteRead as exc:
            return reply.status, headers, exc.partial, "short"
        except OSError:
            return reply.status, headers, b"", "broken"
    except (http.client.HTTPException, OSError):
        return 0, {}, b"", "broken"
    finally:
        connection.close()


def picture(running: standin.Standin, fetch: Ask) -> str:
    key = f"Client-ID {running.client_id}"
    posts = fetch(running.api + "/3/gallery/random/random/", authorization=key).json["data"]
    return next(str(post["link"]) for post in posts if post.get("type") == "image/png")


EXPECTED = {
    "404": (404, "whole"), "429:retry-after=7": (429, "whole"), "503": (503, "whole"), "cut": (200, "short"),
    "cut-chunked": (200, "short"), "cut-no-length": (200, "whole"), "half-as-whole": (200, "whole"),
    "reset": (200, "broken"), "refuse": (0, "broken"), "hang-up": (0, "broken"), "stall": (200, "broken"),
    "late:seconds=0.1": (200, "whole"), "html": (200, "whole"), "html-as-jpeg": (200, "whole"),
    "empty": (200, "whole"), "removed": (302, "whole"), "removed-in-place": (200, "whole"),
    "redirect-loop": (302, "whole"), "redirect-page": (302, "whole"), "redirect-file": (302, "whole"),
    "short-length": (200, "whole"), "long-length": (200, "short"), "no-length": (200, "whole"),
    "chunked": (200, "whole"), "gzip": (200, "whole"), "wrong-type": (200, "whole"), "corrupt": (200, "whole"),
    "changed": (200, "whole"), "garbage": (0, "broken"),
}  # fmt: skip
"""Fault with options to status and ending."""

VICTIMS = dict(zip(EXPECTED, made(60, 0).pictures.values(), strict=False))
"""Each fault has a picture of its own."""


def spec() -> str:
    heads = ((name.partition(":"), picture.id) for name, picture in VICTIMS.items())
    return ",".join(f"{name}={identity}{colon}{options}" for (name, colon, options), identity in heads)


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Any]:
    """What each fault made of its picture, on one stand-in that has them all."""
    with standin.start(posts=60, faults=spec()) as running:
        return {name: body_of(f"{running.images}/{picture.id}.jpg") for name, picture in VICTIMS.items()}


@pytest.fixture(scope="module")
def wholes() -> dict[str, bytes]:
    """The same pictures as they should have been."""
    files = made(60, 0).files
    return {name: files.body(picture.id, picture.number) for name, picture in VICTIMS.items()}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_fault_ends_as_it_should(outcomes: dict[str, Any], name: str) -> None:
    status, _, _, ending = outcomes[name]
    assert (status, ending) == EXPECTED[name]


def test_the_faults_do_to_the_bytes_what_they_say(outcomes: dict[str, Any], wholes: dict[str, bytes]) -> None:
    got = {name: outcome[2] for name, outcome in outcomes.items()}
    for name in ("no-length", "chunked", "wrong-type", "late:seconds=0.1", "long-length"):
        assert got[name] == wholes[name]
    for name in ("cut", "cut-chunked", "cut-no-length", "half-as-whole", "short-length"):
        assert got[name] == wholes[name][: len(wholes[name]) // 2]
    assert gzip.decompress(got["gzip"]) == wholes["gzip"]
    assert len(got["corrupt"]) == len(wholes["corrupt"])
    assert got["corrupt"] != wholes["corrupt"]
    assert got["changed"] != wholes["changed"]
    assert got["empty"] == b""
    assert len(got["removed-in-place"]) == 503


def test_the_faults_say_in_the_headers_what_they_should(outcomes: dict[str, Any]) -> None:
    headers = {name: outcome[1] for name, outcome in outcomes.items()}
    assert headers["429:retry-after=7"]["retry-after"] == "7"
    assert "retry-after" not in headers["503"]
    assert headers["html"]["content-type"].startswith("text/html")
    assert headers["html-as-jpeg"]["content-type"] == "image/jpeg"
    assert headers["wrong-type"]["content-type"] == "text/plain"
    assert headers["gzip"]["content-encoding"] == "gzip"
    assert headers["removed"]["location"] == "/removed.png"
    assert headers["redirect-file"]["location"].startswith("file:")
    assert "content-length" not in headers["cut-no-length"]


def test_a_drip_and_an_endless_body_go_on(fetch: Ask) -> None:
    with standin.start(posts=60, faults="drip=50%:every=0.01,endless=50%") as running:
        link = picture(running, fetch)
        host, _, port = urlsplit(link).netloc.partition(":")
        with socket.create_connection((host, int(port)), timeout=5) as raw:
            raw.sendall(f"GET {urlsplit(link).path} HTTP/1.1\r\n\r\n".encode())
            sizes = [len(raw.recv(1 << 20)) for _ in range(20)]
    assert all(sizes)


def test_a_range_that_starts_elsewhere(fetch: Ask) -> None:
    with standin.start(posts=60, faults="bad-range") as running:
        answer = fetch(picture(running, fetch), range="bytes=1000-")
    assert answer.status == 206
    assert answer.headers["content-range"].startswith("bytes 1100-")


def test_a_cut_picture_can_be_resumed_to_its_end(fetch: Ask) -> None:
    with standin.start(posts=60, faults="cut:once") as running:
        link = picture(running, fetch)
        _, headers, part, ending = body_of(link)
        rest = fetch(link, range=f"bytes={len(part)}-", if_range=headers["etag"])
        assert (ending, rest.status) == ("short", 206)
        assert part + rest.body == fetch(link).body


API_EXPECTED = {
    "api-429": 429, "api-over-capacity": 403, "api-over-capacity-429": 429, "api-over-capacity-500": 500,
    "api-1203": 500, "api-401": 401, "api-403": 403, "api-banned": 403, "api-400": 400, "api-500": 500,
    "api-500-text": 500, "api-502": 502, "api-503": 503, "api-404-page": 404, "api-html": 200, "api-empty": 200,
    "api-error-in-200": 200,
}  # fmt: skip


def test_each_error_of_the_api_has_its_status() -> None:
    request = Request("GET", "/3/gallery/hot", "", {})
    heads = {name: _head(plan(name).api(GOOD, request)).split() for name in API_EXPECTED}
    assert {name: int(head[1]) for name, head in heads.items()} == API_EXPECTED


def test_faults_of_the_api_can_begin_in_the_middle_and_end(fetch: Ask) -> None:
    with standin.start(posts=5, faults="api-over-capacity:skip=1:times=1") as running:
        key = f"Client-ID {running.client_id}"
        answers = [fetch(running.api + "/3/gallery/hot", authorization=key) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 403, 200]
    assert "over capacity" in answers[1].json["data"]["error"]


def test_the_429_of_2024_has_no_data_and_a_code_in_quotes(fetch: Ask) -> None:
    with standin.start(posts=5, faults="api-429") as running:
        answer = fetch(running.api + "/3/gallery/hot", authorization=f"Client-ID {running.client_id}")
    assert answer.status == 429
    assert "data" not in answer.json
    assert answer.json["errors"][0]["code"] == "429"
    assert answer.headers["x-ratelimit-clientremaining"] == "0"


def test_a_reset_fails_at_once_and_harms_nobody_else(fetch: Ask) -> None:
    with standin.start(posts=60, faults="refuse:once") as running:
        link, began = picture(running, fetch), time.monotonic()
        assert body_of(link)[0] == 0
        assert body_of(link)[0] == 200
        assert time.monotonic() - began < 5
