"""Workers on this machine: the transfers move in them, and everything that decides stays here.

A worker is a wire with a pipe to it: it is told which address to ask for, and says what came. It connects, checks,
hashes and writes the part file; the scheduler, the names, the ledger and every final name belong to this process
alone. So a host's limits and gates are the same for one worker and for eight: nobody else gives permission to start.
"""

from __future__ import annotations

import os
import sys

from pixhaul.drive import drive
from pixhaul.errors import UsageError
from pixhaul.executors.fleet import Fleet
from pixhaul.models import Turns
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler

MOST = 4
"""Processes used unasked: deciding costs half of what transferring costs, so one cannot feed more."""


def run(scheduler: Scheduler, options: Options) -> Turns:
    """Move transfers in this process and, once it is found too slow for the line, in as many more as help.

    `options.workers` says how many processes from the first; None: one a core, at most four, for a run that proves to
    be long and to be held up by the processor.
    """
    fleet = Fleet(options, most(options), options.workers is not None, lambda: scheduler.held)
    return drive(scheduler, fleet)


def wanted(options: Options) -> bool:
    """Whether a run may use workers. Raises UsageError when they are asked for and cannot be had."""
    asked = options.workers is not None and options.workers > 1
    if asked and options.strategy != "multi":
        raise UsageError(f"--workers goes with the strategy multi, not {options.strategy}.", "Leave one of them away.")
    possible = os.name != "nt" and bool(sys.executable)
    if asked and not possible:
        raise UsageError("--workers needs pipes that can be waited for, which this system has not.", "Leave it away.")
    return possible and options.strategy == "multi" and most(options) > 1


def most(options: Options) -> int:
    """How many processes there may be: as many as were asked for, else as many as there are cores, up to four."""
    if options.workers is not None:
        return options.workers
    return min(MOST, _cores(), options.places)


def _cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
