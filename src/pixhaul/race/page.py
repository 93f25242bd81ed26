"""The page: one file that needs nothing else, from a race or from a trace. Pure but for our own style and script.

Its policy permits exactly the style and the script that are in it, by their hashes, and no request to anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import platform
from collections.abc import Sequence
from importlib.resources import files

from pixhaul import __version__
from pixhaul.escape import html
from pixhaul.trace.lanes import NO_CONNECTION

from .cards import Sheet, cards, prediction
from .chart import CONNECTION, PHASES, fetched, spent
from .drawing import curve_svg
from .models import TRACE, Race, Run
from .racers import Racer
from .records import Traced
from .road import Conditions
from .table import share, times
from .verdict import DONE, Verdict

_KEY = (
    "Above, how many transfers were under way at once. Below, a lane for each connection: thin where it waited, thick "
    "where something moved. Point at a lane, or go from lane to lane with the arrow keys, to have it in words."
)
_FORESEEN = " The dashed line is where the prediction has the last picture there."


_GAPS = " In the gaps the programs compute."
_AMDAHL = (
    "; or, where that is longer, all the computing that the sequential one did, shared out among as many processors as "
    "can work for a program at once: one for threads and for an event loop, because of the interpreter&rsquo;s lock"
)


def page(race: Race) -> str:
    """A whole race."""
    order = sorted(race.runs, key=lambda run: (run.verdict.word != DONE, run.seconds))
    sheet = Sheet()
    parts = [
        _ranking(race, order, sheet),
        _lanes(race, order, sheet),
        _prediction(race, order),
        _method(race),
    ]
    return _document("The race", _lead(race), parts, sheet)


def page_of_trace(processes: Sequence[Traced], name: str) -> str:
    """A real run, from its trace."""
    runs = tuple(_traced(one) for one in processes)
    race = Race(Conditions(pictures=0), 0.0, runs, ())
    sheet = Sheet()
    count = sum(run.requests for run in runs)
    lead = f"{count:,} transfers, as {html(name)} has them."
    return _document("A run, drawn", lead, [_lanes(race, runs, sheet), _prediction(race, runs)], sheet)


def _traced(one: Traced) -> Run:
    ends = [each.ended for lane in one.lanes for each in lane.transfers]
    transfers = fetched(one.lanes)
    names = {lane.name.partition(",")[0] for lane in one.lanes if lane.kind == CONNECTION}  # several streams are one
    connections = len(names - {NO_CONNECTION})
    racer = Racer(one.name or "a run", "")
    seconds = max(ends, default=0.0)
    return Run(
        racer, Verdict(DONE), seconds, None, None, len(transfers), 0, connections, 0, (), one.lanes, TRACE,
        left_out=one.left_out,
    )  # fmt: skip


def _lead(race: Race) -> str:
    road = race.conditions
    told = [f"{road.pictures} pictures", f"each {road.latency:g} s away"]
    if road.bandwidth:
        told.append(f"{road.bandwidth / 1000:g} kB a second on each connection")
    if road.faults:
        told.append(f"faults: {html(road.faults)}")
    if race.thumbnails:
        told.append("and a thumbnail of each")
    told.append(f"{len(race.runs)} racers, one after another, on the same road")
    return ", ".join(told) + "."


def _ranking(race: Race, order: Sequence[Run], sheet: Sheet) -> str:
    heads = ("racer", "seconds", "", "times faster", "at once", "processor, s", "memory, MB", "requests", "right")
    head = "".join(f'<th scope="col">{one}</th>' if one else '<td aria-hidden="true"></td>' for one in heads)
    rows = "".join(
        f'<tr><th scope="row"><a href="#racer-{number}"><bdi>{html(run.racer.name)}</bdi></a></th>'
        f"<td>{run.seconds:.2f}</td>{_spark(run, race, sheet)}{_cells(run, race)}</tr>"
        for number, run in enumerate(order, 1)
    )
    return (
        '<section aria-labelledby="h-ranking"><h2 id="h-ranking">Who was how fast</h2>'
        "<p>Seconds from the start of each program to its end, and how many transfers were under way meanwhile, all on "
        "one scale. The areas are about equal: it is the same waiting, done one after another or at the same time. "
        f"Times faster: than one after another, {race.base:.2f} s.</p>"
        '<div class="wide" role="region" tabindex="0" aria-labelledby="h-ranking"><table class="ranking">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _spark(run: Run, race: Race, sheet: Sheet) -> str:
    """The curve in a row of the table; what it says stands in the other cells."""
    longest = max(one.seconds for one in race.runs) or 1.0
    most = max(1, *(one.curve.most for one in race.runs))
    tone = run.racer.group if run.verdict.word == DONE else "bad"
    drawing = curve_svg(run.curve, run.seconds, most, "") if run.seconds else ""
    return (
        f'<td class="spark {tone}" aria-hidden="true"><div class="{sheet.place("width", run.seconds / longest)}">'
        f"{drawing}</div></td>"
    )


def _cells(run: Run, race: Race) -> str:
    done = run.verdict.word == DONE and run.seconds
    cells = (
        times(race.base / run.seconds) if done else run.verdict.word,
        f"{run.curve.most}",
        f"{run.cpu:.2f}" if run.cpu is not None else "-",
        f"{run.memory / 1e6:.0f}" if run.memory else "-",
        f"{run.requests}",
        f"{run.right} of {race.conditions.pictures}",
    )
    return "".join(f"<td>{html(cell)}</td>" for cell in cells)


def _lanes(race: Race, order: Sequence[Run], sheet: Sheet) -> str:
    met = {bar.phase for run in race.runs for lane in run.lanes for one in lane.transfers for bar in one.bars}
    keys = "".join(
        f'<li><svg viewBox="0 0 28 12" aria-hidden="true"><path class="p-{phase.replace(" ", "-").lower()}" '
        f'd="M2 {4 if phase == "waiting" else 1}h24v{4 if phase == "waiting" else 10}h-24z"/></svg>{phase}</li>'
        for phase in PHASES
        if phase in met
    )
    choice = (
        '<input type="radio" name="axis" id="common" checked><label for="common">one axis for all</label> '
        '<input type="radio" name="axis" id="own"><label for="own">each on its own</label>'
    )
    return (
        '<section aria-labelledby="h-lanes" class="lanes-part"><h2 id="h-lanes">Who waited when</h2>'
        f'<ul class="legend" aria-label="Phases">{keys}</ul>'
        f"<p>{_KEY}{_FORESEEN if race.conditions.pictures else ''}{_GAPS if race.thumbnails else ''}</p>"
        f"{choice if len(race.runs) > 1 else ''}{cards(race, order, sheet)}</section>"
    )


def _prediction(race: Race, order: Sequence[Run]) -> str:
    known = bool(race.conditions.pictures)
    heads = ["racer", "before the first request, s", "pictures a second", "seconds each", "at once on average"]
    heads += ["at once at most", "predicted, s", "measured, s"] if known else ["at once at most", "measured, s"]
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    rows = "".join(_predicted(run, race) for run in order if run.curve.steps)
    why = _why(race) if known else ""
    return (
        '<section aria-labelledby="h-law"><h2 id="h-law">Prediction and measurement</h2>'
        f"<p>{why}Little&rsquo;s law: pictures a second &times; seconds each = at once on average.</p>"
        '<div class="wide" role="region" tabindex="0" aria-labelledby="h-law"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></section>"
    )


def _why(race: Race) -> str:
    computing = _AMDAHL if race.thumbnails else ""
    return (
        f"Predicted: {race.conditions.pictures} pictures in whole rounds of as many as were at once at most, "
        f"{race.each:.3g} s a round{computing}. Measured: from the first request to the last answer. What is longer "
        "than predicted went into computing, or into not using all connections all the time. "
    )


def _predicted(run: Run, race: Race) -> str:
    transfers, curve = fetched(run.lanes), run.curve
    began, ended = curve.span
    span = ended - began
    each = sum(one.ended - one.began for one in transfers) / len(transfers)
    rate = len(transfers) / span if span else 0.0
    cells = [f"{began:.2f}", f"{rate:.1f}", f"{each:.3f}", f"{rate * each:.1f}", f"{curve.most}"]
    foreseen = prediction(run, race)
    cells += [f"{foreseen.seconds:.2f}"] if foreseen else []
    cells += [f"{span:.2f}"]
    return (
        f'<tr><th scope="row"><bdi>{html(run.racer.name)}</bdi></th>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + "</tr>"
    )


def _method(race: Race) -> str:
    absent = "".join(f"<li><bdi>{html(one.name)}</bdi>: {html(one.missing)}</li>" for one in race.absent)
    out = f"<p>Left out:</p><ul>{absent}</ul>" if absent else ""
    waits = "" if not race.runs else f"<p>{html(share(race))}</p>"
    phases = spent(one for run in race.runs for one in fetched(run.lanes))
    total = sum(phases.values())
    waiting = f" Of all the time of all transfers, {phases.get('waiting', 0) / total:.0%} was waiting." if total else ""
    return (
        '<section aria-labelledby="h-how"><h2 id="h-how">How this was measured</h2>'
        "<p>Each racer ran alone, in an empty folder, against a made Imgur in a process of its own on the same "
        "machine. Every picture it left was compared byte by byte with the one that was sent. Lanes are drawn from "
        "pixhaul&rsquo;s own trace where there is one, else from what the stand-in wrote down: there, connecting is "
        "the time from a connection&rsquo;s opening to its first request, and receiving ends when the last byte is "
        f"sent.{waiting}</p>"
        f"{waits}{out}<p>pixhaul {html(__version__)}, Python {html(platform.python_version())}, "
        f"{html(platform.system())} on {html(platform.machine())}.</p></section>"
    )


def _document(title: str, lead: str, parts: Sequence[str], sheet: Sheet) -> str:
    style = _asset("race.css") + sheet.text
    script = _asset("race.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{title}: pixhaul</title><style>{style}</style></head><body>"
        '<a class="skip" href="#main">To the numbers</a>'
        f'<header class="page"><h1>{title}</h1><p class="lead">{lead}</p></header>'
        f'<main id="main">{"".join(parts)}</main><script>{script}</script></body></html>\n'
    )


def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
