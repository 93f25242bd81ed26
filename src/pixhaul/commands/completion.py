"""`pixhaul completion`: what makes a shell complete our commands and options."""

from __future__ import annotations

import click

from .shape import Command

SHELLS = ("bash", "zsh", "fish")
_EXAMPLES = (
    ('eval "$(pixhaul completion bash)"', "bash, for this session or in ~/.bashrc"),
    ('eval "$(pixhaul completion zsh)"', "zsh, in ~/.zshrc after compinit"),
    ("pixhaul completion fish > ~/.config/fish/completions/pixhaul.fish", "fish, once and for all"),
)


@click.command(cls=Command, examples=_EXAMPLES)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print what makes your SHELL complete our commands and options."""
    from click.shell_completion import get_completion_class

    from .speech import out

    kind = get_completion_class(shell)
    if kind is not None:
        out(kind(click.get_current_context().find_root().command, {}, "pixhaul", "_PIXHAUL_COMPLETE").source() + "\n")
    return 0
