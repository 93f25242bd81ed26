"""How our commands look: options in groups, real examples under each help, values from environment and files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click
from click.core import ParameterSource

COLUMN = 24
"""Characters for the names of options, so that all sections stand in line."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Option(click.Option):
    """An option that stands in a section of the help and may be set by the environment as PIXHAUL_<NAME>."""

    def __init__(self, *args: Any, section: str = "Options", **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.section = section

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """The value in its type; what is wrong with one from the environment is said of the variable."""
        try:
            return super().process_value(ctx, value)
        except click.BadParameter as error:
            variable = self.variable()
            if variable and ctx.get_parameter_source(self.name or "") is ParameterSource.ENVIRONMENT:
                error.param_hint = f"the environment variable {variable}"
            raise

    def variable(self) -> str:
        """The environment variable that sets it now, or nothing."""
        names = self.envvar or ()
        return next((name for name in ([names] if isinstance(names, str) else names) if os.environ.get(name)), "")

    @property
    def key(self) -> str:
        """Its name in a configuration file: the long option without its dashes."""
        return (self.name or "").replace("_", "-")


class Spoken(click.Command):
    """A command whose help goes the way of all our output: a full disk, or nobody who reads, is no crash."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option -h."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = _help
        return option


def _help(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        speak(ctx, ctx.get_help())


def speak(ctx: click.Context, text: str) -> None:
    """Say all that was asked for, and end."""
    from .speech import out

    out(f"{text}\n")
    ctx.exit()


class Command(Spoken):
    """A command with its options in sections and its examples at the end."""

    def __init__(self, *args: Any, examples: tuple[tuple[str, str], ...] = (), **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.examples = examples

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, section by section, in the order in which the sections first occur."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                sections.setdefault(getattr(param, "section", "Other"), []).append((record[0].ljust(COLUMN), record[1]))
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records, col_max=COLUMN)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The closing words and the examples."""
        super().format_epilog(ctx, formatter)
        write_examples(formatter, self.examples)


def write_examples(formatter: click.HelpFormatter, examples: Iterable[tuple[str, str]]) -> None:
    """Lines to copy, each with its meaning below it: they are never wrapped."""
    lines = [f"  {line}\n      {meaning}\n" for line, meaning in examples]
    if lines:
        with formatter.section("Examples"):
            formatter.write("".join(lines))


def option(
    *names: str, section: str = "Options", env: tuple[str, ...] | None = (), **attributes: Any
) -> Callable[[_Function], _Function]:
    """A click option of ours.

    Args:
        names: As click takes them.
        section: The heading of the help that it stands under.
        env: Further environment variables, after its own PIXHAUL_<NAME>; None: not even that.
        attributes: As click takes them.
    """
    long = next(name for name in names if name.startswith("--")).partition("/")[0]
    own = "PIXHAUL_" + long.lstrip("-").replace("-", "_").upper()
    variables = None if env is None else [own, *env]
    return click.option(*names, cls=Option, section=section, envvar=variables, **attributes)
