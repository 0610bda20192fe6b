"""The group commit (T8): everything that is ready, in one transaction, all or nothing.

Decisions whose guard does not hold are left out, with their rows. New children and approvals are not guarded: they are
inserted if they do not exist, so that a decision taken anew finds them there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Protocol, assert_never

from treadle.domain.errors import DataRejectedError
from treadle.domain.records import Commit, CommitReply, Decision, DecisionKind, JournalRow, NewApproval
from treadle.store import rows
from treadle.store.database import Session
from treadle.store.payloads import as_json, set_aside
from treadle.store.sqlite import SqliteDatabase, SqliteSession

if TYPE_CHECKING:
    from treadle.store.postgres import PostgresDatabase

SEPARATOR = "\x1f"
NULL = "\x1e"
"""JSON text cannot hold a raw control character, so these need no escapes. `queries/commit.sql` repeats them."""


class Commits(Protocol):
    def commit(self, owner: str, commit: Commit) -> CommitReply: ...


class PostgresCommits:
    """One statement, one round trip."""

    def __init__(self, database: PostgresDatabase, *, head_start: int) -> None:
        self._database = database
        self._head_start = head_start

    def commit(self, owner: str, commit: Commit) -> CommitReply:
        journal = [*commit.rows, *(row for decision in commit.decisions for row in decision.rows)]
        payloads = set_aside(journal)
        notices = [notice for approval in commit.approvals for notice in approval.notices]
        parameters = {
            "owner": owner,
            "head_start": self._head_start,
            "plain_rows": len(commit.rows),
            "payloads": as_json(payloads) if payloads else None,
            "children": _records(commit.children),
            "approvals": _records([replace(approval, notices=()) for approval in commit.approvals]),
            "notices": _records(notices),
            "closed_approvals": _texts(commit.closed_approvals),
            "p_id": _texts([execution_id for execution_id, _ in commit.progressed]),
            "p_claim_no": _numbers([claim_no for _, claim_no in commit.progressed]),
        }
        parameters |= _row_columns(journal)
        parameters |= _decision_columns(commit)
        with self._database.writing_once() as session:
            [(fence, applied)] = session.rows("commit_with_notices" if notices else "commit", **parameters)
        return CommitReply(fenced=not fence, applied=frozenset(applied))


def _row_columns(journal: Sequence[JournalRow]) -> dict[str, str | None]:
    # The last field of a row, `by`, is the owner.
    columns: Iterable[Sequence[Any]] = zip(*journal, strict=True) if journal else [()] * len(JournalRow._fields)
    return {name: encode(column) for (name, encode), column in zip(_ROW_ENCODERS, columns, strict=False)}


def _decision_columns(commit: Commit) -> dict[str, str | None]:
    decisions = commit.decisions
    if not decisions:
        return _NO_DECISIONS
    progressed = set(commit.progressed)
    return {
        "d_id": _texts([d.execution_id for d in decisions]),
        "d_claim_no": _numbers([d.claim_no for d in decisions]),
        "d_seen": _numbers([d.seen for d in decisions]),
        "d_kind": _texts([d.kind.value for d in decisions]),
        "d_status": _texts([None if d.status is None else d.status.value for d in decisions]),
        "d_wake_at": _times([d.wake_at for d in decisions]),
        "d_output": _texts([d.output_json for d in decisions]),
        "d_error": _texts([d.error_json for d in decisions]),
        "d_retry_in": _numbers([d.retry_in for d in decisions]),
        "d_tell_parent": _numbers([d.tell_parent for d in decisions]),
        "d_cancel_children": _numbers([d.cancel_children for d in decisions]),
        "d_follow_up": _numbers([d.follow_up for d in decisions]),
        "d_progressed": _numbers([(d.execution_id, d.claim_no) in progressed for d in decisions]),
    }


def _texts(column: Sequence[str | None]) -> str | None:
    """A column of text as one text; None for a column of nulls, which `unnest` fills up."""
    if None in column:
        column = [NULL if value is None else value for value in column]
        if column.count(NULL) == len(column):
            return None
    joined = SEPARATOR.join(column)  # type: ignore[arg-type]  # no None is left
    if column and joined.count(SEPARATOR) != len(column) - 1:
        raise DataRejectedError("the database cannot store a text with the control character U+001F")
    return joined


def _numbers(column: Sequence[float | None]) -> str | None:
    """A column of numbers or booleans as an array literal."""
    if None in column:
        return "{" + ",".join(["NULL" if value is None else str(value) for value in column]) + "}"
    return "{" + ",".join(map(str, column)) + "}"


def _times(column: Sequence[Any]) -> str:
    """A column of aware datetimes as an array literal."""
    return "{" + ",".join(["NULL" if value is None else value.isoformat() for value in column]) + "}"


def _records(records: Sequence[Any]) -> str | None:
    try:
        return rows.json_list([asdict(record) for record in records]) if records else None
    except TypeError as error:  # a lone surrogate
        raise DataRejectedError(f"the database cannot store this: {error}") from error


_ROW_ENCODERS: tuple[tuple[str, Callable[[Sequence[Any]], str | None]], ...] = (
    ("r_execution_id", _texts),
    ("r_seq", _numbers),
    ("r_kind", _texts),
    ("r_node_id", _texts),
    ("r_scope", _texts),
    ("r_visit", _numbers),
    ("r_attempt", _numbers),
    ("r_status", _texts),
    ("r_port", _texts),
    ("r_taken", _texts),
    ("r_output", _texts),
    ("r_error", _texts),
    ("r_detail", _texts),
    ("r_message_seq", _numbers),
    ("r_started_at", _times),
    ("r_finished_at", _times),
)

_NO_DECISIONS: dict[str, str | None] = dict.fromkeys(
    (
        "d_id", "d_claim_no", "d_seen", "d_kind", "d_status", "d_wake_at", "d_output", "d_error", "d_retry_in",
        "d_tell_parent", "d_cancel_children", "d_follow_up", "d_progressed",
    )
)  # fmt: skip


class SqliteCommits:
    """The same statement by statement; a writer has the database to itself."""

    def __init__(self, database: SqliteDatabase, *, head_start: int) -> None:
        self._database = database
        self._head_start = head_start

    def commit(self, owner: str, commit: Commit) -> CommitReply:
        with self._database.writing() as session:
            if session.row("fence", owner=owner) is None:
                return CommitReply(fenced=True)
            applied = [d for d in commit.decisions if self._holds(session, owner, d)]
            written = [*commit.rows, *(row for decision in applied for row in decision.rows)]
            payloads = set_aside(written)
            session.run_tuples("write_row", (rows.journal_tuple(row, owner) for row in written))
            if payloads:
                session.run_tuples("put_aside", (each[:3] for each in payloads))
            for child in commit.children:
                session.run("add_child", **rows.new_execution(child), head_start=self._head_start)
            for approval in commit.approvals:
                _open_approval(session, approval)
            for execution_id, claim_no in commit.progressed:
                session.run("reset_crashes", id=execution_id, owner=owner, claim_no=claim_no)
            for decision in applied:
                self._apply(session, decision)
            for approval_id in commit.closed_approvals:
                session.run("expire_approval", id=approval_id)
        return CommitReply(fenced=False, applied=frozenset(d.execution_id for d in applied))

    def _holds(self, session: SqliteSession, owner: str, decision: Decision) -> bool:
        guard = session.row("guard", id=decision.execution_id, owner=owner, claim_no=decision.claim_no, seen=decision.seen)
        return guard is not None

    def _apply(self, session: Session, decision: Decision) -> None:
        match decision.kind:
            case DecisionKind.PARK:
                session.run("park", id=decision.execution_id, wake_at=decision.wake_at, seen=decision.seen)
            case DecisionKind.PAUSE:
                session.run("pause", id=decision.execution_id, seen=decision.seen)
            case DecisionKind.END:
                session.run("end", **_end_parameters(decision))
                session.run("expire_approvals_of", execution_id=decision.execution_id)
            case DecisionKind.KEEP:
                pass
            case _:
                assert_never(decision.kind)


def _open_approval(session: Session, approval: NewApproval) -> None:
    session.run("open_approval", **asdict(approval))
    for notice in approval.notices:
        if session.run("notice_approval", **asdict(notice)) and notice.assignees_json is not None:
            session.run("escalate_approval", **asdict(notice))


def _end_parameters(decision: Decision) -> dict[str, Any]:
    return {
        "id": decision.execution_id,
        "status": decision.status,
        "seen": decision.seen,
        "output_json": decision.output_json,
        "error_json": decision.error_json,
        "retry_in": decision.retry_in,
        "tell_parent": decision.tell_parent,
        "cancel_children": decision.cancel_children,
        "follow_up": decision.follow_up,
    }
