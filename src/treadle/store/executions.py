"""Executions as the API sees them: start, find, list, count (T18); messages and approvals are in modules of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from treadle.domain.errors import NotFoundError
from treadle.domain.execution_filter import EVERYTHING, ExecutionFacets, ExecutionFilter
from treadle.domain.records import (
    Approval,
    ExecutionRecord,
    JournalRow,
    Message,
    MessageReply,
    NewExecution,
    Page,
    StartReply,
)
from treadle.store import rows
from treadle.store.approvals import Approvals
from treadle.store.database import Database
from treadle.store.execution_facets import ExecutionFacetCounts
from treadle.store.execution_list import ExecutionList
from treadle.store.inbox import Inbox
from treadle.store.payloads import set_aside
from treadle.store.retention import Retention
from treadle.store.starts import OldestChangedError, Starts, earlier
from treadle.store.status_counts import StatusCounts

START_TRIES = 5
"""How often a start that was overtaken by a cancel or an end begins anew, before its caller is told to send it again."""
LAST_CHARACTER = "\U0010ffff"


class Executions:
    def __init__(self, database: Database, inbox: Inbox, starts: Starts, approvals: Approvals) -> None:
        self._database = database
        self._inbox = inbox
        self._approvals = approvals
        self._starts = starts
        self._listed = ExecutionList(database)
        self._facets = ExecutionFacetCounts(database)
        self._counts = StatusCounts(database)
        self._retention = Retention(database)

    def start(self, execution: NewExecution) -> StartReply:
        if execution.slot_key is not None or execution.debounce_key is not None:
            return self._start_under_lock(execution)
        with self._database.writing_once() as session:
            if self._starts.insert(session, execution):
                return StartReply(execution.id, created=True)
        with self._database.reading() as session:
            return earlier(session, execution)

    def fork(self, execution: NewExecution, journal: Sequence[JournalRow]) -> StartReply:
        return self._start_under_lock(execution, journal)

    def _start_under_lock(self, execution: NewExecution, journal: Sequence[JournalRow] = ()) -> StartReply:
        for _ in range(START_TRIES - 1):
            with suppress(OldestChangedError):
                return self._start_with(execution, journal)
        return self._start_with(execution, journal)

    def _start_with(self, execution: NewExecution, journal: Sequence[JournalRow]) -> StartReply:
        with self._database.writing() as session:
            reply = self._starts.start(session, execution)
            if journal and session.row("has_journal", execution_id=execution.id) is None:
                written = list(journal)
                payloads = set_aside(written)
                session.run_many("copy_row", (row._asdict() for row in written))
                session.run_many("copy_payload", (each._asdict() for each in payloads))
        return reply

    def send(self, message: Message) -> MessageReply:
        return self._inbox.send(message)

    def get(self, execution_id: str) -> ExecutionRecord:
        with self._database.reading() as session:
            row = session.row("get_execution", id=execution_id)
        if row is None:
            raise NotFoundError("execution", execution_id)
        return rows.execution_record(row, self._database.time)

    def resolve(self, prefix: str) -> str:
        with self._database.reading() as session:
            found = [row[0] for row in session.rows("ids_between", prefix=prefix, upper=prefix + LAST_CHARACTER, limit=6)]
        if len(found) == 1 or prefix in found:
            return prefix if prefix in found else str(found[0])
        raise NotFoundError("execution", prefix, known=found)

    def list(
        self, wanted: ExecutionFilter = EVERYTHING, *, status: str | None = None, workflow: str | None = None,
        parent: str | None = None, limit: int = 50, cursor: str | None = None,
    ) -> Page[ExecutionRecord]:  # fmt: skip
        narrowed = wanted.narrowed(status=status, workflow=workflow, parent=parent)
        return self._listed.page(narrowed, limit=limit, cursor=cursor)

    def facets(self, wanted: ExecutionFilter = EVERYTHING) -> ExecutionFacets:
        return self._facets.read(wanted)

    def journal(self, execution_id: str, *, after: int = 0, limit: int = 1000) -> Sequence[JournalRow]:
        with self._database.reading() as session:
            found = session.rows("read_journal", execution_id=execution_id, after=after, limit=limit)
        return [rows.journal_row(row, self._database.time) for row in found]

    def inbox_count(self, execution_id: str) -> int:
        with self._database.reading() as session:
            [(count,)] = session.rows("inbox_count", execution_id=execution_id)
        return int(count)

    def approvals(
        self, *, status: str | None = None, execution_id: str | None = None, workflow: str | None = None,
        assignee: str | None = None, group: str | None = None, overdue: bool = False, limit: int = 50, cursor: str | None = None,
    ) -> Page[Approval]:  # fmt: skip
        return self._approvals.find(
            status=status, execution_id=execution_id, workflow=workflow, assignee=assignee, group=group, overdue=overdue,
            limit=limit, cursor=cursor,
        )  # fmt: skip

    def approval(self, approval_id: str) -> Approval:
        return self._approvals.get(approval_id)

    def counts(self) -> Mapping[str, int]:
        return self._counts.read()

    def prune(
        self, *, finished_before: datetime, limit: int = 1000, status: str | None = None, workflow: str | None = None
    ) -> int:
        pruned = self._retention.prune(finished_before=finished_before, limit=limit, status=status, workflow=workflow)
        if pruned:
            self._counts.forget()
        return pruned
