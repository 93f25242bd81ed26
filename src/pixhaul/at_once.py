"""Whether a host limits how many requests it works on at the same time, and says so by a pause. Pure.

Such a host refuses as soon as more transfers are tried, not some time after, and bears the same number each time.
A host that limits the rate may look like that by chance: then it soon refuses no more than it bore, which shows it.
"""

from __future__ import annotations

LEAST = 8
"""Requests borne below which steps of one are too coarse to be told apart, or to be used as a limit."""
ALIKE = 0.1
"""The share by which two numbers may differ that mean the same limit; one more or less always may."""
SEVERAL = 3
"""Refusals together that are hardly chance, and such trials in a row that are none."""

STRIKES = 2
"""Refusals of no more than the limit that show that it is none."""


class AtOnce:
    """What a host bore at each of its refusals."""

    __slots__ = ("_borne", "_refuted", "_row", "_strikes", "limit")

    def __init__(self) -> None:
        self.limit = 0
        """Requests at once that it bears; 0: no such limit is known."""
        self._borne = 0
        self._row = 0  # refusals in which it bore about as many
        self._refuted = False
        self._strikes = 0  # refusals within the limit

    def suspects(self, borne: int, refused: int, at_once: bool) -> bool:
        """Note refusals that may have come by chance, as `shows` does; whether they show a limit all the same.

        Chance refuses also between trials, and seldom the same number.
        """
        if not at_once or refused < SEVERAL:
            self._row = 0
            return False
        return self._note(borne) >= SEVERAL and self._settles(self._borne)

    def shows(self, borne: int, at_once: bool) -> bool:
        """Note refusals that are no chance; whether they show a limit of what is at once.

        Args:
            borne: Requests that were in flight with the refused ones, and were answered.
            at_once: Whether the refusals came as soon as more transfers were tried.
        """
        if at_once:
            return self._note(borne) > 1 and self._settles(self._borne)
        return self._is_alike(borne) and self._settles(min(self._borne, borne))

    def is_refuted(self) -> bool:
        """Note that it refused no more than the limit; whether that has come too often to be chance."""
        self._strikes += 1
        if self._strikes < STRIKES:
            return False
        self.limit, self._refuted = 0, True
        return True

    def _is_alike(self, borne: int) -> bool:
        return self._row > 0 and abs(self._borne - borne) <= max(1.0, ALIKE * borne)

    def _note(self, borne: int) -> int:
        is_alike = self._is_alike(borne)
        self._borne = min(self._borne, borne) if is_alike else borne
        self._row = self._row + 1 if is_alike else 1
        return self._row

    def _settles(self, borne: int) -> bool:
        if self._refuted or borne < LEAST:
            return False
        self.limit = borne
        return True
