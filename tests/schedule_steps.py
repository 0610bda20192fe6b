"""Schedules and their fires, as tests of the store make them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from conftest import START
from store_steps import (
    NEW_EXECUTION,
    given_workflow,
    schedule,
)
from treadle.domain.records import NewExecution, Schedule
from treadle.ports import Store

HOUR = timedelta(hours=1)


def given_schedule(store: Store, **fields: Any) -> Schedule:
    given_workflow(store)
    store.schedules.add(schedule(START, **fields))
    return store.schedules.get("sch-1")


def in_line(fire_at: datetime) -> NewExecution:
    """As the engine makes them for `queue_one` and `cancel_previous`."""
    return replace(execution_of(fire_at), slot_key="orders\x1fschedule\x1fsch-1", slot_limit=1)


def fire_in_line(store: Store, hours: int) -> str | None:
    at = START + hours * HOUR
    return store.schedules.fire(
        store.schedules.get("sch-1"), fire_at=at, next_fire_at=at + HOUR, execution=in_line(at), reason="caught up"
    )


def by_hand(store: Store, fire_at: datetime, overlap: str = "allow") -> tuple[str, bool]:
    found, fired = store.schedules.fire_by_hand(
        store.schedules.get("sch-1"), fire_at=fire_at, execution=execution_of(fire_at), overlap=overlap, reason="by hand"
    )
    return found.outcome, fired


def execution_of(fire_at: datetime) -> NewExecution:
    return replace(NEW_EXECUTION, id=f"exec-sch-1-{fire_at:%H%M}", schedule_id="sch-1")


def fire(store: Store, seen: Schedule, *, fire_at: datetime = START) -> str | None:
    return store.schedules.fire(seen, fire_at=fire_at, next_fire_at=fire_at + HOUR, execution=execution_of(fire_at))
