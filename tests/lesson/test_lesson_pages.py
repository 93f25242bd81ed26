"""What the pages say is so: their files, commands, sums, excerpts and drawings."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest
from lesson_stage import LESSON, drawn
from test_lesson_programs import CHAPTERS, NEEDS

from pixhaul import standin

ROOT = LESSON.parent
README = LESSON / "README.md"
PAGES = sorted((LESSON / "pages").glob("*.md"))
TEXTS = [README, *PAGES, LESSON / "teacher.md", LESSON / "answers" / "README.md"]
SECTIONS = ["## Predict", "## Run", "## What happened", "## What to try", "## Broken on purpose"]
DRAWING = re.compile(r"<!-- picture: (\S+)((?: \S+=\S+)*)( interrupted)? -->\n```\n(.*?)```", re.DOTALL)
DRAWINGS = [(page.name, *found) for page in PAGES for found in DRAWING.findall(page.read_text(encoding="utf-8"))]
FAILURE = re.compile(r"^http://[^/]*(/\S+: HTTP .*)$", re.MULTILINE)
NUMBERS = re.compile(
    r"(\d+) downloads of ([\d.]+) s each in ([\d.]+) s: ([\d.]+) a second\n"
    r"underway at once: ([\d.]+) on average, (\d+) at most"
)


def name(path: Path) -> str:
    """A text as the test's id shows it."""
    return str(path.relative_to(LESSON))


