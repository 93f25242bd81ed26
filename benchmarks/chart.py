"""Bars and lines as SVG by hand: readable in light and in dark, the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

STYLE = """<style>
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
  .title { font-size: 15px; font-weight: 600 } .group { font-weight: 600 } .quiet { fill: #59636e }
  .ours { fill: #d9480f } .theirs { fill: #8c959f } .grid { stroke: #d1d9e0 } .paper { fill: #ffffff }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
  .c0 { stroke: #d9480f } .c1 { stroke: #0969da } .c2 { stroke: #1a7f37 }
  .c3 { stroke: #8250df } .c4 { stroke: #9a6700 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .quiet { fill: #9198a1 } .paper { fill: #0d1117 } .grid { stroke: #3d444d }
    .ours { fill: #ff8c42 } .theirs { fill: #656c76 }
    .c0 { stroke: #ff8c42 } .c1 { stroke: #58a6ff } .c2 { stroke: #3fb950 }
    .c3 { stroke: #bc8cff } .c4 { stroke: #e3b341 }
  }
</style>"""
COLOURS = 5
WIDTH, LABELS, RIGHT = 820, 150, 250
"""The whole width; the room for names, and for what is said beside a bar. Pixels, like all lengths here."""
ROW, HEAD = 20, 30


class Bar(NamedTuple):
    """One bar."""

    name: str
    share: float
    """Its length, 1 for the longest there can be."""
    said: str
    """What stands beside it."""

    @property
    def ours(self) -> bool:
        """Whether it is pixhaul's."""
        return self.name.startswith("pixhaul")


class Line(NamedTuple):
    """One line over time."""

    name: str
    points: Sequence[float]
    """One value for each second."""
    colour: int
    """Which of the colours; the same name has the same in every panel."""


class Panel(NamedTuple):
    """Lines that share their axes."""

    title: str
    lines: Sequence[Line]


def bars(title: str, note: str, groups: dict[str, Sequence[Bar]]) -> str:
    """Groups of horizontal bars, each group with its heading."""
    parts, y = _heading(title, note), 56
    for name, group in groups.items():
        y += HEAD
        parts.append(_text(16, y - 8, name, "group"))
        for bar in group:
            parts += _bar(bar, y)
            y += ROW
    return _document(parts, y + 14)


def _bar(bar: Bar, y: int) -> list[str]:
    room = WIDTH - LABELS - RIGHT
    length = max(1.0, min(1.0, bar.share) * room)
    kind = "ours" if bar.ours else "theirs"
    return [
        _text(LABELS - 8, y + 13, bar.name, "", "end"),
        f'<rect class="{kind}" x="{LABELS}" y="{y + 3}" width="{length:.1f}" height="{ROW - 6}" rx="2"/>',
        _text(LABELS + length + 8, y + 13, bar.said, "quiet"),
    ]


def lines(title: str, note: str, panels: Sequence[Panel]) -> str:
    """Panels below each other, values a second over seconds."""
    parts, y = _heading(title, note), 64
    for panel in panels:
        parts += _panel(panel, y)
        y += 270
    return _document(parts, y)


def _panel(panel: Panel, top: int) -> list[str]:
    left, right, height = 64, WIDTH - 24, 170
    most = _round_up(max(max(line.points, default=0) for line in panel.lines))
    longest = max(len(line.points) for line in panel.lines)
    bottom = top + 24 + height
    parts = [_text(16, top + 6, panel.title, "group")]
    for part in range(5):
        y = bottom - height * part / 4
        parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(_text(left - 8, y + 4, f"{most * part / 4:,.0f}", "quiet", "end"))
    for part in range(5):
        second = longest * part / 4
        parts.append(_text(left + (right - left) * part / 4, bottom + 18, f"{second:.0f} s", "quiet", "middle"))
    for number, line in enumerate(panel.lines):
        points = (
            f"{left + (right - left) * (second + 0.5) / longest:.1f},{bottom - height * value / most:.1f}"
            for second, value in enumerate(line.points)
        )
        parts.append(f'<polyline class="line c{line.colour % COLOURS}" points="{" ".join(points)}"/>')
        x = left + number * 165
        colour = f"line c{line.colour % COLOURS}"
        parts.append(f'<line class="{colour}" x1="{x}" x2="{x + 18}" y1="{bottom + 36}" y2="{bottom + 36}"/>')
        parts.append(_text(x + 24, bottom + 41, line.name, "quiet"))
    return parts


def _round_up(value: float) -> float:
    """The next 1, 2, 4 or 8 times a power of ten."""
    scale = 10 ** max(0, len(str(int(value))) - 1)
    return next((step * scale for step in (1, 2, 4, 8, 10) if step * scale >= value), 10 * scale)


def _heading(title: str, note: str) -> list[str]:
    return [_text(16, 26, title, "title"), _text(16, 46, note, "quiet")]


def _text(x: float, y: float, said: str, kind: str = "", anchor: str = "start") -> str:
    name = f' class="{kind}"' if kind else ""
    return f'<text{name} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(said)}</text>'


def _document(parts: list[str], height: float) -> str:
    size = f'width="{WIDTH}" height="{height:.0f}" viewBox="0 0 {WIDTH} {height:.0f}"'
    paper = f'<rect class="paper" width="{WIDTH}" height="{height:.0f}" rx="6"/>'
    return (
        "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">', STYLE, paper, *parts, "</svg>"])
        + "\n"
    )
