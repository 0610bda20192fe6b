"""What is sent and answered about executions."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from treadle.api.schemas.fields import (
    Answer,
    Body,
    Cursor,
    Error,
    Key,
    PageQuery,
    PriorityName,
    Prose,
    Query,
    SearchText,
    Text,
    Time,
)
from treadle.domain.states import ExecutionStatus

PLACE = "a node, or a visit of it (`fetch#2`), with the scope before it (`each[3]/fetch`)"


class CancelExecution(Body):
    """`compensate`: first undo what has been done, by the `compensate` of its nodes."""

    reason: Prose = ""
    compensate: bool = False


class Nothing(Body):
    """An empty object, or no body at all."""


class RetryExecution(Body):
    from_node: str | None = Field(default=None, min_length=1, max_length=2000, description=PLACE)


class ForkExecution(Body):
    """`input` left out keeps the input; null replaces it."""

    from_node: str = Field(min_length=1, max_length=2000, description=PLACE)
    input: Any = None
    version: int | None = Field(default=None, ge=1, description="another version, which all that is kept must fit")
    by: Key | None = Field(default=None, description="who forks it; else who started the execution")
    dry_run: bool = Field(default=False, description="only say what would be reused")


class SendSignal(Body):
    payload: Any = None
    signal_id: Key | None = Field(default=None, description="two signals with the same one count once")


class ExecutionSearch(Query):
    """All that is given must hold."""

    status: ExecutionStatus | None = None
    workflow: Text | None = None
    parent: Text | None = None
    q: SearchText | None = Field(default=None, description="a search, such as `status:failed,running since:24h refund`")


class ExecutionQuery(ExecutionSearch, PageQuery):
    pass


class JournalQuery(Query):
    after: int = Field(default=0, ge=0, le=2**62, description="only rows with a greater seq")
    cursor: Cursor | None = Field(default=None, description="the next_cursor of the page before; wins over `after`")
    limit: int = Field(default=200, ge=1, le=1000)


class EventQuery(Query):
    after: int = Field(default=0, ge=0, le=2**62, description="as Last-Event-ID, which wins")


class StartedExecution(Answer):
    id: str
    status: Literal["running", "waiting"]
    url: str


class Trigger(Answer):
    """What started it; the payload only where one execution is asked for."""

    model_config = ConfigDict(extra="allow")

    node: str | None = None
    type: str | None = None


class ExecutionRow(Answer):
    """An execution as lists and the live stream show it: without payloads."""

    id: str
    workflow: str
    version: int
    status: ExecutionStatus
    priority: PriorityName
    queue: str
    trigger: Trigger | None
    error: Error | None
    parent_id: str | None
    created_at: Time
    started_at: Time | None
    finished_at: Time | None
    next_retry_at: Time | None


class ExecutionPage(Answer):
    """`searched_until`: a search that no index answers looked at executions down to this time; `next_cursor` goes on."""

    items: list[ExecutionRow]
    next_cursor: str | None
    searched_until: Time | None


class WorkflowCount(Answer):
    value: str
    count: int


class ExecutionFacets(Answer):
    """With `capped` each number means at least so many. `workflow` are the 20 with the most."""

    status: dict[str, int]
    workflow: list[WorkflowCount]
    total: int
    capped: bool


class WaitingOn(Answer):
    model_config = ConfigDict(extra="allow")

    kind: Literal["time", "signal", "approval", "child", "retry", "rate", "slot", "gate", "join"]
    node_id: str | None


class Runs(Answer):
    """The items or turns of a composite node."""

    total: int
    completed: int
    failed: int
    running: int


class Progress(Answer):
    """What a handler under way says of itself: so much `done`, of `total` or as a fraction of 1, and a text."""

    done: float | None
    total: float | None
    message: str
    at: Time


class NodeState(Answer):
    """`runs` is null of nodes without an inner graph, `progress` of those whose handler is not at work or says nothing."""

    status: str
    visits: int
    attempts: int
    started_at: Time | None
    finished_at: Time | None
    error: Error | None
    runs: Runs | None
    progress: Progress | None


class Execution(ExecutionRow):
    input: Any
    output: Any
    waiting_on: list[WaitingOn]
    nodes: dict[str, NodeState]


class ScopeQuery(Query):
    scope: str = Field(default="", max_length=2000, description="such as `each[3]`; empty: the execution itself")


class RunsQuery(PageQuery):
    node: Text = Field(description="the id of a node with an inner graph")
    scope: str = Field(default="", max_length=2000, description="the scope that the node is in, such as `each[3]`")
    status: str | None = Field(default=None, max_length=20, description="only those of this status")


class Scope(Answer):
    """`graph_path` are the nodes whose inner graph this is, the outermost first."""

    scope: str
    graph_path: list[str]
    nodes: dict[str, NodeState]


class Run(Answer):
    """An item or turn that has begun; `scope` names it elsewhere."""

    index: int
    scope: str
    status: str
    started_at: Time | None
    finished_at: Time | None
    error: Error | None


class RunPage(Answer):
    items: list[Run]
    next_cursor: str | None


class Attempt(Answer):
    attempt: int
    status: str
    started_at: Time | None
    finished_at: Time | None
    error: Any
    worker_id: str | None


class Activity(Answer):
    """One visit of a node. `input` is the config it ran with, null when unknown; `incoming` the outputs it could read.

    A value of more than 64 KiB is cut: `{"truncated": true, "bytes": …, "head": "its beginning as text"}`.
    """

    node_id: str
    scope: str
    visit: int
    status: str
    attempts: list[Attempt]
    input: Any
    incoming: dict[str, Any]
    output: Any
    error: Any
    port: str | None


class JournalItem(Answer):
    """One row. `taken` null: every plain edge of the port, else edge ids with their tokens."""

    seq: int
    kind: str
    node_id: str
    scope: str
    visit: int
    attempt: int
    status: str
    port: str | None
    taken: dict[str, int] | None
    output: Any
    error: Any
    detail: Any
    worker_id: str
    started_at: Time | None
    finished_at: Time | None


class JournalPage(Answer):
    items: list[JournalItem]
    next_cursor: str | None


class Reason(Answer):
    """One sentence on why an execution is where it is, and what mends it."""

    kind: str
    sentence: str
    mend: str
    node_id: str | None


class Reasons(Answer):
    reasons: list[Reason]


class Fork(Answer):
    """`reused` are the places whose results are kept, `again` those that run first; `id` is null after a dry run.

    The lists name a thousand at most. `input_replaced`: what is reused was computed with the input before.
    """

    id: str | None
    status: ExecutionStatus
    forked_from: str
    from_node: str
    version: int
    reused: list[str]
    reused_count: int
    again: list[str]
    again_count: int
    input_replaced: bool


class SignalReply(Answer):
    execution_id: str
    signal: str
    status: ExecutionStatus | None
    outcome: Literal["accepted", "duplicate"]
