"""One worker as the deciding process sees it: a child, two pipes, and what it was given and has not answered."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from subprocess import PIPE

import pixhaul
from pixhaul.executors.messages import Gone, Lines, Numbered, attempts_line, options_line, replies_of
from pixhaul.models import Attempt
from pixhaul.options import Options

_PIECE = 1 << 18
_PATIENCE = 2.0
"""Seconds that a worker has to end by itself."""
_FLAGS = ("-I", "-S", *(("-B",) if sys.dont_write_bytecode else ()))
# It sees the modules that we see, in this order, and needs neither to look for them nor to trust the current folder.
_PROGRAM = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from pixhaul.executors.worker import main; main()"


class Remote:
    """A worker process. Neither reading nor writing ever waits for it."""

    weight = 1
    """What a transfer counts when the next is given away."""

    def __init__(self, options: Options) -> None:
        self._child = subprocess.Popen(
            [sys.executable, *_FLAGS, "-c", _PROGRAM, json.dumps(_path())],
            stdin=PIPE,
            stdout=PIPE,
            bufsize=0,
            process_group=0,  # Ctrl-C is for us; a worker ends when we close its pipe
        )
        if self._child.stdin is None or self._child.stdout is None:
            raise AssertionError("they were asked for")
        self.input, self.output = self._child.stdin.fileno(), self._child.stdout.fileno()
        os.set_blocking(self.input, False)
        os.set_blocking(self.output, False)
        self._outgoing = options_line(options)
        self._waiting: list[tuple[int, Attempt]] = []
        self._lines = Lines()
        self.ready = False
        """Whether it has started up."""
        self.running: dict[int, tuple[Attempt, float]] = {}
        """What it works on, under its numbers: the attempt and when it was given, the oldest first."""
        self.hosts: Counter[str] = Counter()
        """How many of these at each host."""
        self.flush()

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._child.pid

    def start(self, number: int, attempt: Attempt) -> None:
        """Give it an attempt; it is on its way with the next `flush`."""
        self.running[number] = attempt, time.monotonic()
        self.hosts[attempt.host] += 1
        self._waiting.append((number, attempt))

    def flush(self) -> bool:
        """Send what the pipe takes; whether that was all."""
        if self._waiting:
            self._outgoing += attempts_line(self._waiting)
            self._waiting.clear()
        try:
            while self._outgoing:
                self._outgoing = self._outgoing[os.write(self.input, self._outgoing) :]
        except BlockingIOError:
            return False
        except BrokenPipeError:
            self._outgoing = b""  # reading will find out that it has gone
        return True

    def read(self) -> list[Numbered]:
        """The replies that have come. Raises Gone."""
        try:
            data = os.read(self.output, _PIECE)
        except BlockingIOError:
            return []
        if not data:
            raise Gone
        lines = self._lines.add(data)
        self.ready = self.ready or bool(lines)  # the first is an empty one
        return [numbered for line in lines for numbered in replies_of(line)]

    def settle(self, number: int) -> Attempt:
        """The attempt of that number, which has ended."""
        attempt, _ = self.running.pop(number)
        self.hosts[attempt.host] -= 1
        if not self.hosts[attempt.host]:
            del self.hosts[attempt.host]
        return attempt

    def kill(self) -> None:
        """End it at once."""
        self._child.kill()

    def leave(self) -> None:
        """Let it know that it is over: it stops its transfers and ends."""
        if self._child.stdin is not None:
            self._child.stdin.close()

    def close(self) -> None:
        """Wait until it has ended, at most two seconds, and leave no part of what it still had to say."""
        self.leave()
        until = time.monotonic() + _PATIENCE
        watch = select.poll()
        watch.register(self.output, select.POLLIN)
        try:
            while True:
                left = until - time.monotonic()
                if left <= 0 or not watch.poll(left * 1000):
                    self.kill()
                discard(self.read())
        except Gone:
            self._child.wait()
        finally:
            if self._child.stdout is not None:
                self._child.stdout.close()


def discard(replies: list[Numbered]) -> None:
    """Remove the part files of replies that nobody will take."""
    for _, reply in replies:
        if isinstance(reply.body, Path):
            reply.body.unlink(missing_ok=True)


def _path() -> list[str]:
    """Where modules are found, without the current folder, with the one that we come from."""
    ours = str(Path(pixhaul.__file__).parent.parent)
    path = [os.path.abspath(place) for place in sys.path if place]  # noqa: PTH100 - Path would resolve links
    return path if ours in path else [*path, ours]
