"""A racer as SVG: the curve of transfers under way, and a lane for each connection. Pure; every text is escaped.

Shapes stretch with the page, words do not: so the drawings hold no words, and their axes are made of HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pixhaul.escape import html

from .chart import KEEPING, Curve, Lane, Transfer, spent

SCALE = 1_000
"""Units of a drawing to a second."""
HEIGHT = 240
"""Pixels that all lanes share, as long as each has THINNEST."""
THICKEST, THINNEST = 16.0, 1.5
THIN = 0.36
"""How much of a lane's height waiting takes: what is done stands out from what is waited for, in colour and without."""


def lane_height(count: int) -> float:
    """Pixels of one lane among so many.

    >>> lane_height(1), lane_height(40), lane_height(1000)
    (16.0, 6.0, 1.5)
    """
    return min(THICKEST, max(THINNEST, HEIGHT / max(1, count)))


def curve_svg(curve: Curve, seconds: float, most: int, label: str) -> str:
    """The area under the curve, with `most` at its top."""
    points = "".join(f"H{_x(moment)}V{most - count}" for moment, count in curve.steps)
    line = f"M0 {most}{points}H{_x(seconds)}V{most}Z"
    return (
        f'<svg class="curve" role="img" aria-label="{html(label)}" viewBox="0 0 {_x(seconds)} {most}" '
        f'preserveAspectRatio="none"><path class="area" d="{line}"/></svg>'
    )


def lanes_svg(lanes: Sequence[Lane], seconds: float, label: str) -> str:
    """A lane for each connection, from top to bottom; the first can be reached by the keyboard, the rest from there."""
    height = lane_height(len(lanes))
    whole = round(height * len(lanes), 1)
    drawn = "".join(_lane(lane, place, height, seconds) for place, lane in enumerate(lanes))
    return (
        f'<svg class="lanes" role="group" aria-label="{html(label)}" viewBox="0 0 {_x(seconds)} {whole}" '
        f'height="{whole}" preserveAspectRatio="none">{drawn}</svg>'
    )


def _lane(lane: Lane, place: int, height: float, seconds: float) -> str:
    top = place * height
    words = html(sentence(lane))
    parts = "".join(
        f'<path class="{_class(phase)}" d="{path}"/>' for phase, path in _paths(lane.transfers, top, height).items()
    )
    return (
        f'<g class="lane" role="img" tabindex="{-1 if place else 0}" data-kind="{lane.kind}" aria-label="{words}">'
        f'<rect class="ground" y="{top:.1f}" width="{_x(seconds)}" height="{height:.1f}"/>{parts}</g>'
    )


def _paths(transfers: Iterable[Transfer], top: float, height: float) -> dict[str, str]:
    """One path a phase: a rectangle for each bar."""
    paths: dict[str, list[str]] = {}
    for one in transfers:
        for bar in one.bars:
            share = THIN if bar.phase == "waiting" else 0.82
            tall = height * share
            wide = max(0.0, bar.ended - bar.began)
            corner = f"M{_x(bar.began)} {top + (height - tall) / 2:.1f}"
            paths.setdefault(bar.phase, []).append(f"{corner}h{_x(wide)}v{tall:.1f}h-{_x(wide)}z")
        if one.flaw or one.status >= 400:
            paths.setdefault("flaw", []).append(f"M{_x(one.ended)} {top:.1f}v{height:.1f}")
    return {phase: "".join(found) for phase, found in paths.items()}


def _class(phase: str) -> str:
    return f"p-{phase.replace(' ', '-').lower()}"


def _x(seconds: float) -> str:
    return f"{seconds * SCALE:.1f}".removesuffix(".0")


def sentence(lane: Lane) -> str:
    """What a lane shows, in words.

    >>> sentence(Lane("connection 1", "connection", (Transfer("a.jpg", 0.0, 0.25),)))
    'connection 1: 1 transfer, from 0.00 to 0.25 s'
    """
    count = len(lane.transfers)
    what = "step" if lane.kind == KEEPING else "transfer"
    if not count:
        return f"{lane.name}: nothing was asked for"
    phases = ", ".join(f"{phase} {_brief(seconds)}" for phase, seconds in spent(lane.transfers).items())
    span = f"from {lane.transfers[0].began:.2f} to {max(one.ended for one in lane.transfers):.2f} s"
    return f"{lane.name}: {count} {what}{'s' if count != 1 else ''}, {span}" + (f"; {phases}" if phases else "")


def _brief(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 0.1 else f"{seconds * 1000:.1f} ms"


def ticks(seconds: float) -> Iterator[float]:
    """Round moments of an axis: at least three, at most eight.

    >>> list(ticks(10.4))
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    """
    step = 1e-6
    while seconds / step > 8:
        step *= 2.5 if f"{step:e}".startswith("2") else 2
    place = 0
    while place * step <= seconds:
        yield round(place * step, 9)
        place += 1
