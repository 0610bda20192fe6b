"""`treadle schedules`: start workflows at times."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from treadle.cli import shapes
from treadle.cli.arguments import duration, input_value, priority
from treadle.cli.grammar import Group, output_option, page_options
from treadle.cli.rendering import rows_as_table, say, second, write_list, write_one
from treadle.cli.session import Session
from treadle.domain.durations import format_duration
from treadle.domain.errors import NotFoundError

if TYPE_CHECKING:
    from treadle.domain.records import Schedule
    from treadle.engine.schedule_runs import Backfill
    from treadle.ports import Store

def instant(text: str) -> datetime:
    """A time with its offset from UTC, or a date, which begins in UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a time such as 2026-03-29T09:00:00Z") from None
    if moment.tzinfo is None and len(text) > len("2026-03-29"):
        raise click.BadParameter(f"{text!r} does not say its offset from UTC: end it with Z, or with one such as +02:00")
    if not 1900 <= moment.year <= 2999:
        raise click.BadParameter(f"{text!r} is not in the years 1900 to 2999")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


NOTHING = object()
"""What clears a field; None stands for an option that was not given."""


def or_nothing(read: Callable[[str], Any], word: str = "none") -> Callable[[str], Any]:
    """Reads the value, or the word that clears the field."""
    def read_or_clear(text: str) -> Any:
        return NOTHING if text == word else read(text)

    return read_or_clear


def whole_number(text: str) -> int:
    """A whole number of at least 1."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) >= 1):
        raise click.BadParameter(f"{text!r} is not a whole number of at least 1")
    return int(text)


SCHEDULE = click.argument("schedule_id", metavar="ID")
TIMEZONE = click.option("--timezone", default="UTC", show_default=True, help="An IANA name such as Europe/Berlin.")
CRON = click.option("--cron", metavar="EXPR", help="Five fields: minute hour day month weekday.")
EVERY = click.option("--every", type=duration, metavar="DURATION", help="An interval such as 15m or 1d.")
AT = click.option("--at", type=instant, metavar="TIME", multiple=True, help="A time such as 2026-03-29T09:00:00Z. Repeatable.")
DST = click.option("--dst", default="debian", show_default=True, help="Clock changes: debian, skip, twice or exact.")
CATCH_UPS = click.Choice(("skip", "latest", "all"))
OVERLAPS = click.Choice(("allow", "skip", "queue_one", "cancel_previous"))
COLUMNS = ("id", "workflow", "cron", "interval", "at", "timezone", "status", "next_fire_at", "error")
FIRE_COLUMNS = ("fire_at", "outcome", "execution_id", "reason")
CHUNK = 50
"""Due instants that one step of a backfill fires, between two moves of its bar."""


@click.group(cls=Group, examples=["treadle schedules create nightly_report --cron '0 2 * * *' --timezone Europe/Berlin"])
def schedules() -> None:
    """Start workflows at times, by cron, by interval or once.

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
    rows = [shapes.schedule_row(item) for item in page.items]
    shown = map(_for_people, rows) if form == "table" else rows
    write_list(shown, form, columns=COLUMNS, cursor=page.next_cursor, none="no schedules")


@schedules.command("show", examples=["treadle schedules show sched-0198"])
@SCHEDULE
@output_option
@click.pass_obj
def show_schedule(session: Session, schedule_id: str, form: str) -> None:
    """Show one schedule."""
    with session.open() as treadle:
        shape = shapes.schedule(find_schedule(treadle.store, schedule_id))
    write_one(_for_people(shape) if form == "table" else shape, form)


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
@DST
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
    since = start.replace(tzinfo=UTC) if start else None
    with session.open() if schedule_id else session.open_scratch() as treadle:
        if schedule_id:
            found = find_schedule(treadle.store, schedule_id)
            fires = treadle.engine.upcoming(found.id, start=since, count=count)
        else:
            fires = treadle.engine.preview(cron=cron, interval=every, timezone=timezone, start=since, count=count, dst=dst)
    write_list([{"fire_at": shapes.time(at)} for at in fires], form, columns=("fire_at",), none="it never fires")


