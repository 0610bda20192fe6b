"""Schedules and their fires (T20): each due instant is recorded once, with what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from treadle.domain.errors import ConcurrencyLimitError, ConflictError, NotFoundError
from treadle.domain.records import Fire, Message, MessageKind, NewExecution, Page, Schedule
from treadle.domain.schedule_due import DueStep
from treadle.store import rows
from treadle.store.database import FAR_FUTURE, Database, Row, Session
from treadle.store.inbox import Inbox
from treadle.store.pages import page_by_name
from treadle.store.starts import Starts

FIRED, SKIPPED = "fired", "skipped"
CONCURRENCY, DEBOUNCED = "concurrency", "debounced"
"""Reasons: why a fire started nothing, or nothing of its own."""

MOST_CANCELLED = 100
"""Executions that one fire cancels."""


class Schedules:
    def __init__(self, database: Database, inbox: Inbox, starts: Starts) -> None:
        self._database = database
        self._inbox = inbox
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

    def update(self, schedule: Schedule, *, keeps_place: bool = False, passed_over: Sequence[DueStep] = ()) -> bool:
        with self._database.writing() as session:
            if session.run("update_schedule", **rows.schedule_parameters(schedule), keeps_place=keeps_place) == 0:
                return False
            for step in passed_over:
                _record(session, schedule.id, step.at, outcome=step.outcome, reason=step.reason)
        return True

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
                due_at=rows.due_at(schedule, next_fire_at),
            )
            if advanced == 0:
                return None
            if session.row("find_fire", schedule_id=schedule.id, fire_at=fire_at) is not None:
                return None
            started = None
            if execution is not None:
                started, outcome, reason = self._start(session, schedule.id, execution, schedule.overlap, reason)
            _record(session, schedule.id, fire_at, outcome=outcome, reason=reason, execution_id=started)
        return outcome

    def fire_by_hand(
        self, schedule: Schedule, *, fire_at: datetime, execution: NewExecution, overlap: str, reason: str
    ) -> tuple[Fire, bool]:
        with self._database.writing() as session:
            if session.row("lock_schedule", id=schedule.id) is None:
                raise NotFoundError("schedule", schedule.id)
            known = session.row("find_fire", schedule_id=schedule.id, fire_at=fire_at)
            if known is not None and rows.fire(known, self._database.time).outcome == FIRED:
                return rows.fire(known, self._database.time), False
            started, outcome, why = self._start(session, schedule.id, execution, overlap, reason)
            if known is None:
                _record(session, schedule.id, fire_at, outcome=outcome, reason=why, execution_id=started)
            elif outcome == FIRED:
                said = {"outcome": outcome, "reason": why, "execution_id": started}
                session.run("make_up_for_fire", schedule_id=schedule.id, fire_at=fire_at, **said)
            found = session.row("find_fire", schedule_id=schedule.id, fire_at=fire_at)
            assert found is not None
        return rows.fire(found, self._database.time), outcome == FIRED

    def _start(
        self, session: Session, schedule_id: str, execution: NewExecution, overlap: str, reason: str
    ) -> tuple[str | None, str, str]:
        """The id of what it started or joined, the outcome, and the reason."""
        if overlap in ("skip", "queue_one"):
            before = session.rows("open_executions_of_schedule", schedule_id=schedule_id, id=execution.id, limit=2)
            if overlap == "skip" and before:
                return None, SKIPPED, f"overlap with {before[0][0]}"
            if len(before) > 1 or any(_is_no_head_of_line(row, execution) for row in before):
                return None, SKIPPED, f"overlap with {' and '.join(row[0] for row in before)}, which wait or run already"
            if before:
                reason = _joined(reason, f"queued behind {before[0][0]}")
        try:
            reply = self._starts.start(session, execution)
        except ConcurrencyLimitError:
            return None, SKIPPED, CONCURRENCY
        if overlap == "cancel_previous" and reply.id == execution.id:
            cancelled = _cancel_previous(session, self._inbox, schedule_id, execution.id)
            reason = _joined(reason, f"cancelled {', '.join(cancelled)}" if cancelled else "")
        return reply.id, FIRED, reason if reply.created else _joined(reason, DEBOUNCED)

    def set_aside(self, schedule: Schedule, error: str) -> None:
        with self._database.writing_once() as session:
            session.run("set_schedule_aside", id=schedule.id, row_version=schedule.row_version, error=error)

    def fires(
        self, schedule_id: str, *, limit: int = 50, outcome: str | None = None, before: datetime | None = None
    ) -> Sequence[Fire]:
        said = {"schedule_id": schedule_id, "outcome": outcome, "before": before or FAR_FUTURE}
        with self._database.reading() as session:
            found = session.rows("list_fires", limit=limit, **said)
        return [rows.fire(row, self._database.time) for row in found]


def _record(
    session: Session, schedule_id: str, fire_at: datetime, *, outcome: str, reason: str, execution_id: str | None = None
) -> None:
    session.run(
        "record_fire", schedule_id=schedule_id, fire_at=fire_at, outcome=outcome, reason=reason, execution_id=execution_id
    )


def _cancel_previous(session: Session, inbox: Inbox, schedule_id: str, execution_id: str) -> list[str]:
    """Locked in the order of their ids, after the schedule and the slot's key."""
    found = session.rows("uncancelled_of_schedule", schedule_id=schedule_id, id=execution_id, limit=MOST_CANCELLED)
    cancelled = sorted(previous for (previous,) in found)
    for previous in cancelled:
        reason = rows.json_object({"reason": f"superseded by {execution_id}"})
        inbox.receive(session, Message(previous, MessageKind.CANCEL, f"superseded:{execution_id}", payload_json=reason))
    return cancelled


def _is_no_head_of_line(row: Row, execution: NewExecution) -> bool:
    """Whether an open execution leaves no place behind it: it waits itself, or it is in another line."""
    _, slot_key, held_back = row
    return bool(held_back) or slot_key != execution.slot_key


def _joined(*reasons: str) -> str:
    return "; ".join(filter(None, reasons))
