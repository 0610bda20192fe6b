"""Saying something in the worker's log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treadle.activities.handler import Immediate
from treadle.domain.activity import Context, Done
from treadle.domain.node_types import NodeType


class Log(Immediate):
    node_type = NodeType(
        type="log",
        summary="Writes a message to the worker's log.",
        category="flow",
        example={"message": "order {{ input.order_id }} is done", "level": "info"},
        config_schema={
            "type": "object",
            "properties": {
                "message": {"title": "Message", "description": "What to say; any JSON, usually a text."},
                "level": {
                    "title": "Level",
                    "description": "How much it matters.",
                    "enum": ["debug", "info", "warning", "error"],
                    "default": "info",
                },
            },
            "required": ["message"],
            "additionalProperties": False,
        },
        icon="message-square-text",
        output="the message",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        message = config["message"]
        ctx.log(str(message), level=config.get("level", "info"))
        return Done(message)


HANDLERS = (Log(),)
