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
    """Start a workflow at times: `cron` or `interval`, in a time zone."""
    schedule = engine.store.schedules.get(engine.add_schedule(**body.given()).id)
    return reply(shapes.schedule(schedule), 201, headers={"Location": f"/api/v1/schedules/{schedule.id}"})


@router.post("/preview", response_model=schemas.Fires)
def preview_schedule(body: schemas.Preview, engine: Engine) -> Response:
    """The next due times, nothing stored."""
    fires = engine.preview(
        cron=body.cron, interval=body.interval, timezone=body.timezone, start=body.start, count=body.count, dst=body.dst
    )
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


@router.get("/{schedule_id}/fires", response_model=schemas.FirePage)
def list_fires(schedule_id: Name, engine: Engine, query: Annotated[schemas.FireQuery, Query()]) -> Response:
    """What became of each due time, and why; newest first."""
    engine.store.schedules.get(schedule_id)
    return reply(shapes.listing(map(shapes.fire, engine.store.schedules.fires(schedule_id, limit=query.limit))))
