"""Retry-After through the whole scheduler on a virtual clock: nothing is asked before the instant (B11, F15)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from math import inf

import pytest

from pixhaul.judge import PATIENCE
from pixhaul.models import Attempt, Failed, Job, Reason, Reply
from pixhaul.options import Options
from pixhaul.replies import explained
from pixhaul.scheduler import Scheduler

WALL = 1_795_000_000.0
"""Epoch seconds of the virtual world's start, in November 2026."""


def imf(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(WALL, UTC) + timedelta(seconds=seconds), usegmt=True)


def rfc850(seconds: float) -> str:
    return (datetime.fromtimestamp(WALL, UTC) + timedelta(seconds=seconds)).strftime("%A, %d-%b-%y %H:%M:%S GMT")


def asctime(seconds: float) -> str:
    moment = datetime.fromtimestamp(WALL, UTC) + timedelta(seconds=seconds)
    return moment.strftime("%a %b ") + f"{moment.day:2} " + moment.strftime("%H:%M:%S %Y")


SOON = (1, 2, 3, 5, 10, 20, 30, 45, 59, 60, 61, 90, 120, 300, 600, 900, 1800, 2400, 3000, 3599, 3600)
LATE = (3601, 4000, 7200, 86_400, 604_800, 10**7)
PAST = (-1, -60, -3600, -86_400, -(10**7), 0)
HUGE = ("9999999999", "1" + "0" * 20, "9" * 100, "9" * 4000, str(2**31), str(2**63), str(2**64))
ODD = {
    "+120": 120, "1.5": 2, "120.0": 120, "0.1": 1, "1,000": 1000, "120s": 120, "120 s": 120, "120 seconds": 120,
    "5m": 300, "2 min": 120, "120;": 120, "120, 60": 120, "60, 120": 120, "60,soon": 60, '"120"': 120, "'120'": 120,
    "3000.9": 3001, "1 hour": 3600, "2500ms": 3,
}  # fmt: skip
"""What is not as the book has it and can only mean so many seconds."""
NONSENSE = (
    "", " ", "-1", "-120", "inf", "Infinity", "-inf", "nan", "1e3", "1e400", "1E9", "0x10", "soon", "tomorrow", "never",
    "PT5M", "120 60", "\u0661\u0662", "\u00b2", "1_000", "true", "null", "None", "[120]", "{}", "120\x00", "\x00",
    "9" * 5000, "Wed, 99 Foo 2026 99:99:99 GMT", "Mon, 32 Jan 2027 00:00:00 GMT", "00:00:00", "Sun, GMT",
    "x" * 5000, "<120>",
    "%31", "Thu, 01 Jan 99999 00:00:00 GMT", "Mon, 01 Jan 2027 25:00:00 GMT", "()", "((((", "=?utf-8?q?120?=", "120\t1",
    "--", "2026-13-01T00:00:00Z", "5 weeks", "," * 5000,
)  # fmt: skip

VECTORS: list[tuple[str, float | None]] = [
    *((f"{seconds}", float(seconds)) for seconds in (0, *SOON, *LATE)),
    *((f"  {seconds}\t", float(seconds)) for seconds in SOON),
    *((f"{seconds:012}", float(seconds)) for seconds in SOON),
    *((form(seconds), float(max(0, seconds))) for form in (imf, rfc850, asctime) for seconds in (*SOON, *LATE, *PAST)),
    *((form(seconds) + " ", float(seconds)) for form in (imf, rfc850, asctime) for seconds in SOON[:8]),
    *((text, inf) for text in HUGE),
    *((text, float(seconds)) for text, seconds in ODD.items()),
    *((text, None) for text in NONSENSE),
]
"""The field, and the seconds that it asks for: inf for very many, None where it means nothing."""


