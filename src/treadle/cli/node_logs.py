"""`treadle executions logs`: what nodes have said through `ctx.log`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from treadle.cli import shapes
from treadle.cli.grammar import Command, output_option
from treadle.cli.rendering import plain, say, write_list, write_one
from treadle.cli.session import Session
from treadle.domain.node_logs import LogLine
from treadle.domain.states import TERMINAL

if TYPE_CHECKING:
    from treadle.bootstrap import Treadle

POLL = 0.3
"""Seconds between two looks for new lines."""
SETTLED = 2
"""Looks after the end: the last lines are written a moment after the last result."""
PAGE = 1_000
COLOURS = {"debug": "bright_black", "warning": "yellow", "error": "red"}


@click.command(
    "logs", cls=Command,
    examples=["treadle executions logs exec-0198", "treadle executions logs exec-0198 --follow --node fetch"],
)  # fmt: skip
@click.argument("execution_id", metavar="ID")
@click.option("--follow", "-f", is_flag=True, help="Go on until the execution has ended.")
@click.option("--node", help="Only what this node said.")
@click.option("--after", type=click.IntRange(0), default=0, help="Only lines after this seq.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=1000, show_default=True, help="Lines at most, unless followed.")
@output_option
@click.pass_obj
def show_logs(
    session: Session, execution_id: str, follow: bool, node: str | None, after: int, limit: int, form: str
) -> None:
    """Show what the nodes of an execution have said, in order."""
    if follow and form in ("json", "yaml"):
        raise click.UsageError("--follow has no end that a document could have: use -o jsonl or -o table")
    with session.open() as treadle:
        found = treadle.store.executions.resolve(execution_id)
        if follow:
            from treadle.cli.watching import detachable

            with detachable(found):
                _follow(treadle, found, node, after, form)
            return
        lines = treadle.store.logs.list(found, node_id=node, after=after, limit=limit)
    if form == "table":
        _write(lines, form)
        if not lines:
            say("(no node has said anything)")
    else:
        write_list(map(shapes.log_line, lines), form, columns=())
    if len(lines) == limit:
        say(f"more: --after {lines[-1].seq}")


def _follow(treadle: Treadle, execution_id: str, node: str | None, after: int, form: str) -> None:
    looks = 0
    while looks <= SETTLED:
        if treadle.store.executions.get(execution_id).status in TERMINAL:
            looks += 1
        while lines := treadle.store.logs.list(execution_id, node_id=node, after=after, limit=PAGE):
            after = lines[-1].seq
            _write(lines, form)
        time.sleep(POLL)


def _write(lines: Sequence[LogLine], form: str) -> None:
    for line in lines:
        if form == "table":
            click.echo(_line(line))
        else:
            write_one(shapes.log_line(line), form)


def _line(line: LogLine) -> str:
    place = f"{line.scope}/{line.node_id}" if line.scope else line.node_id
    visit = f"#{line.visit}" if line.visit > 1 else ""
    attempt = f" ({line.attempt})" if line.attempt > 1 else ""
    fields = "" if line.fields_json == "{}" else f"  {plain(line.fields_json)}"
    level = click.style(f"{line.level:<7}", fg=COLOURS.get(line.level))
    return f"{line.at:%H:%M:%S.%f}"[:12] + f"  {level} {plain(place)}{visit}{attempt}  {plain(line.message)}{fields}"
