"""How commands read: lazily loaded groups, `--db` everywhere, examples in the help, "did you mean" for typos."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

Shown = Callable[..., Any]

FORMS = ("table", "json", "jsonl", "yaml")


class Examples:
    """The part of a help page that shows the command in use."""

    examples: Sequence[str] = ()

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.examples:
            with formatter.section("Examples"):
                formatter.write("".join(f"{'':>{formatter.current_indent}}$ {example}\n" for example in self.examples))


class Command(Examples, click.Command):
    """A command that also takes `--db`, before or after its name."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        # click would cut the first sentence at 45 characters.
        kwargs.setdefault("short_help", " ".join((kwargs.get("help") or "").split("\n\n")[0].split()))
        super().__init__(*args, **kwargs)
        self.examples = examples
        self.params.append(database_option())


class Group(Examples, click.Group):
    """A noun whose verbs are `Command`s."""

    command_class = Command

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples
        self.params.append(database_option())

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        known = self.list_commands(ctx)
        if word in known or word.startswith("-"):
            return super().resolve_command(ctx, args)
        near = get_close_matches(word, known, n=1, cutoff=0.5) or [name for name in known if name.startswith(word)]
        hint = f"Did you mean {near[0]!r}?" if near else f"The commands are: {', '.join(known)}."
        raise click.UsageError(f"No such command {word!r}. {hint}", ctx)


class LazyGroup(Group):
    """A group whose commands are imported when they are called: `{name: ("module:attribute", one line of help)}`."""

    def __init__(self, *args: Any, table: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        module, _, attribute = self.table[cmd_name][0].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.table.items()])


def database_option() -> click.Option:
    return click.Option(
        ["--db", "database_url"],
        metavar="URL",
        expose_value=False,
        callback=_remember_database,
        help="Database: sqlite:///./treadle.db or postgresql://…  [default: TREADLE_DATABASE_URL]",
    )


def output_option(command: Shown) -> Shown:
    """Adds `-o`, the form in which data is written to stdout, as the argument `form`."""
    return click.option(
        "-o",
        "--output",
        "form",
        type=click.Choice(FORMS),
        default="table",
        show_default=True,
        help="The form of the data on stdout.",
    )(command)


def page_options(command: Shown) -> Shown:
    """Adds `--limit` and `--cursor`."""
    command = click.option("--cursor", help="Where the previous page ended (next_cursor).")(command)
    return click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Rows at most.")(command)


def _remember_database(context: click.Context, _: click.Parameter, url: str | None) -> None:
    if url:
        from treadle.cli.session import Session

        root = context.find_root()
        root.obj = context.obj = root.obj or Session()
        context.obj.database_url = url
