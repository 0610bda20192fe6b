"""Schedules and their fires (T20): each due instant is recorded once, with what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from treadle.domain.errors import ConflictError, NotFoundError
from treadle.domain.records import Fire, NewExecution, Page, Schedule
from treadle.store import rows
from treadle.store.database import Database
from treadle.store.executions import earlier, insert
from treadle.store.pages import page_by_name

FIRED, SKIPPED = "fired", "skipped"


class Schedules:
    def __init__(self, database: Database, *, head_start: int) -> None:
        self._database = database
        self._head_start = head_start

    def add(self, schedule: Schedule) -> None:
        with self._database.writing() as session:
            if session.row("add_schedule", **rows.schedule_parameters(schedule)) is not None:
                return
            if session.row("get_schedule", id=schedule.id) is not None:
                raise ConflictError(f"schedule {schedule.id} exists already", state="exists")
        raise NotFoundError("workflow", schedule.workflow)

    def get(self, schedule_id: str) -> Schedule:
        with self._database.reading() as session:
            row = session.row("get_schedule", id=schedule_id)
        if row is None:
            raise NotFoundError("schedule", schedule_id)
        return rows.schedule_record(row, self._database.time)

    def list(self, *, workflow: str | None = None, limit: int = 50, cursor: str | None = None) -> Page[Schedule]:
        query = "list_schedules" if workflow is None else "list_schedules_of"
        with self._database.reading() as session:
            found = session.rows(query, workflow=workflow, after=cursor or "", limit=limit + 1)
        return page_by_name([rows.schedule_record(row, self._database.time) for row in found], attrgetter("id"), limit=limit)

    def update(self, schedule: Schedule) -> bool:
        with self._database.writing_once() as session:
            return session.run("update_schedule", **rows.schedule_parameters(schedule)) > 0

    def delete(self, schedule_id: str) -> bool:
        with self._database.writing_once() as session:
            return session.run("delete_schedule", id=schedule_id) > 0

    def due(self, *, limit: int = 100) -> tuple[datetime, Sequence[Schedule]]:
        with self._database.reading() as session:
            [(now,)] = session.rows("clock")
            found = session.rows("due_schedules", limit=limit)
        return self._database.time(now), [rows.schedule_record(row, self._database.time) for row in found]

    def fire(
        self, schedule: Schedule, *, fire_at: datetime, next_fire_at: datetime | None, execution: NewExecution | None,
        outcome: str = FIRED, reason: str = "",
    ) -> str | None:  # fmt: skip
        with self._database.writing() as session:
            # The row's lock, taken here, serialises the fires of a schedule; overlap is counted under it, in a new statement.
            advanced = session.run(
                "advance_schedule",
                id=schedule.id,
                row_version=schedule.row_version,
                seen=schedule.next_fire_at,
                next_fire_at=next_fire_at,
            )
            if advanced == 0:
                return None
            if execution is not None and schedule.overlap == "skip":
                still_open = session.row("open_execution_of_schedule", schedule_id=schedule.id)
                if still_open is not None:
                    execution, outcome, reason = None, SKIPPED, f"overlap with {still_open[0]}"
            recorded = session.run(
                "record_fire",
                schedule_id=schedule.id,
                fire_at=fire_at,
                outcome=outcome,
                reason=reason,
                execution_id=None if execution is None else execution.id,
            )
            if recorded == 0:
                return None
            if execution is not None and not insert(session, execution, head_start=self._head_start):
                earlier(session, execution)
        return outcome

    def set_aside(self, schedule: Schedule, error: str) -> None:
        with self._database.writing_once() as session:
            session.run("set_schedule_aside", id=schedule.id, row_version=schedule.row_version, error=error)

    def fires(self, schedule_id: str, *, limit: int = 50) -> Sequence[Fire]:
        with self._database.reading() as session:
            found = session.rows("list_fires", schedule_id=schedule_id, limit=limit)
        return [rows.fire(row, self._database.time) for row in found]
