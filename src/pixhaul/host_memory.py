"""What earlier runs learned of hosts: one JSON file in the user's cache folder, not in the directory of pictures.

It helps and is never needed: a file that is missing, damaged, foreign or cannot be written is as good as none. Two
processes that end at once both add to it: each reads it again under a lock, and puts a whole new file in its place.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from pixhaul.hosts import Memory
from pixhaul.lock import locked
from pixhaul.options import Options

WEEK = 7 * 86_400.0
"""Seconds after which a host is forgotten."""
MOST = 5_000
"""Hosts in the file; the oldest give way."""
MOST_BYTES = 4 * 1024 * 1024
"""A larger file is none of ours."""
PATIENCE = 2.0
"""Seconds for which a run that has ended waits for another process to be done with the file."""
_FIELDS = ("width", "rate", "proven", "time")


def file_of(options: Options) -> Path:
    """Where the file lies, whether or not it exists: --cache-dir, PIXHAUL_CACHE_DIR, or the user's cache folder."""
    folder = options.cache_dir or os.environ.get("PIXHAUL_CACHE_DIR", "")
    if folder:
        return Path(folder) / "hosts.json"
    import platformdirs

    return platformdirs.user_cache_path("pixhaul") / "hosts.json"


def load(path: Path, now: float) -> dict[str, Memory]:
    """What is remembered of each host (scheme://name:port); `now` is in seconds since 1970. Never raises."""
    try:
        found = json.loads(_text(path))
        entries = found["hosts"].items()
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return {}
    fresh = ((name, _entry(value)) for name, value in entries)
    return {name: entry for name, entry in fresh if entry and -WEEK < entry["time"] - now <= 60.0}


def save(path: Path, learned: Mapping[str, Memory], now: float) -> None:
    """Add what a run has learned; an empty memory takes its host out. A file that cannot be written is left alone."""
    if not learned:
        return
    end = time.monotonic() + PATIENCE
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.with_suffix(".lock"), lambda owner: None, lambda: time.monotonic() > end) as held:
            if held:
                _replace(path, _merged(load(path, now), learned))


def _merged(known: Mapping[str, Memory], learned: Mapping[str, Memory]) -> dict[str, Memory]:
    """Both, the newer of each host, without those whose memory is empty, and not too many."""
    clean = {name: _entry(memory) for name, memory in learned.items()}
    every = {**known, **clean}
    kept = sorted((name for name, memory in every.items() if memory), key=lambda name: -float(str(every[name]["time"])))
    return {name: every[name] for name in kept[:MOST]}


def _entry(value: object) -> dict[str, float]:
    """The numbers of one host; empty where they are none, and the host is one we know nothing of."""
    if not isinstance(value, Mapping):
        return {}
    entry = {name: value[name] for name in _FIELDS if isinstance(value.get(name), int | float)}
    finite = all(abs(number) < 1e12 for number in entry.values())  # NaN is not
    return {name: float(number) for name, number in entry.items()} if finite and "time" in entry else {}


def _text(path: Path) -> str:
    """The file's text. A pipe or a device in its place must not hold the run up."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode) or about.st_size > MOST_BYTES:
            raise OSError("no file of ours")
        return file.read(MOST_BYTES).decode("utf-8")


def _replace(path: Path, hosts: Mapping[str, Memory]) -> None:
    """Write a whole new file beside the old one, for the person alone to read, and rename it."""
    descriptor, name = tempfile.mkstemp(".tmp", "hosts-", path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump({"pixhaul": 1, "hosts": hosts}, file)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
