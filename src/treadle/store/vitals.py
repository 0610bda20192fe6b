"""What a check-up reads of the database. Each verb is bounded, however much history there is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from treadle.domain.vitals import Backlog, Capacity, Lagging, LateSchedule, OldTransaction, OpenVersion, TableSize
from treadle.store.database import Database

MOST_HELD = 2_000


class Vitals:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._time = database.time

    def probe(self) -> None:
        with self._database.writing_once() as session:
            session.run("record_checkup")

    def backlog(self) -> Sequence[Backlog]:
        with self._database.reading() as session:
            return [Backlog(queue, ready, self._time(oldest)) for queue, ready, oldest in session.rows("backlog")]

    def open_versions(self) -> Sequence[OpenVersion]:
        with self._database.reading() as session:
            return [OpenVersion(*row) for row in session.rows("open_versions")]

    def open_by_workflow(self) -> Sequence[tuple[str, str, int]]:
        with self._database.reading() as session:
            return [(workflow, status, count) for workflow, status, count in session.rows("open_by_workflow")]

    def overdue(self, *, grace: float, limit: int) -> Sequence[Lagging]:
        with self._database.reading() as session:
            found = [
                Lagging(execution_id, workflow, self._time(since))
                for name in ("overdue_executions", "overdue_retries")
                for execution_id, workflow, since in session.rows(name, grace=float(grace), limit=limit)
            ]
        return sorted(found, key=lambda each: (each.since, each.execution_id))[:limit]

    def unmoved(self, *, longer_than: float, limit: int) -> Sequence[Lagging]:
        with self._database.reading() as session:
            [(now,)] = session.rows("clock")
            held = [
                Lagging(execution_id, workflow, max(self._time(ready_at), self._time(said_at or ready_at)), owner)
                for execution_id, workflow, ready_at, owner, said_at in session.rows("held_executions", limit=MOST_HELD)
            ]
        border = self._time(now) - timedelta(seconds=longer_than)
        return sorted((each for each in held if each.since < border), key=lambda each: (each.since, each.execution_id))[:limit]

    def set_aside(self, *, within: float, limit: int) -> Sequence[Lagging]:
        with self._database.reading() as session:
            rows = session.rows("set_aside_executions", within=float(within), limit=limit)
        return [Lagging(execution_id, workflow, self._time(since)) for execution_id, workflow, since in rows]

    def late_schedules(self, *, grace: float, limit: int) -> Sequence[LateSchedule]:
        with self._database.reading() as session:
            rows = session.rows("late_schedules", grace=float(grace), limit=limit)
        return [LateSchedule(schedule_id, workflow, self._time(due_at), error) for schedule_id, workflow, due_at, error in rows]

    def tables(self) -> Sequence[TableSize]:
        if self._database.dialect == "sqlite":
            return ()
        with self._database.reading() as session:
            return [TableSize(*row) for row in session.rows("table_sizes")]

    def old_transactions(self, *, older_than: float, limit: int) -> Sequence[OldTransaction]:
        if self._database.dialect == "sqlite":
            return ()
        with self._database.reading() as session:
            return [OldTransaction(*row) for row in session.rows("old_transactions", older=float(older_than), limit=limit)]

    def capacity(self) -> Capacity:
        with self._database.reading() as session:
            [row] = session.rows("capacity")
        return Capacity(*row)
