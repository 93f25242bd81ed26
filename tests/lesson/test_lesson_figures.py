"""The figures in the lesson's text are measured again, and compared as ratios: what a page says of one program beside
another must be so here too."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep

import pytest
from lesson_stage import LESSON, asked, environment, run, took
from test_lesson_programs import need, pictures

from pixhaul import standin
from pixhaul.standin import Standin

pytestmark = pytest.mark.lesson

Vary = Callable[..., Path]


@pytest.fixture(scope="module")
def quarter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standin]:
    """The stand-in of the pages: a quarter of a second before each picture, and all pictures drawn."""
    with standin.start(latency=0.25) as running:
        took(run("threads.py", tmp_path_factory.mktemp("warm"), running))
        yield running


@pytest.fixture
def vary(tmp_path: Path) -> Vary:
    """Writes a program of the lesson with a few words changed, as a page asks the reader to."""

    def varied(program: str, *changes: tuple[str, str]) -> Path:
        text = (LESSON / program).read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / f"varied_{program}"
        path.write_text(text, encoding="utf-8")
        return path

    return varied


def said(page: str, pattern: str) -> tuple[float, ...]:
    """The numbers of the one place of a page that has this pattern."""
    (path,) = [*LESSON.glob(f"pages/*-{page}.md"), *LESSON.glob(f"{page}/README.md")]
    (found,) = re.findall(pattern, path.read_text(encoding="utf-8"))
    return tuple(float(number.replace(",", "")) for number in ([found] if isinstance(found, str) else found))


def spent(*words: str, folder: Path, imgur: Standin) -> tuple[float, float]:
    """Seconds by the clock, and seconds of processors, of a Python and all its processes."""
    began = monotonic()
    child = subprocess.Popen(
        [sys.executable, *words], cwd=folder, env=environment(folder, imgur), stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0
    return monotonic() - began, usage.ru_utime + usage.ru_stime


def test_the_first_chapter_works_for_about_a_hundredth_of_its_time(quarter: Standin, tmp_path: Path) -> None:
    user, system = said("single", r"user +0m([\d.]+)s\nsys +0m([\d.]+)s")
    (real,) = said("single", r"real +0m([\d.]+)s")
    assert (user + system) / real == pytest.approx(0.01, abs=0.005)
    seconds, worked = spent(str(LESSON / "single.py"), folder=tmp_path, imgur=quarter)
    assert worked / seconds < 0.04


@pytest.mark.parametrize(("workers", "rounds"), [(1, 40), (4, 10), (16, 3), (40, 1), (1000, 1)])
def test_the_time_follows_the_law_of_little(
    quarter: Standin, tmp_path: Path, vary: Vary, workers: int, rounds: int
) -> None:
    program = vary("threads.py", ("WORKERS = 8", f"WORKERS = {workers}"))
    assert 1 <= took(run(str(program), tmp_path, quarter)) / 0.25 / rounds < (1.3 if rounds > 2 else 2.5)


def test_eight_rounds_by_forty_take_less_than_twice_the_time_of_five_rounds_by_eight(
    quarter: Standin, tmp_path: Path, vary: Vary
) -> None:
    with standin.start(latency=0.25) as imgur:
        program = str(vary("threads.py", ("WORKERS = 8", "WORKERS = 40")))
        took(run(program, tmp_path, imgur, PICTURES="320"))
        many = took(run(program, tmp_path, imgur, PICTURES="320"))
    few = took(run("threads.py", tmp_path, quarter))
    assert len(pictures(tmp_path)) == 320
    assert 1.2 < many / few < 2.5


def test_processes_work_eight_times_as_much_for_a_later_result(quarter: Standin, tmp_path: Path) -> None:
    threads, processes = said("processes", r"Ours took ([\d.]+) s with threads and ([\d.]+) s with processes")
    light, heavy = said("processes", r"processors: ([\d.]+) s with threads, ([\d.]+) s with processes")
    assert heavy / light == pytest.approx(8)
    one = spent(str(LESSON / "threads.py"), folder=tmp_path, imgur=quarter)
    other = spent(str(LESSON / "processes.py"), folder=tmp_path, imgur=quarter)
    assert other[0] > one[0]
    assert processes > threads
    assert 4 < other[1] / one[1] < 16


def test_the_start_of_eight_processes_is_foretold_within_a_factor(quarter: Standin, tmp_path: Path) -> None:
    each, answer = said("processes", r"8 . ([\d.]+) s . 2 = ([\d.]+) s")
    assert answer == pytest.approx(8 * each / 2, rel=0.02)
    _, start = spent("-c", "import processes", folder=tmp_path, imgur=quarter)
    _, threads = spent(str(LESSON / "threads.py"), folder=tmp_path, imgur=quarter)
    _, processes = spent(str(LESSON / "processes.py"), folder=tmp_path, imgur=quarter)
    assert 1 / 3 < (processes - threads) / (8 * start) < 3


def test_the_table_of_thumbnails_has_the_ratios_of_the_law_of_amdahl(quarter: Standin, tmp_path: Path) -> None:
    (one,) = said("processes", r"\| one after another \| ([\d.]+) s")
    (threads,) = said("processes", r"\| two threads \| ([\d.]+) s")
    (processes,) = said("processes", r"\| two processes \| ([\d.]+) s")
    (start, whole, foretold) = said("processes", r"    ([\d.]+) s \+ ([\d.]+) s . 2 = ([\d.]+) s")
    assert threads / one == pytest.approx(1, abs=0.1)
    assert processes == pytest.approx(foretold, rel=0.15)
    assert whole == one
    took(run("threads.py", tmp_path, quarter))
    begun = took(run("thumbnails.py", tmp_path, None, "processes", PICTURES="2"))
    measured = took(run("thumbnails.py", tmp_path, None, "one"))
    assert 0.3 < (begun / measured) / (start / one) < 5


def test_pillow_makes_thumbnails_ten_times_faster_than_our_loops(quarter: Standin, tmp_path: Path, vary: Vary) -> None:
    text = (LESSON / "thumbnails.py").read_text(encoding="utf-8")
    loops = text[text.index('        pixels = picture.convert("RGB")') : text.index("\n\ndef main")]
    resized = '        small = picture.convert("RGB").resize((width // 8, height // 8))\n'
    saved = '    small.save(Path("thumbnails", path.stem + ".png"))\n'
    took(run("threads.py", tmp_path, quarter))
    slow = took(run("thumbnails.py", tmp_path, None, "one"))
    quick = took(run(str(vary("thumbnails.py", (loops, resized + saved))), tmp_path, None, "one"))
    assert slow > 10 * quick


def test_aiohttp_opens_a_hundred_connections_unless_told_otherwise(tmp_path: Path, vary: Vary) -> None:
    need("aio")
    wide = ("WORKERS = 8", "WORKERS = 320")
    told = ("import ClientSession, ClientTimeout", "import ClientSession, ClientTimeout, TCPConnector")
    limit = ("timeout=PATIENCE", "timeout=PATIENCE, connector=TCPConnector(limit=320)")
    most = []
    for changes in [wide], [wide, told, limit]:
        with standin.start(latency=0.5) as imgur:
            took(run(str(vary("aio.py", *changes)), tmp_path, imgur, PICTURES="320"))
            most.append(asked(imgur)["most_at_once"])
    assert most[0] == 100
    assert most[1] > 250


def test_who_sleeps_in_the_loop_holds_up_everybody(quarter: Standin, tmp_path: Path, vary: Vary) -> None:
    need("aio")
    place = "    async with turns, session.get(link) as response:"
    deaf = vary("aio.py", ("import os\n", "import os, time as clock\n"), (place, f"    clock.sleep(0.25)\n{place}"))
    held_up = took(run(str(deaf), tmp_path, quarter))
    polite = took(run(str(vary("aio.py", (place, f"    await asyncio.sleep(0.25)\n{place}"))), tmp_path, quarter))
    assert held_up > 10
    assert polite < held_up / 4


def peak(program: str, folder: Path, imgur: Standin, links: int, until: str) -> float:
    """The most memory in kB that a program has had when it says `until`."""
    command = [sys.executable, "-u", str(LESSON / program)]
    known = environment(folder, imgur) | {"LINKS": str(links)}
    with subprocess.Popen(command, cwd=folder, env=known, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if line.startswith(until):
                break
        sleep(0.3)
        status = Path(f"/proc/{child.pid}/status").read_text()
        child.kill()
    return float(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here to ask for a program's memory")
def test_a_link_that_waits_in_the_pool_takes_nearly_two_kilobytes(quarter: Standin, tmp_path: Path) -> None:
    (megabytes,) = said("window", r"`broken/window.py` \| \d+ s \| ([\d,]+) MB")
    (flat,) = said("window", r"hours, as it should be \| (\d+) MB")
    bounded = peak("window.py", tmp_path, quarter, 200_000, "100 ")
    greedy = peak("broken/window.py", tmp_path, quarter, 100_000, "100000 ")
    assert megabytes * 1e3 / 1e6 == pytest.approx((greedy - bounded) / 1e5, rel=0.3)
    assert flat * 1e3 == pytest.approx(bounded, rel=0.5)


def test_the_moments_of_reading_are_those_foretold() -> None:
    hundred, thousand = said("window", r"`window.py` \| ([\d.]+) s \| ([\d.]+) s")
    assert hundred == pytest.approx(2.6, rel=0.1)
    assert thousand == pytest.approx(30.75, rel=0.1)


def test_a_window_of_four_takes_twice_the_time_and_one_of_eight_hardly_more(
    quarter: Standin, tmp_path: Path, vary: Vary
) -> None:
    four, eight = (
        took(run(str(vary("window.py", ("WINDOW = 16", f"WINDOW = {size}"))), tmp_path, quarter)) for size in (4, 8)
    )
    sixteen = took(run("window.py", tmp_path, quarter))
    assert 1.6 < four / sixteen < 2.4
    assert eight / sixteen < 1.4


def test_batches_wait_for_their_slowest_and_a_window_does_not(tmp_path: Path, vary: Vary) -> None:
    batches = vary("window.py", ("FIRST_COMPLETED", "ALL_COMPLETED"))
    seconds = []
    for program in str(batches), "window.py":
        with standin.start(latency=0.25, faults="late=10%:seconds=2") as imgur:
            seconds.append(took(run(program, tmp_path, imgur)))
    assert seconds[0] > 1.2 * seconds[1]


def test_a_server_that_is_down_costs_forty_pictures_about_ten_seconds(tmp_path: Path) -> None:
    with standin.start(latency=0.25, faults="503=100%") as imgur:
        seconds = took(run("faults.py", tmp_path, imgur))
        assert asked(imgur)["total"] == 4 * 40
    assert 5 * 4 < seconds / 0.25 < 5 * 4 * 3


def test_a_commit_for_each_costs_several_times_one_for_a_hundred(tmp_path: Path) -> None:
    def recorded(each: int) -> float:
        ledger = sqlite3.connect(tmp_path / f"{each}.sqlite")
        ledger.execute("CREATE TABLE done (link TEXT PRIMARY KEY, name TEXT)")
        began = monotonic()
        for number in range(400):
            ledger.execute("INSERT INTO done VALUES (?, ?)", (f"http://example.org/{number}.jpg", f"{number}.jpg"))
            if number % each == 0:
                ledger.commit()
        ledger.commit()
        ledger.close()
        return monotonic() - began

    assert recorded(1) > 3 * recorded(100)


def test_a_plug_that_is_pulled_costs_what_was_underway_and_no_more(quarter: Standin, tmp_path: Path) -> None:
    before, rest = said("resume", r"```\n16\n(\d+) done before, (\d+) to do\nTook")
    assert before + rest == 40
    command = [sys.executable, str(LESSON / "resume.py")]
    with subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path, quarter)) as child:
        while len(pictures(tmp_path)) < before:
            sleep(0.01)
        child.kill()
    there, total = len(pictures(tmp_path)), asked(quarter)["total"]
    done = run("resume.py", tmp_path, quarter)
    known, pending = map(int, re.findall(r"(\d+) done before, (\d+) to do", done.stdout)[0])
    assert there - 8 <= known <= there
    assert asked(quarter)["total"] - total == pending == 40 - known
    assert len(pictures(tmp_path)) == 40


def test_ray_is_as_large_and_as_slow_to_start_as_we_say(quarter: Standin, tmp_path: Path) -> None:
    need("cluster")
    (megabytes,) = said("cluster", r"it is large: (\d+) MB")
    spec = find_spec("ray")
    assert spec is not None
    assert spec.origin is not None
    size = sum(path.stat().st_size for path in Path(spec.origin).parent.rglob("*") if path.is_file())
    assert megabytes == pytest.approx(size / 1e6, rel=0.3)
    (real,) = said("cluster", r"\*real\* says ([\d.]+) s")
    began = monotonic()
    done = run("cluster.py", tmp_path, quarter)
    measured = monotonic() - began
    seconds = float(done.stdout.split()[-1][:-1])
    assert real > 2.5 * 1.3
    assert measured > 2.5 * seconds


def test_a_task_of_ray_costs_about_a_thousandth_of_a_second(tmp_path: Path) -> None:
    need("cluster")
    program = tmp_path / "post.py"
    program.write_text(
        "import os, time\nos.environ['RAY_USAGE_STATS_ENABLED'] = '0'\nimport ray\n"
        "ray.init(num_cpus=2, include_dashboard=False)\n"
        "nothing = ray.remote(lambda: None)\nray.get([nothing.remote() for _ in range(50)])\n"
        "began = time.time()\nray.get([nothing.remote() for _ in range(500)])\nprint((time.time() - began) / 500)\n"
    )
    done = subprocess.run(
        [sys.executable, str(program)], env=environment(tmp_path, None), capture_output=True, text=True, check=True
    )
    assert 0.0001 < float(done.stdout.split()[-1]) < 0.01


def test_the_second_run_of_the_package_downloads_nothing(quarter: Standin, tmp_path: Path) -> None:
    assert run("draw.py", tmp_path, quarter, str(LESSON / "package.py")).returncode == 0
    again = run("draw.py", tmp_path, quarter, str(LESSON / "package.py"))
    assert again.stdout.splitlines()[-1] == "It downloaded nothing."
