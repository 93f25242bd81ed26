"""The race in a terminal: a table and a small timeline of each racer. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pixhaul.escape import terminal

from .chart import Curve
from .models import Race, Run
from .verdict import DONE

BLOCKS, PLAIN = " ▁▂▃▄▅▆▇█", " .:-=+*#@"
"""Eight heights and none; for terminals that know them, and for those that do not."""
WIDTH = 48
"""Characters of a timeline."""
LONGEST = 24
HEADINGS = ("racer", "seconds", "times", "at once", "CPU s", "MB", "requests", "right")


def table(race: Race, blocks: str = BLOCKS) -> Iterator[str]:
    """All lines, the racers in the order in which they ran."""
    rows = [HEADINGS, *(_row(run, race) for run in race.runs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        yield "  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in _rest(row, widths))])
    yield ""
    yield from timelines(race, blocks)
    yield from _remarks(race)


def _rest(row: tuple[str, ...], widths: list[int]) -> Iterable[tuple[str, int]]:
    return zip(row[1:], widths[1:], strict=True)


def _row(run: Run, race: Race) -> tuple[str, ...]:
    done = run.verdict.word == DONE
    return (
        name(run),
        f"{run.seconds:.2f}" if run.seconds else "-",
        times(race.base / run.seconds) if done and run.seconds else run.verdict.word,
        str(run.curve.most),
        f"{run.cpu:.2f}" if run.cpu is not None else "-",
        f"{run.memory / 1e6:.0f}" if run.memory else "-",
        str(run.requests),
        f"{run.right}/{race.conditions.pictures}",
    )


def name(run: Run) -> str:
    """What a racer is called, in the space there is."""
    shown = terminal(run.racer.name)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 3] + "..."


def times(factor: float) -> str:
    """How many times faster.

    >>> times(7.123), times(17.4)
    ('7.1', '17')
    """
    return f"{factor:.0f}" if factor >= 10 else f"{factor:.1f}"


def timelines(race: Race, blocks: str = BLOCKS) -> Iterator[str]:
    """How many transfers were under way when: one line a racer, all on one axis."""
    longest = max((run.seconds for run in race.runs), default=0.0)
    most = max((run.curve.most for run in race.runs), default=0)
    if not longest or not most:
        return
    yield f"Transfers under way, from 0 to {longest:.1f} s; the highest block is {most} at once."
    for run in race.runs:
        yield f"{name(run):{LONGEST}}|{timeline(run.curve, longest, most, blocks)}|"


def timeline(curve: Curve, seconds: float, most: int, blocks: str = BLOCKS) -> str:
    """The curve in WIDTH characters; any transfer at all shows, however few.

    >>> from .chart import Transfer, curve
    >>> timeline(curve([Transfer("a", 0.0, 2.0), Transfer("b", 1.0, 2.0)]), 4.0, 2).rstrip()
    '▄▄▄▄▄▄▄▄▄▄▄▄████████████'
    """
    step = seconds / WIDTH
    means = [curve.area(place * step, (place + 1) * step) / step for place in range(WIDTH)]
    top = len(blocks) - 1
    return "".join(blocks[min(top, max(1, round(mean / most * top))) if mean > 0 else 0] for mean in means)


def _remarks(race: Race) -> Iterator[str]:
    lines = [f"{name(run)}: {run.verdict.word}: {terminal(run.verdict.detail)}" for run in race.runs if _fell(run)]
    lines += [f"{terminal(racer.name)}: left out: {racer.missing}" for racer in race.absent]
    lines += [share(race)] if race.runs else []
    if lines:
        yield ""
        yield from lines


def _fell(run: Run) -> bool:
    return run.verdict.word != DONE


def share(race: Race) -> str:
    """How much of a processor the stand-in took, so that one sees that it was not in the way."""
    used = sum(run.standin_cpu for run in race.runs)
    seconds = sum(run.seconds for run in race.runs)
    worst = max(race.runs, key=lambda run: run.standin_cpu / run.seconds if run.seconds else 0.0)
    peak = worst.standin_cpu / worst.seconds if worst.seconds else 0.0
    return (
        f"The stand-in used {used / seconds if seconds else 0:.1%} of one processor over all runs, "
        f"{peak:.1%} at the most ({name(worst)})."
    )
