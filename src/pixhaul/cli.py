"""The program `pixhaul`: its commands, and the border where what goes wrong becomes one clear line and an exit code."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from types import FrameType

import click

from . import __version__
from .commands.shape import Spoken, speak, write_examples
from .errors import PixhaulError, shortage

INTERRUPTED = 5
"""The contract's exit code, as in summary.py, which loads more than help needs."""

_COMMANDS = {
    "get": "Download pictures: links, lists, Imgur's pages.",
    "demo": "Download 40 pictures from a made Imgur, to see how it goes.",
    "check": "Read every kept picture again and say what is not whole.",
    "retry": "Try again what failed and can succeed now.",
    "race": "Let strategies and programs do the same job, and draw who waited when.",
    "standin": "Run the made Imgur, for trying things out and for tests.",
    "doctor": "Say what is configured, reachable and missing.",
    "completion": "Print what makes your shell complete our commands.",
}
_EXAMPLES = (
    ("pixhaul get https://example.org/cat.jpg", "one picture, into images/"),
    ("pixhaul get -i links.txt -d cats", "every link of a list, into cats/"),
    ("pixhaul get imgur:top/week -n 100", "the first 100 of Imgur's best of the week"),
    ("pixhaul demo", "see it work, without any account or network"),
    ("pixhaul get --help", "all that the main command can do"),
)


class Program(Spoken, click.Group):
    """Loads a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a newcomer meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None when there is none of that name."""
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"pixhaul.commands.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The examples."""
        write_examples(formatter, _EXAMPLES)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments begin with; for a source in its place, a line that says what is missing."""
        if args[0] not in _COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            raise click.UsageError(_no_command(args[0]), ctx)
        return super().resolve_command(ctx, args)


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        speak(ctx, f"pixhaul {__version__}")


_VERSION = click.Option(
    ["--version"], is_flag=True, expose_value=False, is_eager=True, callback=_version, help="Show the version and exit."
)


@click.group(cls=Program, params=[_VERSION], context_settings={"help_option_names": ["-h", "--help"]})
def program() -> None:
    """Pictures in bulk, from Imgur or from any list of links: fast, checked, and never twice."""


def main(arguments: list[str] | None = None) -> None:
    """Run the program and end the process with the contract's exit code."""
    from .commands.speech import prepare

    prepare()
    try:
        _end_on_signals()
        code = run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:  # between two of these lines
        code = INTERRUPTED
    try:
        _ignore_signals()
    except KeyboardInterrupt:
        _ignore_signals()
    if code == INTERRUPTED:  # where it came within an exec, as dataclasses use, Python would kill itself with SIGINT
        _flush()
        os._exit(code)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """The exit code of one call. Never raises for what a person did; a fault of ours keeps its traceback."""
    from .commands.speech import OutputGone, complain, say

    try:
        result = program.main(arguments, prog_name="pixhaul", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        say(error.format_message().splitlines())
        return error.exit_code
    except click.ClickException as error:
        complain(PixhaulError(error.format_message(), _help_of(error)))
        return error.exit_code
    except PixhaulError as error:
        complain(error)
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        say(["", "pixhaul: interrupted."])
        return INTERRUPTED
    except OutputGone:
        return INTERRUPTED
    except (OSError, MemoryError, RuntimeError, ImportError) as error:
        lack = shortage(error)
        if lack is None:
            raise
        complain(lack)
        return lack.exit_code
    return result if isinstance(result, int) else 0


def _no_command(word: str) -> str:
    shown = word if len(word) <= 200 else word[:197] + "..."
    if any(sign in word for sign in ":/."):
        return f"{shown} is not a command; did you mean: pixhaul get {shown}"
    from difflib import get_close_matches

    close = get_close_matches(word, list(_COMMANDS), 1)
    return f"there is no command {shown}" + (f"; did you mean {close[0]}?" if close else ".")


def _help_of(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "pixhaul"
    return f"Help: {path} --help"


def _end_on_signals() -> None:
    """Let the system's requests to end be heard as Ctrl-C is, until a run has better ways."""
    import signal

    for number in _signals():
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup asks for
            signal.signal(number, _interrupt)


def _signals() -> list[int]:
    import signal

    return [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]  # not Windows'


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            if stream is not None:
                stream.flush()


_heard: list[int] = []


def _interrupt(number: int, frame: FrameType | None) -> None:
    """The first ends what is going on; another while that ends would show where it was, so it ends all at once."""
    if _heard:
        os._exit(INTERRUPTED)
    _heard.append(number)
    raise KeyboardInterrupt


def _ignore_signals() -> None:
    """A signal while the interpreter ends would turn the exit code into a crash."""
    import signal

    for number in _signals():
        signal.signal(number, signal.SIG_IGN)
