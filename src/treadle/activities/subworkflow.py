"""Running another workflow as a child execution."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treadle.activities.handler import Immediate
from treadle.domain.activity import ChildRequest, Context, Done, Event, Park, Spawn, Wait
from treadle.domain.errors import ActivityError
from treadle.domain.node_types import NodeType


class Subworkflow(Immediate):
    """Waits for the child, unless told not to. Each attempt starts a child of its own."""

    node_type = NodeType(
        type="workflow",
        summary="Runs another workflow.",
        category="flow",
        example={"workflow": "refund", "input": {"order_id": "{{ input.order_id }}"}},
        config_schema={
            "type": "object",
            "properties": {
                "workflow": {"title": "Workflow", "description": "The name of the workflow.", "type": "string", "minLength": 1},
                "version": {
                    "title": "Version",
                    "description": "Which version; the latest if not given.",
                    "type": ["integer", "null"],
                    "minimum": 1,
                },
                "input": {"title": "Input", "description": "Any JSON: the child's input."},
                "wait": {
                    "title": "Wait for it",
                    "description": "Go on when the child has finished, with its output; otherwise at once, with its id.",
                    "type": "boolean",
                    "default": True,
                },
                "on_parent_end": {
                    "title": "When this execution ends first",
                    "description": "Cancel the child, leave it alone, or wait with the end until it has ended.",
                    "enum": ["cancel", "abandon", "wait"],
                    "default": "cancel",
                },
            },
            "required": ["workflow"],
            "additionalProperties": False,
        },
        parks=True,
        icon="workflow",
        output="the child's output; without waiting {execution_id}",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Park | Spawn:
        child = ChildRequest(
            workflow=str(config["workflow"]),
            input=config.get("input"),
            version=config.get("version"),
            on_parent_end=config.get("on_parent_end", "cancel"),
            inner=config.get("inner", False),  # no one can write this in a definition: it is how distributed maps run items
        )
        return Park((Wait(name="child", child=child),)) if config.get("wait", True) else Spawn(child)

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done:
        child = event.payload
        if child["status"] == "completed":
            return Done(child.get("output"))
        error = child.get("error") or {}
        name = "" if config.get("inner") else f"{config['workflow']} "
        message = f"{name}{child.get('execution_id')} {child['status']}"
        if error.get("message"):
            message += f": {error['message']}"
        details = {"execution_id": child.get("execution_id"), "error": child.get("error")}
        raise ActivityError(message, type=f"child.{child['status']}", details=details)


HANDLERS = (Subworkflow(),)
