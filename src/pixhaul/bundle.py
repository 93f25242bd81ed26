"""Links that stand together in a list: most of a long one may be kept already, and those never become jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from pixhaul.models import Job

Meta: TypeAlias = tuple[tuple[str, Any], ...]

MOST = 2_000
"""Links of one bundle."""


class Bundle(NamedTuple):
    """Some links, in their order. What is known of each stands at its place in every sequence that is not empty."""

    texts: list[str]
    lines: Sequence[int] = ()
    """Where they stand in their list, from 1."""
    metas: Sequence[Meta] = ()
    """What the list says of them besides."""
    file: str = ""
    """Which list, fit for a terminal."""
    keys: Sequence[int] = ()
    """Their keys, once somebody has worked them out."""
    numbers: Sequence[int] = ()
    """Which links of the run they are, from 1, where their names depend on it."""

    def picked(self, places: Sequence[int]) -> Bundle:
        """Those at these places, counted from 0, alone."""
        texts, lines, metas, file, keys, numbers = self
        return Bundle(
            [texts[place] for place in places],
            [lines[place] for place in places] if lines else (),
            [metas[place] for place in places] if metas else (),
            file,
            [keys[place] for place in places] if keys else (),
            [numbers[place] for place in places] if numbers else (),
        )

    def jobs(self) -> list[Job]:
        """A job for each. They must have their keys."""
        texts, lines, metas, file, keys, numbers = self
        if lines and not metas and not numbers:  # a long list of links alone
            return [
                Job(text, "", (("line", f"{file}:{line}"),), False, key)
                for text, line, key in zip(texts, lines, keys, strict=True)
            ]
        return [Job(text, "", self._known(place), False, keys[place]) for place, text in enumerate(texts)]

    def _known(self, place: int) -> Meta:
        known = self.metas[place] if self.metas else ()
        if self.lines:
            known = (*known, ("line", f"{self.file}:{self.lines[place]}"))
        return (*known, ("num", self.numbers[place])) if self.numbers else known
