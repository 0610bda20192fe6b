"""Schedules of a server, and what became of their due times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from treadle.api.schemas.schedules import Backfilled, Fire, Fires, Schedule, ScheduleRow
from treadle.client.answers import given, model_of, pages_of, part
from treadle.client.transport import Transport


class Schedules:
    """Fields of a schedule are those of docs/http.md: `cron` or `interval` or `at`, `timezone`, `overlap`, `input` and so on."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def find(self, *, workflow: str | None = None) -> Iterator[ScheduleRow]:
        return pages_of(ScheduleRow, self._transport, "/schedules", {"limit": 200, **given(workflow=workflow)})

    def get(self, schedule_id: str) -> Schedule:
        return model_of(Schedule, self._transport.ask("GET", f"/schedules/{part(schedule_id)}"))

    def create(self, workflow: str, **fields: Any) -> Schedule:
        return model_of(Schedule, self._transport.ask("POST", "/schedules", body=_sent({"workflow": workflow, **fields})))

    def update(self, schedule_id: str, **fields: Any) -> Schedule:
        """Only what is given changes. ConflictingError if someone else changed it meanwhile."""
        return model_of(Schedule, self._transport.ask("PATCH", f"/schedules/{part(schedule_id)}", body=_sent(fields)))

    def pause(self, schedule_id: str) -> Schedule:
        return self.update(schedule_id, paused=True)

    def resume(self, schedule_id: str) -> Schedule:
        return self.update(schedule_id, paused=False)

    def delete(self, schedule_id: str) -> None:
        """Executions it has started go on."""
        self._transport.ask("DELETE", f"/schedules/{part(schedule_id)}")

    def run(self, schedule_id: str, *, overlap: str | None = None) -> Fire:
        """Fire once now, also while it is paused."""
        return model_of(Fire, self._transport.ask("POST", f"/schedules/{part(schedule_id)}/run", body=given(overlap=overlap)))

    def backfill(self, schedule_id: str, start: datetime, end: datetime, **fields: Any) -> Backfilled:
        """Fire the due times of a past range that have not fired; `next_start` is where to go on, None when done."""
        body = _sent({"start": start, "end": end, **fields})
        return model_of(Backfilled, self._transport.ask("POST", f"/schedules/{part(schedule_id)}/backfill", body=body))

    def fires(self, schedule_id: str, *, outcome: str | None = None) -> Iterator[Fire]:
        """What became of each due time and why, newest first."""
        query = {"limit": 200, **given(outcome=outcome)}
        return pages_of(Fire, self._transport, f"/schedules/{part(schedule_id)}/fires", query)

    def preview(self, **timing: Any) -> list[datetime]:
        """When a schedule with these fields would fire; nothing is stored."""
        answer = self._transport.ask("POST", "/schedules/preview", body=_sent(timing), repeatable=True)
        return model_of(Fires, answer).fires


def _sent(fields: dict[str, Any]) -> dict[str, Any]:
    """Datetimes as texts. ValueError for one without a time zone."""
    return {name: _text(value) for name, value in fields.items()}


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; say which, such as datetime(…, tzinfo=UTC)")
        return value.isoformat()
    return [_text(each) for each in value] if isinstance(value, list | tuple) else value
