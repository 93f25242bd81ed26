"""`pixhaul retry`: the failures of a directory once more, without the list that they came from."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import click

from pixhaul import settings
from pixhaul.errors import UsageError
from pixhaul.models import Reason

from .get import Configured, settle_loudness, tell_of_settings
from .options import CHOOSE, options_of_get
from .shape import option
from .values import Place

_EXAMPLES = (
    ("pixhaul retry images", "what failed and can succeed now: time-outs, busy servers, cut transfers"),
    ("pixhaul retry images --only timeout,too-slow --timeout 600", "these alone, with more patience"),
    ("pixhaul retry images --max-bytes 1GiB", "also what was too large before"),
    ("pixhaul retry images --all", "everything that failed, for good or not"),
)
_EPILOG = """Names, captions and places come from the ledger. The other options are those of pixhaul get and may also be
set as they are there."""
LEFT_OUT = frozenset(
    {"input_file", "column", "seed", "directory", "dry_run", "get_urls", "partition", "workers", "cluster", "format"}
)
"""Options of get that say where links come from, or what a directory holds: both are settled here."""


class Reasons(click.ParamType["frozenset[str]"]):
    """Names of reasons, joined by commas."""

    name = "reasons"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        """The set; a name that is none is refused with the nearest that is."""
        if isinstance(value, frozenset):
            return value
        found = frozenset(word.strip() for word in str(value).split(",") if word.strip())
        known = [reason.value for reason in Reason]
        for word in sorted(found - set(known)):
            self.fail(f"{word!r} is no reason; the reasons are {', '.join(known)}.", param, ctx)
        return found


class Selected(Configured):
    """The options of `get`, less those that say where links come from."""

    def __init__(self, *args: Any, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.params = [one for one in self.params if one.name not in LEFT_OUT]


@click.command(cls=Selected, examples=_EXAMPLES, epilog=_EPILOG)
@click.argument("folder", default="images", metavar="[DIR]", type=Place())
@option(
    "--only",
    metavar="REASON,...",
    section=CHOOSE,
    env=None,
    type=Reasons(),
    default="",
    help="Only what failed for these reasons, for good or not.",
)
@option("--all", "everything", is_flag=True, section=CHOOSE, env=None, help="Also what failed for good.")
@options_of_get
@click.pass_context
def retry(ctx: click.Context, /, folder: str, only: frozenset[str], everything: bool, **values: Any) -> int:
    """Try again what failed in earlier runs in DIR (images).

    Left alone are links that cannot come with these options either: those not found, removed, no picture, and what was
    too large or of an unwanted kind, unless the option that refused them has become wider.
    """
    from pathlib import Path

    from pixhaul.again import Choice
    from pixhaul.retry import counts

    from .request import Request, options_of
    from .run import run

    settle_loudness(ctx, values)
    if everything and only:
        raise UsageError("--all and --only contradict each other.", "Leave one of them away.")
    tell_of_settings(ctx, values)
    options = options_of({**values, "directory": folder}, settings.api(os.environ))
    choice = Choice(options, everything, only)
    there, taken = counts(Path(folder), choice)
    if not taken and not values["json"]:
        return _nothing(folder, there, values["quiet"])
    manner = {name: values[name] for name in ("json", "quiet", "verbose", "explain")}
    return run(Request((), options, values["client_id"] or "", choice=choice, **manner))


def _nothing(folder: str, there: Counter[str], quiet: bool) -> int:
    """Nothing can be tried: that is no failure."""
    from .speech import safe, say

    if quiet:
        return 0
    if not there:
        say([f"Nothing has failed in {safe(folder)}."])
        return 0
    why = ", ".join(f"{name} {count}" for name, count in there.most_common())
    say(
        [
            f"Nothing in {safe(folder)} can succeed now: {why}.",
            f"To try all the same: pixhaul retry {safe(folder)} --all",
        ]
    )
    return 0
