"""Approvals: what waits for people, and what they say to it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from treadle.api.access import Engine
from treadle.api.approval_page import link_path
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.schemas import approvals as schemas
from treadle.api.schemas.fields import Name
from treadle.engine import approval_shapes, shapes

router = APIRouter(prefix="/approvals", tags=["approvals"], route_class=json_route("max_signal_body"))


@router.get("", response_model=schemas.ApprovalPage)
def list_approvals(engine: Engine, query: Annotated[schemas.ApprovalQuery, Query()]) -> Response:
    """Newest first."""
    found = engine.store.executions.approvals(
        status=query.status,
        execution_id=query.execution_id,
        workflow=query.workflow,
        assignee=query.assignee,
        group=query.group,
        overdue=query.overdue,
        limit=query.limit,
        cursor=query.cursor,
    )
    return reply(shapes.page(found, approval_shapes.approval))


@router.get("/facets", response_model=schemas.ApprovalFacets)
def count_approvals(engine: Engine) -> Response:
    """How many are open: overdue, by workflow, by who is asked."""
    return reply(approval_shapes.facets(engine.store.approvals.facets()))


@router.get("/{approval_id}", response_model=schemas.ApprovalRecord)
def get_approval(approval_id: Name, engine: Engine) -> Response:
    """One approval with what each person has said and all that happened to it."""
    return reply(approval_shapes.approval_record(engine.approvals.show(approval_id)))


@router.post("/{approval_id}", response_model=schemas.ApprovalRecord)
def decide_approval(approval_id: Name, body: schemas.Decide, engine: Engine) -> Response:
    """Say what one person decides; 409 with what it became if it is no longer open."""
    engine.decide(approval_id, body.decision, by=body.by, comment=body.comment, data=body.data)
    return reply(approval_shapes.approval_record(engine.approvals.show(approval_id)))


@router.post("/{approval_id}/delegate", response_model=schemas.ApprovalRecord)
def delegate_approval(approval_id: Name, body: schemas.Delegate, engine: Engine) -> Response:
    """Hand it over from somebody who is asked to somebody else."""
    engine.approvals.delegate(approval_id, by=body.by, to=body.to, comment=body.comment)
    return reply(approval_shapes.approval_record(engine.approvals.show(approval_id)))


@router.post("/{approval_id}/link", status_code=201, response_model=schemas.ApprovalLink)
def link_approval(approval_id: Name, engine: Engine, body: schemas.MakeLink | None = None) -> Response:
    """A link with which somebody without an account decides this one approval."""
    body = body or schemas.MakeLink()
    token, until = engine.approvals.link(approval_id, person=body.person, expires=body.expires)
    return reply({"path": link_path(token), "token": token, "person": body.person, "expires_at": until}, 201)
