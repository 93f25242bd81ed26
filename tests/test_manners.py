"""What every host is promised, for any answers at any times: the whole scheduler in virtual time, no network."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from math import inf
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from pixhaul.hosts import Remembered
from pixhaul.models import Attempt, Failed, Job, Picture, Reason, Reply
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler

PNG = Picture("png", 1, 1)


class Start(NamedTuple):
    """A request as it began."""

    now: float
    host: str
    promise: float
    """Until when this host had asked to be left alone."""
    live: int
    """In flight at this host with it, and in all."""
    all_live: int


def replies() -> st.SearchStrategy[Reply]:
    asked = st.floats(0.0, 30.0)
    quota = st.builds(
        lambda left, seconds: Reply(
            200, size=1, picture=PNG, headers=(("ratelimit-remaining", str(left)), ("ratelimit-reset", str(seconds)))
        ),
        st.integers(1, 50),
        st.integers(0, 20),
    )
    return st.one_of(
        st.just(Reply(200, size=1, picture=PNG)),
        st.just(Reply(200, size=1, picture=PNG)),
        st.builds(lambda seconds: Reply(429, retry_after=seconds), asked),
        st.builds(lambda seconds: Reply(503, retry_after=seconds), asked),
        st.sampled_from([Reply(503), Reply(429), Reply(500), Reply(404), Reply(403)]),
        st.sampled_from([Reply(error=Reason.CONNECT), Reply(error=Reason.TIMEOUT), Reply(error=Reason.TRUNCATED)]),
        quota,
    )


ANSWERS = st.lists(st.tuples(st.floats(0.001, 3.0), replies()), min_size=1, max_size=60)
"""How long each request takes, in seconds, and what comes of it; from the first again when they are used up."""


def played(
    options: Options, links: int, hosts: int, answers: list[tuple[float, Reply]], known: Remembered
) -> list[Start]:
    """Let the scheduler work through links of some hosts; every start."""
    jobs: Iterator[Job] = (Job(f"http://h{n % hosts}.example/{n}", str(n)) for n in range(links))
    one = Scheduler(jobs, options, known)
    now, flight, starts = 0.0, [], []  # type: float, list[tuple[float, int, Attempt, Reply]], list[Start]
    promises: dict[str, float] = {}
    live: dict[str, int] = {}
    while (answer := one.admit(now)) is not None and len(starts) < 2_000:
        if isinstance(answer, Attempt):
            host = answer.host
            live[host] = live.get(host, 0) + 1
            starts.append(Start(now, host, promises.get(host, -inf), live[host], sum(live.values())))
            seconds, reply = answers[len(starts) % len(answers)]
            heappush(flight, (now + seconds, len(starts), answer, reply))
        elif not isinstance(answer, Failed):
            due = flight[0][0] if flight else inf
            if now + answer < due:
                now += answer
                continue
            now, _, attempt, reply = heappop(flight)
            live[attempt.host] -= 1
            if reply.retry_after:
                promises[attempt.host] = max(promises.get(attempt.host, -inf), now + reply.retry_after)
            one.settle(attempt, reply, now)
    return starts


@settings(max_examples=120, deadline=None)
@given(
    st.builds(
        Options,
        per_host=st.none() | st.integers(1, 20),
        connections=st.none() | st.integers(1, 40),
        rate=st.none() | st.floats(0.5, 60.0),
        retries=st.integers(0, 4),
        seed=st.just(1),
    ),
    st.integers(1, 150),
    st.integers(1, 4),
    ANSWERS,
    st.floats(1.0, 600.0),
    st.none() | st.floats(0.1, 200.0),
)
def test_whatever_comes_pauses_are_kept_and_what_a_person_sets_is_not_exceeded(
    options: Options, links: int, hosts: int, answers: list[tuple[float, Reply]], width: float, rate: float | None
) -> None:
    memory = {"width": width, "time": 1_000.0} | ({} if rate is None else {"rate": rate, "proven": rate})
    known = Remembered({f"http://h{n}.example": memory for n in range(hosts)}, 2_000.0)
    starts = played(options, links, hosts, answers, known)
    assert all(start.now >= start.promise for start in starts)
    assert all(start.live <= (options.per_host or options.places) for start in starts)
    assert all(start.all_live <= options.most_places for start in starts)
    if options.rate is not None:
        assert all(fits(mine, options.rate) for mine in by_host(starts))


def by_host(starts: list[Start]) -> list[list[float]]:
    """When each host was asked."""
    return [[start.now for start in starts if start.host == host] for host in {start.host for start in starts}]


def fits(starts: list[float], rate: float) -> bool:
    """Whether in any window no more began than so many a second, and two."""
    return all(
        count <= rate * (late - early) + 2 + 1e-6
        for first, early in enumerate(starts)
        for count, late in enumerate(starts[first : first + 60], 1)
    )
