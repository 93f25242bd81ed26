"""Ways of running many transfers. Each module of this folder is one, and `run` in it is all there is to it.

A strategy drives the scheduler and nothing else: admit until it says no, wait, settle all that ended, hand over the
outcomes, and admit again. It keeps these promises, each of them tested for every module here:

1. one outcome for each job, in any order;
2. a link's fault never raises, and a fault of ours on the way becomes `crashed`;
3. jobs are read lazily;
4. the scheduler is called by one thread at a time;
5. closing the iterator stops soon and leaves no thread, no descriptor and no part;
6. outcomes pickle;
7. a turn is handed over at least twice a second, empty if need be.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module

from pixhaul.errors import UsageError
from pixhaul.haul import Strategy


def names() -> tuple[str, ...]:
    """The strategies there are, as `--strategy` takes them."""
    return tuple(sorted(_modules()))


def load(name: str) -> Strategy:
    """The `run` function of one strategy. Raises UsageError for an unknown name."""
    modules = _modules()
    if name not in modules:
        raise UsageError(f"There is no strategy {name!r}.", f"The strategies are {', '.join(names())}.")
    run: Strategy = import_module(modules[name]).run
    return run


def _modules() -> dict[str, str]:
    """Name -> module. A file may not be called asyncio.py: run as a script it would hide the standard module."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return {{"aio": "asyncio"}.get(name, name): f"{__name__}.{name}" for name in found}