@schedules.command(
    "create",
    examples=[
        "treadle schedules create nightly_report --cron '0 2 * * *'",
        "treadle schedules create sync --every 15m --overlap skip -i full=false",
        "treadle schedules create announce --at 2026-12-24T09:00:00+01:00",
    ],
)
@click.argument("workflow")
@CRON
@EVERY
@AT
@TIMEZONE
@DST
@click.option("--start-at", type=instant, metavar="TIME", help="No fire before it; --every counts from here.")
@click.option("--end-at", type=instant, metavar="TIME", help="No fire after it.")
@click.option("--jitter", type=duration, default="0", metavar="DURATION", help="Each fire comes up to so much later.")
@click.option("-i", "pairs", metavar="KEY=VALUE", multiple=True, help="A key of the input. Repeatable.")
@click.option("--input", "document", metavar="JSON|@FILE", help="The whole input.")
@click.option("--priority", type=priority, default="normal", show_default=True, help="Of the executions it starts.")
@click.option("--version", type=click.IntRange(1), help="The workflow's version.  [default: the latest at each fire]")
@click.option(
    "--overlap",
    type=OVERLAPS,
    default="allow",
    show_default=True,
    help="While an earlier execution is still open.",
)
@click.option(
    "--catch-up",
    type=CATCH_UPS,
    default="latest",
    show_default=True,
    help="After a time without workers.",
)
@click.option("--catch-up-limit", type=click.IntRange(1), default=1000, show_default=True, help="With all: the newest so many.")
@click.option("--catch-up-window", type=duration, metavar="DURATION", help="What is later than this is missed.")
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
    if (options["cron"] is not None) + (every is not None) + bool(options["at"]) != 1:
        raise click.UsageError("Give one of --cron, --every and --at.")
    with session.open() as treadle:
        created = treadle.engine.add_schedule(workflow, interval=every, input=input_value(pairs, document), id=id_, **options)
    shape = shapes.schedule(created)
    write_one(shape, form, people=lambda: rows_as_table([_for_people(shape)], COLUMNS))


@schedules.command(
    "update",
    examples=[
        "treadle schedules update sched-0198 --cron '0 3 * * *' --timezone Europe/Berlin",
        "treadle schedules update sched-0198 --every 30m --overlap skip --version latest",
        "treadle schedules update sched-0198 --end-at none --catch-up-window none",
    ],
)
@SCHEDULE
@CRON
@EVERY
@AT
@click.option("--timezone", help="An IANA name such as Europe/Berlin.")
@click.option("--dst", help="Clock changes: debian, skip, twice or exact.")
@click.option("--start-at", type=or_nothing(instant), metavar="TIME|none", help="No fire before it.")
@click.option("--end-at", type=or_nothing(instant), metavar="TIME|none", help="No fire after it.")
@click.option("--jitter", type=duration, metavar="DURATION", help="Each fire comes up to so much later.")
@click.option("-i", "pairs", metavar="KEY=VALUE", multiple=True, help="A key of the input, laid over the present one. Repeatable.")
@click.option("--input", "document", metavar="JSON|@FILE", help="Another whole input.")
@click.option("--priority", type=priority, help="Of the executions it starts.")
@click.option("--version", type=or_nothing(whole_number, "latest"), metavar="N|latest", help="The workflow's version.")
@click.option("--overlap", type=OVERLAPS, help="While an earlier execution is still open.")
@click.option("--catch-up", type=CATCH_UPS, help="After a time without workers.")
@click.option("--catch-up-limit", type=or_nothing(whole_number), metavar="N|none", help="With all: the newest so many.")
@click.option("--catch-up-window", type=or_nothing(duration), metavar="DURATION|none", help="What is later than this is missed.")
@click.option("--paused/--active", default=None, help="Whether it fires.")
@output_option
@click.pass_obj
def update_schedule(
    session: Session,
    /,
    schedule_id: str,
    pairs: tuple[str, ...],
    document: str | None,
    every: float | None,
    form: str,
    **options: Any,
) -> None:
    """Change what is given of a schedule, and leave the rest as it is.

    A new --cron, --every or --at takes the place of the one before; what is due meanwhile is recorded as missed.
    """
    changes = {key: value for key, value in options.items() if value not in (None, ())} | ({"interval": every} if every else {})
    cleared = {key: None for key, value in changes.items() if value is NOTHING}
    if not (changes or pairs or document is not None):
        raise click.UsageError("Give what changes, such as --cron '0 3 * * *'.")
    with session.open() as treadle:
        found = find_schedule(treadle.store, schedule_id)
        if pairs or document is not None:
            changes["input"] = input_value(pairs, found.input_json if document is None else document)
        changed = treadle.engine.change_schedule(found.id, **{**changes, **cleared})
    shape = shapes.schedule(changed)
    write_one(shape, form, people=lambda: rows_as_table([_for_people(shape)], COLUMNS))


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


