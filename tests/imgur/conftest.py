"""Fixtures for Imgur as a source; the stage itself is in imgur_stage.py."""

from __future__ import annotations

from pathlib import Path

import pytest

RECORDED = Path(__file__).parents[2] / ".." / "shared" / "imgur" / "recorded"


@pytest.fixture
def recorded() -> Path:
    """The folder of recorded answers."""
    if not RECORDED.is_dir():
        pytest.skip("the recorded answers are not here")
    return RECORDED
