"""An Imgur on loopback, for demonstrations, lessons and tests: the API, pictures, and all that can go wrong with both.

It shares no code with the rest of the package: a peer that did would share its mistakes.

    with pixhaul.standin.start(latency=0.25, faults="503=10%:once") as standin:
        ...  # ask standin.api with standin.client_id; its links lead to standin.images
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .process import Standin, start
from .settings import CLIENT_ID, Settings

if TYPE_CHECKING:
    from .server import serve

__all__ = ["CLIENT_ID", "Settings", "Standin", "serve", "start"]


def __getattr__(name: str) -> object:
    """`serve`, loaded only where it is called: those who start a child need no server in their own process."""
    if name == "serve":
        from .server import serve

        return serve
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
