"""Approvals: what waits for a person, and the person's answer."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query, Response

from treadle.api.access import Engine
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.schemas import approvals as schemas
from treadle.api.schemas.fields import Name
from treadle.domain.errors import ConflictError
from treadle.domain.records import Approval, MessageOutcome
from treadle.engine import shapes

router = APIRouter(prefix="/approvals", tags=["approvals"], route_class=json_route("max_signal_body"))


@router.get("", response_model=schemas.ApprovalPage)
def list_approvals(engine: Engine, query: Annotated[schemas.ApprovalQuery, Query()]) -> Response:
    """Newest first."""
    found = engine.store.executions.approvals(
        status=query.status, execution_id=query.execution_id, limit=query.limit, cursor=query.cursor
    )
    return reply(shapes.page(found, shapes.approval))


@router.get("/{approval_id}", response_model=schemas.Approval)
def get_approval(approval_id: Name, engine: Engine) -> Response:
    """One approval."""
    return reply(shapes.approval(engine.store.executions.approval(approval_id)))


@router.post("/{approval_id}", response_model=schemas.Approval)
def decide_approval(approval_id: Name, body: schemas.Decide, engine: Engine) -> Response:
    """Approve or reject; 409 with what it became if it is no longer open."""
    answer = engine.decide(approval_id, body.decision, by=body.by, comment=body.comment, data=body.data)
    approval = engine.store.executions.approval(approval_id)
    if answer.outcome is MessageOutcome.DUPLICATE and not _says(approval, body):
        raise ConflictError(f"too late: approval {approval_id} is {approval.status}", state=approval.status)
    return reply(shapes.approval(approval))


def _says(approval: Approval, body: schemas.Decide) -> bool:
    """Whether a decision that counted as a repeat is one: sent again by someone who did not get the answer."""
    decided = orjson.loads(approval.decision_json or "null")
    return bool(decided == {"decision": body.decision, "by": body.by, "comment": body.comment, "data": body.data})
