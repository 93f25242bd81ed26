"""What a run is doing at a moment, for people. Pure."""

from __future__ import annotations

from typing import NamedTuple


class Status(NamedTuple):
    """What the scheduler is doing, for people."""

    read: int
    """Links taken from the source so far."""
    held: int
    """Of these, waiting here."""
    live: int
    """In flight."""
    waiting: tuple[tuple[str, float, str], ...]
    """Hosts that must wait: name, seconds, why. The longest queues first, five at most."""
    dry: bool
    """Whether the source has no more, so that `read` is the total."""
