"""The scheduler with values alone: a virtual clock, no network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from math import inf
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.endings import failed
from pixhaul.host import RETRIES
from pixhaul.hosts import Remembered
from pixhaul.judge import Refused
from pixhaul.models import Attempt, Failed, Fetched, Job, NotYet, Outcome, Picture, Reason, Reply
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler
from pixhaul.spill import Spill

GOOD = Reply(200, size=1, picture=Picture("png", 1, 1))


def jobs(count: int, host: str = "h") -> list[Job]:
    return [Job(f"http://{host}.example/{number}", f"{host}{number}") for number in range(count)]


def scheduler(items: list[object], **options: object) -> Scheduler:
    return Scheduler(iter(items), Options(**({"seed": 1} | options)))  # type: ignore[arg-type]


def admitted(one: Scheduler, now: float, most: int = 10_000) -> list[Attempt]:
    """All that may start at one moment."""
    found = []
    while len(found) < most and isinstance(attempt := one.admit(now), Attempt):
        found.append(attempt)
    return found


def test_an_unknown_host_gets_eight_at_once_and_a_person_may_say_more() -> None:
    assert len(admitted(scheduler(jobs(100)), 0.0)) == 8
    assert len(admitted(scheduler(jobs(100), per_host=40), 0.0)) == 40


@pytest.mark.parametrize(("reply", "seconds"), [(Reply(200, error="too-slow"), 20.0), (Reply(error="timeout"), 15.0)])
def test_a_host_that_only_ever_stalled_takes_two_time_outs_and_no_more(reply: Reply, seconds: float) -> None:
    one = scheduler([*jobs(500, "sick"), *jobs(3, "well")])
    now, ended, starts = 0.0, 0, 0
    flight: list[tuple[float, Attempt]] = []
    while (answer := one.admit(now)) is not None:
        if isinstance(answer, Attempt):
            sick = "sick" in answer.host
            starts += sick
            flight.append((now + (seconds if sick else 0.5), answer))
        elif isinstance(answer, Failed):
            assert answer.reason == reply.error
            ended += 1
        else:
            now = min([now + answer, *(when for when, _ in flight)])
            for when, attempt in [item for item in flight if item[0] <= now]:
                flight.remove((when, attempt))
                ended += len(one.settle(attempt, reply if "sick" in attempt.host else GOOD, now))
    assert ended == 503
    assert starts <= 8 + 2
    assert now <= 3 * seconds + 5.0


def test_bare_refusals_in_a_row_use_up_the_tries_of_no_single_link() -> None:
    one = scheduler(jobs(30), retries=4)
    now, refusals, ended = 0.0, 0, list[Outcome]()
    while (answer := one.admit(now)) is not None:
        if isinstance(answer, Attempt):
            refusals += now < 20.0
            ended += one.settle(answer, Reply(429) if now < 20.0 else GOOD, now)
        else:
            assert isinstance(answer, float)
            now += answer
    assert refusals >= 5
    assert [type(outcome) for outcome in ended] == [Fetched] * 30


def test_links_of_a_narrow_host_hold_up_nobody() -> None:
    one = scheduler([*jobs(500, "slow"), *jobs(8, "fast")])
    hosts = [attempt.host for attempt in admitted(one, 0.0)]
    assert hosts.count("http://fast.example") == 8


def crowded(hosts: int, each: int, **options: object) -> Scheduler:
    """Many hosts, their links in turns."""
    return scheduler([Job(f"http://h{host}.example/{n}") for n in range(each) for host in range(hosts)], **options)


@pytest.mark.parametrize("connections", [None, 512])
def test_silent_hosts_hold_no_places_unless_a_person_has_said_how_many_there_are(connections: int | None) -> None:
    one = crowded(300, 6, per_host=2, connections=connections)
    first = admitted(one, 0.0)
    silent = [attempt for attempt in first if attempt.host in {f"http://h{number}.example" for number in range(30)}]
    for attempt in set(first) - set(silent):
        one.settle(attempt, GOOD, 0.4)
    assert (len(first), one.live + len(admitted(one, 0.4)), one.live) == (512, 512, 512)
    assert len(admitted(one, 0.8)) == (0 if connections else len(silent))
    assert admitted(one, 0.9) == []


def test_without_anything_ready_it_says_to_wait_for_an_end_and_then_that_all_is_done() -> None:
    one = scheduler(jobs(1))
    [attempt] = admitted(one, 0.0)
    assert one.admit(0.0) == inf
    assert [type(ended) for ended in one.settle(attempt, GOOD, 1.0)] == [Fetched]
    assert one.admit(1.0) is None


def test_a_source_that_has_nothing_yet_is_asked_again() -> None:
    one = scheduler([NotYet(0.5), *jobs(1)])
    assert one.admit(0.0) == 0.5
    assert one.admit(0.2) == pytest.approx(0.3)
    assert isinstance(one.admit(0.5), Attempt)


def test_what_is_no_link_ends_without_a_transfer() -> None:
    texts = [
        "nonsense",
        "ftp://h.example/a",
        "http://127.0.0.1/a",
        "http://localhost/a",
        "http://[::1]/",
        "http://10.0.0.1/",
    ]
    one = scheduler([Job(text) for text in texts])
    ended = [one.admit(0.0) for _ in texts]
    assert [failed.reason for failed in ended if isinstance(failed, Failed)] == [
        "bad-url",
        "scheme-refused",
        "address-refused",
        "address-refused",
        "address-refused",
        "address-refused",
    ]
    assert one.admit(0.0) is None


def test_what_a_local_api_names_may_be_on_loopback_and_nowhere_else_private() -> None:
    local = [Job("http://127.0.0.1/a", local=True), Job("http://10.0.0.1/a", local=True)]
    one = scheduler(local)
    assert {type(one.admit(0.0)) for _ in local} == {Attempt, Failed}


def test_a_refused_host_is_left_alone_until_its_time_and_others_are_not() -> None:
    one = scheduler([*jobs(3, "strict"), *jobs(3, "easy")])
    started = {attempt.job.name: attempt for attempt in admitted(one, 0.0)}
    one.settle(started["strict0"], Reply(429, retry_after=10.0), 0.1)
    one.settle(started["easy0"], GOOD, 0.2)
    assert not [attempt for attempt in admitted(one, 5.0) if "strict" in attempt.host]
    for name in ("strict1", "strict2", "easy1", "easy2"):
        one.settle(started[name], GOOD, 5.1)
    wait = one.admit(5.2)
    assert isinstance(wait, float)
    assert 4.8 < wait < 5.2
    [again] = admitted(one, 10.3)
    assert (again.job.name, again.number, again.refusals) == ("strict0", 1, 1)


@pytest.mark.parametrize(
    ("replies", "attempts"),
    [
        ([Reply(429)], 2),
        ([Reply(429), Reply(503)], 3),
        ([Reply(429, retry_after=1.0)], 2),
        ([Reply(503, retry_after=1.0), Reply(429), Reply(500)], 4),
        ([Reply(503, retry_after=0.0)] * 5, 6),
    ],
)
def test_every_answer_is_one_attempt_whatever_it_cost(replies: list[Reply], attempts: int) -> None:
    answers = iter([*replies, GOOD])
    _, ended = requests_of(scheduler(jobs(1)), lambda _: next(answers))
    assert [(type(one), one.attempts) for one in ended] == [(Fetched, attempts)]


def test_a_link_whose_host_is_given_up_while_it_waits_has_had_the_attempts_that_were_made() -> None:
    job = jobs(1)[0]
    assert failed(Attempt(job, job.url, "h", 2, 3), Refused(Reason.CONNECT, "")).attempts == 4


def refused_for(count: int, reply: Reply, **options: object) -> tuple[float, int, set[str]]:
    """Links of a host that refuses all: seconds to the end, requests for the first link, and reasons."""
    one, now, ended = scheduler(jobs(count), **options), 0.0, list[Outcome]()
    asked = Counter[str]()
    while (answer := one.admit(now)) is not None:
        if isinstance(answer, Attempt):
            asked[answer.job.name] += 1
            ended += one.settle(answer, reply, now)
        elif isinstance(answer, Failed):
            ended.append(answer)
        else:
            now += answer
    assert len(ended) == count
    return now, max(asked.values()), {str(one.reason) for one in ended if isinstance(one, Failed)}


@pytest.mark.parametrize("count", [1, 20, 300])
@pytest.mark.parametrize("wait", [0.0, 1.0, 5.0, 10.0])
def test_a_host_that_says_come_again_for_ever_is_left_to_a_later_run(count: int, wait: float) -> None:
    seconds, requests, reasons = refused_for(count, Reply(503, retry_after=wait))
    assert 120 < seconds < 160
    assert 5 <= requests <= 10
    assert reasons == {"rate-limited"}
    assert refused_for(count, Reply(503, retry_after=wait), retries=1)[0] < 50


def test_a_host_that_asks_for_long_pauses_gets_them() -> None:
    assert refused_for(5, Reply(429, retry_after=60.0))[:2] == (pytest.approx(4 * 60 * 1.01, rel=0.01), 5)
    assert refused_for(5, Reply(429, retry_after=900.0))[:2] == (pytest.approx(900 * 1.01, rel=0.01), 2)


def test_a_host_that_asks_for_hours_is_left_to_a_later_run() -> None:
    one = scheduler(jobs(20))
    started = admitted(one, 0.0)
    ended = list(one.settle(started[0], Reply(429, retry_after=7200.0), 0.1))
    for attempt in started[1:]:
        ended += one.settle(attempt, GOOD, 0.2)
    while isinstance(failed := one.admit(0.3), Failed):
        ended.append(failed)
    assert failed is None
    assert [one.reason for one in ended if isinstance(one, Failed)] == ["rate-limited"] * 13


def test_a_redirect_goes_through_the_limits_of_the_host_it_leads_to() -> None:
    one = scheduler([Job("http://a.example/x", "x")])
    [first] = admitted(one, 0.0)
    assert one.settle(first, Reply(302, redirect="http://b.example/y"), 0.1) == ()
    [second] = admitted(one, 0.1)
    assert (second.host, second.number, second.hops) == ("http://b.example", 1, ("http://a.example/x",))


@pytest.mark.parametrize("target", ["http://127.0.0.1/", "http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]/"])
def test_a_redirect_to_a_private_address_is_refused(target: str) -> None:
    one = scheduler([Job("http://a.example/x", "x")])
    [first] = admitted(one, 0.0)
    [failed] = one.settle(first, Reply(302, redirect=target), 0.1)
    assert isinstance(failed, Failed)
    assert failed.reason == "address-refused"


def test_a_source_that_ends_because_the_run_is_stopped_does_not_make_the_run_complete() -> None:
    scheduler: Scheduler

    def source() -> Iterator[Job]:
        scheduler.stop()  # as a signal's handler does while a link is being read
        yield from ()

    scheduler = Scheduler(source(), Options())
    assert scheduler.admit(0.0) is None
    assert not scheduler.exhausted
    finished = Scheduler(iter(()), Options())
    assert finished.admit(0.0) is None
    finished.stop()
    assert finished.exhausted


def test_stopping_gives_out_nothing_more_and_waits_for_what_is_in_flight() -> None:
    one = scheduler(jobs(20))
    started = admitted(one, 0.0, 3)
    one.stop()
    assert one.admit(0.0) == inf
    for attempt in started:
        one.settle(attempt, GOOD, 0.1)
    assert one.admit(0.1) is None
    assert not one.exhausted


def test_a_million_links_are_read_as_they_are_needed() -> None:
    read = 0

    def endless() -> Iterator[Job]:
        nonlocal read
        while True:
            read += 1
            yield Job(f"http://one.example/{read}", str(read))

    one = Scheduler(endless(), Options(look_ahead=1_000))
    admitted(one, 0.0)
    assert read <= 3_000
    assert one.held <= 1_000


def test_links_that_end_at_once_are_not_read_ahead_of_their_telling() -> None:
    read = 0

    def endless() -> Iterator[Job]:
        nonlocal read
        while True:
            read += 1
            yield Job(f"http://10.0.0.1/{read}", str(read))

    one = Scheduler(endless(), Options())
    for told in range(5_000):
        assert isinstance(one.admit(0.0), Failed)
        assert read <= told + 10


REPLIES = st.sampled_from(
    [
        GOOD,
        Reply(404),
        Reply(500),
        Reply(503),
        Reply(429, retry_after=1.0),
        Reply(error="connect"),
        Reply(error="timeout"),
        Reply(200, picture=Picture("png", flaw="truncated")),
        Reply(302, redirect="http://other.example/z"),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(REPLIES, min_size=1, max_size=40), st.integers(1, 30), st.integers(1, 5))
def test_every_link_ends_exactly_once_whatever_the_replies(replies: list[Reply], count: int, hosts: int) -> None:
    items = [job for number in range(hosts) for job in jobs(count, f"h{number}")]
    one = scheduler(list(items), retries=2)
    now, turn, live, ended = 0.0, 0, [], []
    for _ in range(200_000):
        answer = one.admit(now)
        if isinstance(answer, Attempt):
            live.append(answer)
        elif isinstance(answer, Failed):
            ended.append(answer)
        elif answer is None:
            break
        elif live:
            now += 0.01
            ended += one.settle(live.pop(0), replies[turn % len(replies)], now)
            turn += 1
        else:
            assert answer < inf, "nothing in flight, and nothing to wait for"
            now += answer
    assert sorted(one.job.name for one in ended) == sorted(job.name for job in items)


# -- what is shared and remembered -------------------------------------------------------------------------------------


def test_a_quota_that_is_used_up_stops_the_host_until_it_is_renewed() -> None:
    one = scheduler(jobs(30))
    first, *others = admitted(one, 0.0)
    one.settle(first, GOOD._replace(headers=(("ratelimit", '"p";r=0;t=10'),)), 0.1)
    assert admitted(one, 10.0) == []
    assert len(admitted(one, 10.3)) == 8 - len(others)


def test_streams_that_are_lost_with_one_connection_are_one_loss_and_cost_their_links_nothing() -> None:
    one = scheduler(jobs(40), per_host=20)
    for attempt in admitted(one, 0.0):
        one.settle(attempt, Reply(error="connect", connection=7), 0.5)
    [host] = one.hosts
    assert (host.pace.width, host.pace.failing) == (20, False)
    again = admitted(one, 5.0)
    assert sorted(attempt.number for attempt in again) == [1] * 19 + [2]
    for number, attempt in enumerate(again):
        one.settle(attempt, Reply(error="connect", connection=8 + number), 5.5)
    assert host.pace.failing


def test_a_connection_that_loses_stream_after_stream_ends_them() -> None:
    one = scheduler(jobs(1), retries=3)
    now, ended = 0.0, ()
    for _ in range(4):
        [attempt] = admitted(one, now)
        ended = one.settle(attempt, Reply(error="truncated", connection=7), now + 1.0)
        now += 40.0
    assert [type(one) for one in ended] == [Failed]


def test_a_gate_that_another_process_was_given_is_obeyed_also_by_hosts_not_met_yet() -> None:
    one = scheduler([*jobs(3, "a"), *jobs(3, "b")])
    one.hosts.gate("http://b.example", 20.0)
    assert {attempt.host for attempt in admitted(one, 0.0)} == {"http://a.example"}
    assert one.hosts.gates(0.0) == {"http://b.example": 20.0}
    one.hosts.gate("http://a.example", 30.0)
    assert {attempt.host for attempt in admitted(one, 21.0)} == {"http://b.example"}
    assert one.hosts.gates(25.0) == {"http://a.example": 30.0}


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 600), st.integers(1, 8), st.none() | st.floats(0.1, 100.0))
def test_processes_that_share_a_host_have_its_limits_together(most: int, count: int, rate: float | None) -> None:
    paces = []
    for number in range(count):
        one = scheduler(jobs(1), share=(number, count), per_host=most, rate=rate)
        admitted(one, 0.0)
        paces += [host.pace for host in one.hosts]
    assert sum(pace.width for pace in paces) == max(most, count)
    assert rate is None or sum(pace.rate or 0.0 for pace in paces) == pytest.approx(rate)


def test_what_a_share_learns_is_remembered_for_the_whole() -> None:
    memory = {"http://h.example": {"width": 400.0, "rate": 100.0, "proven": 90.0, "time": 0.0}}
    one = Scheduler(iter(jobs(100)), Options(share=(1, 2), seed=1), Remembered(memory, 60.0))
    assert len(admitted(one, 0.0)) >= 1
    [host] = one.hosts
    assert (host.pace.width, host.pace.rate) == (100, pytest.approx(49.0))
    assert one.hosts.memories(70.0)["http://h.example"]["width"] == 400.0


def test_a_host_that_is_forgotten_keeps_its_gate_and_what_it_taught() -> None:
    crowd = [Job(f"http://h{number}.example/", f"n{number}") for number in range(2_500)]
    memory = {"http://first.example": {"width": 100.0, "time": 0.0}}
    items = [*jobs(1, "first"), *crowd, Job("http://first.example/later", "later")]
    one = Scheduler(iter(items), Options(seed=1), Remembered(memory, 1.0))
    attempt = one.admit(0.0)
    assert isinstance(attempt, Attempt)
    one.settle(attempt, GOOD._replace(headers=(("ratelimit-remaining", "0"), ("ratelimit-reset", "3000"))), 0.1)
    while isinstance(attempt := one.admit(0.2), Attempt):
        assert "first" not in attempt.host
        one.settle(attempt, GOOD, 0.3)
    last = one.admit(3031.0)
    assert isinstance(last, Attempt)
    assert last.job.name == "later"
    [host] = [host for host in one.hosts if "first" in host.name]
    assert host.pace.width == 50


def test_what_breaks_while_the_program_was_stopped_costs_no_try() -> None:
    one = scheduler(jobs(1), retries=0)
    [attempt] = admitted(one, 0.0)
    one.excuse(63.0)
    assert one.settle(attempt, Reply(error="timeout"), 60.0) == ()
    [again] = admitted(one, 62.0)
    assert again.number == 1
    [failed] = one.settle(again, Reply(error="timeout"), 70.0)
    assert isinstance(failed, Failed)


# -- a front of links of one slow host ---------------------------------------------------------------------------------


@pytest.fixture
def spill(tmp_path: Path) -> Iterator[Spill]:
    """A file for links, closed at the end."""
    with closing(Spill(tmp_path)) as spill:
        yield spill


def test_a_front_longer_than_the_look_ahead_starves_nobody(spill: Spill, tmp_path: Path) -> None:
    slow = [
        Job(f"http://slow.example/{number}", f"slow{number}", (("line", number), ("title", "\ud800")))
        for number in range(9_000)
    ]
    one = Scheduler(iter([*slow, *jobs(50, "fast")]), Options(seed=1, look_ahead=3_000))
    one.spill_into(spill)
    started: set[str] = set()
    for _ in range(20):  # reading so far ahead takes more than one look
        started |= {attempt.host for attempt in admitted(one, 0.0)}
    assert started == {"http://slow.example", "http://fast.example"}
    assert one.held <= 3_000
    assert list(tmp_path.iterdir()) == []


def test_what_was_spilled_comes_back_as_it_was_and_ends_once(spill: Spill) -> None:
    links = [
        Job(f"http://slow.example/{number}", f"slow{number}", (("line", number), ("title", "\ud800")))
        for number in range(9_000)
    ]
    one = Scheduler(iter(links), Options(seed=1, look_ahead=3_000))
    one.spill_into(spill)
    now, ended = 0.0, []
    while (answer := one.admit(now)) is not None:
        if isinstance(answer, Attempt):
            now += 0.001
            ended += one.settle(answer, GOOD, now)
        assert one.held <= 4_000
    assert sorted(outcome.job.name for outcome in ended) == sorted(link.name for link in links)
    assert {outcome.job for outcome in ended} == set(links)


def test_spilled_links_of_a_host_that_is_given_up_end_too(spill: Spill) -> None:
    one = Scheduler(iter(jobs(9_000)), Options(seed=1, look_ahead=3_000))
    one.spill_into(spill)
    flight = admitted(one, 0.0)
    while one.status(0.0).held < 8_000:
        assert isinstance(one.admit(0.0), float)
    ended = list(one.settle(flight[0], Reply(429, retry_after=7200.0), 0.1))
    for attempt in flight[1:]:
        ended += one.settle(attempt, GOOD, 0.2)
    while (answer := one.admit(0.3)) is not None:
        if isinstance(answer, Failed):
            ended.append(answer)
    assert len({outcome.job.name for outcome in ended}) == len(ended) == 9_000


def test_a_disk_that_takes_nothing_leaves_the_list_waiting(tmp_path: Path) -> None:
    one = Scheduler(iter([*jobs(9_000, "slow"), *jobs(5, "fast")]), Options(seed=1, look_ahead=3_000))
    one.spill_into(Spill(tmp_path / "missing"))
    for _ in range(50):
        assert {attempt.host for attempt in admitted(one, 0.0)} <= {"http://slow.example"}
    assert one.held == 3_000


# -- retries -----------------------------------------------------------------------------------------------------------


def requests_of(one: Scheduler, reply: Callable[[Attempt], Reply]) -> tuple[int, list[Outcome]]:
    """How many requests it takes to the end, and how its links end."""
    now, count = 0.0, 0
    ended: list[Outcome] = []
    while (answer := one.admit(now)) is not None:
        if isinstance(answer, Attempt):
            count, now = count + 1, now + 0.01
            ended += one.settle(answer, reply(answer), now)
        elif isinstance(answer, Failed):
            ended.append(answer)
        else:
            now += answer
    return count, ended


@pytest.mark.parametrize("reply", [Reply(500), Reply(200, picture=Picture("png", flaw="truncated"))])
def test_a_host_where_nothing_comes_right_is_not_asked_five_times_for_each_link(reply: Reply) -> None:
    count, ended = requests_of(scheduler(jobs(4_000)), lambda attempt: reply)
    assert len(ended) == 4_000
    assert count <= 4_000 + RETRIES * 4 / 3 + 200  # the last try of a link is not charged


@pytest.mark.parametrize("reply", [Reply(500), Reply(200, picture=Picture("png", flaw="truncated"))])
def test_where_each_link_comes_right_at_the_last_try_every_one_gets_it(reply: Reply) -> None:
    count, ended = requests_of(scheduler(jobs(3_000)), lambda attempt: GOOD if attempt.number == 5 else reply)
    assert {type(one) for one in ended} == {Fetched}
    assert count == 15_000


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.integers(0, 6))
def test_no_link_is_tried_more_often_than_it_may_be(failures: list[int], retries: int) -> None:
    links = [Job(f"http://h.example/{number}", str(number)) for number in range(len(failures))]
    one = scheduler(list(links), retries=retries)
    _, ended = requests_of(
        one, lambda attempt: GOOD if attempt.number > failures[int(attempt.job.name)] else Reply(502)
    )
    tries = {outcome.job.name: outcome.attempts for outcome in ended}
    assert tries == {str(number): min(count, retries) + 1 for number, count in enumerate(failures)}
