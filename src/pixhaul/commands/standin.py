"""`pixhaul standin`: the made Imgur in the foreground."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from pixhaul.errors import UsageError

from .shape import Command, option
from .values import Count, Place, Size

_EXAMPLES = (
    ("pixhaul standin --port 8080", "the API at http://127.0.0.1:8080; its client ID is printed"),
    ("pixhaul standin --latency 0.25 --bandwidth 500k", "as slow as a real one"),
    ("pixhaul standin --faults 404=5%,503=10%:once", "with what goes wrong on the network"),
    ("pixhaul standin --pictures ~/Pictures", "your own files in place of the made ones"),
    ("IMGUR_API=http://127.0.0.1:8080 pixhaul get imgur:hot", "in another terminal, with IMGUR_CLIENT_ID"),
)


class _Standin(Command):
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What may be asked for as faults, as the stand-in itself tells it; then the examples."""
        from pixhaul.standin.faults import describe

        with formatter.section("Faults"):
            formatter.write("".join(f"  {line}".rstrip() + "\n" for line in describe().splitlines()))
        super().format_epilog(ctx, formatter)


@click.command(cls=_Standin, examples=_EXAMPLES)
@option("--port", metavar="N", env=None, type=Count(0, 65_535), help="Of the API (any that is free).")
@option("--pictures", metavar="DIR", env=None, type=Place(), help="A folder to serve in place of made pictures.")
@option("--posts", metavar="N", env=None, type=Count(1, 10**6), help="How many posts are made (240).")
@option("--latency", metavar="SECONDS", env=None, type=float, help="Before each picture's answer (0).")
@option("--bandwidth", metavar="SIZE", env=None, type=Size(), help="Bytes a second on each connection (no limit).")
@option("--credits", metavar="N", env=None, type=Count(0, 10**9), help="API calls until 429 (12500).")
@option("--faults", metavar="SPEC", env=None, help="What goes wrong; see below (nothing).")
@option("--seed", metavar="N", env=None, type=Count(0, 2**63 - 1), help="All that is made follows from it (0).")
@option("--links-base", metavar="URL", env=None, help="In place of the picture origin in every link.")
@option("--random-gone", is_flag=True, env=None, help="Answer 404 to gallery/random, as Imgur's may.")
@option("--record", is_flag=True, env=None, help="Keep when each request came and was answered, at /_record.")
def standin(**values: Any) -> int:
    """Run a made Imgur on this machine until Ctrl-C: API v3 on one port, pictures on another.

    When it is ready it prints one line of JSON: where the API and the pictures are, and the client ID that it takes.
    """
    from pixhaul.standin import Settings, serve

    given = {name: value for name, value in values.items() if value is not None}
    if "pictures" in given:
        given["pictures"] = Path(os.path.expanduser(given["pictures"]))  # noqa: PTH111 - pathlib raises for unknown users
    try:
        serve(Settings(**given))
    except (ValueError, RuntimeError) as error:
        raise UsageError(f"{error}.", "The options: pixhaul standin --help") from error
    return 0
