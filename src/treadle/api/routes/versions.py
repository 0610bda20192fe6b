"""Versions: executions are moved to another one, past ones are replayed against a changed graph."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from treadle.api.access import Engine
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.schemas import versions as schemas
from treadle.api.schemas.fields import Name
from treadle.domain.errors import DefinitionError, Finding
from treadle.engine import version_shapes

moves = APIRouter(tags=["versions"], route_class=json_route("max_small_body"))
replays = APIRouter(tags=["versions"], route_class=json_route("max_definition_body"))


@moves.post(
    "/executions/{execution_id}/move", status_code=202, response_model=schemas.Move, responses={200: {"model": schemas.Move}}
)
def move_execution(execution_id: Name, engine: Engine, body: schemas.MoveExecution) -> Response:
    """Go on with another version, if all that has been done fits it. 422 names each place that does not; 200: a dry run."""
    found = engine.move(execution_id, body.version, by=body.by, dry_run=body.dry_run)
    return reply(version_shapes.move(found), 200 if body.dry_run else 202)


@moves.post("/workflows/{name}/move", status_code=202, response_model=schemas.Moves, responses={200: {"model": schemas.Moves}})
def move_executions(name: Name, engine: Engine, body: schemas.MoveExecutions) -> Response:
    """The same for the open executions of one version, a page at a time; what does not fit stays. 200: a dry run."""
    found = engine.move_all(
        name, body.from_version, body.version, by=body.by, dry_run=body.dry_run, limit=body.limit, cursor=body.cursor
    )
    return reply(version_shapes.moves(found), 200 if body.dry_run else 202)


@replays.post("/workflows/{name}/replay", response_model=schemas.Replays)
def replay_workflow(name: Name, engine: Engine, body: schemas.ReplayWorkflow) -> Response:
    """What its past executions would have done under another graph; no handler runs, nothing is stored."""
    asked: dict[str, Any] = {"graph_config": body.graph_config} if "graph_config" in body.model_fields_set else {}
    if asked and body.version is not None:
        raise DefinitionError([Finding("two_graphs", "a graph_config and a version", "version", "send one of them")])
    found = engine.replay(name, version=body.version, status=body.status, limit=body.limit, cursor=body.cursor, **asked)
    return reply(version_shapes.replays(found))
