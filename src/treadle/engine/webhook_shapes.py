"""Webhooks and their deliveries as the API and the command line say them."""

from __future__ import annotations

from typing import Any

from treadle.domain.records import Priority
from treadle.domain.webhooks import Delivery, Webhook
from treadle.engine.answers import stored

HOOKS = "/hooks/"

Json = dict[str, Any]


def webhook_row(found: Webhook) -> Json:
    return {
        "id": found.id,
        "workflow": found.workflow,
        "version": found.version,
        "description": found.description,
        "signing": found.signing,
        "secret": None if found.secret is None else {"secret": found.secret},
        "trigger": found.trigger,
        "signal": found.signal,
        "execution": found.execution,
        "priority": Priority.NAMES.get(found.priority, str(found.priority)),
        "paused": found.paused,
        "status": found.status,
        "deliveries": found.deliveries,
        "last_delivery_at": found.last_delivery_at,
        "refusals": found.refusals,
        "last_refused_at": found.last_refused_at,
        "last_refusal": found.last_refusal,
        "created_at": found.created_at,
    }


def webhook(found: Webhook) -> Json:
    """With its address, which only this says."""
    return {**webhook_row(found), "path": f"{HOOKS}{found.path}", "input": stored(found.input_json)}


def delivery(found: Delivery) -> Json:
    return {
        "id": found.id,
        "outcome": found.outcome,
        "execution_id": found.execution_id,
        "status": found.status,
        "received_at": found.received_at,
    }
