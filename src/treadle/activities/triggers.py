"""Triggers: the nodes an execution starts at. What fired stands in the trigger's payload."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treadle.activities.handler import Immediate
from treadle.domain.activity import Context
from treadle.domain.node_types import EMPTY_CONFIG, NodeType


class Trigger(Immediate):
    """Passes the trigger's payload on."""

    def __init__(self, node_type: NodeType) -> None:
        self.node_type = node_type

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        return ctx.trigger


MANUAL = NodeType(
    type="trigger.manual",
    summary="Starts when a person, the API or the command line runs the workflow.",
    category="trigger",
    pure=True,
    config_schema=EMPTY_CONFIG,
    trigger=True,
    icon="play",
    output="the payload the run was started with, or null",
)

SCHEDULE = NodeType(
    type="trigger.schedule",
    summary="Starts when a schedule of the workflow fires; the times stand in the schedule.",
    category="trigger",
    pure=True,
    config_schema=EMPTY_CONFIG,
    trigger=True,
    icon="clock",
    output="the fire: the payload of the schedule",
)

WEBHOOK = NodeType(
    type="trigger.webhook",
    summary="Starts when something is delivered at a webhook of the workflow; the address stands in the webhook.",
    category="trigger",
    pure=True,
    config_schema=EMPTY_CONFIG,
    trigger=True,
    icon="webhook",
    output="what was delivered: `{method, headers, query, body, content_type, delivery_id, webhook_id}`",
)

HANDLERS = (Trigger(MANUAL), Trigger(SCHEDULE), Trigger(WEBHOOK))
