"""Fires out of turn: one now, or those of a past range; and what became of every fire."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.records import Fire, Page
from treadle.domain.schedule import OVERLAPS, timing_of
from treadle.engine.program import Programs
from treadle.engine.schedule_fires import ScheduledStarts
from treadle.ports import Store, Wakeup

MOST_BACKFILLED = 1000
OUTCOMES = ("fired", "skipped", "missed", "paused")


@dataclass(frozen=True, slots=True)
class Backfill:
    """What is recorded of each due instant of a range; `fired` counts those that this call fired. `next_start` is where
    the next call goes on, None at the end of the range."""

    fires: tuple[Fire, ...]
    fired: int
    next_start: datetime | None


class ScheduleRuns:
    def __init__(self, store: Store, wakeup: Wakeup, programs: Programs) -> None:
        self._store = store
        self._wakeup = wakeup
        self._starts = ScheduledStarts(store.workflows, programs)

    def run(self, schedule_id: str, *, overlap: str | None = None) -> Fire:
        """Fire now, paused or not, by the schedule's own `overlap` unless another is given."""
        schedule = self._store.schedules.get(schedule_id)
        overlap = _checked_overlap(overlap or schedule.overlap)
        now = self._store.now()
        execution = self._starts.execution(schedule, now, overlap=overlap)
        fire, fired = self._store.schedules.fire_by_hand(
            schedule, fire_at=now, execution=execution, overlap=overlap, reason="run by hand"
        )
        if fired:
            self._wakeup.notify()
        return fire

    def backfill(
        self, schedule_id: str, *, start: datetime, end: datetime, overlap: str = "allow", limit: int = 100
    ) -> Backfill:
        """Fire the due instants from `start` to `end` that have not fired, oldest first, at most `limit` of them.

        Each is recorded by itself: what is cut off can be sent again, and fires nothing twice.
        """
        schedule = self._store.schedules.get(schedule_id)
        _check_range(start, end, self._store.now(), limit)
        _checked_overlap(overlap)
        found = list(islice(timing_of(schedule).fires_after(start - timedelta.resolution), limit + 1))
        due = [at for at in found if at <= end]
        fires: list[Fire] = []
        count = 0
        for at in due[:limit]:
            execution = self._starts.execution(schedule, at, overlap=overlap)
            fire, fired = self._store.schedules.fire_by_hand(
                schedule, fire_at=at, execution=execution, overlap=overlap, reason="backfilled"
            )
            fires.append(fire)
            count += fired
        if count:
            self._wakeup.notify()
        return Backfill(tuple(fires), count, due[limit] if len(due) > limit else None)

    def fires(
        self, schedule_id: str, *, outcome: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> Page[Fire]:
        """Newest first. NotFoundError for the schedule."""
        self._store.schedules.get(schedule_id)
        if outcome is not None and outcome not in OUTCOMES:
            hint = f"one of {', '.join(OUTCOMES)}"
            raise DefinitionError([Finding("invalid_choice", f"{outcome!r} is no outcome", "outcome", hint)])
        found = self._store.schedules.fires(schedule_id, limit=limit + 1, outcome=outcome, before=_place(cursor))
        more = len(found) > limit
        return Page(tuple(found[:limit]), _cursor(found[limit - 1]) if more else None)


def _cursor(fire: Fire) -> str:
    """The instant itself, as it can stand in a URL."""
    return fire.fire_at.isoformat().replace("+00:00", "Z")


def _place(cursor: str | None) -> datetime | None:
    if cursor is None:
        return None
    try:
        place = datetime.fromisoformat(cursor)
    except ValueError:
        place = None
    if place is None or place.tzinfo is None:
        hint = "leave it out to start at the beginning"
        raise DefinitionError([Finding("cursor", "this cursor did not come from a list", "cursor", hint)])
    return place


def _check_range(start: datetime, end: datetime, now: datetime, limit: int) -> None:
    hint = "end it with Z for UTC, or with an offset such as +02:00"
    naive = [(path, moment) for path, moment in (("start", start), ("end", end)) if moment.tzinfo is None]
    if naive:
        raise DefinitionError([Finding("naive_time", "a time without a time zone", path, hint) for path, _ in naive])
    if end < start:
        raise DefinitionError([Finding("invalid_range", "`end` is before `start`", "end", "swap them")])
    if end > now:
        raise DefinitionError([Finding("invalid_range", "`end` is not past", "end", "what is to come fires by itself")])
    if not 1 <= limit <= MOST_BACKFILLED:
        raise DefinitionError([Finding("invalid_limit", f"must be from 1 to {MOST_BACKFILLED}", "limit")])


def _checked_overlap(overlap: str) -> str:
    if overlap not in OVERLAPS:
        hint = f"one of {', '.join(OVERLAPS)}"
        raise DefinitionError([Finding("invalid_choice", f"{overlap!r} is not allowed", "overlap", hint)])
    return overlap
