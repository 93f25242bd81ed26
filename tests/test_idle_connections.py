"""A server that closes every connection that rests, just as the next request comes: it costs no link anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hostile import CUT, KEEP, RESET, Asked, Hostile, Origin, Step, answer
from pictures import png
from pixhaul.models import Failed, Fetched, Job
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler
from pixhaul.store import open_directory
from test_contract import EVERY, load, options

BURST, LATE = 16, 0.5
"""Links whose connections all rest when those come that a redirect has held up for so many seconds."""


def one_answer_each(last: object) -> Callable[[Asked], Iterator[Step]]:
    """An origin whose connections each serve one request, stay open, and end as `last` says when another comes."""
    served: set[int] = set()

    def serve(asked: Asked) -> Iterator[Step]:
        if asked.connection in served:
            yield last
            return
        served.add(asked.connection)
        yield 0.1
        yield answer(png(int(asked.path.strip("/"))))
        yield KEEP

    return serve


def run(strategy: str, urls: list[str], chosen: Options) -> tuple[Scheduler, list[Fetched | Failed]]:
    open_directory(Path(chosen.directory))
    scheduler = Scheduler(iter([Job(url, f"n{number}") for number, url in enumerate(urls)]), chosen)
    return scheduler, [outcome for turn in load(strategy)(scheduler, chosen) for outcome in turn]


def late_links(server: Hostile, origin: Origin, count: int) -> list[str]:
    """Links that lead to an origin when its first answers have long been there."""
    for number in range(count):
        to = origin.url(f"/{100 + number}")
        server.routes[f"/late{number}"] = lambda _, to=to: [LATE, answer(b"", "302 Found", Location=to)]
    return [server.url(f"/late{number}") for number in range(count)]


@pytest.mark.parametrize("last", [CUT, RESET], ids=["closed", "reset"])
@pytest.mark.parametrize("strategy", EVERY)
def test_connections_that_died_at_rest_cost_a_link_nothing(
    strategy: str, last: object, server: Hostile, tmp_path: Path
) -> None:
    origin = server.origin(one_answer_each(last))
    burst = 2 if strategy == "sequential" else BURST
    urls = [origin.url(f"/{number}") for number in range(burst)] + late_links(server, origin, 2)
    chosen = options(tmp_path, retries=0, per_host=BURST, connections=2 * BURST)
    scheduler, ended = run(strategy, urls, chosen)
    assert [one for one in ended if isinstance(one, Failed)] == []
    assert {one.attempts for one in ended} == {1}
    assert len(ended) == len(urls)
    host = scheduler.hosts.get(origin.url("").rstrip("/"))
    assert (host.broken, host.pace.width, host.pace.failing) == (0, BURST, False)


@pytest.mark.parametrize("strategy", EVERY)
def test_a_new_connection_that_says_nothing_is_the_hosts_doing(strategy: str, server: Hostile, tmp_path: Path) -> None:
    """Once is enough: a host that answers nothing any more is not asked for ever at no cost."""
    whole = one_answer_each(CUT)
    origin = server.origin(lambda asked: [CUT] if int(asked.path[1:]) >= 100 else whole(asked))
    burst = 2 if strategy == "sequential" else BURST
    urls = [origin.url(f"/{number}") for number in range(burst)] + late_links(server, origin, 1)
    _, ended = run(strategy, urls, options(tmp_path, retries=0, per_host=BURST, connections=2 * BURST))
    assert [(one.reason, one.attempts) for one in ended if isinstance(one, Failed)] == [("connect", 1)]
    assert 1 <= origin.paths["/100"] <= 7


def test_the_deadline_is_that_of_all_connections_together(server: Hostile, tmp_path: Path) -> None:
    served: set[int] = set()

    def serve(asked: Asked) -> list[Step]:
        if asked.connection in served:
            return [0.4, CUT]
        served.add(asked.connection)
        return [60.0] if asked.path == "/100" else [0.1, answer(png()), KEEP]

    origin = server.origin(serve)
    urls = [origin.url(f"/{number}") for number in range(BURST)] + late_links(server, origin, 1)
    chosen = replace(options(tmp_path, retries=0, per_host=BURST, connections=2 * BURST), timeout=3.0)
    _, ended = run("multi", urls, chosen)
    (failed,) = [one for one in ended if isinstance(one, Failed)]
    assert failed.reason == "timeout"
    assert 2.5 < failed.seconds < 4.9  # the connections that had died took 2.4 s of it, the redirect 0.5
