"""Fixtures of the lesson; the stage itself is in lesson_stage.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pixhaul import standin
from pixhaul.standin import Standin


@pytest.fixture(scope="module")
def imgur() -> Iterator[Standin]:
    """A stand-in that is slow enough to see who waits, and quick enough for a test."""
    with standin.start(latency=0.05) as running:
        yield running
