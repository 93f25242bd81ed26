"""Both outputs: data on standard output, words for people on standard error, in any locale, through any broken pipe."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Iterable
from typing import TextIO

from pixhaul.errors import PixhaulError


class OutputGone(Exception):
    """Whoever read our output has left: the run ends quietly, to be resumed by the same command."""


class OutputFailed(PixhaulError):
    """Standard output cannot be written, and what it should say is what the person asked for."""

    exit_code = 1


class OutputFull(OutputFailed):
    """There is no room for it."""

    exit_code = 9


_NOTHING_LOST = "Nothing that was kept is lost."


def prepare() -> None:
    """Let both outputs show any text: what their encoding lacks comes out as a backslash escape, never as a crash."""
    _occupy()
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _occupy() -> None:
    """Where standard streams were closed when we were started, open nothing else under their numbers.

    Else a complaint of some C library, or of a worker, would land in the middle of a picture.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def out(text: str) -> None:
    """Data for the one who asked, at once. Raises OutputGone or OutputFailed."""
    if sys.stdout is None and text:
        raise OutputFailed("standard output is closed, and there is something to say on it.", _NOTHING_LOST)
    try:
        _put(sys.stdout, text)
    except BrokenPipeError as error:
        _silence(sys.stdout)
        raise OutputGone from error
    except OSError as error:
        _silence(sys.stdout)
        kind = OutputFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else OutputFailed
        raise kind(f"standard output cannot be written: {error.strerror}.", _NOTHING_LOST) from error


def say(lines: Iterable[str]) -> None:
    """Lines for a person, already safe to show. Raises OutputGone for a closed pipe; a lost terminal is let be."""
    text = "".join(f"{line}\n" for line in lines)
    try:
        _put(sys.stderr, text)
    except BrokenPipeError as error:
        _silence(sys.stderr)
        raise OutputGone from error
    except OSError:
        _silence(sys.stderr)  # the terminal went away: SIGHUP says so too, and ends the run in good order


def warn(text: str) -> None:
    """One line that begins with our name; the text may be of any origin."""
    say([f"pixhaul: {safe(text)}"])


def complain(error: PixhaulError) -> None:
    """What a person cannot have, and on the next line what to do about it."""
    say([f"pixhaul: {safe(error.message)}", *([safe(error.hint)] if error.hint else [])])


def safe(text: str) -> str:
    """The text as a terminal may be given it: its control characters shown, none of them obeyed."""
    from pixhaul.escape import terminal

    return terminal(text)


def _put(stream: TextIO | None, text: str) -> None:
    if stream is None or not text:  # None: it was closed when we were started
        return
    if threading.current_thread() is not threading.main_thread():
        stream.write(text)
        stream.flush()
        return
    Unbroken.writing = True
    try:
        stream.write(text)
        stream.flush()
    finally:
        Unbroken.writing = False
        if Unbroken.postponed:
            Unbroken.postponed = False
            raise KeyboardInterrupt


class Unbroken:
    """A line that has begun is written to its end: a Ctrl-C in its middle would leave half of it before the summary."""

    writing = False
    postponed = False
    """There was a Ctrl-C meanwhile."""

    @classmethod
    def interrupt(cls) -> None:
        """Raise KeyboardInterrupt now, or as soon as the line is written."""
        if cls.writing:
            cls.postponed = True
            return
        raise KeyboardInterrupt


def _silence(stream: TextIO) -> None:
    """Send the rest nowhere: what is still in the buffer would raise again at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except (OSError, ValueError):  # a stream without a descriptor, as in tests
        return
    finally:
        os.close(nowhere)
