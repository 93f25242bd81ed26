"""What a reply means, decided without I/O."""

from __future__ import annotations

import pytest

from pixhaul.judge import MOST_REFUSALS, REMOVED_DIGEST, Again, Refused, backoff, judge
from pixhaul.models import Attempt, Job, Picture, Reason, Reply
from pixhaul.options import Options

URL = "https://example.org/a.jpg"
WHOLE = Picture("jpeg", 10, 10)


def attempt(url: str = URL, **changes: object) -> Attempt:
    return Attempt(Job(url), url, "https://example.org")._replace(**changes)


def fate(reply: Reply, tried: Attempt | None = None, **options: object) -> object:
    return judge(tried or attempt(), reply, Options(**options), lambda: 1.0).fate  # type: ignore[arg-type]


def test_a_whole_picture_is_kept() -> None:
    assert fate(Reply(200, size=9, picture=WHOLE)) is None


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, Reason.FORBIDDEN),
        (403, Reason.FORBIDDEN),
        (404, Reason.NOT_FOUND),
        (410, Reason.NOT_FOUND),
        (418, Reason.HTTP_ERROR),
        (451, Reason.FORBIDDEN),
        (204, Reason.HTTP_ERROR),
        (304, Reason.HTTP_ERROR),
    ],
)
def test_a_status_that_will_not_change_fails_at_once(status: int, reason: Reason) -> None:
    said = fate(Reply(status))
    assert isinstance(said, Refused)
    assert said.reason is reason


@pytest.mark.parametrize("status", [408, 500, 502, 504, 520])
def test_a_passing_trouble_is_tried_again_until_the_tries_are_used_up(status: int) -> None:
    assert isinstance(fate(Reply(status)), Again)
    assert isinstance(fate(Reply(status), attempt(number=5)), Refused)


@pytest.mark.parametrize("error", ["dns", "connect", "timeout", "too-slow", "truncated"])
def test_a_broken_transfer_is_tried_again(error: str) -> None:
    assert isinstance(fate(Reply(error=error)), Again)
    assert isinstance(fate(Reply(error=error), retries=0), Refused)


@pytest.mark.parametrize("error", ["tls", "too-large", "address-refused", "http-error"])
def test_what_would_break_again_is_not_tried_again(error: str) -> None:
    assert isinstance(fate(Reply(error=error)), Refused)


@pytest.mark.parametrize("status", [429, 503])
def test_a_refusal_with_a_time_costs_no_try_but_not_for_ever(status: int) -> None:
    reply = Reply(status, retry_after=1.0)
    assert isinstance(fate(reply, attempt(number=5)), Again)
    assert isinstance(fate(reply, attempt(refusals=MOST_REFUSALS - 1)), Refused)
    assert isinstance(fate(reply, retries=0), Refused)


@pytest.mark.parametrize("status", [429, 503])
def test_a_bare_refusal_costs_a_try(status: int) -> None:
    assert isinstance(fate(Reply(status)), Again)
    assert isinstance(fate(Reply(status), attempt(number=5)), Refused)


def test_a_pause_of_more_than_an_hour_is_left_to_a_later_run() -> None:
    said = fate(Reply(429, retry_after=3601.0))
    assert isinstance(said, Refused)
    assert said.reason is Reason.RATE_LIMITED


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("file:///etc/passwd", Reason.REDIRECT_REFUSED),
        ("ftp://example.org/a.jpg", Reason.REDIRECT_REFUSED),
        ("javascript:alert(1)", Reason.REDIRECT_REFUSED),
        ("https://user:pw@example.org/", Reason.REDIRECT_REFUSED),
        ("/removed.png", Reason.REMOVED),
        ("https://cdn.example.org/removed.png", Reason.REMOVED),
        (URL, Reason.TOO_MANY_REDIRECTS),
        ("/before", Reason.TOO_MANY_REDIRECTS),
    ],
)
def test_a_redirect_that_leads_nowhere_good_fails(location: str, reason: Reason) -> None:
    said = fate(Reply(302, redirect=location), attempt(hops=("https://example.org/before",)))
    assert isinstance(said, Refused)
    assert said.reason is reason


