"""`pixhaul doctor`: what is configured, what is reachable, what is missing, and what to do about it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from pixhaul import settings
from pixhaul.errors import PixhaulError

from .shape import Command, Option, option

if TYPE_CHECKING:
    from pixhaul.doctor import Fact
    from pixhaul.options import Options

_EXAMPLES = (
    ("pixhaul doctor", "look at everything; the API of Imgur is asked once"),
    ("pixhaul doctor --offline", "ask nothing of the network"),
    ("pixhaul doctor --hosts", "what earlier runs learned of hosts, a line each"),
    ("IMGUR_API=http://127.0.0.1:8080 pixhaul doctor", "with another API, such as that of pixhaul standin"),
    ("pixhaul doctor && pixhaul get -i links.txt", "go on only if nothing is wrong"),
)


@click.command(cls=Command, examples=_EXAMPLES)
@option("--offline", is_flag=True, env=None, help="Ask nothing of the network.")
@option("--hosts", is_flag=True, env=None, help="Say what earlier runs learned of hosts, and nothing else.")
def doctor(offline: bool, hosts: bool) -> int:
    """Say what is configured, what is reachable, what is missing, and what to do about it.

    Ends with 1 if something is wrong. The client ID and passwords are never shown.
    """
    from pixhaul import doctor as facts

    from .speech import out, safe

    if hosts:
        lines = facts.remembered_hosts(_options(_configuration()[0]))
        out("".join(f"{safe(line)}\n" for line in lines) or "Nothing is remembered of any host.\n")
        return 0
    problems = 0
    for fact in _facts(offline):
        problems += fact.verdict == facts.BAD
        out(_shown(fact))
    out("\n" + (f"{problems} to mend.\n" if problems else "Nothing is wrong.\n"))
    return 1 if problems else 0


def _facts(offline: bool) -> Iterator[Fact]:
    from pixhaul import doctor as facts
    from pixhaul.options import Options

    values: dict[str, Any] = {}
    options = Options()
    try:
        values, found = _configuration()
        options = _options(values)
        yield from found
    except click.ClickException as error:
        yield facts.Fact(facts.BAD, "settings", error.format_message(), "Until then the defaults are looked at.")
    except PixhaulError as error:
        yield facts.Fact(facts.BAD, "settings", error.message, error.hint)
    yield from facts.machine(options)
    client_id = values.get("client_id") or ""
    yield facts.credentials(client_id)
    if offline:
        yield facts.Fact(facts.NOTE, "API", f"{options.api} was not asked (--offline)")
    else:
        yield facts.api(options, client_id)


def _options(values: dict[str, Any]) -> Options:
    from .request import options_of

    return options_of(values, settings.api(os.environ))


def _configuration() -> tuple[dict[str, Any], list[Fact]]:
    """What a `get` without options would use, and a fact for each file and each setting that is not the default."""
    from pixhaul import doctor as facts

    from .get import get, settable

    context = get.make_context("get", [])
    found = [facts.Fact(facts.GOOD, "file", f"{path}: {_state(path)}") for path in settings.files()]
    for param in get.params:
        line = _setting(context, param)
        if line:
            found.append(facts.Fact(facts.GOOD, "setting", line))
    if os.environ.get("IMGUR_API"):
        found.append(facts.Fact(facts.GOOD, "setting", f"API {settings.api(os.environ)} (IMGUR_API)"))
    slips = (*context.obj.warnings, *settings.stray(os.environ, settable(get)))
    found += [facts.Fact(facts.NOTE, "settings", text) for text in slips]
    return context.params, found


def _state(path: Any) -> str:
    return "read" if path.is_file() else "not there"


def _setting(context: click.Context, param: click.Parameter) -> str:
    """One setting and where it came from; nothing for a default."""
    source = context.get_parameter_source(param.name or "")
    if not isinstance(param, Option) or source is None or source.name not in ("ENVIRONMENT", "DEFAULT_MAP"):
        return ""
    origin = param.variable() if source.name == "ENVIRONMENT" else context.obj.origins.get(param.name)
    return f"{param.key} = {_value(param.key, context.params[param.name or ''])} (from {origin})"


def _value(key: str, value: Any) -> str:
    if key == "client-id":
        return "(not shown)"
    if key == "proxy":
        return settings.masked(str(value))
    return ", ".join(sorted(map(str, value))) if isinstance(value, (frozenset, tuple, list)) else str(value)


def _shown(fact: Fact) -> str:
    from .speech import safe

    line = f"{fact.verdict:7}  {fact.topic:12}  {safe(fact.text)}\n"
    return line + (f"{'':23}{safe(fact.advice)}\n" if fact.advice else "")
