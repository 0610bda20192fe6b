"""`treadle executions move`, `treadle workflows move` and `treadle workflows replay`: open and past executions, other versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from treadle.cli import shapes
from treadle.cli.failures import ExitCode
from treadle.cli.grammar import Command, output_option
from treadle.cli.rendering import document, plain, rows_as_table, say, write_list, write_one
from treadle.cli.session import Session
from treadle.cli.workflow_files import read_workflows
from treadle.domain.states import ExecutionStatus
from treadle.engine.replays import Replay, Replays

if TYPE_CHECKING:
    from treadle.bootstrap import Treadle

SAID = 20
"""Places that are listed for people."""
PAGE = 100
STATUSES = click.Choice([str(status) for status in ExecutionStatus])
VERSION = click.IntRange(1)


@click.command(
    "move",
    cls=Command,
    examples=["treadle executions move exec-0198 --version 4 --dry-run", "treadle executions move exec-0198 --version 4"],
)
@click.argument("execution_id", metavar="ID")
@click.option("--version", type=VERSION, required=True, help="The version to go on with, newer or older.")
@click.option("--by", metavar="NAME", help="Who moves it; kept in the journal.")
@click.option("--dry-run", is_flag=True, help="Only say whether it fits, and what would change.")
@output_option
@click.pass_obj
def move_execution(session: Session, execution_id: str, version: int, by: str | None, dry_run: bool, form: str) -> None:
    """Let an open execution go on with another version of its workflow, if all that it has done fits; else say where not.

    What runs finishes first. With --dry-run the exit code is 5 if it does not fit.
    """
    with session.open() as treadle:
        found = treadle.store.executions.resolve(execution_id)
        shape = shapes.move(treadle.engine.move(found, version, by=by, dry_run=dry_run))
    write_one(shape, form, people=lambda: list(_move_lines(shape, dry_run=dry_run)))
    if not shape["fits"]:
        raise click.exceptions.Exit(ExitCode.INVALID)


@click.command(
    "move",
    cls=Command,
    examples=[
        "treadle workflows move order_refund --from 3 --to 4 --dry-run",
        "treadle workflows move order_refund --from 3 --to 4",
    ],
)
@click.argument("name")
@click.option("--from", "from_version", type=VERSION, required=True, help="The version they have.")
@click.option("--to", "version", type=VERSION, required=True, help="The version to go on with.")
@click.option("--by", metavar="NAME", help="Who moves them; kept in their journals.")
@click.option("--dry-run", is_flag=True, help="Only say which fit.")
@output_option
@click.pass_obj
def move_executions(
    session: Session, name: str, from_version: int, version: int, by: str | None, dry_run: bool, form: str
) -> None:
    """Move all open executions of one version to another; those that do not fit stay as they are, and say where.

    The exit code is 5 if some do not fit.
    """
    rows: list[dict[str, Any]] = []
    with session.open() as treadle:
        cursor: str | None = None
        while True:
            page = treadle.engine.move_all(name, from_version, version, by=by, dry_run=dry_run, limit=PAGE, cursor=cursor)
            rows.extend(map(shapes.move, page.items))
            for execution_id, message in page.conflicts:
                say(f"{execution_id}: {plain(message)}")
            cursor = page.next_cursor
            if cursor is None:
                break
    listed = [{**row, "first": _first_finding(row)} for row in rows] if form == "table" else rows
    write_list(listed, form, columns=("id", "status", "fits", "first"), none=f"no open executions of version {from_version}")
    fits = sum(row["fits"] for row in rows)
    done = "would move" if dry_run else "will move"
    say(f"{fits} {done} to version {version}, {len(rows) - fits} do not fit")
    if fits < len(rows):
        raise click.exceptions.Exit(ExitCode.INVALID)


@click.command(
    "replay",
    cls=Command,
    examples=[
        "treadle workflows replay order_refund --file new.yaml",
        "treadle workflows replay order_refund --version 4 --last 500 -o json",
    ],
)
@click.argument("name")
@click.option("--file", "file", metavar="FILE", help="A workflow file with the changed graph, which is not saved.")
@click.option("--version", type=VERSION, help="A saved version.  [default: the latest]")
@click.option("--last", type=click.IntRange(1, 100_000), default=200, show_default=True, help="So many executions, newest first.")
@click.option("--status", type=STATUSES, help="Only those in this status.  [default: all that are over]")
@output_option
@click.pass_obj
def replay_workflow(
    session: Session, name: str, file: str | None, version: int | None, last: int, status: str | None, form: str
) -> None:
    """Say what past executions would have done under a changed graph; no handler runs and nothing is stored."""
    if file is not None and version is not None:
        raise click.UsageError("--file and --version both say which graph: give one of them.")
    asked: dict[str, Any] = {}
    if file is not None:
        documents = read_workflows(file)
        chosen = [one for one in documents if one.name == name] if len(documents) > 1 else documents
        if len(chosen) != 1:
            raise click.UsageError(f"{file} has no workflow {name!r}.")
        asked["graph_config"] = chosen[0].graph_config
    with session.open() as treadle:
        found = _replayed(treadle, name, last=last, version=version, status=status, **asked)
    shape = shapes.replays(found)
    if form in ("table", "jsonl"):
        _write_replays(shape, form)
    else:
        click.echo(document(shape, form))


def _replayed(treadle: Treadle, name: str, *, last: int, **asked: Any) -> Replays:
    """Page after page, with a line on stderr that says how far it is."""
    items: list[Replay] = []
    cursor: str | None = None
    while len(items) < last:
        page = treadle.engine.replay(name, limit=min(PAGE, last - len(items)), cursor=cursor, **asked)
        items.extend(page.items)
        cursor = page.next_cursor
        counts = Counter(each.result for each in items)
        say(f"replayed {len(items)} of at most {last}: {', '.join(f'{n} {result}' for result, n in sorted(counts.items()))}")
        if cursor is None:
            break
    return Replays(tuple(items), cursor)


def _write_replays(shape: dict[str, Any], form: str) -> None:
    if form == "jsonl":
        write_list(shape["items"], form, columns=())
        return
    rows = [{**row, "place": row["place"] or "(as a whole)"} for row in shape["places"]]
    for line in rows_as_table(rows, ("count", "kind", "place", "example")):
        click.echo(line)
    counts = shape["counts"]
    say(f"{counts['same']} same, {counts['differs']} differ, {counts['unknown']} unknown, {counts['failed']} cannot be replayed")
    if counts["differs"] or counts["unknown"]:
        say("each of them: -o jsonl")


def _move_lines(shape: dict[str, Any], *, dry_run: bool) -> Iterator[str]:
    verb = "does not fit" if not shape["fits"] else "would move to" if dry_run else "moves to"
    yield plain(f"{shape['id']} (version {shape['from_version']}, {shape['status']}) {verb} version {shape['version']}")
    for finding in shape["findings"][:SAID]:
        yield plain(f"  {finding['place'] or 'as a whole'}: {finding['message']}")
        if finding["hint"]:
            yield plain(f"    → {finding['hint']}")
    if shape["begins"]:
        yield plain(f"begins: {_named(shape['begins'])}")
    for word in ("added", "removed", "changed"):
        places = [each["place"] for each in shape["changed"] if each["change"] == word]
        if places:
            yield plain(f"{word}: {_named(places)}")
    open_ones = [each["place"] for each in shape["changed"] if each["under_way"]]
    if open_ones and shape["fits"]:
        yield plain(f"under way, and stay as they were begun: {_named(open_ones)}")


def _named(places: list[str]) -> str:
    more = len(places) - SAID
    return ", ".join(places[:SAID]) + (f" and {more:,} more" if more > 0 else "")


def _first_finding(row: dict[str, Any]) -> str:
    findings = row["findings"]
    return f"{findings[0]['place']}: {findings[0]['message']}" if findings else ""
