"""Each racer as a card of the page: its facts, its drawing, and the same as a table. Pure; every text is escaped."""

from __future__ import annotations

from collections.abc import Sequence

from pixhaul.escape import html

from .chart import KEEPING, Prediction, Transfer, fetched, predict, spent
from .drawing import curve_svg, lanes_svg, ticks
from .models import Race, Run
from .table import times
from .verdict import DONE

MOST_ROWS = 400
"""Transfers in a card's table."""


class Sheet:
    """Places in per cent, as classes: the page's policy forbids styles within elements."""

    def __init__(self) -> None:
        self._rules: dict[str, str] = {}

    def place(self, name: str, share: float) -> str:
        """The class that sets a property to a share of the whole."""
        percent = round(100 * share, 2)
        key = f"{name[0]}{percent:g}".replace(".", "_").replace("-", "n")
        self._rules[key] = f".{key}{{{name}:{percent:g}%}}"
        return key

    @property
    def text(self) -> str:
        """All rules."""
        return "".join(self._rules.values())


def card(run: Run, race: Race, number: int, sheet: Sheet) -> str:
    """One racer."""
    longest = max(one.seconds for one in race.runs) or 1.0
    return (
        f'<article class="card" id="racer-{number}" aria-labelledby="name-{number}">{_head(run, race, number)}'
        f"{_plot(run, race, longest, sheet)}{_table(run)}</article>"
    )


def _head(run: Run, race: Race, number: int) -> str:
    fell = run.verdict.word != DONE
    chip = f'<span class="chip bad">{html(run.verdict.word)}</span>' if fell else ""
    faster = f" <small>{times(race.base / run.seconds)}&times;</small>" if run.seconds and not fell and run.cpu else ""
    why = f'<p class="why">{html(run.verdict.detail)}</p>' if run.verdict.detail else ""
    group = f'<span class="chip {html(run.racer.group)}">{html(run.racer.group)}</span>' if run.racer.group else ""
    return (
        f'<header><h3 id="name-{number}"><bdi>{html(run.racer.name)}</bdi></h3>{group}{chip}'
        f'<span class="clock">{run.seconds:.2f} s{faster}</span></header>{why}<p class="facts">{_facts(run, race)}</p>'
    )


def _facts(run: Run, race: Race) -> str:
    facts = [f"{run.curve.most} at once", _counted(run.connections, "connection")]
    if run.cpu is not None:
        facts.append(f"{run.cpu:.2f} s of processor")
    if run.memory:
        facts.append(f"{run.memory / 1e6:.0f} MB")
    facts.append(_counted(run.requests, "request"))
    if race.conditions.pictures:
        facts.append(f"{run.right} of {race.conditions.pictures} pictures right")
    if run.left_out:
        facts.append(f"{run.left_out:,} later transfers are not drawn")
    return " &middot; ".join(facts)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _plot(run: Run, race: Race, longest: float, sheet: Sheet) -> str:
    if not run.lanes or not run.seconds:
        return '<p class="empty">It asked for nothing.</p>'
    curve = run.curve
    most = max(1, *(one.curve.most for one in race.runs))
    connections = sum(lane.kind != KEEPING for lane in run.lanes)
    label = f"At once over time: at most {curve.most}, on average {curve.mean:.1f}"
    inner = sheet.place("width", run.seconds / longest)
    return (
        f'<div class="plot">{_axis(longest, longest, run, race, (sheet, "common"))}'
        f"{_axis(run.seconds, longest, run, race, (sheet, 'own'))}"
        f'<div class="inner {inner}"><div class="top">{curve_svg(curve, run.seconds, most, label)}</div>'
        f"{lanes_svg(run.lanes, run.seconds, f'{connections} connections, a lane each')}</div></div>"
        f'<output class="said" aria-live="polite">{_words(run)}</output>'
    )


def _axis(seconds: float, longest: float, run: Run, race: Race, how: tuple[Sheet, str]) -> str:
    """Round moments, and the moment at which the prediction has the last picture there."""
    sheet, kind = how
    marks = "".join(
        f'<span class="tick {sheet.place("left", moment / seconds)}"><i>{moment:g} s</i></span>'
        for moment in ticks(seconds)
        if moment <= 0.97 * seconds or moment == 0
    )
    foreseen = prediction(run, race)
    if foreseen is not None:
        end = run.curve.span[0] + foreseen.seconds
        if end <= seconds:
            marks += f'<span class="tick foreseen {sheet.place("left", end / seconds)}"></span>'
    return f'<div class="axis {kind}" aria-hidden="true">{marks}</div>'


def prediction(run: Run, race: Race) -> Prediction | None:
    """What the road allows this racer; nothing where the road is not known, as in a trace."""
    pictures = race.conditions.pictures
    return predict(pictures, race.work(run), run.curve.most) if pictures else None


def _words(run: Run) -> str:
    phases = spent(fetched(run.lanes))
    total = sum(phases.values())
    if not total:
        return ""
    parts = ", ".join(f"{_percent(seconds / total)} {phase}" for phase, seconds in phases.items())
    return f"Of the time of its transfers: {parts}. Lanes from {html(run.source)}."


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}" if share >= 0.001 else "under 0.1%"


def _table(run: Run) -> str:
    rows = [(lane.name, one) for lane in run.lanes for one in lane.transfers]
    rows.sort(key=lambda row: row[1].began)
    if not rows:
        return ""
    body = "".join(_row(lane, one) for lane, one in rows[:MOST_ROWS])
    more = f"<p>The first {MOST_ROWS} of {len(rows):,}.</p>" if len(rows) > MOST_ROWS else ""
    heads = ("lane", "what", "from, s", "to, s", "phases, ms", "status")
    head = "".join(f'<th scope="col">{one}</th>' for one in heads)
    return (
        f"<details><summary>The same as a table: {len(rows):,} rows</summary>{more}"
        f'<div class="wide" role="region" tabindex="0" aria-label="Transfers of {html(run.racer.name)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def _row(lane: str, one: Transfer) -> str:
    phases = ", ".join(f"{bar.phase} {1000 * (bar.ended - bar.began):.1f}" for bar in one.bars)
    status = one.flaw or (str(one.status) if one.status else "")
    cells = (lane, one.name, f"{one.began:.3f}", f"{one.ended:.3f}", phases, status)
    return "<tr>" + "".join(f"<td><bdi>{html(cell)}</bdi></td>" for cell in cells) + "</tr>"


def cards(race: Race, order: Sequence[Run], sheet: Sheet) -> str:
    """All of them, in an order."""
    return "".join(card(run, race, number, sheet) for number, run in enumerate(order, 1))
