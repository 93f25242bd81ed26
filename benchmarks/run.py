"""pixhaul beside every other program found on this machine.

    .venv/bin/python benchmarks/run.py flood --runs 5
    .venv/bin/python benchmarks/run.py flood --only plain --programs pixhaul,curl --pixhaul '--workers 2'
    .venv/bin/python benchmarks/run.py web --only strict --programs pixhaul
    make bench                     # everything, saved in benchmarks/results/, the figures drawn

Nothing is written into the project without --save. `peers.py --install` adds gallery-dl and img2dataset.
"""

from __future__ import annotations

import argparse
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import costs
import floods
import lesson
import nginx
import peers
import results
import waits
from contest import Case, Contest
from measure import place
from web import tally
from web.bench import entries, scene
from web.scenes import PLAYED

Found = Iterator[tuple[str, dict[str, Any]]]
CASES: dict[str, Callable[[Path], Iterator[Case]]] = {
    "flood": floods.flood,
    "large": floods.large,
    "waits": waits.waits,
}


def race(name: str, chosen: argparse.Namespace, work: Path) -> Found:
    """All cases of a benchmark in which programs do the same job in turn."""
    programs = peers.here(chosen.programs, floods=name in ("flood", "large"))
    if name in ("flood", "large") and not nginx.available():
        print(f"\n{name}: left out, it needs nginx and openssl")
        return
    for case in CASES[name](work):
        if chosen.only and case.name not in chosen.only.split(","):
            continue
        contest = Contest(case, work, tuple(shlex.split(chosen.pixhaul)))
        contest.run(programs, chosen.runs or 5)
        rows = contest.rows(programs)
        yield case.name, {"title": case.title, "links": len(case.links), "floor": case.floor, "rows": rows}


def web(_: str, chosen: argparse.Namespace, work: Path) -> Found:
    """The scenes of the simulated web."""
    programs, wanted = peers.here(chosen.programs), chosen.only.split(",") if chosen.only else PLAYED
    if unknown := set(wanted) - set(PLAYED):
        raise SystemExit(f"no such scene: {', '.join(unknown)}; there are: {', '.join(PLAYED)}")
    for name in wanted:
        ways = entries(name, programs, chosen.grid, tuple(shlex.split(chosen.pixhaul)))
        yield name, scene(name, ways, chosen.runs or 1, work)


def plain(name: str, chosen: argparse.Namespace, work: Path) -> Found:
    """Memory, kept lists, start and the lesson's job: tables of a few figures."""
    yield from PLAIN[name](peers.here(chosen.programs), chosen.runs or 5, work).items()


PLAIN = {"memory": costs.memory, "kept": costs.kept, "start": costs.start, "lesson": lesson.lesson}
BENCHES: dict[str, Callable[[str, argparse.Namespace, Path], Found]] = {
    **dict.fromkeys(CASES, race),
    "web": web,
    **dict.fromkeys(PLAIN, plain),
}
SHOW = {**dict.fromkeys(CASES, results.show), "web": tally.show, **dict.fromkeys(PLAIN, costs.show)}


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", nargs="*", metavar="BENCH", help=f"which of {', '.join(BENCHES)} (all)")
    parser.add_argument("--only", default="", metavar="CASE,...", help="only these cases of it (all)")
    parser.add_argument("--programs", default="", metavar="NAME,...", help="only these programs (all that are here)")
    parser.add_argument("--runs", type=int, default=0, help="counted runs of each program (5; web: 1)")
    parser.add_argument("--grid", action="store_true", help="web: also pixhaul with each setting of the scene's grid")
    parser.add_argument("--pixhaul", default="", metavar="'OPTION ...'", help="more options for pixhaul get")
    parser.add_argument("--place", default="", metavar="DIR", help="where pictures are kept (a memory file system)")
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/")
    chosen = parser.parse_args()
    if unknown := set(chosen.bench) - set(BENCHES):
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are: {', '.join(BENCHES)}")
    return chosen


def measured(name: str, chosen: argparse.Namespace, about: dict[str, Any]) -> None:
    """One benchmark: print each table as it is there, and save it when that was asked for."""
    work = place(chosen.place)
    try:
        for key, case in BENCHES[name](name, chosen, work):
            whole = results.save(name, key, case, about) if chosen.save else case
            SHOW[name](whole)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def main() -> None:
    """Run the benchmarks that were named, or all."""
    chosen = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and folders go as after Ctrl-C
    versions = peers.versions(peers.here(chosen.programs, floods=True)) if chosen.save else {}
    about = {"versions": versions, "kept_in": chosen.place or "a memory file system"}
    for name in chosen.bench or BENCHES:
        measured(name, chosen, about)


if __name__ == "__main__":
    main()
