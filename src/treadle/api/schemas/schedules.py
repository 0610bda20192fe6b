"""What is sent and answered about schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from treadle.api.patterns import PATH_PART
from treadle.api.schemas.fields import (
    Answer,
    Body,
    PageQuery,
    PriorityField,
    PriorityName,
    Query,
    Text,
    Time,
    VersionNumber,
)

FIRST_YEAR, LAST_YEAR = 1900, 2999
"""Far enough for people, and far enough from the ends of the calendar for every offset."""


def _aware(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError('must be a text such as "2026-03-29T00:00:00Z"')
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError('must be a time such as "2026-03-29T00:00:00Z"') from None
    if moment.tzinfo is None:
        raise ValueError('must say its offset from UTC, such as "2026-03-29T00:00:00Z" or "…+01:00"')
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(f"must be in the years {FIRST_YEAR} to {LAST_YEAR}")
    return moment


AwareTime = Annotated[datetime, BeforeValidator(_aware), Field(strict=False)]
ScheduleId = Annotated[str, Field(max_length=200, pattern=PATH_PART)]
Several = BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
Times = Annotated[list[AwareTime], Several, Field(max_length=1000)]
CatchUpLimit = Annotated[int, Field(ge=1, le=1_000_000)]
Interval = Annotated[int | float | str, Field(description='seconds, or "30m", "2h", "7d"')]


class Timing(Body):
    """Exactly one of `cron`, `interval` and `at`."""

    cron: Text | None = None
    interval: Interval | None = None
    at: Times | None = Field(default=None, description="single times, each once")
    timezone: Text = "UTC"
    dst: Text = "debian"
    start_at: AwareTime | None = Field(default=None, description="no fire before it; an interval counts from here")
    end_at: AwareTime | None = Field(default=None, description="no fire after it")


class ScheduleFields(Timing):
    jitter: Interval | None = Field(default=0, description="each fire comes up to so much later")
    input: Any = None
    priority: PriorityField = "normal"
    overlap: Text = Field(default="allow", description="allow, skip, queue_one or cancel_previous")
    catch_up: Text = Field(default="latest", description="skip, latest or all")
    catch_up_limit: CatchUpLimit | None = Field(default=1000, description="`all`: the newest so many; null: no limit")
    catch_up_window: Interval | None = Field(default=None, description="what is later than this is missed")
    version: VersionNumber | None = None
    paused: bool = False

    def given(self) -> dict[str, Any]:
        """The fields that were sent, as they were sent; the rest is the engine's to choose."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class AddSchedule(ScheduleFields):
    workflow: Text
    id: ScheduleId | None = Field(default=None, description="made if left out")


class ChangeSchedule(ScheduleFields):
    """Only what changes."""


class Preview(Timing):
    start: AwareTime | None = Field(default=None, description="now if left out")
    count: int = Field(default=10, ge=1, le=1000)


class NextQuery(Query):
    start: AwareTime | None = None
    count: Annotated[int, Field(ge=1, le=1000)] = 10


class RunNow(Body):
    overlap: Text | None = Field(default=None, description="the schedule's own if left out")


class Backfill(Body):
    start: AwareTime
    end: AwareTime = Field(description="included; not after now")
    overlap: Text = "allow"
    limit: int = Field(default=100, ge=1, le=1000)


class ScheduleQuery(PageQuery):
    workflow: Text | None = None


class FireQuery(PageQuery):
    outcome: Text | None = None


class ScheduleRow(Answer):
    id: str
    workflow: str
    version: int | None
    cron: str | None
    interval: float | None
    at: list[Time]
    timezone: str
    dst: str
    start_at: Time | None
    end_at: Time | None
    jitter: float
    priority: PriorityName
    overlap: str
    catch_up: str
    catch_up_limit: int | None
    catch_up_window: float | None
    paused: bool
    status: Literal["active", "paused", "ended", "set_aside"]
    next_fire_at: Time | None
    error: str | None
    created_at: Time


class Schedule(ScheduleRow):
    input: Any


class SchedulePage(Answer):
    items: list[ScheduleRow]
    next_cursor: str | None


class Fire(Answer):
    fire_at: Time
    outcome: str
    reason: str
    execution_id: str | None
    recorded_at: Time


class FirePage(Answer):
    items: list[Fire]
    next_cursor: str | None


class Backfilled(Answer):
    fires: list[Fire]
    fired: int
    next_start: Time | None


class Fires(Answer):
    fires: list[Time]
