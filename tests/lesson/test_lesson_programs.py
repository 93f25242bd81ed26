"""Every program of the lesson runs, keeps its pictures, and is as fast as its chapter says: ratios, never seconds."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from http.client import IncompleteRead
from importlib.util import find_spec
from pathlib import Path
from urllib.error import HTTPError

import pytest
from lesson_stage import LESSON, asked, load, run, took

from pixhaul import standin
from pixhaul.standin import Standin

NEEDS = {"aio": "aiohttp", "cluster": "ray"}
CHAPTERS = ["single", "threads", "workers", "processes", "aio", "window", "faults", "resume", "cluster", "package"]
LIBRARIES = {"aio": {"aiohttp"}, "cluster": {"ray"}, "package": {"pixhaul"}, "thumbnails": {"PIL"}}
FASTER = ["threads", "workers", "aio", "window", "faults", "resume", "package"]
MANY = 40
FAR = 0.2


def need(chapter: str) -> None:
    """Skip the test when the chapter's library is not here."""
    if chapter in NEEDS and find_spec(NEEDS[chapter]) is None:
        pytest.skip(f"this chapter needs {NEEDS[chapter]}")


def pictures(folder: Path) -> dict[str, bytes]:
    """The kept pictures, without the ledger that pixhaul keeps beside them."""
    return {path.name: path.read_bytes() for path in (folder / "images").glob("*.???")}


@pytest.fixture(scope="module")
def far() -> Iterator[Standin]:
    """A stand-in so far away that a busy machine's own delays are small beside the waiting."""
    with standin.start(latency=FAR) as running:
        yield running


