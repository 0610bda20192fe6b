"""The rows of an approval that a parked activity opens, and of what happens to it by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from treadle.domain.activity import ApprovalRequest
from treadle.domain.approvals import EventKind
from treadle.domain.records import ExecutionRecord, NewApproval, NewNotice
from treadle.domain.values import INPUT_LIMIT, decode, encode

Place = tuple[str, str, int]
"""Node id, scope and visit."""


def new_approval(
    record: ExecutionRecord, asked: ApprovalRequest, *, id: str, place: Place, due_at: datetime | None
) -> NewApproval:
    """What the database keeps. One that exists stays as it is, but for its notices."""
    node_id, scope, visit = place
    rules = asked.rules
    if rules.not_by_starter:
        rules = replace(rules, starter=decode(record.trigger_json).get("by"))
    approval = NewApproval(
        id=id,
        execution_id=record.id,
        workflow=record.workflow,
        node_id=node_id,
        scope=scope,
        visit=visit,
        title=asked.title,
        body=asked.body,
        form_json=_json(asked.form),
        assignees_json=_json(list(asked.assignees)),
        due_at=due_at,
        groups_json=_json(list(asked.groups)),
        payload_json=_json(asked.payload),
        rules_json=_json(rules.to_json()),
    )
    return replace(approval, notices=tuple(_notice(approval, asked, each.kind, each.at) for each in asked.notices))


def _notice(approval: NewApproval, asked: ApprovalRequest, kind: str, at: datetime) -> NewNotice:
    """Its key is made of the time it was due, so that deciding it anew makes the same one."""
    escalated = kind == EventKind.ESCALATED
    to = {"to": list(asked.assignees)} if escalated else {}
    return NewNotice(
        approval_id=approval.id,
        key=f"{kind}:{at.isoformat()}",
        execution_id=approval.execution_id,
        kind=kind,
        detail_json=_json({"at": at.isoformat().replace("+00:00", "Z"), **to}),
        notify=asked.notify,
        assignees_json=approval.assignees_json if escalated else None,
        groups_json=approval.groups_json if escalated else None,
        due_at=approval.due_at,
    )


def _json(value: Any) -> str:
    return encode(value, limit=INPUT_LIMIT, name="approval")
