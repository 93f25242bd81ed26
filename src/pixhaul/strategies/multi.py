"""One thread, and libcurl's multi interface: the default."""

from __future__ import annotations

from pixhaul.client import Client
from pixhaul.drive import drive
from pixhaul.models import Turns
from pixhaul.options import Options
from pixhaul.scheduler import Scheduler
from pixhaul.wire import Wire


def run(scheduler: Scheduler, options: Options) -> Turns:
    """Move up to `options.most_places` transfers at once in the calling thread."""
    return drive(scheduler, Wire(Client(options), options.most_places))
