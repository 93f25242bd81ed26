"""Every broken program fails its check, and every answer passes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
from lesson_stage import LESSON, run
from test_lesson_programs import CHAPTERS, need


def check(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run check.py for a chapter."""
    return run("check.py", folder, None, *arguments)


QUICK = ["threads", "workers", "resume", "package"]
ALL = [name if name in QUICK else pytest.param(name, marks=pytest.mark.lesson) for name in CHAPTERS]


@pytest.mark.parametrize("chapter", ALL)
def test_the_broken_program_is_found_to_be_broken(tmp_path: Path, chapter: str) -> None:
    need(chapter)
    done = check(tmp_path, chapter)
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(f"broken/{chapter}.py: not yet.\n  ")


@pytest.mark.parametrize("chapter", ALL)
def test_the_answer_is_found_to_be_mended(tmp_path: Path, chapter: str) -> None:
    need(chapter)
    done = check(tmp_path, chapter, answer(f"answers/{chapter}.py"))
    assert done.stdout == f"answers/{chapter}.py: mended.\n", done.stderr
    assert done.returncode == 0


@pytest.mark.lesson
@pytest.mark.parametrize("chapter", ["workers", "window", "faults", "resume", "processes", "aio", "cluster", "package"])
def test_the_program_of_the_chapter_passes_the_check_of_its_chapter(tmp_path: Path, chapter: str) -> None:
    need(chapter)
    done = check(tmp_path, chapter, answer(f"{chapter}.py"))
    assert done.stdout == f"lesson/{chapter}.py: mended.\n", done.stderr


HALF_MENDED = [
    ("threads", "answers/threads.py", "WORKERS = 8", "WORKERS = 2", "At most 2 downloads were underway"),
    ("single", "answers/single.py", "part.replace(path)", "part.replace(path.with_name('a'))", "There should be 10"),
    (
        "workers",
        "answers/workers.py",
        "        except Exception as error:",
        "        except KeyError as error:",
        "ever",
    ),
    ("processes", "answers/processes.py", "Executor(8,", "Executor(2,", "At most 2 downloads were underway"),
    ("aio", "answers/aio.py", "Semaphore(8)", "Semaphore(40)", "downloads were underway"),
    ("window", "answers/window.py", "WINDOW = 16", "WINDOW = 50000", "it had read more than 1"),
    ("faults", "answers/faults.py", "and status != 429", "", "There should be"),
    ("faults", "answers/faults.py", "(400 <= status < 500 and status != 429)", "False", "was asked for"),
    ("faults", "answers/faults.py", "int(asked) if asked.isdigit() else ", "", "come back after 1 s"),
    ("resume", "answers/resume.py", "if link not in done", "if True", "The second run asked for 40"),
    ("resume", "answers/resume.py", "            ledger.commit()", "            pass", "The second run asked for 40"),
    ("package", "answers/package.py", "per_host=8", "per_host=1, connections=1", "At most 1 downloads were underway"),
]


@pytest.mark.lesson
@pytest.mark.parametrize(("chapter", "program", "old", "new", "finding"), HALF_MENDED)
def test_what_is_mended_by_half_is_not_mended(
    tmp_path: Path, chapter: str, program: str, old: str, new: str, finding: str
) -> None:
    need(chapter)
    text = Path(answer(program)).read_text(encoding="utf-8")
    assert old in text
    half = tmp_path / "half.py"
    half.write_text(text.replace(old, new), encoding="utf-8")
    done = check(tmp_path, chapter, str(half))
    assert finding in done.stdout
    assert done.returncode == 1


@pytest.mark.lesson
def test_a_check_leaves_no_process_behind(tmp_path: Path) -> None:
    program = tmp_path / "deaf.py"
    program.write_text(
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(tmp_path / 'child')!r}, 'w').write(str(child.pid))\n"
        "time.sleep(60)\n"
    )
    done = check(tmp_path, "workers", str(program))
    assert "it had not ended" in done.stdout
    child = int((tmp_path / "child").read_text())
    patience = monotonic() + 10
    while is_alive(child) and monotonic() < patience:
        sleep(0.05)
    assert not is_alive(child)


def is_alive(process: int) -> bool:
    """Does it run still? One that is dead and that nobody has buried yet does not."""
    state = Path(f"/proc/{process}/stat")
    if state.exists():
        return state.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("arguments", [[], ["chapter"], ["threads", "nowhere.py"]])
def test_a_chapter_or_program_that_is_not_there_is_told_in_one_line(tmp_path: Path, arguments: list[str]) -> None:
    done = check(tmp_path, *arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def answer(name: str) -> str:
    """The path of a file of the lesson."""
    from lesson_stage import LESSON

    return str(LESSON / name)


def test_a_python_without_pixhaul_is_told_what_to_do(tmp_path: Path) -> None:
    command = [sys.executable, "-S", str(LESSON / "check.py"), "threads"]  # -S: without what is installed
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "activate" in done.stderr
    assert "Traceback" not in done.stderr
