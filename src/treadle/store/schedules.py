"""Schedules and their fires (T20): each due instant is recorded once, with what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from treadle.domain.errors import ConcurrencyLimitError, ConflictError, NotFoundError
from treadle.domain.records import Fire, NewExecution, Page, Schedule
from treadle.store import rows
from treadle.store.database import Database, Session
from treadle.store.pages import page_by_name
from treadle.store.starts import Starts

FIRED, SKIPPED = "fired", "skipped"
CONCURRENCY, DEBOUNCED = "concurrency", "debounced"
"""Reasons: why a fire started nothing, or nothing of its own."""


class Schedules:
    def __init__(self, database: Database, starts: Starts) -> None:
        self._database = database
        self._starts = starts

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
            if session.row("find_fire", schedule_id=schedule.id, fire_at=fire_at) is not None:
                return None
            started = None
            if execution is not None:
                started, outcome, reason = self._start(session, schedule, execution)
            session.run(
                "record_fire",
                schedule_id=schedule.id,
                fire_at=fire_at,
                outcome=outcome,
                reason=reason,
                execution_id=started,
            )
        return outcome

    def _start(self, session: Session, schedule: Schedule, execution: NewExecution) -> tuple[str | None, str, str]:
        """The id of what it started or joined, the outcome, and the reason."""
        if schedule.overlap == "skip":
            still_open = session.row("open_execution_of_schedule", schedule_id=schedule.id)
            if still_open is not None:
                return None, SKIPPED, f"overlap with {still_open[0]}"
        try:
            reply = self._starts.start(session, execution)
        except ConcurrencyLimitError:
            return None, SKIPPED, CONCURRENCY
        return reply.id, FIRED, "" if reply.created else DEBOUNCED

    def set_aside(self, schedule: Schedule, error: str) -> None:
        with self._database.writing_once() as session:
            session.run("set_schedule_aside", id=schedule.id, row_version=schedule.row_version, error=error)

    def fires(self, schedule_id: str, *, limit: int = 50) -> Sequence[Fire]:
        with self._database.reading() as session:
            found = session.rows("list_fires", schedule_id=schedule_id, limit=limit)
        return [rows.fire(row, self._database.time) for row in found]
