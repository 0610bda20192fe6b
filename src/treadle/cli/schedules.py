"""`treadle schedules`: start workflows at times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from treadle.cli import shapes
from treadle.cli.arguments import duration, input_value, priority
from treadle.cli.grammar import Group, output_option, page_options
from treadle.cli.rendering import say, write_list, write_one
from treadle.cli.session import Session
from treadle.domain.errors import NotFoundError

if TYPE_CHECKING:
    from treadle.domain.records import Schedule
    from treadle.ports import Store

SCHEDULE = click.argument("schedule_id", metavar="ID")
TIMEZONE = click.option("--timezone", default="UTC", show_default=True, help="An IANA name such as Europe/Berlin.")
CRON = click.option("--cron", metavar="EXPR", help="Five fields: minute hour day month weekday.")
EVERY = click.option("--every", type=duration, metavar="DURATION", help="An interval such as 15m or 1d.")
COLUMNS = ("id", "workflow", "cron", "interval", "timezone", "paused", "next_fire_at", "error")


@click.group(cls=Group, examples=["treadle schedules create nightly_report --cron '0 2 * * *' --timezone Europe/Berlin"])
def schedules() -> None:
    """Start workflows at times, by cron or interval.

    An ID may be shortened to any prefix that only one schedule has.
    """


@schedules.command("list", examples=["treadle schedules list", "treadle schedules list --workflow nightly_report"])
@click.option("--workflow", help="Only those of this workflow.")
@page_options
@output_option
@click.pass_obj
def list_schedules(session: Session, workflow: str | None, limit: int, cursor: str | None, form: str) -> None:
    """List schedules with their next fire."""
    with session.open() as treadle:
        page = treadle.store.schedules.list(workflow=workflow, limit=limit, cursor=cursor)
    write_list(map(shapes.schedule_row, page.items), form, columns=COLUMNS, cursor=page.next_cursor, none="no schedules")


@schedules.command("show", examples=["treadle schedules show sched-0198"])
@SCHEDULE
@output_option
@click.pass_obj
def show_schedule(session: Session, schedule_id: str, form: str) -> None:
    """Show one schedule."""
    with session.open() as treadle:
        write_one(shapes.schedule(find_schedule(treadle.store, schedule_id)), form)


@schedules.command(
    "next",
    examples=[
        "treadle schedules next sched-0198",
        "treadle schedules next --cron '0 2 * * *' --timezone Europe/Berlin",
        "treadle schedules next --every 90m --count 5 -o json",
    ],
)
@click.argument("schedule_id", metavar="[ID]", required=False)
@CRON
@EVERY
@TIMEZONE
@click.option("--dst", default="debian", show_default=True, help="What happens where clocks are changed.")
@click.option(
    "--start",
    type=click.DateTime(("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d")),
    help="From when, in UTC.  [default: now]",
)
@click.option("--count", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many.")
@output_option
@click.pass_obj
def next_fires(
    session: Session,
    schedule_id: str | None,
    cron: str | None,
    every: float | None,
    timezone: str,
    dst: str,
    start: datetime | None,
    count: int,
    form: str,
) -> None:
    """Show the next fires of a schedule, or of a cron expression or interval before you save it."""
    if (schedule_id is None) == (cron is None and every is None):
        raise click.UsageError("Give either the ID of a schedule, or --cron or --every.")
    with session.open() if schedule_id else session.open_scratch() as treadle:
        if schedule_id:
            found = find_schedule(treadle.store, schedule_id)
            cron, every, timezone, dst = found.cron, found.interval, found.timezone, found.dst
        since = start.replace(tzinfo=UTC) if start else None
        fires = treadle.engine.preview(cron=cron, interval=every, timezone=timezone, start=since, count=count, dst=dst)
    write_list([{"fire_at": shapes.time(at)} for at in fires], form, columns=("fire_at",), none="it never fires")


@schedules.command(
    "create",
    examples=[
        "treadle schedules create nightly_report --cron '0 2 * * *'",
        "treadle schedules create sync --every 15m --overlap skip -i full=false",
    ],
)
@click.argument("workflow")
@CRON
@EVERY
@TIMEZONE
@click.option("--dst", default="debian", show_default=True, help="What happens where clocks are changed.")
@click.option("-i", "pairs", metavar="KEY=VALUE", multiple=True, help="A key of the input. Repeatable.")
@click.option("--input", "document", metavar="JSON|@FILE", help="The whole input.")
@click.option("--priority", type=priority, default="normal", show_default=True, help="Of the executions it starts.")
@click.option("--version", type=click.IntRange(1), help="The workflow's version.  [default: the latest at each fire]")
@click.option(
    "--overlap",
    type=click.Choice(("allow", "skip")),
    default="allow",
    show_default=True,
    help="While an earlier execution is still open.",
)
@click.option(
    "--catch-up",
    type=click.Choice(("skip", "latest", "all")),
    default="latest",
    show_default=True,
    help="After a time without workers.",
)
@click.option("--paused", is_flag=True, help="Do not fire before it is resumed.")
@click.option("--id", "id_", metavar="ID", help="Its id.  [default: a new one]")
@output_option
@click.pass_obj
def create_schedule(
    session: Session,
    /,
    workflow: str,
    pairs: tuple[str, ...],
    document: str | None,
    every: float | None,
    id_: str | None,
    form: str,
    **options: Any,
) -> None:
    """Start a workflow again and again."""
    if (options["cron"] is None) == (every is None):
        raise click.UsageError("Give either --cron or --every.")
    with session.open() as treadle:
        created = treadle.engine.add_schedule(workflow, interval=every, input=input_value(pairs, document), id=id_, **options)
    write_list([shapes.schedule(created)], form, columns=COLUMNS)


@schedules.command("pause", examples=["treadle schedules pause sched-0198"])
@SCHEDULE
@click.pass_obj
def pause_schedule(session: Session, schedule_id: str) -> None:
    """Stop firing until resumed."""
    _set_paused(session, schedule_id, paused=True)


@schedules.command("resume", examples=["treadle schedules resume sched-0198"])
@SCHEDULE
@click.pass_obj
def resume_schedule(session: Session, schedule_id: str) -> None:
    """Fire again."""
    _set_paused(session, schedule_id, paused=False)


@schedules.command("delete", examples=["treadle schedules delete sched-0198"])
@SCHEDULE
@click.pass_obj
def delete_schedule(session: Session, schedule_id: str) -> None:
    """Delete a schedule; the executions it started go on."""
    with session.open() as treadle:
        found = find_schedule(treadle.store, schedule_id)
        treadle.store.schedules.delete(found.id)
    say(f"{found.id} deleted")


@schedules.command("fires", examples=["treadle schedules fires sched-0198 --limit 5"])
@SCHEDULE
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Rows at most.")
@output_option
@click.pass_obj
def list_fires(session: Session, schedule_id: str, limit: int, form: str) -> None:
    """List past fires, newest first: what became of each, and why."""
    with session.open() as treadle:
        fires = treadle.store.schedules.fires(find_schedule(treadle.store, schedule_id).id, limit=limit)
    write_list(
        map(shapes.fire, fires), form, columns=("fire_at", "outcome", "execution_id", "reason"), none="it has not fired yet"
    )


def find_schedule(store: Store, word: str) -> Schedule:
    """The schedule of that id, or the only one whose id starts so. NotFoundError."""
    try:
        return store.schedules.get(word)
    except NotFoundError:
        found = [one for one in _all(store) if one.id.startswith(word)]
        if len(found) != 1:
            raise NotFoundError("schedule", word, known=[one.id for one in found[:10]]) from None
        return found[0]


def _all(store: Store) -> list[Schedule]:
    page = store.schedules.list(limit=500)
    found = list(page.items)
    while page.next_cursor:
        page = store.schedules.list(limit=500, cursor=page.next_cursor)
        found.extend(page.items)
    return found


def _set_paused(session: Session, word: str, *, paused: bool) -> None:
    with session.open() as treadle:
        changed = treadle.engine.change_schedule(find_schedule(treadle.store, word).id, paused=paused)
    say(f"{changed.id} is paused" if paused else f"{changed.id} fires next at {shapes.time(changed.next_fire_at)}")
