"""`treadle completion`: the script that teaches a shell the command's words."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from treadle.cli.grammar import Command


@click.command(
    cls=Command,
    examples=['eval "$(treadle completion bash)"', "treadle completion fish > ~/.config/fish/completions/treadle.fish"],
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the completion script for your shell."""
    script = get_completion_class(shell)
    assert script is not None
    click.echo(script(context.find_root().command, {}, "treadle", "_TREADLE_COMPLETE").source())
