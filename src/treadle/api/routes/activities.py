"""What is inside of an execution: the items and turns of its nodes, and each activity with what it read and put out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from starlette.responses import StreamingResponse

from treadle.api.access import Engine, ExecutionId
from treadle.api.json_reply import reply
from treadle.api.problems import Problem, ProblemError
from treadle.api.schemas import executions as schemas
from treadle.engine import shapes

router = APIRouter(prefix="/executions", tags=["executions"])

CHUNK = 1 << 16
Place = Annotated[str, Path(min_length=1, max_length=2000, description=schemas.PLACE)]


class JsonStream(StreamingResponse):
    media_type = "application/json"


@router.get("/{execution_id}/nodes", response_model=schemas.Scope)
def get_nodes(execution_id: ExecutionId, engine: Engine, query: Annotated[schemas.ScopeQuery, Query()]) -> Response:
    """The states of the nodes inside of one item or turn."""
    return reply(shapes.scope(engine.scope(execution_id, query.scope)))


@router.get("/{execution_id}/runs", response_model=schemas.RunPage)
def list_runs(execution_id: ExecutionId, engine: Engine, query: Annotated[schemas.RunsQuery, Query()]) -> Response:
    """The items or turns of a node's last visit that have begun, by index."""
    after = -1 if query.cursor is None else _index(query.cursor)
    found = engine.runs(execution_id, query.node, scope=query.scope, status=query.status, after=after, limit=query.limit)
    return reply(shapes.page(found, shapes.run))


@router.get(
    "/{execution_id}/activities/{place:path}/output",
    response_class=JsonStream,
    responses={200: {"content": {"application/json": {"schema": {}}}}},
)
def get_output(execution_id: ExecutionId, place: Place, engine: Engine) -> Response:
    """The whole output of one visit of a node, as JSON."""
    return JsonStream(_chunks(engine.activities.output(execution_id, place)))


@router.get("/{execution_id}/activities/{place:path}", response_model=schemas.Activity)
def get_activity(execution_id: ExecutionId, place: Place, engine: Engine) -> Response:
    """One visit of a node: its attempts, the config it ran with, what it could read and what it put out."""
    return reply(shapes.activity(engine.activities.show(execution_id, place)))


def _chunks(text: str) -> Iterator[bytes]:
    for begin in range(0, len(text), CHUNK):
        yield text[begin : begin + CHUNK].encode()


def _index(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 12:
        return int(text)
    message = "not a place in this list: a number, as `next_cursor` gives it"
    raise ProblemError(Problem(400, "Bad cursor", message, [{"path": "query.cursor", "message": message}]))
