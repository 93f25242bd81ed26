"""How far a run is, on standard error: one live line on a terminal, a plain line now and then elsewhere, or nothing.

Lines about single links pass through here as well, so that they come above the live line and never through it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol, TextIO

from .summary import duration, size

if TYPE_CHECKING:
    from rich.live import Live

SPAN = 5.0
"""Seconds over which a rate is taken."""
FIRST, EVERY = 2.0, 5.0
"""Seconds until the first plain line, and from one to the next."""
FRAME = 0.2
"""Seconds between two pictures of the live line."""


class View(NamedTuple):
    """What there is to show at one moment."""

    done: int
    skipped: int
    failed: int
    bytes: int
    read: int
    """Links found so far."""
    total: int | None
    """Links in all, where that is known."""
    elapsed: float
    per_second: float
    """Links that ended a second, of late."""
    bytes_per_second: float
    waiting: tuple[tuple[str, float, str], ...] = ()
    """Hosts that must wait: name, seconds, why."""


class Speed:
    """Links and bytes a second over the last `SPAN` seconds."""

    def __init__(self, start: float) -> None:
        self._marks: deque[tuple[float, int, int]] = deque([(start, 0, 0)])

    def note(self, now: float, ended: int, received: int) -> tuple[float, float]:
        """The two rates, after noting how much there has been until now. `now` is in seconds and never goes back."""
        if now - self._marks[-1][0] >= FRAME:
            self._marks.append((now, ended, received))
        while len(self._marks) > 2 and now - self._marks[1][0] >= SPAN:
            self._marks.popleft()
        since, ended_then, received_then = self._marks[0]
        span = max(now - since, FRAME)
        return (ended - ended_then) / span, (received - received_then) / span


def left(view: View) -> float | None:
    """Seconds until the end at the rate of late; None where the total or the rate is not known."""
    if view.total is None or view.per_second <= 0:
        return None
    return max(0, view.total - view.done - view.skipped - view.failed) / view.per_second


def pieces(view: View) -> list[str]:
    """What to show, the most important first, so that a narrow line may leave out the end."""
    ended = view.done + view.skipped + view.failed
    known = f"of {view.total}" if view.total is not None else f"of {max(view.read, ended)} read so far"
    shown = [f"{view.done} kept", f"{view.failed} failed", f"{view.skipped} skipped", known]
    shown += [f"{view.per_second:.1f}/s", f"{size(view.bytes_per_second)}/s", size(view.bytes), duration(view.elapsed)]
    remaining = left(view)
    return shown if remaining is None else [*shown, f"{duration(remaining)} left"]


def wait(view: View) -> str:
    """Which host is waited for the longest, and why; empty where none is."""
    if not view.waiting:
        return ""
    host, seconds, why = max(view.waiting, key=lambda one: one[1])
    others = f", and {len(view.waiting) - 1} more" if len(view.waiting) > 1 else ""
    pause = f" {duration(seconds)}" if seconds < 1e6 else ""
    return f"waiting{pause} for {host}{f' ({why})' if why else ''}{others}"


def fit(parts: Iterable[str], width: int, between: str = "  ") -> str:
    """As many parts as a line of that many columns holds, from the first on; the first is cut if it must be.

    >>> fit(["12 kept", "0 failed", "3.4 MB"], 18)
    '12 kept  0 failed'
    """
    line = ""
    for part in parts:
        longer = f"{line}{between}{part}" if line else part
        if len(longer) > width:
            break
        line = longer
    return line or next(iter(parts), "")[:width]


class Progress(Protocol):
    """Shows a run. `say` is for lines that stay."""

    def say(self, lines: list[str]) -> None: ...

    def tick(self, now: float, look: Callable[[], View]) -> None: ...

    def close(self) -> None: ...


class Silent:
    """Only the lines that stay."""

    def __init__(self, write: Callable[[list[str]], None]) -> None:
        self.say = write

    def tick(self, now: float, look: Callable[[], View]) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Plain(Silent):
    """A line after 2 seconds and then every 5: for files, pipes, and terminals that cannot move the cursor."""

    def __init__(self, write: Callable[[list[str]], None], start: float) -> None:
        super().__init__(write)
        self._next = start + FIRST

    def tick(self, now: float, look: Callable[[], View]) -> None:
        """Say how far it is when it is time again."""
        if now < self._next:
            return
        self._next = now + EVERY
        view = look()
        waiting = wait(view)
        self.say([", ".join(pieces(view)) + (f"; {waiting}" if waiting else "")])


class OnTerminal:
    """One line, and a second one when a host is waited for, drawn again and again at the bottom of a terminal."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console

        self._console = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=False)
        if self._console.width < 1:  # COLUMNS=0: nothing at all would be printed
            self._console.width = 80
        self._live: Live | None = None
        self._next = 0.0

    def say(self, lines: list[str]) -> None:
        """Print above the live line, never wrapped by us: a terminal can then give the whole line back."""
        if lines:
            self._console.print("\n".join(lines), soft_wrap=True)

    def tick(self, now: float, look: Callable[[], View]) -> None:
        """Draw again when it is time."""
        if now < self._next:
            return
        self._next = now + FRAME
        self._draw(look())

    def _draw(self, view: View) -> None:
        from rich.live import Live
        from rich.text import Text

        width = max(1, self._console.width - 1)  # the last column makes some terminals wrap
        text = Text(fit(pieces(view), width), style="bold")
        waiting = wait(view)
        if waiting:
            text.append("\n" + fit([waiting], width), style="yellow not bold")
        if self._live is None:
            self._live = Live(
                console=self._console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
            )
            self._live.start()
        self._live.update(text, refresh=True)

    def close(self) -> None:
        """Take the live line away and give the cursor back."""
        if self._live is not None:
            self._live.stop()
            self._live = None


def choose(
    stream: TextIO | None, environ: Mapping[str, str], write: Callable[[list[str]], None], start: float
) -> Progress:
    """What suits the stream: live on a terminal that can, else plain lines."""
    if stream is not None and stream.isatty() and environ.get("TERM", "") not in ("dumb", "unknown"):
        return OnTerminal(stream)
    return Plain(write, start)
