"""One racer at work: started without a shell in a folder of its own, watched, and never left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import IO, Any, NamedTuple, cast

LOOK = 0.05
"""Seconds between two looks at memory."""
COUNTING = 10
"""Looks between two questions to the stand-in for its counts."""
_HIGHEST = re.compile(rb"VmHWM:\s*([0-9]+) kB")
TAIL = 4_096
"""Bytes of what a racer says that are kept: the last ones."""
TIMEOUT, FLOOD, DOWN = "deadline", "flood", "down"


class Heat(NamedTuple):
    """How one racer's run went, as its machine saw it."""

    start: float
    """Monotonic seconds."""
    seconds: float
    code: int
    """Exit code; minus the signal that ended it."""
    stopped: str
    """Empty; or why we ended it: deadline, flood; or down: the stand-in did not survive it."""
    cpu: float | None
    """Seconds of processor, with all processes that it waited for; None: this system does not say."""
    memory: int | None
    """Bytes of memory at the most, of all its processes together; pages that they share count for each."""
    said: str
    """The last of what it printed."""


class Rules(NamedTuple):
    """What ends a racer early."""

    deadline: float
    """Seconds."""
    floods: Callable[[], bool]
    """Asked now and then while it runs."""


def run(command: list[str], folder: Path, environment: dict[str, str], rules: Rules) -> Heat:
    """Run a program to its end, or to ours. Raises OSError when it cannot be started."""
    start = time.monotonic()
    child = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # a group of its own, which ends as a whole
    )
    watch = _Watch(child)
    try:
        stopped = watch.until(start + rules.deadline, rules.floods)
    finally:
        watch.end()
    return Heat(start, watch.ended - start, watch.code, stopped, watch.cpu, watch.memory, watch.said)


class _Watch:
    """A child, a thread that waits for its end, and one that reads what it says."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self._child = child
        self._done = Event()
        self.ended = 0.0
        self.code = 0
        self.cpu: float | None = None
        self.memory: int | None = None
        self._tail = bytearray()
        self._members: set[_Member] = set()
        self._waiter = Thread(target=self._wait, daemon=True)
        self._reader = Thread(target=self._read, args=(cast(IO[bytes], child.stdout),), daemon=True)
        self._waiter.start()
        self._reader.start()

    @property
    def said(self) -> str:
        """The last words."""
        return bytes(self._tail).decode("utf-8", "replace")

    def until(self, deadline: float, floods: Callable[[], bool]) -> str:
        """Wait for the end; why we would not wait longer, or nothing."""
        for turn in range(1_000_000_000):
            if self._done.wait(LOOK):
                return ""
            self._look()
            if time.monotonic() > deadline:
                return TIMEOUT
            if turn % COUNTING == COUNTING - 1 and floods():
                return FLOOD
        return TIMEOUT

    def _look(self) -> None:
        members, memory = _family(self._child.pid)
        self._members |= members
        self.memory = max(self.memory or 0, memory) or None

    def end(self) -> None:
        """End whatever is left of its group; then nothing of it runs any more."""
        if not self._done.is_set():
            self._look()
            _kill(self._child, gently=True)
            self._done.wait(1.0)
        _kill(self._child, gently=False)
        self._done.wait()
        _end_strays(self._members)
        self._reader.join(2.0)  # a process that left the group may hold the pipe open; it is not waited for

    def _wait(self) -> None:
        if sys.platform == "win32":
            self.code = self._child.wait()
        else:
            _, status, usage = os.wait4(self._child.pid, 0)
            self.code = self._child.returncode = os.waitstatus_to_exitcode(status)
            self.cpu = usage.ru_utime + usage.ru_stime
            # Linux counts what we ourselves had when we made the child, so there it is only better than nothing.
            self.memory = self.memory or usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        self.ended = time.monotonic()
        self._done.set()

    def _read(self, pipe: IO[bytes]) -> None:
        with pipe, suppress(OSError):
            while piece := os.read(pipe.fileno(), 65_536):
                self._tail += piece
                del self._tail[:-TAIL]


def _kill(child: subprocess.Popen[bytes], *, gently: bool) -> None:
    if sys.platform == "win32":
        child.kill()
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGTERM if gently else signal.SIGKILL)


class _Member(NamedTuple):
    """A process of a racer, told from a later one with the same number by its start."""

    pid: int
    start: bytes
    """Clock ticks after the machine's start, as /proc has it."""


def _family(pid: int) -> tuple[set[_Member], int]:
    """A process and all below it, and their bytes in memory at the most so far, by Linux's /proc; nothing elsewhere."""
    try:
        found = _HIGHEST.search(Path(f"/proc/{pid}/status").read_bytes())
        members, memory = {_Member(pid, _started(pid))}, 1024 * int(found[1]) if found else 0
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_bytes().split():
                more, bytes_more = _family(int(child))
                members |= more
                memory += bytes_more
    except OSError:
        return set(), 0  # it has just ended, or this is no Linux
    return members, memory


def _started(pid: int) -> bytes:
    return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[19]


def _end_strays(members: set[_Member]) -> None:
    """End those that left the group, as a daemon does: they would run on in the races of others."""
    for pid, start in members:
        with suppress(OSError, IndexError):
            if _started(pid) == start:
                os.kill(pid, signal.SIGKILL)


def signal_name(code: int) -> str:
    """What ended a process whose exit code is negative.

    >>> signal_name(-9)
    'SIGKILL'
    """
    with suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


def last_line(said: str) -> str:
    """The last line with anything in it.

    >>> last_line("Traceback\\n  File x\\nValueError: no\\n\\n")
    'ValueError: no'
    """
    return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")


def environment(known: dict[str, str], path: str) -> dict[str, Any]:
    """Ours, without what would make racers unequal: settings of pixhaul and proxies; with what the race tells them."""
    proxies = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("PIXHAUL_") and name.lower() not in proxies
    }
    # Python would write what it compiled beside the programs of the lesson.
    return kept | known | {"PATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}
