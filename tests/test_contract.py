"""Every strategy of the folder keeps the same promises, on the same hostile job."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from hostile import CUT, HANG, RESET, Hostile, answer
from pictures import png
from pixhaul import strategies
from pixhaul.executors import local
from pixhaul.haul import Strategy, haul
from pixhaul.ledger import Ledger
from pixhaul.models import Failed, Fetched, Job, Result
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler
from pixhaul.sinks.folder import Folder
from pixhaul.store import open_directory

EVERY = (*strategies.names(), "workers")


def load(strategy: str) -> Strategy:
    """A strategy of the folder, or two workers from the first."""
    if strategy == "workers":
        return lambda scheduler, options: local.run(scheduler, replace(options, workers=2))
    return strategies.load(strategy)


def options(directory: Path, **changes: object) -> Options:
    settings: dict[str, object] = {
        "directory": str(directory),
        "connections": 16,
        "timeout": 3.0,
        "allow_private": True,
        "retries": 2,
        "seed": 1,
    }
    return Options(**(settings | changes))  # type: ignore[arg-type]


def links(server: Hostile, count: int, padding: int = 0) -> list[Job]:
    """Good pictures at /0 and so on."""
    for number in range(count):
        body = png(number, padding=padding)
        server.routes[f"/{number}.png"] = lambda _, body=body: answer(body)
    return [Job(server.url(f"/{number}.png"), f"name-{number}") for number in range(count)]


def faults(server: Hostile) -> dict[str, str]:
    """One link for each way to go wrong; the reason each must end with, or "" where the picture must come."""
    whole = png(1000)
    cut = answer(whole)[:-40]
    routes = {
        "/404": (lambda _: answer(b"", "404 Not Found"), "not-found"),
        "/410": (lambda _: answer(b"", "410 Gone"), "not-found"),
        "/403": (lambda _: answer(b"", "403 Forbidden"), "forbidden"),
        "/400": (lambda _: answer(b"", "400 Bad Request"), "http-error"),
        "/500": (lambda _: answer(b"", "500 Oops"), "server-error"),
        "/503-once": (lambda n: answer(b"", "503 Busy", Retry_After="0") if n < 1 else answer(png(1001)), ""),
        "/429-once": (lambda n: answer(b"", "429 Slow", Retry_After="0") if n < 1 else answer(png(1002)), ""),
        "/html": (lambda _: answer(b"<!doctype html><html>", kind="image/jpeg"), "not-an-image"),
        "/empty": (lambda _: answer(b""), "not-an-image"),
        "/cut-once": (lambda n: cut if n < 1 else answer(png(1003)), ""),
        "/cut": (lambda _: cut, "truncated"),
        "/no-length-cut": (lambda _: b"HTTP/1.1 200 OK\r\n\r\n" + whole[:-30], "truncated"),
        "/short-length": (lambda _: answer(whole, Content_Length="50"), "truncated"),
        "/reset": (lambda _: [b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\nab", 0.4, RESET], "truncated"),
        "/closed": (lambda _: [CUT], "connect"),
        "/garbage": (lambda _: b"\x00\x01\x02 nonsense\r\n\r\n", "http-error"),
        "/hop": (lambda _: answer(b"", "302 Found", Location="/hop-end"), ""),
        "/hop-end": (lambda _: answer(png(1004)), ""),
        "/loop": (lambda _: answer(b"", "302 Found", Location="/loop"), "too-many-redirects"),
        "/file": (lambda _: answer(b"", "302 Found", Location="file:///etc/passwd"), "redirect-refused"),
        "/gone": (lambda _: answer(b"", "302 Found", Location="/removed.png"), "removed"),
        "/hang": (lambda _: [HANG], "timeout"),
    }
    for path, (route, _) in routes.items():
        server.routes[path] = route
    return {server.url(path): reason for path, (_, reason) in routes.items()}


def run(strategy: str, jobs: list[Job], chosen: Options) -> list[Fetched | Failed]:
    open_directory(Path(chosen.directory))
    scheduler = Scheduler(iter(jobs), chosen)
    return [outcome for turn in load(strategy)(scheduler, chosen) for outcome in turn]


@pytest.mark.parametrize("strategy", EVERY)
def test_every_job_ends_once_and_with_the_right_reason(strategy: str, server: Hostile, tmp_path: Path) -> None:
    expected = faults(server) | {job.url: "" for job in links(server, 40)} | {"ftp://h/x": "scheme-refused"}
    chosen = options(tmp_path, timeout=1.0, connections=1 if strategy == "sequential" else 16)
    ended = run(strategy, [Job(url, f"n{number}") for number, url in enumerate(expected)], chosen)
    got = {one.job.url: one.reason.value if isinstance(one, Failed) else "" for one in ended}
    assert len(ended) == len(expected)
    assert got == expected
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("strategy", EVERY)
def test_outcomes_pickle(strategy: str, server: Hostile, tmp_path: Path) -> None:
    ended = run(strategy, [*links(server, 2), Job("nonsense")], options(tmp_path))
    assert pickle.loads(pickle.dumps(ended)) == ended  # noqa: S301 - our own bytes


@pytest.mark.parametrize("strategy", EVERY)
def test_jobs_are_read_lazily(strategy: str, server: Hostile, tmp_path: Path) -> None:
    read: list[int] = []

    def endless():  # type: ignore[no-untyped-def]
        jobs = links(server, 50)
        while True:
            read.append(1)
            yield jobs[len(read) % 50]

    chosen = options(tmp_path, connections=4)
    open_directory(tmp_path)
    with closing(load(strategy)(Scheduler(endless(), chosen), chosen)) as turns:
        first = next(turn for turn in turns if turn)
    assert first
    assert len(read) < 5_000


@pytest.mark.parametrize("strategy", EVERY)
def test_closing_stops_soon_and_leaves_nothing(strategy: str, server: Hostile, tmp_path: Path) -> None:
    jobs = links(server, 10, padding=100_000)
    for number in range(30):
        server.routes[f"/slow{number}"] = lambda _: [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nxx", HANG]
    slow = [Job(server.url(f"/slow{number}"), f"s{number}") for number in range(30)]
    chosen = options(tmp_path, timeout=60.0, spill_bytes=1)
    open_directory(tmp_path)
    turns = load(strategy)(Scheduler(iter([*jobs, *slow]), chosen), chosen)
    given = next(turn for turn in turns if turn)
    begun = time.monotonic()
    turns.close()
    assert time.monotonic() - begun < 1.0
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("pixhaul")]
    assert set(tmp_path.rglob("*.part")) == {one.body for one in given if isinstance(one, Fetched)}


@pytest.mark.parametrize("strategy", EVERY)
def test_a_turn_comes_twice_a_second_while_nothing_ends(strategy: str, server: Hostile, tmp_path: Path) -> None:
    server.routes["/hang"] = lambda _: [HANG]
    chosen = options(tmp_path, timeout=60.0)
    open_directory(tmp_path)
    begun = time.monotonic()
    with closing(load(strategy)(Scheduler(iter([Job(server.url("/hang"))]), chosen), chosen)) as turns:
        assert [next(turns), next(turns)] == [(), ()]
    assert time.monotonic() - begun < 1.5


@pytest.mark.parametrize("strategy", EVERY)
def test_a_turn_comes_twice_a_second_while_links_are_read(strategy: str, server: Hostile, tmp_path: Path) -> None:
    server.routes["/hang"] = lambda _: [HANG]

    def far_between() -> Iterator[Job]:  # as new links between thousands that are kept
        for number in range(500):
            time.sleep(0.005)
            yield Job(server.url(f"/hang?{number}"))

    chosen = options(tmp_path, timeout=60.0, connections=500, per_host=500)
    open_directory(tmp_path)
    with closing(load(strategy)(Scheduler(far_between(), chosen), chosen)) as turns:
        begun = time.monotonic()
        next(turns)
        assert time.monotonic() - begun < 1.0


@pytest.mark.parametrize("strategy", EVERY)
def test_one_connection_and_one_redirect_do_not_hang(strategy: str, server: Hostile, tmp_path: Path) -> None:
    server.routes["/a"] = lambda _: answer(b"", "302 Found", Location="/b")
    server.routes["/b"] = lambda _: answer(png())
    ended = run(strategy, [Job(server.url("/a"), "a")], options(tmp_path, connections=1))
    assert [type(one) for one in ended] == [Fetched]


def keep(strategy: str, jobs: list[Job], chosen: Options) -> list[Result]:
    directory = open_directory(Path(chosen.directory))
    with closing(Ledger(directory)) as ledger:
        sink = Folder(chosen, directory / ".pixhaul" / "parts", ledger.owns)
        scheduler = Scheduler(ledger.recognition.pending(iter(jobs)), chosen)
        turns = haul(scheduler, load(strategy), sink, ledger, chosen)
        return [result for turn in turns for result in turn]


def test_every_strategy_leaves_the_same_ledger_and_files(
    server: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pixhaul.drive.ASLEEP", inf)  # a machine that stands still for seconds makes tries cost nothing
    urls = [url for url, reason in faults(server).items() if reason != "timeout"]
    urls += [job.url for job in links(server, 20)]
    seen = {}
    for strategy in EVERY:
        server.asked.clear()
        directory = tmp_path / strategy
        keep(strategy, [Job(url, url.rpartition("/")[2]) for url in urls], options(directory, timeout=20))
        with closing(Ledger(directory, readonly=True)) as ledger:
            rows = {
                row.url: (row.status, row.reason, row.path, row.sha256, row.size, row.attempts) for row in ledger.rows()
            }
        files = {path.name: path.read_bytes() for path in directory.iterdir() if path.is_file()}
        seen[strategy] = (rows, files)
    first = seen[EVERY[0]]
    assert len(first[0]) == len(urls)
    for strategy in EVERY:
        assert {url: row for url, row in seen[strategy][0].items() if row != first[0].get(url)} == {}, strategy
        assert seen[strategy] == first, strategy


@pytest.mark.parametrize("strategy", EVERY)
def test_a_second_run_asks_for_nothing_that_is_kept(strategy: str, server: Hostile, tmp_path: Path) -> None:
    jobs = links(server, 30)
    first = keep(strategy, jobs, options(tmp_path))
    server.asked.clear()
    second = keep(strategy, jobs, options(tmp_path))
    assert [(one.status, one.reason, one.detail) for one in first] == [("done", None, "")] * 30
    assert [one.status for one in second] == ["skipped"] * 30
    assert not server.asked
    assert {one.path for one in first} == {one.path for one in second}
