"""Deleting finished executions and all that belongs to them (T21), in transactions of a bounded size.

First the execution's row goes and its id is noted in `doomed`; then what belonged to it, some thousand rows at a time. A
process that dies between leaves only the note, and whoever sweeps next goes on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from treadle.store.database import Database, Session

AT_ONCE = 100
"""Executions swept in one transaction."""
ROWS = 5_000
PAYLOADS = 200
"""Of which each may have megabytes."""
PAGES = 2_000
"""Of a SQLite file, given back to the disk in one transaction."""


class Retention:
    def __init__(self, database: Database) -> None:
        self._database = database

    def prune(
        self, *, finished_before: datetime, limit: int, status: str | None = None, workflow: str | None = None
    ) -> int:
        """Once there is nothing more to delete, old fires and drafts go too, unless only some executions were meant."""
        pruned = self.doom(finished_before=finished_before, limit=limit, status=status, workflow=workflow)
        while self.sweep():
            pass
        if not pruned and status is None and workflow is None:
            self.tidy(before=finished_before)
        return pruned

    def doom(
        self, *, finished_before: datetime, limit: int, status: str | None = None, workflow: str | None = None
    ) -> int:
        asked: dict[str, Any] = {"finished_before": finished_before, "limit": limit, "status": status, "workflow": workflow}
        by_index = status is not None and workflow is not None
        with self._database.writing() as session:
            pruned = session.rows("prune_of_workflow" if by_index else "prune_executions", **asked)
            ids = [execution_id for (execution_id,) in pruned]
            if ids:
                session.run("doom", ids=ids)
                session.run("prune_heartbeats", ids=ids)
                session.run("prune_approvals", ids=ids)
                session.run("prune_approval_events", ids=ids)
        return len(ids)

    def sweep(self) -> int:
        with self._database.writing() as session:
            ids = [execution_id for (execution_id,) in session.rows("doomed_executions", limit=AT_ONCE)]
            if not ids:
                return 0
            swept = [_sweep(session, name, ids, limit) for name, limit in _TABLES]
            if all(count < limit for count, (_, limit) in zip(swept, _TABLES, strict=True)):
                session.run("undoom", ids=ids)
        return sum(swept) + len(ids)

    def tidy(self, *, before: datetime) -> None:
        with self._database.writing() as session:
            session.run("prune_fires", finished_before=before)
            session.run("prune_deliveries", finished_before=before)
            session.run("prune_slots", before=before)
            session.run("prune_rates", before=before)
            session.run("prune_drafts")

    def count(self, *, finished_before: datetime, status: str | None, workflow: str | None) -> int:
        with self._database.reading() as session:
            [(count,)] = session.rows("count_prunable", finished_before=finished_before, status=status, workflow=workflow)
        return int(count)

    def policies(self) -> Mapping[str, Any]:
        with self._database.reading() as session:
            return {name: None if text is None else orjson.loads(text) for name, text in session.rows("retention_policies")}

    def give_back(self) -> None:
        if self._database.dialect == "sqlite":
            with self._database.writing() as session:
                session.script(f"PRAGMA incremental_vacuum({PAGES})")


def _sweep(session: Session, name: str, ids: Sequence[str], limit: int) -> int:
    return session.run(name, ids=list(ids), limit=limit)


_TABLES = (("sweep_journal", ROWS), ("sweep_payloads", PAYLOADS), ("sweep_inbox", ROWS), ("sweep_node_logs", ROWS))
