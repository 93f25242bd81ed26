"""`pixhaul race`: the same job by one program after another, and a page that shows who waited when."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pixhaul.errors import UsageError

from .shape import Command, option
from .values import Amount, Count, Place, Size

if TYPE_CHECKING:
    from pixhaul.race.models import Race, Run
    from pixhaul.race.racers import Racer
    from pixhaul.race.road import Road

_EXAMPLES = (
    ("pixhaul race", "all strategies and the lesson, 40 pictures; draws race.html"),
    ("pixhaul race mine.py", "and a program of yours"),
    ("pixhaul race 'curl --parallel -K {curl}'", "and curl, which takes its links from a configuration file"),
    ("pixhaul race 'aria2c -q -j 8 -i {links}'", "and aria2, which takes a list; so do many"),
    ("pixhaul race --only multi,threads -n 400 --latency 0.1", "some of them, on another road"),
    ("pixhaul race --faults 404=5%,503=10%:once", "with what goes wrong on the network"),
    ("pixhaul race --cpu", "each picture is also scaled down: the turn of processes"),
    ("pixhaul race --show run.json", "draw what pixhaul get --trace run.json wrote down"),
)
_EPILOG = """A PROGRAM is a file of Python, or a command line in quotes. It runs without a shell in an empty folder of
its own, and what it leaves there is compared with the pictures. It finds an Imgur through IMGUR_API and
IMGUR_CLIENT_ID, or a list of links in the file that RACE_LINKS names. In its command line, {links} is that file, {curl}
the same as a configuration file of curl, and {directory} the folder. PICTURES says how many there are."""
ROAD, RACERS, PRINT = "The road", "Who runs", "What to print"


class Names(click.ParamType):  # type: ignore[type-arg]  # takes no parameter before click 8.4
    """Names with commas between them."""

    name = "names"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """The names."""
        return value if isinstance(value, tuple) else tuple(part.strip() for part in value.split(",") if part.strip())


@click.command(cls=Command, examples=_EXAMPLES, epilog=_EPILOG)
@click.argument("programs", nargs=-1, metavar="[PROGRAM]...")
@option("-n", "--pictures", metavar="N", env=None, section=ROAD, default=40, type=Count(1, 4000), help="How many (40).")
@option(
    "--latency",
    metavar="S",
    env=None,
    section=ROAD,
    type=click.FloatRange(0, 60),
    help="Before each picture's answer (0.25).",
)
@option("--bandwidth", metavar="SIZE", env=None, section=ROAD, type=Size(), help="Bytes a second on each connection.")
@option("--faults", metavar="SPEC", env=None, section=ROAD, help="What goes wrong; see pixhaul standin --help.")
@option("--seed", metavar="N", env=None, section=ROAD, default=0, type=Count(0, 2**31), help="Which pictures (0).")
@option("--cpu", is_flag=True, env=None, section=RACERS, help="Programs that also make a thumbnail of each picture.")
@option("--only", metavar="NAME,...", env=None, section=RACERS, type=Names(), help="These alone: pixhaul, lesson, ...")
@option(
    "--per-host", metavar="N", env=None, section=RACERS, type=Count(1, 1000), help="pixhaul's own width (adaptive)."
)
@option("--deadline", metavar="S", env=None, section=RACERS, type=Amount(3600), help="Of each (thrice one by one).")
@option(
    "-o",
    "--output",
    metavar="FILE",
    env=None,
    section=PRINT,
    default="race.html",
    type=Place(),
    help="The page (race.html).",
)
@option(
    "--trace", metavar="FILE", env=None, section=PRINT, type=Place(), help="All of it as a trace that Perfetto opens."
)
@option("--show", metavar="FILE", env=None, section=PRINT, type=Place(), help="Race nobody; draw this trace.")
@option("--json", is_flag=True, env=None, section=PRINT, help="One JSON object for each racer, then a summary.")
def race(programs: tuple[str, ...], **values: Any) -> int:
    """Let one program after another do the same job, and draw who waited for whom, when.

    The job is to download 40 pictures that take a quarter of a second each, from an Imgur on this machine. Every
    strategy of pixhaul does it, every program of the lesson that can run here, and each PROGRAM that is named.
    """
    if values["show"]:
        return _show(programs, values)
    from pixhaul.race import racers

    yours = racers.given(programs, racers.search_path())
    others = racers.thumbnailers() if values["cpu"] else [*racers.ours(values["per_host"]), *racers.lesson()]
    if values["only"]:
        others = racers.chosen([*others, *yours], values["only"])
        yours = [one for one in yours if one not in others]
    return _race([*others, *yours], values)


def _race(everyone: list[Racer], values: dict[str, Any]) -> int:
    from pixhaul.race.models import Race
    from pixhaul.race.output import refuse
    from pixhaul.race.road import Conditions, Road
    from pixhaul.summary import INTERRUPTED

    from .interrupts import Interrupts
    from .speech import say

    refuse(values["output"])
    if values["trace"]:
        refuse(values["trace"], b"[\n", "Name another file: --trace FILE")
    latency = 0.25 if values["latency"] is None else values["latency"]
    conditions = Conditions(values["pictures"], latency, values["bandwidth"], values["faults"] or "", values["seed"])
    ready = [racer for racer in everyone if not racer.missing]
    runs: list[Run] = []
    with Interrupts() as interrupts, Road(conditions) as road:
        road.open()
        whole = conditions.pictures * road.each
        say([f"{len(ready)} racers, {conditions.pictures} pictures each; one after another they take {whole:.1f} s."])
        try:
            _run(ready, road, values["deadline"] or 20 + 3 * whole, runs)
        except KeyboardInterrupt:
            say(["", "Broken off; what has ended is told."])
        except OSError as error:
            say([f"pixhaul: the race cannot go on: {error}"])
        absent = tuple(racer for racer in everyone if racer.missing)
        told = Race(conditions, road.each, tuple(runs), absent, values["cpu"], os.cpu_count() or 1)
    return _tell(told, values, INTERRUPTED if interrupts.count else int(len(runs) < len(ready)))


def _run(ready: list[Racer], road: Road, deadline: float, runs: list[Run]) -> None:
    """Let all of them run, and say each as it ends; what has ended is in `runs` whatever breaks us off."""
    from pixhaul.race.event import race as run_all

    from .speech import say

    with closing(run_all(ready, road, deadline)) as ended:
        for run in ended:
            runs.append(run)
            say([_line(run, len(runs), len(ready))])


def _line(run: Run, place: int, of: int) -> str:
    from .speech import safe

    return f"{place:>3} of {of}  {run.seconds:6.2f} s  {safe(run.racer.name)}: {run.verdict.word}"


def _tell(told: Race, values: dict[str, Any], code: int) -> int:
    """Print and write all there is; the exit code: the one given, or 1 when somebody has not done the job."""
    from pixhaul.race.output import write
    from pixhaul.race.page import page
    from pixhaul.race.table import BLOCKS, PLAIN, table
    from pixhaul.race.telling import record, summary, write_trace
    from pixhaul.race.verdict import DONE

    from .speech import out, safe, say, warn
    from .telling import json_line

    code = code or int(any(run.verdict.word != DONE for run in told.runs))
    if values["json"]:
        out(
            "".join(json_line(record(run, told)) for run in told.runs)
            + json_line(summary(told, values["output"], code))
        )
    else:
        out("".join(f"{line}\n" for line in table(told, BLOCKS if _knows_blocks() else PLAIN)))
    write(values["output"], page(told))
    say([f"The page: {safe(values['output'])}"])
    if values["trace"]:
        write_trace(told, values["trace"], warn)
    return code


def _knows_blocks() -> bool:
    try:
        "█▁".encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _show(programs: tuple[str, ...], values: dict[str, Any]) -> int:
    from pixhaul.race.output import refuse, write
    from pixhaul.race.page import page_of_trace
    from pixhaul.race.records import from_trace

    from .speech import safe, say

    if programs:
        raise UsageError("--show draws a trace and races nobody.", "Leave the programs away, or --show.")
    refuse(values["output"])
    write(values["output"], page_of_trace(from_trace(Path(values["show"])), values["show"]))
    say([f"The page: {safe(values['output'])}"])
    return 0