def play(value: str | None, status: int, *more: tuple[str, str]) -> tuple[list[float], Failed | None]:
    """When a link is asked for, on a clock that begins at 0; the first answer has that status and those fields."""
    jobs = iter([Job("https://example.org/a.jpg")])
    scheduler = Scheduler(jobs, Options(retries=2, seed=1))
    fields = more if value is None else (("retry-after", value), *more)
    now, asked = 100.0, []
    for _ in range(10_000):
        turn = scheduler.admit(now)
        if isinstance(turn, Failed) or turn is None:
            return asked, turn
        if not isinstance(turn, Attempt):
            now += min(turn, 600.0) or 0.001
            continue
        asked.append(now - 100.0)
        reply = explained(Reply(status, fields), WALL) if len(asked) == 1 else Reply(404)
        for outcome in scheduler.settle(turn, reply, now):
            if isinstance(outcome, Failed):
                return asked, outcome
    raise AssertionError("it never ended")


@pytest.mark.parametrize("status", [429, 503])
def test_nothing_is_asked_before_the_instant(status: int) -> None:
    assert len(VECTORS) >= 250
    for value, seconds in VECTORS:
        asked, ended = play(value, status)
        assert ended is not None, value
        if seconds is None:  # as if it were absent: after a pause of our own
            assert len(asked) == 2, value
            assert 0 < asked[1] < 120, value
        elif seconds > PATIENCE:
            assert len(asked) == 1, value
            assert ended.reason is Reason.RATE_LIMITED, value
        else:
            assert len(asked) == 2, value
            assert seconds <= asked[1] <= seconds * 1.05 + 60, (value, asked)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 408, 500, 502, 504, 520])
def test_other_answers_that_lead_to_another_request_may_ask_for_a_pause_too(status: int) -> None:
    for seconds in (0, 1, 30, 600, 3600, 3601, 10**6):
        asked, ended = play(f"{seconds}", status, ("location", "/b.jpg"))
        assert ended is not None
        if seconds > PATIENCE:
            assert (len(asked), ended.reason) == (1, Reason.RATE_LIMITED)
        else:
            assert (len(asked), ended.reason) == (2, Reason.NOT_FOUND)
            assert seconds <= asked[1] <= seconds + 1


@pytest.mark.parametrize("values", [("5", "60"), ("60", "5"), ("60", "soon"), ("60", ""), ("soon", "60", "1")])
def test_of_several_fields_the_longest_counts(values: tuple[str, ...]) -> None:
    asked, _ = play(values[0], 429, *(("retry-after", value) for value in values[1:]))
    assert 60 <= asked[1] <= 62


def test_an_answer_that_breaks_off_is_obeyed_too() -> None:
    reply = Reply(503, (("retry-after", "600"),), error=Reason.TIMEOUT)
    scheduler = Scheduler(iter([Job("https://example.org/a.jpg")]), Options(retries=2, seed=1))
    attempt = scheduler.admit(0.0)
    assert isinstance(attempt, Attempt)
    scheduler.settle(attempt, explained(reply, WALL), 1.0)
    wait = scheduler.admit(1.0)
    assert isinstance(wait, float)
    assert wait >= 600.0


def test_an_absent_field_is_a_pause_of_our_own() -> None:
    asked, _ = play(None, 429)
    assert len(asked) == 2
    assert asked[1] > 0


def test_the_gate_is_that_of_the_host_and_of_no_other() -> None:
    urls = [f"https://{host}.example.org/{number}" for number in range(20) for host in ("busy", "free")]
    scheduler = Scheduler(iter([Job(url) for url in urls]), Options(retries=2, seed=1))
    now, asked = 0.0, {"busy": [], "free": []}
    while (turn := scheduler.admit(now)) is not None:
        if not isinstance(turn, Attempt):
            assert not isinstance(turn, Failed)
            now += min(turn, 600.0) or 0.001
            continue
        host = "busy" if "busy" in turn.host else "free"
        asked[host].append(now)
        first = host == "busy" and len(asked[host]) == 1
        reply = explained(Reply(429, (("retry-after", "900"),)), WALL) if first else Reply(404)
        scheduler.settle(turn, reply, now)
    assert max(asked["free"]) < 60
    assert min(asked["busy"][1:]) >= 900


def test_a_servers_own_clock_is_that_of_its_dates() -> None:
    fields = (("retry-after", imf(500 + 7200)), ("date", imf(7200)))
    assert explained(Reply(503, fields), WALL).retry_after == 500.0
