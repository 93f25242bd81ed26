"""One link after another: what the lesson's first program does, with everything else that pixhaul does."""

from __future__ import annotations

from pixhaul.client import Client
from pixhaul.drive import drive
from pixhaul.models import Turns
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler
from pixhaul.wire import Wire


def run(scheduler: Scheduler, options: Options) -> Turns:
    """Move one transfer at a time in the calling thread."""
    return drive(scheduler, Wire(Client(options), width=1))
