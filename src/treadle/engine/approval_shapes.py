"""Approvals as the API and the command line say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from treadle.domain.approvals import ApprovalRules
from treadle.domain.values import decode
from treadle.engine.answers import stored

if TYPE_CHECKING:
    from treadle.domain.approvals import ApprovalEvent
    from treadle.domain.records import Approval
    from treadle.engine.approval_desk import ApprovalRecord

Json = dict[str, Any]


def approval(found: Approval) -> Json:
    """One of a list."""
    rules = ApprovalRules.from_json(decode(found.rules_json))
    return {
        "id": found.id,
        "execution_id": found.execution_id,
        "workflow": found.workflow,
        "node_id": found.node_id,
        "scope": found.scope,
        "visit": found.visit,
        "title": found.title,
        "body": found.body,
        "form": stored(found.form_json),
        "payload": stored(found.payload_json),
        "assignees": stored(found.assignees_json),
        "groups": stored(found.groups_json),
        "outcomes": [asdict(outcome) for outcome in rules.outcomes],
        "required": rules.required,
        "reject_after": rules.reject_after,
        "not_by_starter": rules.not_by_starter,
        "status": found.status,
        "due_at": found.due_at,
        "decision": stored(found.decision_json),
        "created_at": found.created_at,
        "decided_at": found.decided_at,
    }


def approval_record(found: ApprovalRecord) -> Json:
    """One with all that has happened to it."""
    return {
        **approval(found.approval),
        "started_by": found.rules.starter,
        "decisions": [_vote(event) for event in found.votes],
        "history": [*(_event(event) for event in found.events), *_closed(found)],
    }


def facets(found: Mapping[str, Mapping[str, int]]) -> Json:
    states = found["state"]
    counts = {
        facet: [{"name": name, "count": count} for name, count in found[kind].items()]
        for facet, kind in (("workflows", "workflow"), ("assignees", "assignee"), ("groups", "group"))
    }
    return {"open": sum(states.values()), "overdue": states.get("overdue", 0), **counts}


def _vote(event: ApprovalEvent) -> Json:
    return {**decode(event.detail_json), "by": event.by, "via": event.via, "at": event.at}


def _closed(found: ApprovalRecord) -> list[Json]:
    """The last line of one that neither people nor the deadline ended."""
    if found.closed is None:
        return []
    said = {"kind": "closed", "at": found.approval.decided_at, "by": None, "via": "engine"}
    return [{**said, "detail": {"because": found.closed}, "notify": None, "notified_id": None}]


def _event(event: ApprovalEvent) -> Json:
    return {
        "kind": event.kind,
        "at": event.at,
        "by": event.by or None,
        "via": event.via,
        "detail": stored(event.detail_json),
        "notify": event.notify,
        "notified_id": event.notified_id,
    }
