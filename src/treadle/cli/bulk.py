"""Commands about many executions at once: which they are, how many, whether a person agrees, how far it is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from treadle.cli import shapes
from treadle.cli.grammar import Shown, output_option
from treadle.cli.rendering import plain, say, write_one
from treadle.cli.session import Session
from treadle.cli.workflows import confirm
from treadle.domain.search import parse_search
from treadle.domain.selection import Selection
from treadle.domain.states import ExecutionStatus

if TYPE_CHECKING:
    from treadle.bootstrap import Treadle
    from treadle.engine.bulk import Order, Steered

STEP = 200
"""Executions between two moves of the bar."""
SAID = 10
"""Refusals that are told to people."""


@dataclass(frozen=True, slots=True)
class Search:
    """What the options of a command say."""

    where: str | None
    status: str | None
    workflow: str | None
    every: bool
    yes: bool
    dry_run: bool
    limit: int | None
    form: str

    @property
    def narrows(self) -> bool:
        return (self.where, self.status, self.workflow) != (None, None, None)

    @property
    def is_given(self) -> bool:
        return self.every or self.narrows

    def check(self) -> None:
        if not self.is_given:
            raise click.UsageError("Say which executions: --where SEARCH, --workflow NAME, --status STATUS, or --all.")
        if self.every and self.narrows:
            raise click.UsageError("Give either --all or what to search for.")

    def selection(self, now: Callable[[], datetime]) -> Selection:
        """DefinitionError: the search."""
        wanted = parse_search(self.where or "", now=now, path="--where")
        return Selection(wanted.narrowed(status=self.status, workflow=self.workflow))


def bulk_options(command: Shown) -> Shown:
    """Adds the options of a Search, which the command gives to `search_of`."""
    options = (
        click.option("--where", metavar="SEARCH", help="Those that `executions list SEARCH` finds."),
        click.option("--workflow", metavar="NAME", help="Those of this workflow."),
        click.option(
            "--status", type=click.Choice([str(status) for status in ExecutionStatus]),
            help="Those in this status.  [default: those that the command fits]",
        ),
        click.option("--all", "every", is_flag=True, help="All that the command fits."),
        click.option("--limit", type=click.IntRange(1), metavar="N", help="The newest N at most."),
        click.option("--dry-run", is_flag=True, help="Only say how many."),
        click.option("-y", "--yes", is_flag=True, help="Do not ask."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return output_option(command)


def search_of(options: dict[str, Any]) -> Search:
    return Search(**options)


def steer_many(session: Session, order: Order, search: Search) -> None:
    """Count them, ask, and do it; what was refused is said."""
    search.check()
    with session.open() as treadle:
        selection = search.selection(treadle.store.now)
        found = _all(treadle, order, selection, limit=search.limit, dry_run=True)
        if search.dry_run or not found.matched:
            would = f"{_counted(found.matched)} would be told to {order.action}"
            _tell(found, search.form, would if found.matched else "no execution fits")
            return
        confirm(f"{str(order.action).capitalize()} {_counted(found.matched)}?", yes=search.yes)
        done = _all(treadle, order, selection, limit=search.limit, dry_run=False, expected=found.matched)
    _tell(done, search.form, f"{_counted(done.done)} of {done.matched:,} told to {order.action}")


def _all(
    treadle: Treadle, order: Order, selection: Selection, *, limit: int | None, dry_run: bool, expected: int | None = None
) -> Steered:
    """All pages as one answer, with a bar if it is known how many there are."""
    from treadle.engine.bulk import Steered

    total = Steered()
    with click.progressbar(length=expected or 1, label=str(order.action), file=sys.stderr, hidden=expected is None) as bar:
        for part in _parts(treadle, order, selection, left=limit, dry_run=dry_run):
            total.matched += part.matched
            total.done += part.done
            total.refused.extend(part.refused)
            total.refused_count += part.refused_count
            bar.update(part.matched)
    return total


def _parts(treadle: Treadle, order: Order, selection: Selection, *, left: int | None, dry_run: bool) -> Iterator[Steered]:
    cursor = None
    while left is None or left > 0:
        limit = STEP if left is None else min(STEP, left)
        part = treadle.engine.bulk(order, selection, limit=limit, cursor=cursor, dry_run=dry_run)
        yield part
        cursor = part.next
        left = None if left is None else left - limit
        if cursor is None:
            return


def _tell(total: Steered, form: str, sentence: str) -> None:
    say(sentence)
    for refusal in total.refused[:SAID]:
        say(plain(f"  {refusal.id} {refusal.detail}"))
    if total.refused_count > SAID:
        say(f"  and {total.refused_count - SAID:,} more were refused")
    if form != "table":
        write_one(shapes.steered(total), form)


def _counted(count: int) -> str:
    return "1 execution" if count == 1 else f"{count:,} executions"


def refuse_both(execution_ids: Sequence[str], search: Search) -> None:
    """UsageError unless either executions are named or a search is given."""
    if execution_ids and search.is_given:
        raise click.UsageError("Give either IDs or what to search for.")
    if not execution_ids:
        search.check()
