"""The live stream of a browser: all executions and lists that its pages show, over one connection."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.responses import StreamingResponse

from treadle.api.live_cursors import parse_cursor
from treadle.api.live_stream import LiveResponse, LiveStream
from treadle.api.problems import Problem, ProblemError
from treadle.api.schemas import live as schemas

router = APIRouter(tags=["live"])


class EventStream(StreamingResponse):
    media_type = "text/event-stream"


@router.get("/live", response_class=EventStream, responses={200: {"model": schemas.LiveEvents}})
async def follow_live(
    request: Request,
    query: Annotated[schemas.LiveQuery, Query()],
    last_event_id: Annotated[str | None, Header(max_length=4000)] = None,
) -> Response:
    """Server-sent events of up to 50 executions, `nodes`, `journal`, `status` and `end`, and `changed` of lists."""
    after, place = (last_event_id, "header.last-event-id") if last_event_id else (query.after, "query.after")
    try:
        known = None if after is None else parse_cursor(after)
    except ValueError as error:
        raise ProblemError(Problem(400, "Bad cursor", str(error), [{"path": place, "message": str(error)}])) from error
    watcher = request.app.state.watcher
    return LiveResponse(watcher, LiveStream(watcher, query.execution, query.topic, after=known))
