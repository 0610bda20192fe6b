"""`treadle executions`: see and steer what runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from treadle.cli import shapes
from treadle.cli.arguments import duration, json_value
from treadle.cli.bulk import bulk_options, refuse_both, search_of, steer_many
from treadle.cli.grammar import Group, Shown, output_option, page_options
from treadle.cli.local_worker import worker_for
from treadle.cli.node_logs import show_logs
from treadle.cli.pages import execution_page
from treadle.cli.rendering import plain, say, write_list, write_one
from treadle.cli.session import Session
from treadle.cli.versions import move_execution
from treadle.domain.errors import ConflictError, NotFoundError
from treadle.domain.execution_filter import ExecutionFilter
from treadle.domain.records import MessageOutcome, MessageReply
from treadle.domain.search import parse_search
from treadle.domain.states import ExecutionStatus
from treadle.engine.bulk import Action, Order

if TYPE_CHECKING:
    from treadle.bootstrap import Treadle

EXECUTION = click.argument("execution_id", metavar="ID")
SAID = 20
"""Places of a fork that are listed for people."""
IDS = click.argument("execution_ids", metavar="[ID]...", nargs=-1)
KEY = click.option("--idempotency-key", "key", metavar="KEY", help="The same key again counts once in each execution.")
STATUSES = click.Choice([str(status) for status in ExecutionStatus])


@click.group(cls=Group, examples=["treadle executions list status:waiting", "treadle executions why exec-0198"])
def executions() -> None:
    """See and steer executions.

    An ID may be shortened to any prefix that only one execution has.
    """


executions.add_command(show_logs)


def search_options(command: Shown) -> Shown:
    """Adds the search, as `search` and `query`, and the options that narrow it."""
    command = click.option("-q", "query", metavar="SEARCH", help="The same as SEARCH.")(command)
    command = click.option("--workflow", help="Only those of this workflow.")(command)
    command = click.option("--status", type=STATUSES, help="Only those in this status.")(command)
    return click.argument("search", metavar="[SEARCH]...", nargs=-1)(command)


@executions.command(
    "list",
    examples=[
        "treadle executions list status:failed since:1h",
        "treadle executions list 'refund error:\"timed out\"' -o jsonl",
        "treadle executions list -q '-status:completed trigger:schedule'",
    ],
)
@search_options
@page_options
@output_option
@click.pass_obj
def list_executions(session: Session, /, form: str, limit: int, cursor: str | None, **search: Any) -> None:
    """List executions, newest first.

    SEARCH is made of status:failed,running workflow:NAME id:ID parent:ID trigger:schedule since:24h until:2026-01-31
    error:TEXT and words, which begin the id or are in the name of the workflow or the error. All must hold.
    """
    with session.open() as treadle:
        page = treadle.store.executions.list(_wanted(treadle, **search), limit=limit, cursor=cursor)
    write_list(
        map(shapes.execution_row, page.items),
        form,
        columns=("id", "workflow", "status", "priority", "created_at", "finished_at"),
        cursor=page.next_cursor,
        none="no executions; `treadle run WORKFLOW` starts one" if page.searched_until is None else "none found so far",
    )
    if page.searched_until is not None:
        say(f"searched back to {shapes.time(page.searched_until)}; --cursor goes on from there")


@executions.command(
    "count", examples=["treadle executions count since:24h", "treadle executions count workflow:order_refund -o json"]
)
@search_options
@output_option
@click.pass_obj
def count_executions(session: Session, /, form: str, **search: Any) -> None:
    """Count executions by status and workflow; SEARCH is as in `list`."""
    with session.open() as treadle:
        facets = shapes.execution_facets(treadle.store.executions.facets(_wanted(treadle, **search)))
    if form != "table":
        write_one(facets, form)
        return
    by_status = [{"facet": "status", "name": name, "count": count} for name, count in facets["status"].items()]
    by_workflow = [{"facet": "workflow", "name": each["value"], "count": each["count"]} for each in facets["workflow"]]
    total = {"facet": "total", "name": "", "count": facets["total"]}
    write_list([total, *by_status, *by_workflow], form, columns=("facet", "name", "count"))
    if facets["capped"]:
        say("counting stopped at a bound: there are at least so many")


@executions.command(
    "show", examples=["treadle executions show exec-0198", "treadle executions show exec-0198 -o json | jq .output"]
)
@EXECUTION
@output_option
@click.pass_obj
def show_execution(session: Session, execution_id: str, form: str) -> None:
    """Show one execution: its input, output, error, nodes, and what it waits for."""
    from treadle.engine.reasons import reason_of

    with session.open() as treadle:
        view = treadle.engine.show(treadle.store.executions.resolve(execution_id))
    shape = shapes.execution(view)
    waits = [reason_of(view.record, item).sentence for item in view.waiting_on]
    write_one(shape, form, people=lambda: execution_page(shape, waits))


@executions.command(
    "journal", examples=["treadle executions journal exec-0198", "treadle executions journal exec-0198 -o jsonl"]
)
@EXECUTION
@click.option("--after", type=click.IntRange(0), default=0, help="Only rows after this seq.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=1000, show_default=True, help="Rows at most.")
@output_option
@click.pass_obj
def show_journal(session: Session, execution_id: str, after: int, limit: int, form: str) -> None:
    """Show the append-only record of an execution's activities, in order."""
    with session.open() as treadle:
        rows = treadle.store.executions.journal(treadle.store.executions.resolve(execution_id), after=after, limit=limit)
    cursor = str(rows[-1].seq) if len(rows) == limit else None
    columns = ("seq", "kind", "node_id", "scope", "visit", "attempt", "status", "port", "finished_at", "error")
    write_list(map(shapes.journal_item, rows), form, columns=columns, none="nothing has happened yet")
    if cursor:
        say(f"more: --after {cursor}")


