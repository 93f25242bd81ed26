"""Pictures in bulk, from Imgur or from any list of links: fast, checked, and never twice.

>>> import pixhaul, tempfile
>>> summary = pixhaul.download(["not a link"], tempfile.mkdtemp())
>>> summary.failed, dict(summary.reasons)
(1, {'bad-url': 1})
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pixhaul.errors import ApiRefused, DiskFull, PixhaulError, UsageError
    from pixhaul.library import Summary, astream, download, stream
    from pixhaul.models import Reason, Result
    from pixhaul.options import Options

__version__ = "0.1.0"

__all__ = [
    "ApiRefused",
    "DiskFull",
    "Options",
    "PixhaulError",
    "Reason",
    "Result",
    "Summary",
    "UsageError",
    "astream",
    "download",
    "stream",
]

_HOMES = {
    "errors": ("ApiRefused", "DiskFull", "PixhaulError", "UsageError"),
    "library": ("Summary", "astream", "download", "stream"),
    "models": ("Reason", "Result"),
    "options": ("Options",),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `pixhaul --help` does not wait for libcurl and SQLite."""
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"pixhaul.{home}"), name)
    raise AttributeError(f"module 'pixhaul' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
