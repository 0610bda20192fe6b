"""Webhooks: the addresses at which other systems deliver. What they deliver comes in by `hooks`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from treadle.api.access import Engine
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.schemas import webhooks as schemas
from treadle.api.schemas.fields import Name, PageQuery
from treadle.domain.errors import NotFoundError
from treadle.engine import shapes, webhook_shapes

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=json_route("max_input_body"))


@router.get("", response_model=schemas.WebhookPage)
def list_webhooks(engine: Engine, query: Annotated[schemas.WebhookQuery, Query()]) -> Response:
    """All webhooks, or those of one workflow, without their addresses."""
    found = engine.store.webhooks.list(workflow=query.workflow, limit=query.limit, cursor=query.cursor)
    return reply(shapes.page(found, webhook_shapes.webhook_row))


@router.post("", status_code=201, response_model=schemas.Webhook)
def add_webhook(body: schemas.AddWebhook, engine: Engine) -> Response:
    """Make an address at which a workflow is started, or one of its executions signalled."""
    webhook = engine.webhooks.add(**body.given())
    return reply(webhook_shapes.webhook(webhook), 201, headers={"Location": f"/api/v1/webhooks/{webhook.id}"})


@router.get("/{webhook_id}", response_model=schemas.Webhook)
def get_webhook(webhook_id: Name, engine: Engine) -> Response:
    """One webhook, with its address."""
    return reply(webhook_shapes.webhook(engine.store.webhooks.get(webhook_id)))


@router.patch("/{webhook_id}", response_model=schemas.Webhook)
def change_webhook(webhook_id: Name, body: schemas.ChangeWebhook, engine: Engine) -> Response:
    """Change what is given; 409 if someone else changed it meanwhile."""
    return reply(webhook_shapes.webhook(engine.webhooks.change(webhook_id, **body.given())))


@router.delete("/{webhook_id}", status_code=204, response_class=Response)
def delete_webhook(webhook_id: Name, engine: Engine) -> Response:
    """Delete it; executions it has started go on."""
    if not engine.store.webhooks.delete(webhook_id):
        raise NotFoundError("webhook", webhook_id)
    return Response(status_code=204)


@router.post("/{webhook_id}/rotate", response_model=schemas.Webhook)
def rotate_webhook(webhook_id: Name, engine: Engine) -> Response:
    """Give it a new address; the old one leads nowhere from then on."""
    return reply(webhook_shapes.webhook(engine.webhooks.rotate(webhook_id)))


@router.get("/{webhook_id}/deliveries", response_model=schemas.DeliveryPage)
def list_deliveries(webhook_id: Name, engine: Engine, query: Annotated[PageQuery, Query()]) -> Response:
    """What was delivered there and what became of it, newest first."""
    found = engine.webhooks.deliveries(webhook_id, limit=query.limit, cursor=query.cursor)
    return reply(shapes.page(found, webhook_shapes.delivery))
