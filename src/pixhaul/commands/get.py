"""`pixhaul get`: find the links, download them, check them, keep them, remember them."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from pixhaul import settings
from pixhaul.errors import UsageError

from .options import options_of_get
from .shape import Command

if TYPE_CHECKING:
    from .request import Request

_EXAMPLES = (
    ("pixhaul get https://example.org/cat.jpg", "one picture, into images/"),
    ("pixhaul get -i links.txt -d cats", "every link of a list (also csv, tsv, jsonl)"),
    ("pixhaul get imgur:top/week -n 100", "the first 100 of Imgur's best of the week"),
    ("pixhaul get https://imgur.com/a/ID --types jpeg,png", "an album, without its GIFs"),
    ("zcat links.txt.gz | pixhaul get -i - --json > log.jsonl", "between other programs"),
    ("pixhaul get -i links.txt --trace run.json", "and write down when each transfer did what"),
    ("pixhaul get -g imgur:t/aww -n 20", "print twenty links and download nothing"),
)
_EPILOG = """Every option can also be set by the environment (PIXHAUL_PER_HOST=4 is --per-host 4), by pixhaul.toml in
the current folder, or by your own configuration file (pixhaul doctor says where), in this order. IMGUR_API names
another API than Imgur's own."""
_STRENGTH = ("COMMANDLINE", "ENVIRONMENT", "DEFAULT_MAP", "DEFAULT")


class Configured(Command):
    """A command whose options, those of `get` or some of them, may also stand in configuration files."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the files before the options, but not for help: that is to work whatever the files hold."""
        asked = args[: args.index("--")] if "--" in args else args
        if not ctx.resilient_parsing and not {"-h", "--help"}.intersection(asked):
            ctx.obj = settings.gather(settable(get), settings.files())
            ctx.default_map = ctx.obj.values
        return super().parse_args(ctx, args)


def settable(command: click.Command) -> list[click.Option]:
    """The options of a command that environment and files may set: all but help."""
    return [one for one in command.params if isinstance(one, click.Option) and one.envvar]


@click.command(cls=Configured, examples=_EXAMPLES, epilog=_EPILOG)
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@options_of_get
@click.pass_context
def get(ctx: click.Context, /, sources: tuple[str, ...], **values: Any) -> int:
    """Download pictures.

    A SOURCE is a link to a picture, an Imgur page (album, post, user, tag, search, subreddit), or a short form:
    imgur:hot, imgur:top/week, imgur:user, imgur:random, imgur:r/NAME, imgur:t/TAG, imgur:u/NAME, imgur:search/WORDS,
    imgur:a/ID.

    What an earlier run has kept is not asked for again: the same command goes on where it stopped.
    """
    from .resolve import resolve
    from .run import run

    settle_loudness(ctx, values)
    _refuse_contradictions(sources, values)
    tell_of_settings(ctx, values)
    request = _request(sources, values)
    if values["get_urls"] or values["dry_run"]:
        return resolve(request, described=not values["get_urls"])
    return run(request)


def _request(sources: tuple[str, ...], values: dict[str, Any]) -> Request:
    from .request import Request, options_of, texts_of

    options = options_of(values, settings.api(os.environ))
    texts = texts_of(sources, values["input_file"], values["column"])
    manner = {name: values[name] for name in ("json", "quiet", "verbose", "explain")}
    return Request(texts, options, values["client_id"] or "", **manner)


def _refuse_contradictions(sources: tuple[str, ...], values: dict[str, Any]) -> None:
    if not any(source.strip() for source in sources) and not values["input_file"]:
        example = "For example: pixhaul get imgur:hot -n 20; all the rest: pixhaul get --help"
        raise UsageError("no source given: name a link, an Imgur page, or a list with -i FILE.", example)
    if values["json"] and (values["get_urls"] or values["dry_run"]):
        hint = "Leave --json away to have the links alone, one a line."
        raise UsageError("--json tells how downloads end, and --get-urls and --dry-run download nothing.", hint)
    if values["trace"] == "":
        raise UsageError("--trace wants the name of a file.", "For example: --trace run.json")


def settle_loudness(ctx: click.Context, values: dict[str, Any]) -> None:
    """Of --quiet and --verbose the one that was said more directly: an option beats a file."""
    if not (values["quiet"] and values["verbose"]):
        return
    quiet, verbose = (_STRENGTH.index(_source(ctx, name)) for name in ("quiet", "verbose"))
    if quiet == verbose:
        raise UsageError("--quiet and --verbose contradict each other.", "Leave one of them away.")
    values["verbose" if quiet < verbose else "quiet"] = False


def _source(ctx: click.Context, name: str) -> str:
    source = ctx.get_parameter_source(name)
    return source.name if source is not None else "DEFAULT"


def tell_of_settings(ctx: click.Context, values: dict[str, Any]) -> None:
    """Warn of what is wrong with the settings of files and environment, and of a list that is to be typed."""
    from .speech import warn

    if values["quiet"]:
        return
    for text in (*ctx.obj.warnings, *settings.stray(os.environ, settable(get))):
        warn(text)
    if "-" in values.get("input_file", ()) and sys.stdin is not None and sys.stdin.isatty():
        warn("reading links from this terminal; end with Ctrl-D")
