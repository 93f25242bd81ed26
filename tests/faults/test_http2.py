"""HTTP/2 with many streams on one connection: a connection that dies is one loss, and streams count as transfers."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from certificates import Workshop, context

import pixhaul
from hostile import CUT, HANG, RESET, Hostile
from http2 import FAREWELL, Flow, Origin2, Request, Serve2, Step2, frame, goaway, settings
from pictures import png
from pixhaul import strategies
from pixhaul.models import Fetched, Job, Outcome
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler
from pixhaul.store import open_directory

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not here")

STREAMS = 20
FEW = 6
"""Connections that are no burst of one for each stream."""
PICTURE = png()
HALF = PICTURE[:40]


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def tls(workshop: Workshop) -> ssl.SSLContext:
    return context(workshop.signed("IP:127.0.0.1"))


Opened = Callable[..., Origin2]


@pytest.fixture
def opened(server: Hostile, tls: ssl.SSLContext) -> Opened:
    """Makes origins that answer by HTTP/2."""
    return lambda serve, opening=b"": server.add(Origin2(serve, tls, opening or settings()))


def run(
    origins: list[Origin2], count: int, workshop: Workshop, directory: Path, **chosen: object
) -> tuple[Scheduler, dict[str, Outcome]]:
    """So many links of each origin; the scheduler, to look at its hosts, and how each link ended."""
    defaults = {"directory": str(directory), "allow_private": True, "timeout": 5.0, "durable": False, "remember": False}
    options = Options(**(defaults | {"cacert": str(workshop.authority.certificate)} | chosen))  # type: ignore[arg-type]
    open_directory(directory)
    jobs = [Job(one.url(f"/{number}"), f"{at}-{number}") for at, one in enumerate(origins) for number in range(count)]
    scheduler = Scheduler(iter(jobs), options)
    turns = strategies.load(options.strategy)(scheduler, options)
    return scheduler, {outcome.job.url: outcome for turn in turns for outcome in turn}


def dies(end: Callable[[Request], list[Step2]], head: bool) -> Serve2:
    """Twenty streams of the first connection are open, some with half a body; then it ends. All others are well."""

    def serve(it: Request) -> list[Step2]:
        if it.connection > 1:
            return it.whole(PICTURE)
        begun: list[Step2] = [it.head(length=len(PICTURE)) + it.data(HALF)] if head else []
        return [*begun, *([0.2, *end(it)] if it.stream == 2 * STREAMS - 1 else [HANG])]

    return serve


ENDS: dict[str, Callable[[Request], list[Step2]]] = {
    "closed without a word": lambda _: [CUT],
    "good-bye in TLS": lambda _: [FAREWELL],
    "reset": lambda _: [RESET],
    "GOAWAY that names all": lambda _: [goaway(99), 0.05, FAREWELL],
    "GOAWAY that names none": lambda _: [goaway(0), 0.05, FAREWELL],
    "GOAWAY that names half": lambda _: [goaway(STREAMS), 0.05, FAREWELL],
    "GOAWAY for our fault": lambda _: [goaway(99, "ENHANCE_YOUR_CALM"), 0.05, FAREWELL],
    "a frame that must not be": lambda _: [frame(0, 0, 0, b"x"), HANG],
}


@pytest.mark.parametrize("head", [True, False], ids=["within bodies", "before heads"])
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_connection_that_dies_is_one_loss(
    end: Callable[[Request], list[Step2]], head: bool, opened: Opened, workshop: Workshop, tmp_path: Path
) -> None:
    origin, other = opened(dies(end, head)), opened(lambda it: it.whole(PICTURE))
    scheduler, ended = run([origin, other], STREAMS, workshop, tmp_path, per_host=STREAMS, retries=1)
    assert {type(outcome) for outcome in ended.values()} == {Fetched}
    assert sum(outcome.attempts - 1 for outcome in ended.values()) <= 1
    assert len(origin.asked) <= 2 * STREAMS
    assert origin.connections <= FEW
    host = scheduler.hosts.get(origin.url("").rstrip("/"))
    assert host.broken <= 1
    assert host.pace.width == STREAMS
    assert not host.pace.failing


def test_a_connection_that_falls_silent_takes_no_other_stream_along(
    opened: Opened, workshop: Workshop, tmp_path: Path
) -> None:
    """libcurl keeps the connection of a stream that timed out, and would ask on it until the kernel gives it up."""
    origin = opened(lambda it: [HANG] if it.connection == 1 else it.whole(PICTURE))
    scheduler, ended = run([origin], STREAMS, workshop, tmp_path, per_host=STREAMS, retries=1, timeout=6.0)
    assert {type(outcome) for outcome in ended.values()} == {Fetched}
    assert origin.connections <= FEW
    host = scheduler.hosts.get(origin.url("").rstrip("/"))
    assert host.broken <= STREAMS // 2  # libcurl moves some in their last moment, and they time out elsewhere
    assert not host.pace.failing


def test_a_stream_that_stalls_harms_no_other(opened: Opened, workshop: Workshop, tmp_path: Path) -> None:
    def serve(it: Request) -> list[Step2]:
        return [it.head(length=99), HANG] if it.path == "/3" else [0.01, *it.whole(PICTURE)]

    origin = opened(serve)
    chosen = {"retries": 0, "low_speed_seconds": 1, "per_host": 4}
    _, ended = run([origin], 100, workshop, tmp_path, **chosen)
    assert [url for url, outcome in ended.items() if not isinstance(outcome, Fetched)] == [origin.url("/3")]
    assert origin.connections == 1


def test_a_host_that_loses_every_connection_is_not_asked_for_ever(
    opened: Opened, workshop: Workshop, tmp_path: Path
) -> None:
    origin = opened(lambda it: [it.head(length=len(PICTURE)) + it.data(HALF), 0.05, CUT])
    _, ended = run([origin], STREAMS, workshop, tmp_path, per_host=STREAMS, retries=1)
    assert {outcome.reason for outcome in ended.values() if not isinstance(outcome, Fetched)} == {"truncated"}
    assert len(ended) == STREAMS
    assert len(origin.asked) <= 6 * STREAMS  # two tries each, and three connections that were lost for free


def test_streams_that_are_refused_come_again_and_are_not_pressed(
    opened: Opened, workshop: Workshop, tmp_path: Path
) -> None:
    origin = opened(lambda it: it.reset("REFUSED_STREAM") if it.number == 0 else it.whole(PICTURE))
    _, ended = run([origin], STREAMS, workshop, tmp_path, per_host=4, retries=2)
    assert {type(outcome) for outcome in ended.values()} == {Fetched}
    assert max(origin.paths.values()) == 2


# -- manners -----------------------------------------------------------------------------------------------------------


def slowly(it: Request) -> Iterator[Step2]:
    yield 0.01
    yield it.head(length=len(PICTURE))
    yield Flow(it.stream, PICTURE)


@pytest.mark.parametrize("strategy", ["multi", "asyncio", "threads"])
def test_streams_count_as_transfers(strategy: str, opened: Opened, workshop: Workshop, tmp_path: Path) -> None:
    origin = opened(slowly, settings(max_concurrent_streams=100))
    _, ended = run([origin], 100, workshop, tmp_path, per_host=8, strategy=strategy)
    assert {type(outcome) for outcome in ended.values()} == {Fetched}
    assert origin.most == 8
    assert origin.connections <= (8 if strategy == "threads" else 1)


def test_many_streams_share_few_connections(opened: Opened, workshop: Workshop, tmp_path: Path) -> None:
    origin = opened(slowly, settings(max_concurrent_streams=100))
    _, ended = run([origin], 400, workshop, tmp_path, per_host=64)
    assert {type(outcome) for outcome in ended.values()} == {Fetched}
    assert 8 < origin.most <= 64
    assert origin.connections == 1


@pytest.mark.parametrize("most", [1, 2, 5])
def test_a_server_that_permits_few_streams_loses_no_link(
    most: int, opened: Opened, workshop: Workshop, tmp_path: Path
) -> None:
    """What is too much it refuses, as it must: streams may be under way before its limit is known."""
    live: dict[int, int] = {}

    def serve(it: Request) -> Iterator[Step2]:
        if live.setdefault(it.connection, 0) >= most:
            yield it.reset("REFUSED_STREAM")
            return
        live[it.connection] += 1
        yield 0.02
        yield it.head(length=len(PICTURE))
        live[it.connection] -= 1
        yield it.data(PICTURE, end=True)

    origin = opened(serve, settings(max_concurrent_streams=most))
    _, ended = run([origin], 60, workshop, tmp_path, per_host=8)
    assert {type(outcome) for outcome in ended.values()} == {Fetched}
    assert {outcome.attempts for outcome in ended.values()} <= set(range(1, 6))
    if most > 1:  # with one stream, libcurl alone decides how often it sends what waits before it has heard the limit
        assert len(origin.asked) <= 3 * 60


def test_workers_keep_the_limit_together(opened: Opened, workshop: Workshop, tmp_path: Path) -> None:
    origin = opened(slowly, settings(max_concurrent_streams=100))
    links = [origin.url(f"/{number}.png") for number in range(200)]
    chosen = {"allow_private": True, "per_host": 8, "workers": 2, "durable": False}
    results = list(pixhaul.stream(links, tmp_path, cacert=str(workshop.authority.certificate), **chosen))
    assert [one.status for one in results] == ["done"] * 200
    assert origin.most <= 8
    assert origin.connections <= 3