def test_a_redirect_to_another_host_is_another_attempt_there() -> None:
    said = fate(Reply(302, redirect="//cdn.example.net/x.jpg"))
    assert isinstance(said, Again)
    assert said.hop is not None
    assert said.hop.origin == "https://cdn.example.net"


def test_the_eleventh_redirect_is_one_too_many() -> None:
    hops = tuple(f"https://example.org/{number}" for number in range(10))
    assert isinstance(fate(Reply(302, redirect="/next"), attempt(hops=hops[:9])), Again)
    assert isinstance(fate(Reply(302, redirect="/next"), attempt(hops=hops)), Refused)


@pytest.mark.parametrize(
    "target", ["https://imgur.com/AbC1234", "https://i.imgur.com/other.jpg", "https://example.org/"]
)
def test_imgur_leading_away_is_not_the_picture(target: str) -> None:
    said = fate(Reply(302, redirect=target), attempt("https://i.imgur.com/AbC1234.jpg"))
    assert isinstance(said, Refused)
    assert said.reason is Reason.REDIRECT_REFUSED


def test_imgur_leading_to_https_is_followed() -> None:
    said = fate(Reply(301, redirect="https://i.imgur.com/a.jpg"), attempt("http://i.imgur.com/a.jpg"))
    assert isinstance(said, Again)


@pytest.mark.parametrize("url", ["https://i.imgur.com/removed.png", "http://i.imgur.com/%72emoved.png?1"])
def test_the_address_of_imgurs_placeholder_is_no_picture_whatever_comes(url: str) -> None:
    said = fate(Reply(200, (), b"x", 600, picture=WHOLE), attempt(url))
    assert isinstance(said, Refused)
    assert said.reason is Reason.REMOVED
    elsewhere = attempt("https://example.org/removed.png?imgur.com")
    assert fate(Reply(200, (), b"x", 600, picture=WHOLE), elsewhere) is None


def test_imgurs_placeholder_is_removed_and_a_picture_of_its_size_is_not() -> None:
    placeholder = Reply(200, (("etag", f'"{REMOVED_DIGEST}"'),), b"x" * 503, 503, picture=WHOLE)
    said = fate(placeholder)
    assert isinstance(said, Refused)
    assert said.reason is Reason.REMOVED
    assert fate(placeholder._replace(headers=())) is None


def test_a_kind_that_was_not_asked_for_is_refused() -> None:
    said = fate(Reply(200, size=9, picture=WHOLE), types=frozenset({"png"}))
    assert isinstance(said, Refused)
    assert said.reason is Reason.TYPE_REFUSED


def test_a_cut_picture_is_tried_again_and_a_page_is_not() -> None:
    assert isinstance(fate(Reply(200, picture=Picture("jpeg", flaw="truncated"))), Again)
    assert isinstance(fate(Reply(200, picture=Picture("", flaw="not-an-image"))), Refused)


def test_backoff_doubles_up_to_half_a_minute() -> None:
    assert [backoff(number, 1.0) for number in (1, 2, 3, 7, 50)] == [0.5, 1.0, 2.0, 30.0, 30.0]
    assert backoff(9, 0.0) == 0.0


def test_a_password_in_a_redirect_is_not_repeated() -> None:
    said = fate(Reply(302, redirect="https://me:secret@example.net/a.jpg"))
    assert isinstance(said, Refused)
    assert said.reason is Reason.REDIRECT_REFUSED
    assert "secret" not in said.detail


def test_redirects_share_one_deadline() -> None:
    slow = Reply(302, redirect="/next", seconds=50.0)
    said = fate(slow, attempt()._replace(spent=60.0))
    assert isinstance(said, Again)
    assert said.hop is not None
    late = fate(slow, attempt()._replace(spent=80.0))
    assert isinstance(late, Again)
    assert (late.hop, late.reason) == (None, Reason.TIMEOUT)


def test_a_part_that_nobody_asked_for_is_no_picture() -> None:
    said = fate(Reply(206))
    assert isinstance(said, Refused)
    assert said.reason is Reason.HTTP_ERROR
