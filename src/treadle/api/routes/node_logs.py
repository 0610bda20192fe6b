"""What the nodes of an execution have said through `ctx.log`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from treadle.api.access import Engine, ExecutionId
from treadle.api.json_reply import reply
from treadle.api.schemas import node_logs as schemas
from treadle.engine import shapes

router = APIRouter(prefix="/executions", tags=["executions"])


@router.get("/{execution_id}/logs", response_model=schemas.LogPage)
def get_logs(execution_id: ExecutionId, engine: Engine, query: Annotated[schemas.LogQuery, Query()]) -> Response:
    """Lines in order of seq; ask again `after` the last one for what was said since."""
    lines = engine.store.logs.list(
        execution_id, node_id=query.node, scope=query.scope, visit=query.visit, after=query.after, limit=query.limit + 1
    )
    shown = lines[: query.limit]
    return reply(shapes.listing(map(shapes.log_line, shown), str(shown[-1].seq) if len(lines) > len(shown) else None))
