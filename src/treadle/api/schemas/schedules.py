"""What is sent and answered about schedules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from treadle.api.patterns import PATH_PART
from treadle.api.schemas.fields import (
    Answer,
    Body,
    Limit,
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
Interval = Annotated[int | float | str, Field(description='seconds, or "30m", "2h", "7d"')]


class ScheduleFields(Body):
    cron: Text | None = None
    interval: Interval | None = None
    timezone: Text = "UTC"
    dst: Text = "debian"
    input: Any = None
    priority: PriorityField = "normal"
    overlap: Text = "allow"
    catch_up: Text = "latest"
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


class Preview(Body):
    cron: Text | None = None
    interval: Interval | None = None
    timezone: Text = "UTC"
    start: AwareTime | None = Field(default=None, description="now if left out")
    count: int = Field(default=10, ge=1, le=1000)
    dst: Text = "debian"


class ScheduleQuery(PageQuery):
    workflow: Text | None = None


class FireQuery(Query):
    limit: Limit = 50


class ScheduleRow(Answer):
    id: str
    workflow: str
    version: int | None
    cron: str | None
    interval: float | None
    timezone: str
    dst: str
    priority: PriorityName
    overlap: str
    catch_up: str
    paused: bool
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


class Fires(Answer):
    fires: list[Time]
