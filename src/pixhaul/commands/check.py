"""`pixhaul check`: every kept picture against the ledger; with --rebuild, the ledger made again from the pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from .shape import Command, option
from .values import Place

if TYPE_CHECKING:
    from pathlib import Path

    from pixhaul.rebuild import Rebuilt
    from pixhaul.verify import Finding

_EXAMPLES = (
    ("pixhaul check images", "is every picture still there, and still what was kept?"),
    ("pixhaul check cats --json", "for a program: an object for each that is not whole"),
    ("pixhaul check cats -q && echo fine", "only the exit code: 0 or 1"),
    ("pixhaul check cats && pixhaul get -i links.txt -d cats", "get what is missing again"),
    ("pixhaul check cats --rebuild", "make a lost or damaged ledger again"),
)


@click.command(cls=Command, examples=_EXAMPLES)
@click.argument("directory", default="images", metavar="[DIR]", type=Place())
@option("--rebuild", is_flag=True, env=None, help="First make the ledger again; the old one is set aside.")
@option("--json", is_flag=True, env=None, help="One JSON object for each that is not whole, then a summary.")
@option("-q", "--quiet", is_flag=True, env=None, help="Say nothing; the exit code tells.")
def check(directory: str, rebuild: bool, json: bool, quiet: bool) -> int:
    """Read every picture that is kept in DIR (images) again, and compare it with the ledger.

    Prints a line for each that is missing, changed or broken, and ends with 1 if there are any. Files that pixhaul did
    not put there are left alone.

    With --rebuild the ledger is made again first, out of its journal, of what can still be read of the old one, and of
    the pictures, whose hashes must be right. The old ledger is set aside in DIR/.pixhaul, not deleted.
    """
    from pathlib import Path

    from pixhaul.verify import strangers, verify

    place = Path(directory)
    if rebuild:
        return _rebuilt(place, json, quiet)
    found = _tell(verify(place), json, quiet)
    code = 1 if found.total() - found[""] else 0
    if json:
        _put_json(found, code)
    elif not quiet:
        _say(found, directory, strangers(place))
    return code


def _rebuilt(place: Path, json: bool, quiet: bool) -> int:
    from pixhaul.rebuild import rebuild

    from .speech import safe, say, warn

    made = rebuild(place, lambda owner: warn(f"waiting for another pixhaul (process {owner}) that works in {place}"))
    found = _tell(made.findings, json, quiet)
    found[""] = made.pictures
    code = 1 if made.findings else 0
    if json:
        _put_json(found, code, {"failures": made.failures, "aside": made.aside or None})
    elif not quiet:
        say([safe(line) for line in _sentences(made, str(place))])
    return code


def _tell(findings: Iterable[Finding], json: bool, quiet: bool) -> Counter[str]:
    """Print those that are not whole; how many there are of each kind."""
    from .speech import out

    found: Counter[str] = Counter()
    for finding in findings:
        found[finding.problem] += 1
        if finding.problem and not quiet:
            out(_json(finding) if json else _line(finding))
    return found


def _line(finding: Finding) -> str:
    from .speech import safe

    return f"{finding.problem}  {safe(finding.path)}  ({safe(finding.detail)})  {safe(finding.url)}\n"


def _json(finding: Finding) -> str:
    from .telling import json_line

    return json_line(finding._asdict())


def _put_json(found: Counter[str], code: int, more: dict[str, object] | None = None) -> None:
    from .speech import out
    from .telling import json_line

    counts = {name: found[name] for name in ("missing", "changed", "broken")}
    summary = {"pictures": found.total(), "whole": found[""], **counts, **(more or {}), "exit": code}
    out(json_line({"summary": summary}))


def _say(found: Counter[str], directory: str, strange: int) -> None:
    from .speech import safe, say

    place = safe(directory)
    wrong = _wrong(found)
    if wrong:
        said = [f"{found.total()} pictures in {place}: {wrong}; {_advice(found)}."]
    else:
        said = [f"{found.total()} pictures in {place}, every one as it was kept."]
    if strange:
        said.append(f"Besides, {strange} {'file' if strange == 1 else 'files'} of other origin: left alone.")
    say(said)


def _advice(found: Counter[str]) -> str:
    """What to do: a changed picture may well be the work of the person, so it is theirs to delete."""
    if not found["changed"] and not found["broken"]:
        return "the command that fetched them fetches those that are missing again"
    kinds = " and ".join(name for name in ("changed", "broken") if found[name])
    return f"delete what is {kinds}, and the command that fetched them fetches all that is missing again"


def _wrong(found: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in found.most_common() if name)


def _sentences(made: Rebuilt, directory: str) -> list[str]:
    failures = f" and {made.failures} failures" if made.failures else ""
    said = [f"The ledger of {directory} is made again: {made.pictures} pictures{failures}."]
    wrong = _wrong(Counter(one.problem for one in made.findings))
    if wrong:
        said.append(f"Not in it: {wrong}; the command that fetched them fetches them again.")
    if made.aside:
        said.append(f"The old one lies in {directory}/{made.aside}; delete it when you like.")
    return said
