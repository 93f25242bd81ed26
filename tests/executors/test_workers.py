"""What workers promise besides what every strategy does: tests/test_contract.py."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from hostile import HANG, KEEP, Hostile, answer
from pictures import png
from pixhaul.drive import drive
from pixhaul.errors import UsageError
from pixhaul.executors import fleet, saturation
from pixhaul.executors.fleet import Fleet
from pixhaul.executors.local import run, wanted
from pixhaul.executors.messages import Lines, options_line, options_of
from pixhaul.models import Failed, Fetched, Job, Outcome, Reason
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler
from pixhaul.store import open_directory
from program import command, environment

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there are no workers on Windows")


def options(directory: Path, **changes: object) -> Options:
    settings: dict[str, object] = {"directory": str(directory), "connections": 8, "per_host": 8, "allow_private": True}
    return Options(**(settings | {"seed": 1, "timeout": 20.0} | changes))  # type: ignore[arg-type]


def jobs(server: Hostile, count: int) -> list[Job]:
    for number in range(count):
        body = png(number, padding=3_000)
        server.routes[f"/{number}.png"] = lambda _, body=body: answer(body)
    return [Job(server.url(f"/{number}.png"), f"n{number}") for number in range(count)]


def hanging_once(server: Hostile, count: int) -> list[Job]:
    """Pictures that never come at the first asking, and come at the second."""
    for number in range(count):
        body = png(number, padding=3_000)
        server.routes[f"/h{number}.png"] = lambda asked, body=body: [HANG] if asked == 0 else answer(body)
    return [Job(server.url(f"/h{number}.png"), f"h{number}") for number in range(count)]


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)


@contextmanager
def going(
    chosen: Options, links: Iterable[Job], most: int = 3, at_once: bool = True
) -> Iterator[tuple[Fleet, Iterator[tuple[Outcome, ...]]]]:
    """A run in so many processes: three are two workers, and the one that decides."""
    open_directory(Path(chosen.directory))
    engine = Fleet(chosen, most, at_once)
    with closing(drive(Scheduler(iter(links), chosen), engine)) as turns:
        yield engine, turns


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def children(parent: int) -> list[int]:
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            if int(place.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(place.parent.name))
    return found


@pytest.mark.parametrize("most", [2, 3])
def test_a_killed_worker_costs_no_link(server: Hostile, tmp_path: Path, most: int) -> None:
    links = hanging_once(server, 6) + jobs(server, 40)
    with going(options(tmp_path, timeout=5.0), links, most) as (engine, turns):
        until(lambda: (engine.wait(0.05), len(engine._ready) == 2)[1])
        ended = list(next(turns))
        until(lambda: (ended.extend(next(turns)), sum(server.asked[f"/h{n}.png"] for n in range(6)) == 6)[1])
        for process in engine.workers:
            os.kill(process, signal.SIGKILL)
        ended += [outcome for turn in turns for outcome in turn]
    assert [type(one) for one in ended] == [Fetched] * 46
    assert len({one.job.url for one in ended}) == 46


def test_a_link_that_worker_after_worker_dies_with_ends_as_crashed(server: Hostile, tmp_path: Path) -> None:
    server.routes["/deadly.png"] = lambda _: [HANG]
    links = [Job(server.url("/deadly.png"), "deadly")]
    ended: list[Outcome] = []
    with going(options(tmp_path), links) as (engine, turns):
        for asked in (1, 2, 3):
            until(lambda asked=asked: (ended.extend(next(turns)), server.asked["/deadly.png"] == asked)[1])
            for process in engine.workers:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        ended += [outcome for turn in turns for outcome in turn]
    assert [(type(one), one.reason) for one in ended if isinstance(one, Failed)] == [(Failed, Reason.CRASHED)]
    assert len(ended) == 1


def test_a_worker_that_hangs_is_replaced(server: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "GRACE", 0.2)
    links = hanging_once(server, 4) + jobs(server, 10)
    with going(options(tmp_path, timeout=1.0, retries=5), links) as (engine, turns):
        ended = list(next(turns))
        until(lambda: (ended.extend(next(turns)), server.asked["/h0.png"])[1])
        os.kill(engine.workers[0], signal.SIGSTOP)
        stopped = engine.workers[0]
        ended += [outcome for turn in turns for outcome in turn]
        assert stopped not in engine.workers
    assert [type(one) for one in ended] == [Fetched] * 14


def test_beside_a_worker_a_host_sees_no_more_connections_than_before(server: Hostile, tmp_path: Path) -> None:
    """What this process had open for all transfers is given up for what the worker opens."""
    together: list[int] = []

    def until_both_are_at_it() -> Iterator[Job]:
        links = jobs(server, 16)
        for path, route in list(server.routes.items()):
            server.routes[path] = lambda n, route=route: [0.005, route(n), KEEP]
        while len(together) < 200:
            yield from links

    with going(options(tmp_path, per_host=16, connections=16), until_both_are_at_it(), 2) as (engine, turns):
        for turn in turns:
            assert {type(one) for one in turn} <= {Fetched}
            if len(engine._ready) == 2:
                together.append(server.open)
    assert max(together[100:]) <= 16 + fleet.BLOCK


@pytest.mark.parametrize("most", [2, 3])
def test_a_host_has_no_more_transfers_than_with_one_process(server: Hostile, tmp_path: Path, most: int) -> None:
    links, live, most_live = jobs(server, 60), [0], [0]

    def counted(route: Callable[[int], object]) -> Iterator[object]:
        live[0] += 1
        most_live[0] = max(most_live[0], live[0])
        yield 0.02
        live[0] -= 1  # before its last byte: the next request may come at once
        yield route(0)

    for path, route in list(server.routes.items()):
        server.routes[path] = lambda _, route=route: counted(route)
    with going(options(tmp_path, per_host=3, connections=16), links, most) as (_, turns):
        ended = [outcome for turn in turns for outcome in turn]
    assert len(ended) == 60
    assert most_live[0] <= 3


def test_a_pause_that_one_worker_is_told_holds_for_all(server: Hostile, tmp_path: Path) -> None:
    links = jobs(server, 30)
    asked: list[float] = []
    told: list[float] = []

    def timed(number: int) -> object:
        asked.append(time.monotonic())
        if len(asked) == 12:
            told.append(time.monotonic())
            return answer(b"", "429 Slow", Retry_After="1")
        return [0.02, answer(png(len(asked), padding=3_000))]

    for number in range(30):
        server.routes[f"/{number}.png"] = timed  # type: ignore[assignment]
    with going(options(tmp_path, per_host=4), links) as (_, turns):
        ended = [outcome for turn in turns for outcome in turn]
    assert [type(one) for one in ended] == [Fetched] * 30
    early = [moment - told[0] for moment in asked if 0.3 < moment - told[0] < 0.98]
    assert not early


def test_it_begins_alone_and_takes_workers_when_the_processor_is_what_holds_it_up(
    server: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saturation, "LEAST", 5)
    monkeypatch.setattr(saturation, "SHARE", 0.0)
    monkeypatch.setattr(saturation, "LONG", 0.01)
    seen: set[int] = set()
    with going(options(tmp_path), jobs(server, 600), at_once=False) as (engine, turns):
        ended: list[Outcome] = []
        for turn in turns:
            ended += turn
            seen.update(engine.workers)
    assert len(seen) == 2
    assert [type(one) for one in ended] == [Fetched] * 600
    assert not any(alive(process) for process in seen)


def test_a_short_run_stays_in_one_process(server: Hostile, tmp_path: Path) -> None:
    with going(options(tmp_path), jobs(server, 60), at_once=False) as (engine, turns):
        for _ in turns:
            assert not engine.workers


def test_without_any_worker_to_be_had_it_goes_on_alone(
    server: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-such-python"))
    chosen = options(tmp_path, workers=2)
    open_directory(tmp_path)
    ended = [outcome for turn in run(Scheduler(iter(jobs(server, 20)), chosen), chosen) for outcome in turn]
    assert [type(one) for one in ended] == [Fetched] * 20


def test_no_secret_is_among_the_words_that_start_a_worker(server: Hostile, tmp_path: Path) -> None:
    chosen = options(tmp_path, proxy="http://me:hunter2@127.0.0.1:9")
    with going(chosen, jobs(server, 2)) as (engine, turns):
        next(turns)
        words = [Path(f"/proc/{process}/cmdline").read_bytes() for process in engine.workers]
    assert len(words) == 2
    assert not any(b"hunter2" in one for one in words)


@contextmanager
def program(server: Hostile, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """pixhaul in three processes, which are two workers, each with transfers that never end."""
    links = hanging_once(server, 8)
    (folder / "links.txt").write_text("".join(f"{job.url}\n" for job in links))
    words = command("get", "-i", "links.txt", "--workers", "3", "--allow-private", "--per-host", "8", "-q")
    child = subprocess.Popen(words, cwd=folder, env=environment(folder), start_new_session=True)
    try:
        until(lambda: sum(server.asked.values()) == 8)
        yield child
    finally:
        child.kill()
        child.wait()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_no_worker_outlives_the_program(server: Hostile, tmp_path: Path, number: int) -> None:
    with program(server, tmp_path) as child:
        workers = children(child.pid)
        assert len(workers) == 2
        child.send_signal(number)
        assert child.wait(20) == (5 if number == signal.SIGTERM else -number)
        until(lambda: not any(alive(worker) for worker in workers))


def test_ctrl_c_reaches_the_program_alone_and_a_second_run_gets_all(server: Hostile, tmp_path: Path) -> None:
    with program(server, tmp_path) as child:
        os.killpg(child.pid, signal.SIGINT)
        time.sleep(0.3)
        os.killpg(child.pid, signal.SIGINT)
        assert child.wait(20) == 5
    assert not list(tmp_path.rglob("*.part"))
    words = command("get", "-i", "links.txt", "--workers", "2", "--allow-private", "-q")
    assert subprocess.run(words, check=False, cwd=tmp_path, env=environment(tmp_path), timeout=60).returncode == 0
    assert len(list((tmp_path / "images").glob("*.png"))) == 8


def test_workers_and_another_strategy_are_refused_together(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="goes with the strategy multi"):
        wanted(options(tmp_path, workers=2, strategy="threads"))
    assert not wanted(options(tmp_path, workers=1))


def test_options_reach_a_worker_as_they_are(tmp_path: Path) -> None:
    chosen = options(tmp_path, types=frozenset({"png", "gif"}), rate=2.5)
    assert options_of(options_line(chosen)) == chosen


def test_lines_are_whole_however_the_bytes_come() -> None:
    lines = Lines()
    assert [lines.add(piece) for piece in (b"a", b"b\nc\n", b"", b"d", b"\n")] == [[], [b"ab", b"c"], [], [], [b"d"]]