@pytest.mark.parametrize("page", TEXTS, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        there = page.parent / path
        assert there.is_file(), target
        headings = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
        assert not anchor or anchor in [heading.lower().replace(" ", "-") for heading in headings], target


@pytest.mark.parametrize("page", TEXTS, ids=name)
def test_every_file_that_is_named_is_there(page: Path) -> None:
    for word in re.findall(r"`([\w./]+)`", page.read_text(encoding="utf-8")):
        if word.startswith(("src/", "docs/", "tests/")):
            assert (ROOT / word).exists(), word
        elif word.endswith(".py"):
            assert (LESSON / word).is_file(), word


@pytest.mark.parametrize("page", TEXTS, ids=name)
def test_every_command_could_be_typed(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    fenced = "\n".join(re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    typed = fenced.splitlines() + re.findall(r"`([^`\n]+)`", text)
    for line in typed:
        for program in re.findall(r"\bpython (?:draw\.py )?((?:broken/)?\w+\.py)", line):
            assert (LESSON / program).is_file(), line
        for module in re.findall(r"\bpython -m (broken\.\w+)", line):
            assert (LESSON / f"{module.replace('.', '/')}.py").is_file(), line
        for chapter in re.findall(r"\bpython check\.py ([a-z]+)", line):
            assert chapter in CHAPTERS, line
        if line.startswith("pixhaul "):
            known(*line.split())


def known(program: str, command: str, *words: str) -> None:
    """The options of a command of pixhaul stand in its help."""
    done = subprocess.run(
        [sys.executable, "-m", program, command, "--help"], capture_output=True, text=True, check=True
    )
    for option in words:
        assert not option.startswith("-") or option in done.stdout, option


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_excerpt_stands_in_a_program(page: Path) -> None:
    programs = [path.read_text(encoding="utf-8") for path in LESSON.rglob("*.py")]
    excerpts = re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert excerpts
    for excerpt in excerpts:
        assert any(excerpt in program for program in programs), excerpt


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_has_all_its_parts_in_order(page: Path) -> None:
    places = [page.read_text(encoding="utf-8").find(f"\n{section}\n") for section in SECTIONS]
    assert -1 not in places
    assert places == sorted(places)


def test_every_chapter_has_a_page_a_program_a_broken_one_and_an_answer() -> None:
    assert [page.stem[3:] for page in PAGES] == CHAPTERS
    for chapter in CHAPTERS:
        for path in f"{chapter}.py", f"broken/{chapter}.py", f"answers/{chapter}.py":
            assert (LESSON / path).is_file()
    headings = re.findall(
        r"^## Chapter (\d+)$", (LESSON / "answers" / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [int(number) for number in headings] == list(range(1, len(CHAPTERS) + 1))


def sums() -> list[str]:
    """Every line of a page that is a sum: indented, with an equals sign."""
    lines = [
        line.strip()
        for page in PAGES
        for line in re.findall(r"^(?: {4}| {7}).*$", page.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    return [line for line in lines if re.fullmatch(r"[(\d][^=|]* = [\d.,]+( [a-z ]+)?", line)]


@pytest.mark.parametrize("line", sums())
def test_every_sum_is_right(line: str) -> None:
    left, _, right = re.sub(r"[a-z]+|(?<=\d),(?=\d)", "", line).partition("=")
    value = eval(left.translate(str.maketrans("\u00d7\u00f7\u2212", "*/-")), {})  # noqa: S307  # a sum of our own pages
    assert value == pytest.approx(float(right), rel=0.03)


def test_there_are_sums_and_drawings_to_look_at() -> None:
    assert len(sums()) >= 15
    assert len(DRAWINGS) == 11


QUICK = [one for one in DRAWINGS if one[1] in ("threads.py", "broken/workers.py")]
SLOW = [pytest.param(*one, marks=pytest.mark.lesson) for one in DRAWINGS if one not in QUICK]


@pytest.mark.parametrize(("page", "program", "settings", "interrupted", "text"), QUICK + SLOW)
def test_a_drawing_is_what_the_program_draws(
    tmp_path: Path, page: str, program: str, settings: str, interrupted: str, text: str
) -> None:
    if find_spec(NEEDS.get(program.removesuffix(".py"), "sys")) is None:
        pytest.skip("the library of this chapter is not here")
    more = dict(word.split("=", 1) for word in settings.split())
    with standin.start(latency=0.08, faults=more.pop("faults", "")) as imgur:
        output = drawn(program, tmp_path, imgur, interrupted=bool(interrupted), **more)
    (told,), (seen,) = NUMBERS.findall(text), NUMBERS.findall(output)
    assert told[0] == seen[0]
    assert int(seen[5]) <= int(told[5]) == len(re.findall(r"^ +\d+ +\|", text, re.MULTILINE))
    assert int(seen[5]) > int(told[5]) // 2
    assert sorted(FAILURE.findall(text)) == sorted(FAILURE.findall(output))
    assert failed(text) == failed(output)


def failed(drawing: str) -> int:
    """How many downloads of a drawing failed."""
    return sum(
        1 for lane in re.findall(r"^ +\d+ +(\|.*)", drawing, re.MULTILINE) for one in lane.split("|") if "x" in one
    )


@pytest.mark.parametrize("text", [one[-1] for one in DRAWINGS], ids=[one[0] for one in DRAWINGS])
def test_the_numbers_beneath_a_drawing_obey_the_law_of_little(text: str) -> None:
    ((*told, _most),) = NUMBERS.findall(text)
    count, each, seconds, rate, average = map(float, told)
    assert rate == pytest.approx(count / seconds, rel=0.02)
    assert average == pytest.approx(rate * each, rel=0.04)
    assert len(re.findall(r"\|[-x]", text)) == count


def test_the_text_speaks_of_the_numbers_of_its_drawings() -> None:
    """What a page says about its drawing stands in the drawing."""
    threads, faults = (page.read_text(encoding="utf-8") for page in (PAGES[1], PAGES[6]))
    ((count, each, _, rate, _, _),) = NUMBERS.findall(threads)
    assert f"{rate} a second \u00d7 {each} s = " in threads
    ((count, _, _, _, average, _),) = NUMBERS.findall(faults)
    told = re.findall(r"(\d+) pictures, (\d+) requests.*? on average only ([\d.]+) downloads", faults, re.DOTALL)
    assert told == [(str(40 - len(FAILURE.findall(faults))), count, average)]
    assert f"all {40 - 3} pictures are there" in PAGES[2].read_text(encoding="utf-8")


def test_the_reckoning_is_right() -> None:
    text = PAGES[0].read_text(encoding="utf-8").replace(",", "")
    rows = re.findall(r"^\| (\d+) \| (\d+) s(?:: nearly (\d+) (minutes|days))? \|$", text, re.MULTILINE)
    assert len(rows) == 4
    for pictures, seconds, many, unit in rows:
        assert int(pictures) * 0.25 == int(seconds)
        assert not unit or 0 <= int(many) - int(seconds) / {"minutes": 60, "days": 86_400}[unit] < 0.4


def test_the_readme_shows_what_the_stand_in_prints() -> None:
    command = [sys.executable, "-m", "pixhaul", "standin"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        line = running.stdout.readline()
        running.terminate()
    shown = re.search(r'^\{"api".*\}$', README.read_text(encoding="utf-8"), re.MULTILINE)
    assert shown is not None
    assert re.sub(r":\d+", "", shown[0]) == re.sub(r":\d+", "", line.rstrip())


def test_the_table_of_times_agrees_with_the_chapters() -> None:
    rows = re.findall(r"^\| \[?(\d+).*\| ([\d.]+) s \| \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    times = {int(chapter): float(seconds) for chapter, seconds in rows}
    assert list(times) == list(range(1, len(CHAPTERS) + 1))
    assert all(3 * seconds < times[1] for chapter, seconds in times.items() if chapter > 1)


@pytest.mark.parametrize("plan", ["## One hour", "## Three hours"])
def test_the_teachers_minutes_have_no_gap(plan: str) -> None:
    text = (LESSON / "teacher.md").read_text(encoding="utf-8").partition(plan)[2].partition("\n## ")[0]
    minutes = [tuple(map(int, pair)) for pair in re.findall(r"^\| (\d+)-(\d+) \|", text, re.MULTILINE)]
    assert minutes[0][0] == 0
    assert minutes[-1][1] == {"## One hour": 60, "## Three hours": 180}[plan]
    assert all(before[1] == after[0] for before, after in pairwise(minutes))