@schedules.command("fires", examples=["treadle schedules fires sched-0198 --limit 5 --outcome missed"])
@SCHEDULE
@click.option("--outcome", type=click.Choice(("fired", "skipped", "missed", "paused")), help="Only those.")
@page_options
@output_option
@click.pass_obj
def list_fires(session: Session, schedule_id: str, outcome: str | None, limit: int, cursor: str | None, form: str) -> None:
    """List past fires, newest first: what became of each, and why."""
    with session.open() as treadle:
        found = find_schedule(treadle.store, schedule_id)
        page = treadle.engine.fires(found.id, outcome=outcome, limit=limit, cursor=cursor)
    write_list(map(shapes.fire, page.items), form, columns=FIRE_COLUMNS, cursor=page.next_cursor, none="it has not fired yet")


@schedules.command("run", examples=["treadle schedules run sched-0198", "treadle schedules run sched-0198 --overlap allow"])
@SCHEDULE
@click.option("--overlap", type=OVERLAPS, help="While an earlier execution is still open.  [default: the schedule's own]")
@output_option
@click.pass_obj
def run_schedule(session: Session, schedule_id: str, overlap: str | None, form: str) -> None:
    """Fire once now, also while it is paused."""
    with session.open() as treadle:
        fire = treadle.engine.run_schedule(find_schedule(treadle.store, schedule_id).id, overlap=overlap)
    shape = shapes.fire(fire)
    write_one(shape, form, people=lambda: rows_as_table([shape], FIRE_COLUMNS))


@schedules.command(
    "backfill",
    examples=[
        "treadle schedules backfill sched-0198 --start 2026-03-01 --end 2026-03-08",
        "treadle schedules backfill sched-0198 --start 2026-03-01T00:00:00Z --end 2026-03-01T12:00:00Z --overlap queue_one",
    ],
)
@SCHEDULE
@click.option("--start", type=instant, required=True, metavar="TIME", help="The first due time, such as 2026-03-01.")
@click.option("--end", type=instant, required=True, metavar="TIME", help="The last due time; it is past.")
@click.option("--overlap", type=OVERLAPS, default="allow", show_default=True, help="While an earlier execution is still open.")
@output_option
@click.pass_obj
def backfill_schedule(session: Session, schedule_id: str, start: datetime, end: datetime, overlap: str, form: str) -> None:
    """Fire the due times of a past range that have not fired.

    Cut it off and call it again: nothing fires twice.
    """
    with session.open() as treadle:
        found = find_schedule(treadle.store, schedule_id)

        def step(since: datetime) -> Backfill:
            return treadle.engine.backfill_schedule(found.id, start=since, end=end, overlap=overlap, limit=CHUNK)

        done = list(_with_bar(step, start, end))
    fires = [shapes.fire(fire) for part in done for fire in part.fires]
    write_list(fires, form, columns=FIRE_COLUMNS, none="no due time in that range")
    say(f"{sum(part.fired for part in done)} fired of {len(fires)} due")


def _with_bar(step: Callable[[datetime], Backfill], start: datetime, end: datetime) -> Iterator[Backfill]:
    """Every step of a backfill, with a bar that moves through the range on a terminal's stderr."""
    length = max(1, round((end - start).total_seconds()))
    with click.progressbar(length=length, label="backfill", file=sys.stderr) as bar:
        since: datetime | None = start
        while since is not None:
            part = step(since)
            yield part
            bar.update(round(((part.next_start or end) - since).total_seconds()))
            since = part.next_start


def find_schedule(store: Store, word: str) -> Schedule:
    """The schedule of that id, or the only one whose id starts so. NotFoundError."""
    try:
        return store.schedules.get(word)
    except NotFoundError:
        found = [one for one in _all(store) if one.id.startswith(word)]
        if len(found) != 1:
            raise NotFoundError("schedule", word, known=[one.id for one in found[:10]]) from None
        return found[0]


def _for_people(shape: shapes.Shape) -> shapes.Shape:
    """Durations and times as people write them."""
    durations = {key: format_duration(shape[key]) for key in ("interval", "jitter", "catch_up_window") if shape[key] is not None}
    return {**shape, **durations, "at": ", ".join(map(second, shape["at"])) or None}


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
    if changed.next_fire_at is None:
        say(f"{changed.id} has ended")
    else:
        say(f"{changed.id} is paused" if paused else f"{changed.id} fires next at {shapes.time(changed.next_fire_at)}")
