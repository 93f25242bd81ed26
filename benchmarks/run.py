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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import floods
import nginx
import peers
import results
from contest import Case, Contest
from measure import place
from web import tally
from web.bench import entries, scene
from web.scenes import SCENES

CASES: dict[str, Callable[[Path], Iterator[Case]]] = {"flood": floods.flood, "large": floods.large}


def race(name: str, chosen: argparse.Namespace, work: Path) -> dict[str, Any]:
    """All cases of a benchmark in which programs do the same job in turn."""
    programs, found = peers.here(chosen.programs), {}
    if name in ("flood", "large") and not nginx.available():
        print(f"\n{name}: left out, it needs nginx and openssl")
        return {}
    for case in CASES[name](work):
        if chosen.only and case.name not in chosen.only.split(","):
            continue
        contest = Contest(case, work, tuple(shlex.split(chosen.pixhaul)))
        contest.run(programs, chosen.runs or 5)
        rows = contest.rows(programs)
        found[case.name] = {"title": case.title, "links": len(case.links), "floor": case.floor, "rows": rows}
        results.show(found[case.name])
        found[case.name] = results.merged(name, case.name, found[case.name])
    return found


def web(_: str, chosen: argparse.Namespace, work: Path) -> dict[str, Any]:
    """The scenes of the simulated web."""
    programs, found = peers.here(chosen.programs), {}
    for name in chosen.only.split(",") if chosen.only else SCENES:
        ways = entries(name, programs, chosen.grid, tuple(shlex.split(chosen.pixhaul)))
        case = results.merged("web", name, scene(name, ways, chosen.runs or 1, work))
        tally.compare(case)
        tally.show(case)
        found[name] = case
    return found


BENCHES: dict[str, Callable[[str, argparse.Namespace, Path], dict[str, Any]]] = dict.fromkeys(CASES, race) | {
    "web": web
}


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


def main() -> None:
    """Run the benchmarks that were named, or all."""
    chosen = arguments()
    for name in chosen.bench or BENCHES:
        work = place(chosen.place)
        try:
            cases = BENCHES[name](name, chosen, work)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        if chosen.save and cases:
            versions = peers.versions(peers.here(chosen.programs))
            results.save(name, cases, versions, chosen.place or "a memory file system")


if __name__ == "__main__":
    main()
