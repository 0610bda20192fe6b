"""What an editor needs of a graph that is not saved yet: try a node, preview an expression, compare versions, tell ports."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from treadle.api.access import Engine, ExecutionId
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.schemas import editing as schemas
from treadle.api.schemas.fields import Name
from treadle.domain.errors import NotFoundError
from treadle.engine import editing_shapes as shapes
from treadle.engine.sights import ABSENT, Question

router = APIRouter(tags=["editing"], route_class=json_route("max_definition_body"))


@router.get("/workflows/{name}/diff", response_model=schemas.Diff)
def compare_versions(name: Name, engine: Engine, query: Annotated[schemas.DiffQuery, Query()]) -> Response:
    """How two versions differ, by parts and as text."""
    return reply(shapes.comparison(engine.definitions.diff(name, query.before, query.after)))


@router.post("/workflows/{name}/test-node", status_code=201, response_model=schemas.StartedTest)
def test_node(name: Name, engine: Engine, body: schemas.NodeToTest) -> Response:
    """Have a worker run one node of a graph that need not be saved, with earlier outputs."""
    started = engine.test_node(_question(body, workflow=name), by=body.by)
    url = f"/api/v1/executions/{started.id}"
    said = {"id": started.id, "status": started.status, "url": url, "reused": started.reused}
    return reply(said, 201, headers={"Location": url})


@router.post("/expressions/preview", response_model=schemas.Previewed)
def preview_expression(engine: Engine, body: schemas.ExpressionToPreview) -> Response:
    """The value of an expression as a node would see it."""
    found = engine.previews.preview(_question(body), expression=body.expression, template=body.template)
    return reply(shapes.preview(found))


@router.get("/executions/{execution_id}/scope", response_model=schemas.SeenScope)
def show_scope(execution_id: ExecutionId, engine: Engine, query: Annotated[schemas.ScopeQuery, Query()]) -> Response:
    """The names that a node of an execution sees, with their values."""
    node = f"{query.scope}/{query.node}" if query.scope and query.node else query.node
    return reply(shapes.scope(engine.previews.scope(Question(node=node, execution_id=execution_id))))


@router.post("/node-types/{node_type}/ports", response_model=schemas.Ports)
def tell_ports(node_type: Name, engine: Engine, body: schemas.ConfigForPorts) -> Response:
    """The ports of a node with this config, which may be unfinished."""
    found = engine.handlers.node_types.get(node_type)
    if found is None:
        raise NotFoundError("node type", node_type, known=tuple(engine.handlers.node_types))
    return reply(shapes.ports(found, body.config))


def _question(body: schemas.NodeToTest | schemas.ExpressionToPreview, *, workflow: str = "") -> Question:
    return Question(
        node=body.node_id,
        execution_id=body.execution_id,
        graph_config=body.graph_config,
        workflow=workflow,
        input=body.input if "input" in body.model_fields_set else ABSENT,
        outputs=body.outputs,
        names={str(name): value for name, value in body.names.items()},
    )
