"""What a reader of the live stream asks for, and the data of its events."""

from __future__ import annotations

from pydantic import Field

from treadle.api.schemas.executions import ExecutionRow, JournalItem, NodeState, WaitingOn
from treadle.api.schemas.fields import Answer, Key, Query
from treadle.domain.states import ExecutionStatus
from treadle.ports_live import Topic

MOST_EXECUTIONS = 50


class LiveQuery(Query):
    execution: list[Key] = Field(default=[], max_length=MOST_EXECUTIONS, description="the whole id of an execution; repeatable")
    topic: list[Topic] = Field(default=[], max_length=len(Topic), description="a list to be told of; repeatable")
    after: str | None = Field(default=None, max_length=4000, description="as Last-Event-ID, which wins: go on behind this event")


class LiveNodes(Answer):
    """The nodes whose state has changed, at first all of them, as of row `seq`."""

    execution_id: str
    seq: int
    nodes: dict[str, NodeState]
    waiting_on: list[WaitingOn]


class LiveRow(Answer):
    """`row.output` is null and `row.detail.large` true where the result has more than 2 KiB."""

    execution_id: str
    row: JournalItem


class LiveEnd(Answer):
    """Nothing follows for this execution; `status` is null of one that does not exist."""

    execution_id: str
    status: ExecutionStatus | None


class LiveChanged(Answer):
    """Something in this list has changed; `ids` is null when it is not known what."""

    topic: Topic
    ids: list[str] | None


class LiveEvents(Answer):
    """The data of each event by its name: an event has one of these."""

    nodes: LiveNodes
    journal: LiveRow
    status: ExecutionRow
    end: LiveEnd
    changed: LiveChanged