@pytest.fixture(scope="module")
def one_by_one(far: Standin, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The pictures that the first chapter keeps, from a stand-in that does not wait; the far one has drawn them too."""
    folder = tmp_path_factory.mktemp("single")
    took(run("threads.py", folder / "warm", far))
    with standin.start() as near:
        took(run("single.py", folder, near))
    return pictures(folder)


@pytest.mark.parametrize("chapter", FASTER)
def test_this_chapter_is_at_least_three_times_faster_than_the_first(
    one_by_one: dict[str, bytes], far: Standin, tmp_path: Path, chapter: str
) -> None:
    need(chapter)
    least = MANY * FAR  # of the first chapter: see test_single
    seconds = took(run(f"{chapter}.py", tmp_path / "first", far))
    if 3 * seconds >= least:  # the machine was busy with something else
        seconds = took(run(f"{chapter}.py", tmp_path / "second", far))
    assert pictures(tmp_path / "first") == one_by_one
    assert 3 * seconds < least


@pytest.mark.lesson
def test_processes_are_three_times_faster_where_the_waiting_is_long(tmp_path: Path) -> None:
    with standin.start(latency=0.5) as imgur:
        seconds = min(took(run("processes.py", tmp_path, imgur)) for _ in range(2))
    assert len(pictures(tmp_path)) == MANY
    assert 3 * seconds < MANY * 0.5


@pytest.mark.lesson
def test_the_cluster_keeps_every_picture(one_by_one: dict[str, bytes], imgur: Standin, tmp_path: Path) -> None:
    need("cluster")
    done = run("cluster.py", tmp_path, imgur)
    assert done.returncode == 0, done.stderr
    assert pictures(tmp_path) == one_by_one
    assert done.stdout.splitlines()[-1].startswith("Took ")


@pytest.mark.lesson
def test_thumbnails_are_the_same_whoever_makes_them(imgur: Standin, tmp_path: Path) -> None:
    took(run("threads.py", tmp_path, imgur))
    made = []
    for way in "one", "threads", "processes":
        took(run("thumbnails.py", tmp_path, None, way, PICTURES="4"))
        made.append({path.name: path.read_bytes() for path in (tmp_path / "thumbnails").iterdir()})
    assert len(made[0]) == 4
    assert made[0] == made[1] == made[2]


@pytest.mark.lesson
def test_two_processes_make_thumbnails_faster_than_one_and_two_threads_do_not(imgur: Standin, tmp_path: Path) -> None:
    took(run("threads.py", tmp_path, imgur))
    ways = "one", "threads", "processes"
    one, threads, processes = (took(run("thumbnails.py", tmp_path, None, way, PICTURES="28")) for way in ways)
    assert threads > 0.7 * one
    if one < 1.2 * processes:
        pytest.skip(f"the machine has no two processors to spare: load {os.getloadavg()[0]:.1f}")


def test_a_second_run_of_resume_asks_for_nothing(imgur: Standin, tmp_path: Path) -> None:
    took(run("resume.py", tmp_path, imgur, PICTURES="12"))
    before = pictures(tmp_path)
    done = run("resume.py", tmp_path, imgur, PICTURES="16")
    assert done.stdout.startswith("12 done before, 4 to do\n")
    assert len(pictures(tmp_path)) == 16
    assert before.items() <= pictures(tmp_path).items()


@pytest.mark.lesson
def test_the_window_bounds_what_is_read_ahead(imgur: Standin, tmp_path: Path) -> None:
    windowed = run("window.py", tmp_path, imgur, LINKS="100")
    unbounded = run("broken/window.py", tmp_path, imgur, LINKS="100")
    moments = [
        float(done.stdout.partition("100 links read after ")[2].partition("s")[0]) for done in (windowed, unbounded)
    ]
    assert moments[0] >= (100 - 16) / 8 * 0.05 - 0.1
    assert moments[1] < moments[0] / 2


@pytest.mark.lesson
def test_a_failure_costs_the_pool_of_chapter_2_most_of_its_pictures_and_that_of_chapter_3_one(tmp_path: Path) -> None:
    with standin.start(latency=0.05, faults="404=5%") as imgur:
        pool = run("threads.py", tmp_path / "pool", imgur)
        took(run("workers.py", tmp_path / "hand", imgur))
    assert pool.returncode == 1
    assert "404" in pool.stderr
    assert len(pictures(tmp_path / "pool")) < 20
    assert len(pictures(tmp_path / "hand")) == 37


@pytest.mark.lesson
def test_an_error_that_cannot_be_pickled_does_not_come_home_from_a_process(tmp_path: Path) -> None:
    with standin.start(latency=0.05, faults="404=5%") as imgur:
        done = run("processes.py", tmp_path, imgur)
    assert done.returncode == 1
    assert re.search("TypeError: cannot pickle .*BufferedReader", done.stderr)


@pytest.mark.lesson
@pytest.mark.parametrize(("program", "connections"), [("threads", 40), ("aio", 8)])
def test_the_loop_uses_its_connections_again_and_urllib_does_not(
    tmp_path: Path, program: str, connections: int
) -> None:
    need(program)
    with standin.start(latency=0.02) as imgur:
        took(run(f"{program}.py", tmp_path, imgur))
        assert asked(imgur)["connections"] == connections + 1  # ours


@pytest.fixture
def decide(monkeypatch: pytest.MonkeyPatch) -> object:
    """The decision of chapter 7."""
    monkeypatch.syspath_prepend(str(LESSON))
    monkeypatch.setitem(sys.modules, "download", load("download"))
    return load("faults").again_after


@pytest.mark.parametrize(
    ("status", "asked", "tries", "least", "most"),
    [
        (503, None, 1, 0, 0.2),
        (503, None, 3, 0, 0.8),
        (429, "7", 1, 7, 7),
        (503, "2", 3, 2, 2),
        (500, "soon", 2, 0, 0.4),
    ],
)
def test_a_trouble_that_may_pass_is_tried_again_after_a_while(
    decide: object, status: int, asked: str | None, tries: int, least: float, most: float
) -> None:
    from email.message import Message

    headers = Message()
    if asked is not None:
        headers["Retry-After"] = asked
    error = HTTPError("http://x", status, "", headers, None)
    assert callable(decide)
    for _ in range(20):
        assert least <= decide(error, tries) <= most
    assert decide(error, 4) is None


def test_what_is_gone_is_not_tried_again_and_a_broken_connection_is(decide: object) -> None:
    from email.message import Message

    assert callable(decide)
    for status in 400, 401, 403, 404, 410:
        assert decide(HTTPError("http://x", status, "", Message(), None), 1) is None
    for error in IncompleteRead(b""), TimeoutError(), ConnectionResetError():
        assert 0 <= decide(error, 1) <= 0.2
        assert decide(error, 4) is None


PROGRAMS = [f"{name}.py" for name in [*CHAPTERS, "thumbnails"]]
OTHERS = [f"{folder}/{name}.py" for folder in ("broken", "answers") for name in CHAPTERS]


@pytest.mark.parametrize("program", PROGRAMS + OTHERS)
def test_a_program_is_one_page_and_nothing_but_functions(program: str) -> None:
    text = (LESSON / program).read_text(encoding="utf-8")
    tree = ast.parse(text)
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert len(text.splitlines()) <= 45
    assert ast.get_docstring(tree)
    assert len(set(functions) - {"main"}) <= 2
    assert not any(isinstance(node, ast.ClassDef) for node in ast.walk(tree))
    assert (
        text.count('    print(f"Took {time() - started}s")\n') + text.count('\nprint(f"Took {time() - started}s")\n')
        == 1
    )


@pytest.mark.parametrize("program", ["download.py", *PROGRAMS])
def test_a_chapter_needs_the_standard_library_and_its_own_subject_only(program: str) -> None:
    nodes = list(ast.walk(ast.parse((LESSON / program).read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    foreign = {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names) - {"download"}
    assert foreign == LIBRARIES.get(program.removesuffix(".py"), set())


def test_no_program_bears_the_name_of_a_module_of_python() -> None:
    names = {path.stem for path in LESSON.rglob("*.py")}
    assert not names & set(sys.stdlib_module_names)
