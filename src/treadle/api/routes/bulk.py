"""Many executions steered by one request."""

from __future__ import annotations

from fastapi import APIRouter, Response

from treadle.api.access import Engine
from treadle.api.idempotency import IdempotencyKey, one_key
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.schemas import bulk as schemas
from treadle.api.schemas.fields import Name
from treadle.domain.errors import DefinitionError, Finding
from treadle.engine import shapes
from treadle.engine.bulk import Action, Order

router = APIRouter(tags=["executions"], route_class=json_route("max_input_body"))

PATIENCE = 20.0
"""Seconds after which a call answers with `next`, before its caller or a proxy gives up."""

_ONLY_FOR = {
    "reason": ("cancel",), "compensate": ("cancel",), "signal": ("signal",), "payload": ("signal",), "signal_id": ("signal",),
    "waiting": ("signal",), "idempotency_key": ("retry", "cancel", "pause", "resume"),
}  # fmt: skip


@router.post("/executions/bulk", response_model=schemas.Steered)
def steer_executions(body: schemas.SteerMany, engine: Engine, idempotency_key: IdempotencyKey = None) -> Response:
    """Retry, cancel, pause, resume or signal all that fit, each by itself; go on with `cursor: next` until that is null."""
    findings = [
        Finding("wrong_key", f"is not for {body.action}", name, f"it is for {', '.join(actions)}")
        for name, actions in _ONLY_FOR.items()
        if name in body.model_fields_set and body.action not in actions
    ]
    if findings:
        raise DefinitionError(findings)
    if Action(body.action) is Action.SIGNAL:
        key = one_key(body.signal_id, idempotency_key, path="signal_id")
    else:
        key = one_key(body.idempotency_key, idempotency_key)
    selection = body.selection(engine.store.now)
    steered = engine.bulk(
        body.order(key), selection, limit=body.limit, cursor=body.cursor, dry_run=body.dry_run, seconds=PATIENCE
    )
    return reply(shapes.steered(steered))


@router.post("/signals/{name}", response_model=schemas.Steered)
def broadcast_signal(
    name: Name, engine: Engine, body: schemas.Broadcast | None = None, idempotency_key: IdempotencyKey = None
) -> Response:
    """Send a signal to every open execution that fits; go on with `cursor: next` until that is null."""
    asked = body or schemas.Broadcast()
    key = one_key(asked.signal_id, idempotency_key, path="signal_id")
    order = Order(Action.SIGNAL, name=name, payload=asked.payload, waiting=asked.waiting, key=key)
    selection = asked.selection(engine.store.now)
    steered = engine.bulk(
        order, selection, limit=asked.limit, cursor=asked.cursor, dry_run=asked.dry_run, seconds=PATIENCE
    )
    return reply(shapes.steered(steered))
