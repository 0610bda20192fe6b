"""Creates and changes schedules, and previews their fires."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from treadle.domain.durations import parse_duration
from treadle.domain.errors import ConflictError, DefinitionError, Finding
from treadle.domain.records import Schedule
from treadle.domain.schedule import CATCH_UPS, Timing, parse_timing
from treadle.domain.values import INPUT_LIMIT, encode
from treadle.engine.starting import priority_level
from treadle.ports import Ids, Store

OVERLAPS = ("allow", "skip")
MOST_PREVIEWED = 1000
TIMING = ("cron", "interval", "timezone", "dst")


class ScheduleDesk:
    def __init__(self, store: Store, ids: Ids) -> None:
        self._store = store
        self._ids = ids

    def add(
        self,
        workflow: str,
        *,
        cron: str | None = None,
        interval: object = None,
        timezone: str = "UTC",
        dst: str = "debian",
        input: object = None,
        priority: int | str = "normal",
        overlap: str = "allow",
        catch_up: str = "latest",
        version: int | None = None,
        paused: bool = False,
        id: str | None = None,
    ) -> Schedule:
        """NotFoundError for the workflow; DefinitionError with a finding for each wrong field; ConflictError if the id is taken."""
        timing = parse_timing(cron=cron, interval=interval, timezone=timezone, dst=dst)
        self._store.workflows.get(workflow, version)
        _check_choice("overlap", overlap, OVERLAPS)
        _check_choice("catch_up", catch_up, CATCH_UPS)
        now = self._store.now()
        schedule = Schedule(
            id=id or self._ids.schedule(),
            workflow=workflow,
            cron=cron,
            interval=_seconds(interval),
            timezone=timezone,
            dst=dst,
            input_json=encode(input, limit=INPUT_LIMIT, name="input"),
            priority=priority_level(priority),
            overlap=overlap,
            catch_up=catch_up,
            paused=paused,
            next_fire_at=_first_fire(timing, now),
            row_version=1,
            created_at=now,
            version=version,
        )
        self._store.schedules.add(schedule)
        return schedule

    def change(self, schedule_id: str, **changes: Any) -> Schedule:
        """The same keys as `add`. ConflictError if it was edited meanwhile. A change clears its error; resuming looks ahead."""
        schedule = self._store.schedules.get(schedule_id)
        fields = dict(changes)
        if "input" in fields:
            fields["input_json"] = encode(fields.pop("input"), limit=INPUT_LIMIT, name="input")
        if "priority" in fields:
            fields["priority"] = priority_level(fields["priority"])
        if fields.get("cron") is not None:
            fields["interval"] = None
        elif fields.get("interval") is not None:
            fields.update(cron=None, interval=_seconds(fields["interval"]))
        _check_choice("overlap", fields.get("overlap", schedule.overlap), OVERLAPS)
        _check_choice("catch_up", fields.get("catch_up", schedule.catch_up), CATCH_UPS)
        changed = replace(schedule, **fields, error=None)
        timing = parse_timing(cron=changed.cron, interval=changed.interval, timezone=changed.timezone, dst=changed.dst)
        resumed = schedule.paused and not changed.paused
        if resumed or schedule.error or any(name in fields for name in TIMING):
            changed = replace(changed, next_fire_at=_first_fire(timing, self._store.now()))
        if changed.version is not None:
            self._store.workflows.get(changed.workflow, changed.version)
        if not self._store.schedules.update(changed):
            raise ConflictError(f"schedule {schedule_id} was edited by someone else meanwhile", state="edited")
        return self._store.schedules.get(schedule_id)

    def preview(
        self,
        *,
        cron: str | None = None,
        interval: object = None,
        timezone: str = "UTC",
        start: datetime | None = None,
        count: int = 10,
        dst: str = "debian",
    ) -> list[datetime]:
        """The next fires strictly after `start` (now if not given), as UTC instants."""
        timing = parse_timing(cron=cron, interval=interval, timezone=timezone, dst=dst)
        if start is not None and start.tzinfo is None:
            hint = "end it with Z for UTC, or with an offset such as +02:00"
            raise DefinitionError([Finding("naive_time", "a time without a time zone", "start", hint=hint)])
        if not 1 <= count <= MOST_PREVIEWED:
            raise DefinitionError([Finding("invalid_count", f"must be from 1 to {MOST_PREVIEWED}", "count")])
        return timing.preview(start or self._store.now(), count)


def _first_fire(timing: Timing, now: datetime) -> datetime:
    first = timing.next_after(now)
    if first is None:
        raise DefinitionError([Finding("never_fires", "this schedule never fires", "cron", hint="is there such a day?")])
    return first


def _seconds(interval: object) -> float | None:
    return None if interval is None else parse_duration(interval, path="interval")


def _check_choice(path: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise DefinitionError([Finding("invalid_choice", f"{value!r} is not allowed", path, hint=f"one of {', '.join(choices)}")])
