"""Approvals: a person decides, or the time to decide runs out."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treadle.activities.handler import Immediate, rfc3339
from treadle.activities.waits import DURATION, after
from treadle.domain.activity import ApprovalRequest, Context, Done, Event, Park, Wait
from treadle.domain.node_types import NodeType

APPROVED, REJECTED, EXPIRED = "approved", "rejected", "expired"
_PORT_ON_DUE = {"expire": EXPIRED, "approve": APPROVED, "reject": REJECTED}

APPROVAL_FIELDS: Mapping[str, Any] = {
    "title": {"title": "Title", "description": "The question, in one line.", "type": "string", "minLength": 1},
    "body": {"title": "Body", "description": "What the person should know to decide.", "type": "string"},
    "form": {
        "title": "Form",
        "description": "A JSON Schema of the data to fill in with the decision.",
        "type": ["object", "null"],
    },
    "assignees": {"title": "Assignees", "description": "Who should decide.", "type": "array", "items": {"type": "string"}},
}


def request_of(config: Mapping[str, Any]) -> ApprovalRequest:
    return ApprovalRequest(
        title=str(config["title"]),
        body=str(config.get("body", "")),
        form=config.get("form"),
        assignees=tuple(str(name) for name in config.get("assignees", ())),
    )


def decision_of(event: Event) -> dict[str, Any]:
    """The decision with every field, however short it came."""
    return {key: event.payload.get(key) for key in ("decision", "by", "comment", "data")}


class Approval(Immediate):
    node_type = NodeType(
        type="approval",
        summary="Asks a person to approve or reject; costs nothing meanwhile.",
        category="people",
        config_schema={
            "type": "object",
            "properties": {
                **APPROVAL_FIELDS,
                "due": {"title": "Due", "description": 'How long there is to decide, such as "2d".', **DURATION},
                "on_due": {
                    "title": "When due",
                    "description": "What becomes of it if nobody has decided by then.",
                    "enum": ["expire", "approve", "reject"],
                    "default": "expire",
                },
            },
            "required": ["title"],
            "additionalProperties": False,
        },
        ports=(APPROVED, REJECTED, EXPIRED),
        parks=True,
        icon="user-check",
        output="{decision, by, comment, data}",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Park:
        waits = [Wait(name="decision", approval=request_of(config))]
        due = config.get("due")
        if due is not None:
            waits.append(Wait(name="due", until=after(ctx, due, path="due")))
        return Park(tuple(waits))

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done:
        if event.kind != "time":
            answer = decision_of(event)
            return Done(answer, APPROVED if answer["decision"] == APPROVED else REJECTED)
        port = _PORT_ON_DUE[config.get("on_due", "expire")]
        comment = f"nobody decided until {rfc3339(event.at)}"
        return Done({"decision": port, "by": None, "comment": comment, "data": None}, port)


HANDLERS = (Approval(),)
