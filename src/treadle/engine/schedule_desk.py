"""Creates and changes schedules, and previews their fires."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from treadle.domain.durations import parse_duration
from treadle.domain.errors import ConflictError, DefinitionError, Finding
from treadle.domain.records import Schedule
from treadle.domain.schedule import CATCH_UPS, OVERLAPS, Timing, parse_timing, timing_of
from treadle.domain.schedule_due import DueStep, passed_over
from treadle.domain.values import INPUT_LIMIT, encode
from treadle.engine.program import Programs
from treadle.engine.schedule_fires import ScheduledStarts
from treadle.engine.starting import priority_level
from treadle.ports import Ids, Store

MOST_PREVIEWED = 1000
LONGEST_JITTER = 86400.0
MOST_CAUGHT_UP = 1_000_000
DEFAULT_CATCH_UP_LIMIT = 1000
WAYS = ("cron", "interval", "at")
TIMING = (*WAYS, "timezone", "dst", "start_at", "end_at")
STARTS = ("input", "overlap", "version")
"""What decides whether a fire can start an execution."""

Times = str | datetime | Iterable[str | datetime] | None


class ScheduleDesk:
    def __init__(self, store: Store, ids: Ids, programs: Programs) -> None:
        self._store = store
        self._ids = ids
        self._starts = ScheduledStarts(store.workflows, programs)

    def add(
        self,
        workflow: str,
        *,
        cron: str | None = None,
        interval: object = None,
        at: Times = None,
        timezone: str = "UTC",
        dst: str = "debian",
        start_at: datetime | None = None,
        end_at: datetime | None = None,
        jitter: object = 0,
        input: object = None,
        priority: int | str = "normal",
        overlap: str = "allow",
        catch_up: str = "latest",
        catch_up_limit: int | None = DEFAULT_CATCH_UP_LIMIT,
        catch_up_window: object = None,
        version: int | None = None,
        paused: bool = False,
        id: str | None = None,
    ) -> Schedule:
        """NotFoundError for the workflow; DefinitionError with a finding for each wrong field; ConflictError if the id is taken."""
        now = self._store.now()
        times = instants(at)
        timing = parse_timing(
            cron=cron, interval=interval, at=times, timezone=timezone, dst=dst, start_at=start_at, end_at=end_at, anchor=now
        )
        first = timing.next_after(now)
        if first is None:
            raise _never_fires(times, end_at)
        schedule = Schedule(
            id=id or self._ids.schedule(),
            workflow=workflow,
            cron=cron,
            interval=_seconds(interval, "interval"),
            at=times,
            timezone=timezone,
            dst=dst,
            start_at=start_at,
            end_at=end_at,
            jitter=_seconds(jitter, "jitter") or 0.0,
            input_json=encode(input, limit=INPUT_LIMIT, name="input"),
            priority=priority_level(priority),
            overlap=overlap,
            catch_up=catch_up,
            catch_up_limit=catch_up_limit,
            catch_up_window=_seconds(catch_up_window, "catch_up_window"),
            paused=paused,
            next_fire_at=first,
            row_version=1,
            created_at=now,
            version=version,
        )
        _check(schedule)
        self._starts.execution(schedule, now)
        self._store.schedules.add(schedule)
        return self._store.schedules.get(schedule.id)

    def change(self, schedule_id: str, **changes: Any) -> Schedule:
        """The same keys as `add`. ConflictError if it was edited meanwhile. A change clears its error; resuming looks ahead.

        Due instants that will not fire because of it are recorded: as `paused` if it was paused, as `missed` otherwise.
        """
        schedule = self._store.schedules.get(schedule_id)
        now = self._store.now()
        changed = replace(schedule, **_fields(changes), error=None)
        _check(changed)
        if any(name in changes for name in STARTS):
            self._starts.execution(changed, now)
        timing = _timing(changed, changes, now)
        retimed = any(name in changes for name in TIMING)
        over: Sequence[DueStep] = ()
        moves = retimed or bool(schedule.error) or (schedule.paused and not changed.paused)
        if moves:
            first = timing.next_after(now)
            if first is None and retimed and (changed.end_at is None or changed.end_at > now):
                raise _never_fires(changed.at, changed.end_at)
            changed = replace(changed, next_fire_at=first)
            over = _passed_over(schedule, now)
        keeps_place = not moves and "jitter" not in changes
        if not self._store.schedules.update(changed, keeps_place=keeps_place, passed_over=over):
            raise ConflictError(f"schedule {schedule_id} was edited by someone else meanwhile", state="edited")
        return self._store.schedules.get(schedule_id)

    def preview(
        self,
        *,
        cron: str | None = None,
        interval: object = None,
        at: Times = None,
        timezone: str = "UTC",
        start: datetime | None = None,
        count: int = 10,
        dst: str = "debian",
        start_at: datetime | None = None,
        end_at: datetime | None = None,
    ) -> list[datetime]:
        """The next fires strictly after `start` (now if not given), as UTC instants, without jitter."""
        timing = parse_timing(
            cron=cron, interval=interval, at=instants(at), timezone=timezone, dst=dst, start_at=start_at, end_at=end_at
        )
        return self._fires(timing, start, count)

    def upcoming(self, schedule_id: str, *, start: datetime | None = None, count: int = 10) -> list[datetime]:
        """The next fires of a schedule strictly after `start` (now if not given), paused or not, without jitter."""
        return self._fires(timing_of(self._store.schedules.get(schedule_id)), start, count)

    def _fires(self, timing: Timing, start: datetime | None, count: int) -> list[datetime]:
        if start is not None and start.tzinfo is None:
            hint = "end it with Z for UTC, or with an offset such as +02:00"
            raise DefinitionError([Finding("naive_time", "a time without a time zone", "start", hint=hint)])
        if not 1 <= count <= MOST_PREVIEWED:
            raise DefinitionError([Finding("invalid_count", f"must be from 1 to {MOST_PREVIEWED}", "count")])
        return timing.preview(start or self._store.now(), count)


def instants(at: Times) -> tuple[datetime, ...]:
    """Times as they are given: one or several, datetimes or RFC 3339 texts. DefinitionError."""
    if at is None:
        return ()
    given = [at] if isinstance(at, str | datetime) else list(at)
    try:
        return tuple(datetime.fromisoformat(moment) if isinstance(moment, str) else moment for moment in given)
    except ValueError as error:
        raise DefinitionError([Finding("invalid_time", str(error), "at", 'such as "2026-03-29T09:00:00Z"')]) from error


def _fields(changes: dict[str, Any]) -> dict[str, Any]:
    """Changes as fields of the record. A new way of timing takes the place of the one before."""
    fields = dict(changes)
    for name in ("interval", "jitter", "catch_up_window"):
        if name in fields:
            fields[name] = _seconds(fields[name], name)
    if "jitter" in fields:
        fields["jitter"] = fields["jitter"] or 0.0
    if "at" in fields:
        fields["at"] = instants(fields["at"])
    if "input" in fields:
        fields["input_json"] = encode(fields.pop("input"), limit=INPUT_LIMIT, name="input")
    if "priority" in fields:
        fields["priority"] = priority_level(fields["priority"])
    ways = [name for name in WAYS if fields.get(name)]
    if len(ways) > 1:
        hint = "send one of them: it takes the place of what was there"
        raise DefinitionError([Finding("invalid_timing", f"`{ways[0]}` and `{ways[1]}` at once", ways[1], hint)])
    if ways:
        fields |= {name: None for name in ("cron", "interval") if name != ways[0]}
        fields["at"] = fields.get("at", ())
    return fields


def _timing(changed: Schedule, changes: dict[str, Any], now: datetime) -> Timing:
    """A new interval stands on now, unless the schedule has a start; an old one keeps its phase."""
    return timing_of(replace(changed, next_fire_at=now) if changes.get("interval") is not None else changed)


def _passed_over(schedule: Schedule, now: datetime) -> Sequence[DueStep]:
    """The due instants that a change leaves behind, in the timing that the schedule had."""
    if schedule.next_fire_at is None:
        return ()
    outcome, reason = "missed", "the schedule was changed before it fired"
    if schedule.paused:
        outcome, reason = "paused", "the schedule was paused"
    elif schedule.error:
        reason = f"the schedule was set aside: {schedule.error[:200]}"
    try:
        return passed_over(timing_of(schedule), schedule.next_fire_at, now, outcome=outcome, reason=reason)
    except DefinitionError:
        # What it was set aside for; nobody knows when it would have fired.
        return ()


def _never_fires(at: Sequence[datetime], end_at: datetime | None) -> DefinitionError:
    path, hint = "cron", "is there such a day?"
    if at or end_at:
        path, hint = ("at", "give a time to come") if at else ("end_at", "is there a fire before it?")
    return DefinitionError([Finding("never_fires", "this schedule never fires", path, hint=hint)])


def _seconds(value: object, path: str) -> float | None:
    return None if value is None else parse_duration(value, path=path)


def _check(schedule: Schedule) -> None:
    _check_choice("overlap", schedule.overlap, OVERLAPS)
    _check_choice("catch_up", schedule.catch_up, CATCH_UPS)
    limit = schedule.catch_up_limit
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MOST_CAUGHT_UP):
        message = f"must be a whole number from 1 to {MOST_CAUGHT_UP:,}, or null"
        raise DefinitionError([Finding("invalid_limit", message, "catch_up_limit", f"{DEFAULT_CATCH_UP_LIMIT} is usual")])
    longest = min(LONGEST_JITTER, schedule.interval or LONGEST_JITTER)
    if schedule.jitter > longest or schedule.jitter == schedule.interval:
        hint = "at most a day, and less than the interval"
        raise DefinitionError([Finding("invalid_jitter", "jitter is too long", "jitter", hint)])


def _check_choice(path: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise DefinitionError([Finding("invalid_choice", f"{value!r} is not allowed", path, hint=f"one of {', '.join(choices)}")])
