"""What is sent and answered about approvals."""

from __future__ import annotations

from typing import Any, Literal

from treadle.api.schemas.fields import Answer, Body, PageQuery, Prose, Text, Time

ApprovalStatus = Literal["open", "decided", "expired"]


class Decide(Body):
    decision: Literal["approved", "rejected"]
    by: Text = ""
    comment: Prose = ""
    data: Any = None


class ApprovalQuery(PageQuery):
    status: ApprovalStatus | None = None
    execution_id: Text | None = None


class Approval(Answer):
    id: str
    execution_id: str
    workflow: str
    node_id: str
    title: str
    body: str
    form: Any
    assignees: list[str]
    status: ApprovalStatus
    due_at: Time | None
    decision: Any
    created_at: Time
    decided_at: Time | None


class ApprovalPage(Answer):
    items: list[Approval]
    next_cursor: str | None
