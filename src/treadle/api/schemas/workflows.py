"""What is sent and answered about workflows."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from treadle.api.schemas.fields import Answer, Body, Key, PriorityField, Prose, Query, Text, Time, VersionNumber
from treadle.domain.records import Priority
from treadle.domain.states import ExecutionStatus

GRAPH = "nodes, edges, settings, input_schema"


class SaveWorkflow(Body):
    graph_config: Any = Field(description=GRAPH, json_schema_extra={"type": "object"})
    description: Prose | None = None
    expected_version: int | None = Field(
        default=None, ge=0, le=2**31 - 1, description="409 if the graph changed and another version was saved meanwhile; 0: new"
    )
    by: Key | None = Field(default=None, description="who saves it, kept with the version")


class ValidateWorkflow(Body):
    graph_config: Any = Field(description=GRAPH, json_schema_extra={"type": "object"})
    name: Text | None = None
    description: Prose | None = None


class RunWorkflow(Body):
    input: Any = None
    priority: PriorityField = Priority.NAMES[0]
    version: VersionNumber | None = Field(default=None, description="the latest if left out")
    trigger: Text | None = Field(default=None, description="the trigger node that fires, where there are several")
    idempotency_key: Key | None = Field(default=None, description="the same as the header Idempotency-Key")
    by: Key | None = Field(default=None, description="who starts it, for approvals that somebody else must decide")


class RunQuery(Query):
    wait: Text | None = Field(default=None, description="wait for the end, such as `20s`; at most 60 s")


class Finding(Answer):
    severity: str
    code: str
    message: str
    path: str
    hint: str | None = None


class Findings(Answer):
    valid: bool
    findings: list[Finding]


class SavedWorkflow(Answer):
    name: str
    version: int
    warnings: list[Finding]


class RecentStatus(Answer):
    id: str
    status: ExecutionStatus


class LastExecution(RecentStatus):
    created_at: Time
    finished_at: Time | None


class WorkflowRow(Answer):
    """`open` by status, each counted to 10,000; `recent` are its last 20 executions, newest first."""

    name: str
    version: int
    description: str
    created_at: Time
    updated_at: Time
    open: dict[str, int]
    last: LastExecution | None
    recent: list[RecentStatus]


class WorkflowPage(Answer):
    items: list[WorkflowRow]
    next_cursor: str | None


class VersionRow(Answer):
    name: str
    version: int
    description: str
    by: str | None = Field(description="who saved it, if that was said")
    created_at: Time


class OpenCounts(Answer):
    running: int
    waiting: int
    paused: int


class OpenVersion(VersionRow):
    open: OpenCounts = Field(description="executions of this version; of each status of a workflow at most 10,000 are counted")


class VersionPage(Answer):
    items: list[OpenVersion]
    next_cursor: str | None


class Workflow(VersionRow):
    graph_config: dict[str, Any]
