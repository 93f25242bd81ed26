"""Many transfers on one wire; single ones have their tests in test_client."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

from hostile import HANG, Hostile
from pixhaul.client import Client
from pixhaul.models import Attempt, Job
from pixhaul.options import Options
from pixhaul.store import open_directory
from pixhaul.wire import Wire


def test_many_transfers_that_never_get_a_byte_end_as_soon_as_a_single_one(server: Hostile, tmp_path: Path) -> None:
    open_directory(tmp_path)
    options = Options(directory=str(tmp_path), allow_private=True, low_speed_seconds=1, connect_timeout=40.0)
    until, errors = time.monotonic() + 20.0, []
    with closing(Wire(Client(options), width=8)) as wire:
        for number in range(8):
            server.routes[f"/{number}"] = lambda _: [HANG]
            wire.start(Attempt(Job(server.url(f"/{number}")), server.url(f"/{number}"), "host"))
        while len(errors) < 8 and time.monotonic() < until:
            errors += [reply.error for _, reply in wire.wait(0.5)]
    assert errors == ["too-slow"] * 8
