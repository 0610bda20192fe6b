"""Schedules: when executions start by themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from treadle.api.access import Engine
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.schemas import schedules as schemas
from treadle.api.schemas.fields import Name
from treadle.domain.errors import NotFoundError
from treadle.engine import shapes

router = APIRouter(prefix="/schedules", tags=["schedules"], route_class=json_route("max_input_body"))


@router.get("", response_model=schemas.SchedulePage)
def list_schedules(engine: Engine, query: Annotated[schemas.ScheduleQuery, Query()]) -> Response:
    """All schedules, or those of one workflow."""
    found = engine.store.schedules.list(workflow=query.workflow, limit=query.limit, cursor=query.cursor)
    return reply(shapes.page(found, shapes.schedule_row))


@router.post("", status_code=201, response_model=schemas.Schedule)
def add_schedule(body: schemas.AddSchedule, engine: Engine) -> Response:
    """Start a workflow at times: `cron`, `interval` or `at`, in a time zone."""
    schedule = engine.add_schedule(**body.given())
    return reply(shapes.schedule(schedule), 201, headers={"Location": f"/api/v1/schedules/{schedule.id}"})


@router.post("/preview", response_model=schemas.Fires)
def preview_schedule(body: schemas.Preview, engine: Engine) -> Response:
    """The next due times, nothing stored."""
    timing = {name: getattr(body, name) for name in ("cron", "interval", "at", "timezone", "dst", "start_at", "end_at")}
    fires = engine.preview(**timing, start=body.start, count=body.count)
    return reply({"fires": fires})


@router.get("/{schedule_id}", response_model=schemas.Schedule)
def get_schedule(schedule_id: Name, engine: Engine) -> Response:
    """One schedule."""
    return reply(shapes.schedule(engine.store.schedules.get(schedule_id)))


@router.patch("/{schedule_id}", response_model=schemas.Schedule)
def change_schedule(schedule_id: Name, body: schemas.ChangeSchedule, engine: Engine) -> Response:
    """Change what is given; 409 if someone else changed it meanwhile."""
    return reply(shapes.schedule(engine.change_schedule(schedule_id, **body.given())))


@router.delete("/{schedule_id}", status_code=204, response_class=Response)
def delete_schedule(schedule_id: Name, engine: Engine) -> Response:
    """Delete it; executions it has started go on."""
    if not engine.store.schedules.delete(schedule_id):
        raise NotFoundError("schedule", schedule_id)
    return Response(status_code=204)


@router.get("/{schedule_id}/next", response_model=schemas.Fires)
def next_fires(schedule_id: Name, engine: Engine, query: Annotated[schemas.NextQuery, Query()]) -> Response:
    """The next due times of a schedule, paused or not, without jitter."""
    return reply({"fires": engine.upcoming(schedule_id, start=query.start, count=query.count)})


@router.get("/{schedule_id}/fires", response_model=schemas.FirePage)
def list_fires(schedule_id: Name, engine: Engine, query: Annotated[schemas.FireQuery, Query()]) -> Response:
    """What became of each due time, and why; newest first."""
    found = engine.fires(schedule_id, outcome=query.outcome, limit=query.limit, cursor=query.cursor)
    return reply(shapes.page(found, shapes.fire))


@router.post("/{schedule_id}/run", status_code=201, response_model=schemas.Fire)
def run_schedule(schedule_id: Name, engine: Engine, body: schemas.RunNow | None = None) -> Response:
    """Fire once now, also while it is paused; `outcome` says whether an execution was started."""
    return reply(shapes.fire(engine.run_schedule(schedule_id, overlap=body.overlap if body else None)), 201)


@router.post("/{schedule_id}/backfill", response_model=schemas.Backfilled)
def backfill_schedule(schedule_id: Name, body: schemas.Backfill, engine: Engine) -> Response:
    """Fire the due times of a past range that have not fired; go on at `next_start` until that is null."""
    return reply(shapes.backfill(engine.backfill_schedule(schedule_id, **body.model_dump())))
