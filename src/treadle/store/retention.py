"""Deleting finished executions and all that belongs to them (T21)."""

from __future__ import annotations

from datetime import datetime

from treadle.store.database import Database


class Retention:
    def __init__(self, database: Database) -> None:
        self._database = database

    def prune(self, *, finished_before: datetime, limit: int) -> int:
        """Once there is nothing more to delete, old fires of schedules and drafts go too."""
        with self._database.writing() as session:
            pruned = session.rows("prune_executions", finished_before=finished_before, limit=limit)
            ids = [execution_id for (execution_id,) in pruned]
            if ids:
                session.run("prune_journal", ids=ids)
                session.run("prune_payloads", ids=ids)
                session.run("prune_node_logs", ids=ids)
                session.run("prune_inbox", ids=ids)
                session.run("prune_heartbeats", ids=ids)
                session.run("prune_approvals", ids=ids)
                session.run("prune_approval_events", ids=ids)
            else:
                session.run("prune_fires", finished_before=finished_before)
                session.run("prune_slots", before=finished_before)
                session.run("prune_rates", before=finished_before)
                session.run("prune_drafts")
        return len(ids)
