"""`pixhaul demo`: `get`, against a made Imgur that lives as long as the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .shape import Command, option
from .values import Count, Place

_EXAMPLES = (
    ("pixhaul demo", "40 pictures into images/, all at once"),
    ("pixhaul demo -n 200 -d /tmp/demo", "more of them, elsewhere"),
    ("pixhaul demo --per-host 1 -d /tmp/slow", "one after another, to see the difference"),
    ("pixhaul demo --json -d /tmp/demo", "what a program would read"),
)


@click.command(cls=Command, examples=_EXAMPLES)
@option(
    "-d",
    "--directory",
    metavar="DIR",
    env=None,
    default="images",
    type=Place(file_okay=False),
    help="The folder (images).",
)
@option("-n", "--limit", metavar="N", env=None, default=40, type=Count(1, 500), help="How many pictures (40).")
@option("--per-host", metavar="N", env=None, default=40, type=Count(1, 500), help="How many at once (40).")
@option("--json", is_flag=True, env=None, help="One JSON object for each picture on standard output.")
@option("-v", "--verbose", is_flag=True, env=None, help="Say each picture that is kept, too.")
def demo(directory: str, limit: int, per_host: int, json: bool, verbose: bool) -> int:
    """Download pictures from a made Imgur, started for this, and say how long that took.

    It needs no account and asks nothing outside this machine. It is what `pixhaul get imgur:random` does, with another
    address for the API; each picture takes a quarter of a second, however many are fetched at once.
    """
    from pixhaul.demo import kept_before

    from .speech import safe, say

    before = kept_before(Path(directory))
    if before >= limit:
        say([f"{before} pictures were kept in {safe(directory)} by an earlier run; remove it to see it again."])
        return 0
    return _download(directory, limit - before, per_host, {"json": json, "verbose": verbose})


def _download(directory: str, count: int, per_host: int, manner: dict[str, Any]) -> int:
    from pixhaul import demo
    from pixhaul.errors import PixhaulError
    from pixhaul.options import Options
    from pixhaul.standin import start

    from .request import Request
    from .run import Run
    from .speech import say

    try:
        standin = start(latency=demo.LATENCY)
    except ValueError as error:
        raise PixhaulError(f"the made Imgur cannot be started: {error}.") from error
    with standin:
        options = Options(directory=directory, limit=count, per_host=per_host, api=standin.api, remember=False)
        run = Run(Request(("imgur:random",), options, standin.client_id, **manner))
        code = run.finish()
    if not code:
        say(demo.comparison(run.tally, run.seconds, per_host))
    return code
