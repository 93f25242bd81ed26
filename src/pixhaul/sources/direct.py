"""A link to a picture, as it is. What no other source claims is taken for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pixhaul.models import Failed, Job

LAST = True
"""Asked after all other sources."""


def matches(text: str) -> bool:
    """Always: whether it is a link at all is said of each when its turn comes."""
    return True


def jobs(text: str, context: Any) -> Iterator[Job | Failed]:
    """The one link."""
    yield Job(text)
