"""The list of executions with its filters, each answered by an index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treadle.domain.records import ExecutionRecord, Page
from treadle.domain.states import ExecutionStatus
from treadle.store import rows
from treadle.store.database import Database, Session
from treadle.store.pages import page, place

MOST_NAMES = 20
"""Of the workflows whose name matches a search, so many (the ones changed last) are searched."""

LAST_CHARACTER = "\U0010ffff"


class ExecutionList:
    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, *, status: str | None, workflow: str | None, q: str | None, parent: str | None, limit: int, cursor: str | None
    ) -> Page[ExecutionRecord]:
        at = place(cursor)
        common = {"before": at.before, "before_id": at.before_id, "limit": limit + 1, **_search(q)}
        statuses = [each.value for each in ExecutionStatus] if status is None else [status]
        with self._database.snapshot() as session:
            if parent is not None:
                streams = [self._fetch(session, "list_by_parent", parent_id=parent, status=status, workflow=workflow, **common)]
            elif q:
                streams = self._matching(session, statuses, status, workflow, common)
            elif workflow is not None:
                streams = self._of_workflows(session, [workflow], statuses, common)
            else:
                streams = [self._fetch(session, "list_by_status", status=each, **common) for each in statuses]
        return page(streams, limit=limit)

    def _matching(
        self, session: Session, statuses: Sequence[str], status: str | None, workflow: str | None, common: dict[str, Any]
    ) -> list[Sequence[ExecutionRecord]]:
        """Executions of workflows with a matching name, and those whose id begins so and that are not among them."""
        names = [name for (name,) in session.rows("workflow_names_like", pattern=common["pattern"], limit=MOST_NAMES)]
        if workflow is not None:
            names = [name for name in names if name == workflow]
        streams = self._of_workflows(session, names, statuses, common)
        by_id = self._fetch(session, "list_by_prefix", status=status, workflow=workflow, **common)
        return [*streams, [each for each in by_id if each.workflow not in names]]

    def _of_workflows(
        self, session: Session, names: Sequence[str], statuses: Sequence[str], common: dict[str, Any]
    ) -> list[Sequence[ExecutionRecord]]:
        pairs = [(name, status) for name in names for status in statuses]
        return [self._fetch(session, "list_by_workflow", workflow=name, status=status, **common) for name, status in pairs]

    def _fetch(self, session: Session, query: str, **parameters: Any) -> Sequence[ExecutionRecord]:
        return [rows.execution_record(row, self._database.time) for row in session.rows(query, **parameters)]


def _search(q: str | None) -> dict[str, str | None]:
    if not q:
        return {"prefix": None, "upper": None, "pattern": None}
    escaped = q.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return {"prefix": q, "upper": q + LAST_CHARACTER, "pattern": f"%{escaped}%"}
