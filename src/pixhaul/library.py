"""pixhaul from Python: the same run as `pixhaul get`, for a program."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import fields
from typing import Any, NamedTuple, TypeVar

from pixhaul.errors import UsageError
from pixhaul.gathering import Text
from pixhaul.models import Result
from pixhaul.options import Options
from pixhaul.policy import POLICIES
from pixhaul.session import open_session
from pixhaul.summary import Ending, Tally, exit_code
from pixhaul.twins import Suspect
from pixhaul.validity import demand, kinds


class Summary(NamedTuple):
    """What a run came to."""

    links: int
    done: int
    skipped: int
    failed: int
    bytes: int
    """Of the pictures that this run has kept."""
    reasons: Mapping[str, int]
    """How many links failed for each reason."""
    exit: int
    """What the command line would exit with: 0 when every link is done or skipped."""
    suspects: tuple[Suspect, ...] = ()
    """Pictures that came from three links or more: perhaps what a host shows in the place of others that are gone."""


def download(links: Iterable[Text], directory: str | os.PathLike[str] = "images", **options: Any) -> Summary:
    """Download links, or any sources of pixhaul, into a directory; return what came of it.

    Args:
        links: Links to pictures, Imgur pages or short forms such as "imgur:r/aww"; read lazily.
        directory: Made when it is missing.
        options: Those of `Options` (connections, per_host, rate, retries, timeout, types, filename, ...) and client_id.

    Raises:
        PixhaulError: The directory cannot be written to, the disk is full, an option is wrong. A link that fails does
            not raise: it is counted here, and told by `stream`.

    >>> import tempfile
    >>> download(["not a link"], tempfile.mkdtemp()).reasons
    {'bad-url': 1}
    """
    tally = Tally()
    client_id, chosen = _options(directory, options)
    with open_session(_listed(links), chosen, client_id, _warn) as session:
        session.tells_kept = False
        with closing(session.turns()) as turns:
            for results in turns:
                tally.add(results)
        tally.passed = session.passed
    code = exit_code(tally, Ending(refusal=session.refusal))
    counts = (tally.links, tally.done, tally.skipped, tally.failed, tally.bytes)
    return Summary(*counts, dict(tally.reasons), code, tuple(tally.twins.suspects()))


def stream(
    links: Iterable[Text], directory: str | os.PathLike[str] = "images", **options: Any
) -> Generator[Result, None, None]:
    """The same, yielding a `Result` for each link as it ends: done, skipped or failed. Closing it stops the run.

    >>> import tempfile
    >>> [(one.status, one.reason) for one in stream(["ftp://example.org/a.jpg"], tempfile.mkdtemp())]
    [('failed', 'scheme-refused')]
    """
    with closing(_turns(links, directory, options)) as turns:
        for results in turns:
            yield from results


def _turns(
    links: Iterable[Text], directory: str | os.PathLike[str], options: dict[str, Any]
) -> Generator[tuple[Result, ...], None, None]:
    client_id, chosen = _options(directory, options)
    with open_session(_listed(links), chosen, client_id, _warn) as session:
        yield from session.turns()
        if session.refusal is not None:
            raise session.refusal


_T = TypeVar("_T")


async def astream(
    links: Iterable[Text], directory: str | os.PathLike[str] = "images", **options: Any
) -> AsyncGenerator[Result, None]:
    """The same for a program with an event loop, which stays free: the run has one thread of its own.

    >>> import asyncio, tempfile
    >>> async def main():
    ...     return [one.reason async for one in astream(["ftp://example.org/a.jpg"], tempfile.mkdtemp())]
    >>> asyncio.run(main())
    ['scheme-refused']
    """
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1, "pixhaul-run") as thread:

        async def there(function: Callable[..., _T], *values: Any) -> _T:
            return await loop.run_in_executor(thread, function, *values)

        turns = _turns(links, directory, options)
        try:
            while (results := await there(next, turns, None)) is not None:
                for result in results:
                    yield result
        finally:
            # Not by a task: a loop that is shut down cancels them all, and then nobody would close it in its thread.
            await asyncio.shield(asyncio.wrap_future(thread.submit(turns.close)))


def _options(directory: str | os.PathLike[str], options: dict[str, Any]) -> tuple[str, Options]:
    """The client ID and the options of a call; what is not said comes from the environment as for the command."""
    client_id = options.pop("client_id", None) or os.environ.get("IMGUR_CLIENT_ID", "")
    known = {field.name for field in fields(Options)}
    unknown = sorted(set(options) - known)
    if unknown:
        hint = f"The options are {', '.join(sorted(known))}, client_id."
        raise UsageError(f"There is no option {unknown[0]!r}.", hint)
    if options.get("types") is not None:
        options["types"] = kinds(options["types"])
    if options.get("policy", "none") not in POLICIES:
        raise UsageError(f"There is no policy {options['policy']!r}.", f"The policies are {', '.join(POLICIES)}.")
    if os.environ.get("IMGUR_API"):
        options.setdefault("api", os.environ["IMGUR_API"])
    return client_id, demand(Options(directory=_place(directory), **options))


def _place(directory: str | os.PathLike[str]) -> str:
    try:
        return os.fsdecode(directory)
    except TypeError as error:
        raise UsageError(f"The directory is no path, but {type(directory).__name__}.", "Name a folder.") from error


def _listed(links: Iterable[Text]) -> Iterable[Text]:
    """The links. Raises UsageError for one text, which would be taken for a list of its letters."""
    if isinstance(links, str | bytes) or not isinstance(links, Iterable):
        raise UsageError("The links are no list of texts.", "A single link is given as [link].")
    return (text if isinstance(text, str | tuple) else str(text) for text in links)


def _warn(text: str) -> None:
    warnings.warn(text, RuntimeWarning, stacklevel=2)
