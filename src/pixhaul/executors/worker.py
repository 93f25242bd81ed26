"""A worker process: a wire between two pipes. It ends when the pipe that it reads from does, however that comes."""

from __future__ import annotations

import gc
import os
import signal
from contextlib import closing, suppress
from pathlib import Path

from pixhaul.client import Client
from pixhaul.executors.messages import INLINE, Lines, Told, attempts_of, options_of, replies_line
from pixhaul.models import Reason, Reply
from pixhaul.options import Options
from pixhaul.part import part_name, write_part
from pixhaul.wire import Wire

READY = b"[]\n"
"""The first line that a worker says."""
_IN, _OUT = 0, 1
_PIECE = 1 << 16
_PAUSE = 3600.0


def main() -> None:
    """Serve the process at the other end of standard input and output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who decides also decides when it is over
    gc.set_threshold(20_000, 20, 50)
    lines = Lines()
    with suppress(BrokenPipeError):
        first = _read_options(lines)
        if first is None:
            return
        os.set_blocking(_IN, False)
        os.write(_OUT, READY)
        Worker(options_of(first[0]), lines).serve(first[1:])


def _read_options(lines: Lines) -> list[bytes] | None:
    """The first line and what came with it; None when nobody is there any more."""
    while data := os.read(_IN, _PIECE):
        whole = lines.add(data)
        if whole:
            return whole
    return None


class Worker:
    """Starts what it is told, says what came."""

    def __init__(self, options: Options, lines: Lines) -> None:
        self._options = options
        self._lines = lines
        self._client = Client(options)
        self._prefix = f"{self._client.staging}{os.sep}"

    def serve(self, asked: list[bytes]) -> None:
        """Work until the other end closes. Raises BrokenPipeError when it has gone; no part is left then."""
        with closing(Wire(self._client, self._options.most_places)) as wire:
            wire.listen(_IN)
            while True:
                for line in asked:
                    for attempt in attempts_of(line):
                        wire.start(attempt)
                ended = wire.wait(0.0 if asked else _PAUSE)
                if ended:
                    self._tell([self._kept(attempt.token, reply) for attempt, reply in ended])
                more = self._more() if wire.woken or not ended else []
                if more is None:
                    return
                asked = more

    def _more(self) -> list[bytes] | None:
        """What has been asked meanwhile; None: the other end has closed."""
        try:
            data = os.read(_IN, _PIECE)
        except BlockingIOError:
            return []
        return self._lines.add(data) if data else None

    def _kept(self, number: int, reply: Reply) -> Told:
        """The reply with its picture in a part file, if it is a picture that anybody may want."""
        body, picture = reply.body, reply.picture
        if isinstance(body, Path):
            return number, reply, str(body)
        if len(body) <= INLINE:
            return number, reply, ""
        types = self._options.types
        if picture is None or picture.flaw or (types is not None and picture.format not in types):
            return number, reply._replace(body=b""), ""
        part = self._prefix + part_name()
        try:
            write_part(part, body)
        except OSError as error:
            detail = error.strerror or str(error)
            return number, Reply(reply.status, reply.headers, error=Reason.DISK, detail=detail), ""
        return number, reply, part

    def _tell(self, ended: list[Told]) -> None:
        try:
            _write_all(replies_line(ended))
        except BrokenPipeError:
            for _, _, part in ended:
                if part:
                    Path(part).unlink(missing_ok=True)
            raise


def _write_all(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(_OUT, view) :]