@executions.command("watch", examples=["treadle executions watch exec-0198", "treadle executions watch exec-0198 --timeout 5m"])
@EXECUTION
@click.option("--timeout", type=duration, help="Give up waiting after this long (exit code 124); the execution goes on.")
@click.option("--local", is_flag=True, help="Run a worker in this process while watching.")
@output_option
@click.pass_obj
def watch_execution(session: Session, execution_id: str, timeout: float | None, local: bool, form: str) -> None:
    """Follow an execution to its end, from the first journal row; exit codes as `treadle run --wait`."""
    from treadle.cli.watching import detachable, watch

    with session.open() as treadle:
        found = treadle.store.executions.resolve(execution_id)
        with detachable(found), worker_for(treadle, found, local=local):
            watch(treadle, found, timeout=timeout, form=form)


@executions.command("why", examples=["treadle executions why exec-0198"])
@EXECUTION
@output_option
@click.pass_obj
def explain_execution(session: Session, execution_id: str, form: str) -> None:
    """Say why an execution does not go on, and what would make it."""
    with session.open() as treadle:
        reasons = treadle.engine.why(treadle.store.executions.resolve(execution_id))
    if form != "table":
        write_list(map(shapes.reason, reasons), form, columns=())
        return
    for reason in reasons:
        click.echo(plain(reason.sentence))
        if reason.mend:
            click.echo(f"  → {plain(reason.mend)}")


@executions.command(
    "cancel",
    examples=[
        "treadle executions cancel exec-0198 --reason 'ordered twice'",
        "treadle executions cancel --workflow nightly_report --status waiting --dry-run",
    ],
)
@IDS
@click.option("--reason", default="", help="Why; it is kept in the journal.")
@click.option("--compensate", is_flag=True, help="First undo what has been done, by the `compensate` of its nodes.")
@bulk_options
@KEY
@click.pass_obj
def cancel_executions(
    session: Session, /, execution_ids: tuple[str, ...], reason: str, compensate: bool, key: str | None, **options: Any
) -> None:
    """Cancel executions: their running nodes are stopped, nothing new starts."""
    order = Order(Action.CANCEL, reason=reason, compensate=compensate, key=key)
    _steer(session, execution_ids, order, options, done="will be undone and cancelled" if compensate else "will be cancelled")


@executions.command("pause", examples=["treadle executions pause exec-0198", "treadle executions pause --workflow billing --yes"])
@IDS
@bulk_options
@KEY
@click.pass_obj
def pause_executions(session: Session, /, execution_ids: tuple[str, ...], key: str | None, **options: Any) -> None:
    """Start no further nodes of these executions until they are resumed."""
    _steer(session, execution_ids, Order(Action.PAUSE, key=key), options, done="will pause")


@executions.command("resume", examples=["treadle executions resume exec-0198", "treadle executions resume --all"])
@IDS
@bulk_options
@KEY
@click.pass_obj
def resume_executions(session: Session, /, execution_ids: tuple[str, ...], key: str | None, **options: Any) -> None:
    """Let paused executions go on."""
    _steer(session, execution_ids, Order(Action.RESUME, key=key), options, done="goes on")


@executions.command(
    "retry",
    examples=[
        "treadle executions retry exec-0198",
        "treadle executions retry exec-0198 --from charge",
        "treadle executions retry --workflow billing --limit 500 --yes",
    ],
)
@IDS
@click.option("--from", "from_node", metavar="NODE", help="Run this node and all that descends from it again, too.")
@bulk_options
@KEY
@click.pass_obj
def retry_executions(
    session: Session, /, execution_ids: tuple[str, ...], from_node: str | None, key: str | None, **options: Any
) -> None:
    """Try failed executions again, from the node that failed; what was finished is kept."""
    if from_node is not None and not execution_ids:
        raise click.UsageError("--from needs IDs: a place is one of a single execution.")
    details = {} if from_node is None else {"from_node": from_node}
    _steer(session, execution_ids, Order(Action.RETRY, key=key), options, done="is tried again", **details)


