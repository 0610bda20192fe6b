"""`treadle approvals`: see and decide what waits for a person."""

from __future__ import annotations

import getpass
import json
from typing import TYPE_CHECKING

import click

from treadle.cli import shapes
from treadle.cli.arguments import json_value
from treadle.cli.executions import outcome_of
from treadle.cli.grammar import Group, output_option, page_options
from treadle.cli.pages import approval_page
from treadle.cli.rendering import say, write_list, write_one
from treadle.cli.session import Session
from treadle.domain.errors import ConflictError, NotFoundError
from treadle.domain.records import MessageOutcome

if TYPE_CHECKING:
    from treadle.domain.records import Approval
    from treadle.ports import Store

APPROVAL = click.argument("approval_id", metavar="ID")
BY = click.option("--by", default=None, help="Who decides.  [default: your login name]")
COMMENT = click.option("--comment", default="", help="Why; the workflow sees it.")
DATA = click.option("--data", default="null", metavar="JSON|@FILE", help="The form's answers.")
SEARCHED = 1000
"""Open approvals looked through for an id prefix."""


@click.group(cls=Group, examples=["treadle approvals list", "treadle approvals approve appr-5c1 --comment 'fine by me'"])
def approvals() -> None:
    """See and decide approvals.

    An ID may be shortened to a prefix that only one open approval has; the id of an execution with one open approval
    means that approval.
    """


@approvals.command("list", examples=["treadle approvals list", "treadle approvals list --status decided -o json"])
@click.option(
    "--status",
    type=click.Choice(("open", "decided", "expired", "all")),
    default="open",
    show_default=True,
    help="Only those in this status.",
)
@click.option("--execution", metavar="ID", help="Only those of this execution.")
@page_options
@output_option
@click.pass_obj
def list_approvals(session: Session, status: str, execution: str | None, limit: int, cursor: str | None, form: str) -> None:
    """List approvals, newest first."""
    with session.open() as treadle:
        execution_id = treadle.store.executions.resolve(execution) if execution else None
        page = treadle.store.executions.approvals(
            status=None if status == "all" else status, execution_id=execution_id, limit=limit, cursor=cursor
        )
    write_list(
        map(shapes.approval, page.items),
        form,
        columns=("id", "title", "status", "workflow", "node_id", "created_at", "due_at"),
        cursor=page.next_cursor,
        none="no approvals" if status == "all" else f"no {status} approvals",
    )


@approvals.command("show", examples=["treadle approvals show appr-5c1"])
@APPROVAL
@output_option
@click.pass_obj
def show_approval(session: Session, approval_id: str, form: str) -> None:
    """Show what is asked, of whom, and what was decided."""
    with session.open() as treadle:
        shape = shapes.approval(find_approval(treadle.store, approval_id))
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
    """Approve: the execution goes on through the port `approved`."""
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
        reply = treadle.engine.decide(approval.id, decision, by=_login() if by is None else by, comment=comment, data=value)
        decided = treadle.store.executions.approval(approval.id)
    # Everyone's decision on one approval is the same message; only the first one counts.
    if reply.outcome is MessageOutcome.DUPLICATE and (said := _decision(decided)) != decision:
        raise ConflictError(f"too late: {approval.id} is {said}", state=decided.status)
    say(f"{approval.id} {outcome_of(approval.execution_id, reply, done=decision)}; {approval.execution_id} goes on")


def _decision(approval: Approval) -> str:
    return str(json.loads(approval.decision_json)["decision"]) if approval.decision_json else approval.status


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return ""
