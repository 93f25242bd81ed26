"""What a run says about each link and at its end: JSON lines for programs, or plain lines for people."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from pixhaul.escape import terminal as safe
from pixhaul.models import Result
from pixhaul.progress import Progress
from pixhaul.summary import Ending, Tally, duration, exit_code, record, sentences, size

from .speech import complain, out

if TYPE_CHECKING:
    from pixhaul.explanation import Explanation

_USERINFO = re.compile(r"^(\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?[/\\]{0,8})[^/?#\\]*@")
"""A scheme, slashes of either kind, and what stands before the last @ of the authority (RFC 3986 3.2.1)."""


class Telling(Protocol):
    """Tells the results of one run, turn by turn, then what they came to."""

    tells_kept: bool
    """Whether it has something to say of each link that an earlier run has kept."""

    def results(self, results: tuple[Result, ...]) -> None: ...

    def explain(self, hosts: list[Explanation]) -> None: ...

    def end(self, tally: Tally, seconds: float, ending: Ending) -> None: ...


class JsonLines:
    """One object a line on standard output; only what is not about a link goes to standard error."""

    tells_kept = True

    def results(self, results: tuple[Result, ...]) -> None:
        """Write them at once, so that a program that reads us sees them as they come."""
        out("".join(map(result_line, results)))

    def explain(self, hosts: list[Explanation]) -> None:
        """Write an object for each host."""
        from pixhaul.explanation import record as host_record

        out("".join([json_line(host_record(one)) for one in hosts]))

    def end(self, tally: Tally, seconds: float, ending: Ending) -> None:
        """Write the summary."""
        out(json_line(record(tally, seconds, exit_code(tally, ending))))
        _trouble(ending)


class Words:
    """Plain lines on standard error: each failure, with `verbose` each picture, and at the end what happened."""

    def __init__(self, progress: Progress, directory: str, quiet: bool, verbose: bool) -> None:
        self._progress = progress
        self._directory = directory
        self._quiet = quiet
        self._wanted = frozenset() if quiet else frozenset({"failed", "done", "skipped"} if verbose else {"failed"})
        self.tells_kept = "skipped" in self._wanted

    def results(self, results: tuple[Result, ...]) -> None:
        """Say those that the person wants to hear of, in one go."""
        lines = [sentence(result) for result in results if result.status in self._wanted]
        if lines:
            self._progress.say(lines)

    def explain(self, hosts: list[Explanation]) -> None:
        """Say what was learned of each host: it was asked for, so also when quiet."""
        from pixhaul.explanation import words

        self._progress.say([safe(line) for line in words(hosts)])

    def end(self, tally: Tally, seconds: float, ending: Ending) -> None:
        """Say what it came to, and what to do about what failed."""
        if not self._quiet:
            self._progress.say(sentences(tally, seconds, safe(self._directory), ending))
        _trouble(ending)


def json_line(values: dict[str, object]) -> str:
    """One line of ASCII without control characters, whatever the values hold."""
    # json escapes everything beyond ASCII and below the space, but leaves DEL, which can only stand in a string.
    return json.dumps(values).replace("\x7f", "\\u007f") + "\n"


_OBJECT = "{" + ", ".join(f"{json.dumps(name)}: %s" for name in Result._fields) + "}\n"
_WRITTEN: dict[type, Callable[[Any], str]] = {
    str: json.encoder.encode_basestring_ascii,
    type(None): lambda nothing: "null",
    int: repr,
    float: repr,  # there is no NaN among them
}


def result_line(result: Result) -> str:
    """The JSON line of a result, as `json_line` gives it, in half the time: of a kept list there are a million."""
    if "@" in result.url:
        result = result._replace(url=hidden(result.url))
    written = [_WRITTEN.get(type(value), json.dumps)(value) for value in result]
    return (_OBJECT % tuple(written)).replace("\x7f", "\\u007f")


def sentence(result: Result) -> str:
    """How one link ended, in a line: the word, the reason or the file, and what else is known."""
    if result.status == "failed":
        detail = f"  ({safe(result.detail)})" if result.detail else ""
        return f"failed  {result.reason}  {safe(hidden(result.url))}{detail}"
    word = "kept" if result.status == "done" else "skipped"
    about = f"{result.width}x{result.height} {result.format}, {size(result.size or 0)}"
    spent = f", {duration(result.seconds)}" if result.status == "done" else ""
    return f"{word}  {safe(result.path or '')}  ({about}{spent})  {safe(result.url)}"


def hidden(url: str) -> str:
    """The link without a name and password in it: such a link is refused, and need not be shown whole.

    >>> hidden("https://ann:secret@example.org/a.jpg"), hidden("https://example.org/@ann/a.jpg")
    ('https://***@example.org/a.jpg', 'https://example.org/@ann/a.jpg')
    """
    return _USERINFO.sub(r"\1***@", url) if "@" in url else url


def _trouble(ending: Ending) -> None:
    for error in (ending.error, ending.refusal):
        if error is not None:
            complain(error)