@executions.command(
    "fork",
    examples=[
        "treadle executions fork exec-0198 --from charge --dry-run",
        "treadle executions fork exec-0198 --from 'each[3]/fetch' --input @corrected.json",
    ],
)
@EXECUTION
@click.option("--from", "from_node", metavar="NODE", required=True, help="A node, or a place such as `fetch#2`, `each[3]/fetch`.")
@click.option("--input", "document", metavar="JSON|@FILE", help="Another input; what is reused was computed with the one before.")
@click.option("--version", type=click.IntRange(1), help="Another version of the workflow.  [default: that of the execution]")
@click.option("--by", metavar="NAME", help="Who forks it.  [default: who started the execution]")
@click.option("--dry-run", is_flag=True, help="Only say what would be reused and what would run again.")
@output_option
@click.pass_obj
def fork_execution(
    session: Session,
    execution_id: str,
    from_node: str,
    document: str | None,
    version: int | None,
    by: str | None,
    dry_run: bool,
    form: str,
) -> None:
    """Go on from a node in a new execution, with the results of what came before; in any status, which is not changed."""
    from treadle.engine.forking import SAME

    value = SAME if document is None else json_value(document, name="--input")
    with session.open() as treadle:
        found = treadle.store.executions.resolve(execution_id)
        made = treadle.engine.fork(found, from_node, input=value, version=version, by=by, dry_run=dry_run)
    shape = shapes.fork(made)
    write_one(shape, form, people=lambda: list(_fork_lines(shape)))


def _fork_lines(shape: dict[str, Any]) -> Iterator[str]:
    source = f"{shape['forked_from']} from {shape['from_node']}"
    yield plain(f"{shape['id']} forks {source}" if shape["id"] else f"would fork {source}")
    for key, words in (("reused", "reuses"), ("again", "runs first")):
        names = shape[key][:SAID]
        more = shape[f"{key}_count"] - len(names)
        listed = ", ".join(names) + (f" and {more:,} more" if more else "")
        yield plain(f"{words}: {listed or 'nothing'}")
    if shape["input_replaced"]:
        yield "the input is replaced: what is reused was computed with the one before"


executions.add_command(move_execution)


@executions.command(
    "signal",
    examples=[
        "treadle executions signal exec-0198 paid --payload '{\"amount\": 20}'",
        "treadle executions signal exec-0198 paid --payload @paid.json --signal-id pay-77",
    ],
)
@EXECUTION
@click.argument("name")
@click.option("--payload", default="null", metavar="JSON|@FILE", help="What the waiting node gets.")
@click.option("--signal-id", help="The same id twice counts once.")
@click.pass_obj
def send_signal(session: Session, execution_id: str, name: str, payload: str, signal_id: str | None) -> None:
    """Send a signal to an execution; it is kept until a node waits for it."""
    value = json_value(payload, name="--payload")
    with session.open() as treadle:
        found = treadle.store.executions.resolve(execution_id)
        reply = treadle.engine.signal(found, name, value, signal_id=signal_id)
    say(f"{found} {outcome_of(found, reply, done='has the signal')}")


def outcome_of(execution_id: str, reply: MessageReply, *, done: str) -> str:
    """The end of a sentence about a message. NotFoundError, or ConflictError if it came too late."""
    if reply.outcome is MessageOutcome.NOT_FOUND:
        raise NotFoundError("execution", execution_id)
    if reply.outcome is MessageOutcome.REFUSED:
        raise ConflictError(f"too late: {execution_id} is {reply.status}", state=str(reply.status))
    return "was told so before" if reply.outcome is MessageOutcome.DUPLICATE else done


def _steer(
    session: Session, prefixes: Sequence[str], order: Order, options: dict[str, Any], *, done: str, **details: Any
) -> None:
    """Those that are named, one after another; or all that a search finds."""
    search = search_of(options)
    refuse_both(prefixes, search)
    if not prefixes:
        steer_many(session, order, search)
        return
    if search.dry_run:
        raise click.UsageError("--dry-run is for a search: IDs say already which executions are meant.")
    if order.action is Action.CANCEL:
        details = {"reason": order.reason, "compensate": order.compensate}
    with session.open() as treadle:
        for execution_id in [treadle.store.executions.resolve(prefix) for prefix in prefixes]:
            reply = getattr(treadle.engine, order.action)(execution_id, request_id=order.key, **details)
            say(f"{execution_id} {outcome_of(execution_id, reply, done=done)}")


def _wanted(
    treadle: Treadle, *, search: tuple[str, ...], query: str | None, status: str | None, workflow: str | None
) -> ExecutionFilter:
    wanted = parse_search(" ".join([*search, query or ""]).rstrip(), now=treadle.store.now, path="SEARCH")
    return wanted.narrowed(status=status, workflow=workflow)
