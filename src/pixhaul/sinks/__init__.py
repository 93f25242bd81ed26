"""Where pictures are kept. Each module of this folder is one kind, with `open_sink` in it."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from pixhaul.errors import UsageError
from pixhaul.options import Options
from pixhaul.protocols import Sink

Owns: TypeAlias = Callable[[str, int], bool]
"""Whether the ledger gives a path to another link than the one with this key."""


def names() -> tuple[str, ...]:
    """The kinds there are."""
    return tuple(module.name for module in pkgutil.iter_modules(__path__))


def open_sink(name: str, options: Options, staging: Path, taken: Owns) -> Sink:
    """A sink of one kind for a directory. Raises UsageError for an unknown name."""
    if name not in names():
        raise UsageError(f"There is no format {name!r}.", f"The formats are {', '.join(names())}.")
    sink: Sink = import_module(f"{__name__}.{name}").open_sink(options, staging, taken)
    return sink
