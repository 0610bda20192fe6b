"""What is sent and answered about approvals."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from treadle.api.schemas.fields import Answer, Body, Key, PageQuery, Prose, Text, Time

ApprovalStatus = Literal["open", "decided", "expired"]


class Decide(Body):
    decision: Key = Field(description="the port of one of the outcomes, such as `approved` or `rejected`")
    by: Text = ""
    comment: Prose = ""
    data: Any = None


class Delegate(Body):
    by: Key
    to: Key
    comment: Prose = ""


class MakeLink(Body):
    person: Key | None = Field(default=None, description="who decides with it; if left out, whoever opens it says who they are")
    expires: Text | None = Field(default=None, description="how long it is good for, such as `2d`; 7 days if left out")


class ApprovalQuery(PageQuery):
    status: ApprovalStatus | None = None
    execution_id: Text | None = None
    workflow: Text | None = None
    assignee: Text | None = None
    group: Text | None = None
    overdue: bool = Field(default=False, description="only open ones whose due time has passed")


class Outcome(Answer):
    port: str
    label: str
    style: Literal["primary", "danger", "plain"]


class Approval(Answer):
    id: str
    execution_id: str
    workflow: str
    node_id: str
    scope: str
    visit: int
    title: str
    body: str
    form: Any
    payload: Any
    assignees: list[str]
    groups: list[str]
    outcomes: list[Outcome]
    required: int
    reject_after: int
    not_by_starter: bool
    status: ApprovalStatus
    due_at: Time | None
    decision: Any
    created_at: Time
    decided_at: Time | None


class PersonDecision(Answer):
    """What one person says now."""

    decision: str
    by: str
    comment: str
    data: Any
    via: str
    at: Time


class ApprovalEvent(Answer):
    """One line of the record; `notified_id` is the execution that told people of it."""

    kind: str
    at: Time
    by: str | None
    via: str
    detail: Any
    notify: str | None
    notified_id: str | None


class ApprovalRecord(Approval):
    started_by: str | None
    decisions: list[PersonDecision]
    history: list[ApprovalEvent]


class ApprovalPage(Answer):
    items: list[Approval]
    next_cursor: str | None


class Facet(Answer):
    name: str
    count: int


class ApprovalFacets(Answer):
    """How many are open; a person or group counts in each approval that asks them."""

    open: int
    overdue: int
    workflows: list[Facet]
    assignees: list[Facet]
    groups: list[Facet]


class ApprovalLink(Answer):
    """`path` is for any name under which this server is reached; `token` is its last part."""

    path: str
    token: str
    person: str | None
    expires_at: Time
