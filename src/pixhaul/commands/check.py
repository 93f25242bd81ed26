"""`pixhaul check`: every kept picture against the ledger."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from .shape import Command, option

if TYPE_CHECKING:
    from pixhaul.verify import Finding

_EXAMPLES = (
    ("pixhaul check images", "is every picture still there, and still what was kept?"),
    ("pixhaul check cats --json", "for a program: an object for each that is not whole"),
    ("pixhaul check cats -q && echo fine", "only the exit code: 0 or 1"),
    ("pixhaul check cats && pixhaul get -i links.txt -d cats", "get what is missing again"),
)


@click.command(cls=Command, examples=_EXAMPLES)
@click.argument("directory", default="images", metavar="[DIR]", type=click.Path())
@option("--json", is_flag=True, env=None, help="One JSON object for each that is not whole, then a summary.")
@option("-q", "--quiet", is_flag=True, env=None, help="Say nothing; the exit code tells.")
def check(directory: str, json: bool, quiet: bool) -> int:
    """Read every picture that is kept in DIR (images) again, and compare it with the ledger.

    Prints a line for each that is missing, changed or broken, and ends with 1 if there are any.
    """
    from pathlib import Path

    from pixhaul.verify import verify

    from .speech import out, say

    found: Counter[str] = Counter()
    for finding in verify(Path(directory)):
        found[finding.problem] += 1
        if finding.problem and not quiet:
            out(_json(finding) if json else _line(finding))
    code = 1 if found.total() - found[""] else 0
    if json:
        out(_summary(found, code))
    elif not quiet:
        say([_sentence(found, directory)])
    return code


def _line(finding: Finding) -> str:
    from .speech import safe

    return f"{finding.problem}  {safe(finding.path)}  ({safe(finding.detail)})  {safe(finding.url)}\n"


def _json(finding: Finding) -> str:
    from .telling import json_line

    return json_line(finding._asdict())


def _summary(found: Counter[str], code: int) -> str:
    from .telling import json_line

    counts = {name: found[name] for name in ("missing", "changed", "broken")}
    return json_line({"summary": {"pictures": found.total(), "whole": found[""], **counts, "exit": code}})


def _sentence(found: Counter[str], directory: str) -> str:
    from .speech import safe

    wrong = ", ".join(f"{count} {name}" for name, count in found.most_common() if name)
    if not wrong:
        return f"{found.total()} pictures in {safe(directory)}, every one as it was kept."
    advice = "the command that fetched them fetches those that are missing again"
    return f"{found.total()} pictures in {safe(directory)}: {wrong}; {advice}."
