"""Who runs: pixhaul's strategies, the programs of the lesson, and whatever a person names."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from pixhaul import strategies
from pixhaul.errors import UsageError

LESSON = Path(__file__).parents[3] / "lesson"
"""Beside the package in a checkout; an installed pixhaul has none."""
OURS, LESSONS, YOURS, THUMBNAILS = "pixhaul", "lesson", "yours", "thumbnails"
INTERPRETERS = re.compile(r"(python|pypy|bash|dash|zsh|sh|node|deno|bun|ruby|perl|php|lua|julia|Rscript|java)[0-9.]*")
"""Programs whose first argument that is a file is the program that a person means."""
PROCESSES = "processes"
MODES = ("sequential", "threads", "asyncio", PROCESSES)
"""The ways of thumbnails.py."""


class Racer(NamedTuple):
    """One that runs, or one that cannot."""

    name: str
    group: str
    """pixhaul, lesson, yours or thumbnails."""
    command: tuple[str, ...] = ()
    """{links}, {curl}, {directory} and {trace} stand for what only the race knows."""
    missing: str = ""
    """Why it is left out; empty: it runs."""


def ours(per_host: int | None) -> list[Racer]:
    """pixhaul itself, by each of its strategies."""
    width = (str(per_host),) if per_host else ()
    known = strategies.names()
    order = sorted(known, key=lambda name: ("sequential", "threads", "asyncio", "multi", name).index(name))
    module = (sys.executable, "-m", "pixhaul.race.ours")
    return [Racer(f"pixhaul {name}", OURS, (*module, name, "{links}", "{trace}", *width)) for name in order]


def thumbnailers() -> list[Racer]:
    """Programs that also make a thumbnail of each picture: what processes are for."""
    module = (sys.executable, "-m", "pixhaul.race.thumbnails")
    return [Racer(f"thumbnails {mode}", THUMBNAILS, (*module, mode, "{links}")) for mode in MODES]


def lesson(folder: Path = LESSON) -> list[Racer]:
    """The chapters that download, in their order; one whose library is not here says so."""
    chapters = sorted(_chapters(folder), key=lambda found: (found[0], found[1].name))
    return [_chapter(path) for _, path in chapters]


def _chapters(folder: Path) -> Iterator[tuple[int, Path]]:
    for path in folder.glob("*.py"):
        text = path.read_text("utf-8", "replace")
        chapter = re.match(r'"""Chapter (\d+)', text)
        if chapter and "get_links(" in text and "__main__" in text:
            yield int(chapter[1]), path


def _chapter(path: Path) -> Racer:
    lacking = sorted(name for name in _imported(path) if not (path.parent / f"{name}.py").exists() and not _here(name))
    missing = f"needs {', '.join(lacking)}, which is not installed" if lacking else ""
    return Racer(path.stem, LESSONS, (sys.executable, str(path)), missing)


def _imported(path: Path) -> set[str]:
    """The top names of all that a program imports."""
    try:
        tree = ast.parse(path.read_text("utf-8"))
    except (SyntaxError, ValueError):
        return set()  # it will say so itself when it runs
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in names if name}


def _here(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def given(texts: Iterable[str], path: str) -> list[Racer]:
    """The programs that a person named, each a command line in one text; no shell ever sees it.

    Args:
        texts: As they stand on our own command line.
        path: Where programs are looked for, as in PATH.

    Raises:
        UsageError: One is no command line, or its program is nowhere.
    """
    found: list[Racer] = []
    for text in texts:
        words = _words(text)
        name = _name(words)
        twins = sum(one.name == name or one.name.startswith(f"{name} (") for one in found)
        found.append(Racer(f"{name} ({twins + 1})" if twins else name, YOURS, _located(words, path)))
    return found


def _is_file(word: str) -> bool:
    try:
        return Path(word).is_file()
    except OSError:  # a long command line is no name of a file
        return False


def _words(text: str) -> list[str]:
    try:
        words = [text] if _is_file(text) else shlex.split(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no command: {error}.", "Close the quotation mark.") from error
    if not words:
        raise UsageError("An empty word is no program.", "For example: pixhaul race mine.py")
    return words


def _name(words: Sequence[str]) -> str:
    """The program without its folder and its arguments; behind an interpreter, the file that it runs."""
    first = Path(words[0]).name
    if INTERPRETERS.fullmatch(first):
        return next((Path(word).name for word in words[1:] if _is_file(word)), first)
    return first


def _located(words: list[str], path: str) -> tuple[str, ...]:
    """The words with the program's full path: each racer runs in a folder of its own."""
    first = Path(words[0])
    if first.suffix == ".py" and _is_file(words[0]):
        return sys.executable, str(first.resolve()), *words[1:]
    program = shutil.which(words[0], path=path)
    if program is None:
        raise UsageError(f"{words[0]} is no program that could run here.", _advice(first))
    rest = words[1:]
    if INTERPRETERS.fullmatch(first.name):
        place = next((number for number, word in enumerate(rest) if _is_file(word)), None)
        if place is not None:
            rest[place] = str(Path(rest[place]).resolve())
    return (str(Path(program).absolute()), *rest)


def _advice(path: Path) -> str:
    if _is_file(str(path)):
        return f"Make it one: chmod +x {path}, or name its interpreter before it, all in quotes."
    return "Name a file of Python here, or a program with its arguments in quotes."


def chosen(racers: Sequence[Racer], only: Iterable[str]) -> list[Racer]:
    """Those whose name or group was asked for, all where nothing was. UsageError for a name that nobody has."""
    wanted = list(only)
    if not wanted:
        return list(racers)
    for name in wanted:
        if not any(_is(racer, name) for racer in racers):
            known = ", ".join(dict.fromkeys([*(racer.group for racer in racers), *(_bare(racer) for racer in racers)]))
            raise UsageError(f"Nobody in this race is called {name}.", f"There are {known}.")
    return [racer for racer in racers if any(_is(racer, name) for name in wanted)]


def _is(racer: Racer, name: str) -> bool:
    return name in (racer.name, racer.group, _bare(racer))


def _bare(racer: Racer) -> str:
    return racer.name.removeprefix("pixhaul ").removeprefix("thumbnails ").removesuffix(".py")


def search_path() -> str:
    """PATH with the folder of our own interpreter first, so that pixhaul itself and its neighbours are found."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
