"""`treadle approvals`: see, decide and hand over what waits for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from treadle.cli import shapes
from treadle.cli.arguments import json_value, login_name
from treadle.cli.executions import outcome_of
from treadle.cli.grammar import Group, output_option, page_options
from treadle.cli.pages import approval_page
from treadle.cli.rendering import say, write_list, write_one
from treadle.cli.session import Session, host_in_url
from treadle.domain.errors import NotFoundError

if TYPE_CHECKING:
    from treadle.domain.records import Approval
    from treadle.ports import Store

APPROVAL = click.argument("approval_id", metavar="ID")
BY = click.option("--by", default=None, help="Who decides.  [default: your login name]")
COMMENT = click.option("--comment", default="", help="Why; the workflow sees it.")
DATA = click.option("--data", default="null", metavar="JSON|@FILE", help="The form's answers, or the payload as it should be.")
SEARCHED = 1000
"""Open approvals looked through for an id prefix."""
VIA = "cli"


@click.group(cls=Group, examples=["treadle approvals list", "treadle approvals approve appr-5c1 --comment 'fine by me'"])
def approvals() -> None:
    """See and decide approvals.

    An ID may be shortened to a prefix that only one open approval has; the id of an execution with one open approval
    means that approval.
    """


@approvals.command(
    "list", examples=["treadle approvals list --assignee ann --overdue", "treadle approvals list --status decided -o json"]
)
@click.option(
    "--status",
    type=click.Choice(("open", "decided", "expired", "all")),
    default="open",
    show_default=True,
    help="Only those in this status.",
)
@click.option("--execution", metavar="ID", help="Only those of this execution.")
@click.option("--workflow", metavar="NAME", help="Only those of this workflow.")
@click.option("--assignee", metavar="NAME", help="Only those that ask this person.")
@click.option("--group", metavar="NAME", help="Only those that ask this group.")
@click.option("--overdue", is_flag=True, help="Only open ones whose due time has passed.")
@page_options
@output_option
@click.pass_obj
def list_approvals(
    session: Session, status: str, execution: str | None, workflow: str | None, assignee: str | None, group: str | None,
    overdue: bool, limit: int, cursor: str | None, form: str,
) -> None:  # fmt: skip
    """List approvals, newest first."""
    with session.open() as treadle:
        page = treadle.store.executions.approvals(
            status=None if status == "all" else status,
            execution_id=treadle.store.executions.resolve(execution) if execution else None,
            workflow=workflow,
            assignee=assignee,
            group=group,
            overdue=overdue,
            limit=limit,
            cursor=cursor,
        )
    write_list(
        map(shapes.approval, page.items),
        form,
        columns=("id", "title", "status", "workflow", "node_id", "assignees", "created_at", "due_at"),
        cursor=page.next_cursor,
        none="no approvals" if status == "all" else f"no {status} approvals",
    )


@approvals.command("count", examples=["treadle approvals count", "treadle approvals count -o json"])
@output_option
@click.pass_obj
def count_approvals(session: Session, form: str) -> None:
    """Count the open approvals: overdue ones, and by workflow, person and group."""
    with session.open() as treadle:
        facets = shapes.approval_facets(treadle.store.approvals.facets())
    if form != "table":
        write_one(facets, form)
        return
    totals = [{"facet": name, "name": "", "count": facets[name]} for name in ("open", "overdue")]
    named = [{"facet": facet[:-1], **each} for facet in ("workflows", "assignees", "groups") for each in facets[facet]]
    write_list([*totals, *named], form, columns=("facet", "name", "count"))


@approvals.command("show", examples=["treadle approvals show appr-5c1"])
@APPROVAL
@output_option
@click.pass_obj
def show_approval(session: Session, approval_id: str, form: str) -> None:
    """Show what is asked, of whom, what each person decided, and all that happened to it."""
    with session.open() as treadle:
        found = find_approval(treadle.store, approval_id)
        shape = shapes.approval_record(treadle.engine.approvals.show(found.id))
    write_one(shape, form, people=lambda: approval_page(shape))


@approvals.command(
    "approve", examples=["treadle approvals approve appr-5c1", "treadle approvals approve exec-0198 --comment ok"]
)
@APPROVAL
@COMMENT
@DATA
@BY
@click.pass_obj
def approve(session: Session, approval_id: str, comment: str, data: str, by: str | None) -> None:
    """Approve: with enough others, the execution goes on through the port `approved`."""
    _decide(session, approval_id, "approved", comment=comment, data=data, by=by)


@approvals.command("reject", examples=["treadle approvals reject appr-5c1 --comment 'ordered twice'"])
@APPROVAL
@COMMENT
@DATA
@BY
@click.pass_obj
def reject(session: Session, approval_id: str, comment: str, data: str, by: str | None) -> None:
    """Reject: the execution goes on through the port `rejected`."""
    _decide(session, approval_id, "rejected", comment=comment, data=data, by=by)


@approvals.command("decide", examples=["treadle approvals decide appr-5c1 needs_work --comment 'add the receipt'"])
@APPROVAL
@click.argument("outcome")
@COMMENT
@DATA
@BY
@click.pass_obj
def decide(session: Session, approval_id: str, outcome: str, comment: str, data: str, by: str | None) -> None:
    """Choose any of the outcomes that an approval has; `show` names them."""
    _decide(session, approval_id, outcome, comment=comment, data=data, by=by)


@approvals.command("delegate", examples=["treadle approvals delegate appr-5c1 --to bob --comment 'on holiday'"])
@APPROVAL
@click.option("--to", required=True, metavar="NAME", help="Who is asked from now on.")
@COMMENT
@click.option("--by", default=None, metavar="NAME", help="Who hands over.  [default: your login name]")
@click.pass_obj
def delegate(session: Session, approval_id: str, to: str, comment: str, by: str | None) -> None:
    """Hand over an approval from somebody who is asked to somebody else."""
    with session.open() as treadle:
        approval = find_approval(treadle.store, approval_id)
        name = login_name() if by is None else by
        handed = treadle.engine.approvals.delegate(approval.id, by=name, to=to, comment=comment, via=VIA)
    say(f"{approval.id} {f'asks {to} instead of {name}' if handed else 'was handed over so before'}")


@approvals.command("link", examples=["treadle approvals link appr-5c1 --for ann --expires 2d"])
@APPROVAL
@click.option("--for", "person", metavar="NAME", help="Who decides with it.  [default: whoever opens it says who they are]")
@click.option("--expires", default="7d", show_default=True, metavar="DURATION", help="How long it is good for.")
@click.option("--base-url", metavar="URL", help="Where people reach the server.  [default: http:// and its host and port]")
@output_option
@click.pass_obj
def link(
    session: Session, approval_id: str, person: str | None, expires: str, base_url: str | None, form: str
) -> None:
    """Print a link with which somebody without an account decides this one approval.

    Whoever has the link can use it: send it as you would send a password.
    """
    settings = session.settings()
    with session.open(settings) as treadle:
        approval = find_approval(treadle.store, approval_id)
        token, until = treadle.engine.approvals.link(approval.id, person=person, expires=expires)
    base = (base_url or f"http://{host_in_url(settings.host)}:{settings.port}").rstrip("/")
    url = f"{base}/api/v1/approvals/by-link/{token}"
    if form == "table":
        click.echo(url)
        say(f"good until {shapes.time(until)}")
    else:
        write_one({"url": url, "token": token, "person": person, "expires_at": shapes.time(until)}, form)


def find_approval(store: Store, word: str) -> Approval:
    """The approval of that id; or the one open approval whose id, or whose execution's id, starts so. NotFoundError."""
    try:
        return store.executions.approval(word)
    except NotFoundError:
        found = [a for a in _open_approvals(store) if a.id.startswith(word) or a.execution_id.startswith(word)]
        if len(found) != 1:
            raise NotFoundError("open approval", word, known=[a.id for a in found[:10]]) from None
        return found[0]


def _open_approvals(store: Store) -> list[Approval]:
    found: list[Approval] = []
    cursor: str | None = None
    while len(found) < SEARCHED:
        page = store.executions.approvals(status="open", limit=200, cursor=cursor)
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


def _decide(session: Session, word: str, decision: str, *, comment: str, data: str, by: str | None) -> None:
    value = json_value(data, name="--data")
    with session.open() as treadle:
        approval = find_approval(treadle.store, word)
        name = login_name() if by is None else by
        reply = treadle.engine.decide(approval.id, decision, by=name, comment=comment, data=value, via=VIA)
        record = treadle.engine.approvals.show(approval.id)
    said = outcome_of(approval.execution_id, reply, done=decision)
    if record.approval.status == "open":
        same = record.decisions.count(decision)
        say(f"{approval.id} {said}; {same} of {record.rules.needed(decision)} so far")
    else:
        say(f"{approval.id} {said}; {approval.execution_id} goes on")
