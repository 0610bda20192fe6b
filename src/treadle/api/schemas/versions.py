"""What is sent and answered about versions: moves and replays."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from treadle.api.schemas.executions import WaitingOn
from treadle.api.schemas.fields import Answer, Body, Cursor, Key, VersionNumber
from treadle.api.schemas.workflows import GRAPH
from treadle.domain.states import ExecutionStatus

By = Annotated[Key | None, Field(description="who asks for it; kept in the journal")]


class MoveExecution(Body):
    version: VersionNumber = Field(description="the version to go on with, newer or older")
    by: By = None
    dry_run: bool = Field(default=False, description="only say whether it fits")


class MoveExecutions(MoveExecution):
    from_version: VersionNumber = Field(description="only executions that have this version")
    limit: int = Field(default=100, ge=1, le=200, description="so many open executions are looked at, whatever their version")
    cursor: Cursor | None = None


class ReplayWorkflow(Body):
    """`graph_config`, or `version`; neither: the latest version."""

    graph_config: Any = Field(default=None, description=GRAPH)
    version: VersionNumber | None = None
    status: ExecutionStatus | None = Field(default=None, description="only executions in this status; else all that are over")
    limit: int = Field(default=200, ge=1, le=1000, description="so many executions, the latest first")
    cursor: Cursor | None = None


class Misfit(Answer):
    """`place` is a place in the execution; empty: the execution as a whole."""

    code: str
    place: str
    message: str
    hint: str | None


class ChangedNode(Answer):
    """`under_way`: a visit of it is active; it goes on as it was begun."""

    place: str
    change: Literal["added", "removed", "changed"]
    under_way: bool


class Move(Answer):
    """`begins` are places that the new version adds to what is under way; `waiting` is what it goes on to wait for."""

    id: str
    status: ExecutionStatus
    from_version: int
    version: int
    fits: bool
    findings: list[Misfit]
    waiting: list[WaitingOn]
    begins: list[str]
    changed: list[ChangedNode]


class MoveConflict(Answer):
    """An execution that ended, or that others moved, meanwhile."""

    id: str
    message: str


class Moves(Answer):
    items: list[Move]
    conflicts: list[MoveConflict]
    next_cursor: str | None


class Difference(Answer):
    place: str
    kind: Literal["choice", "result", "output", "would_run", "not_run", "end", "failed"]
    message: str


class Replay(Answer):
    """`not_run` ran and would not have, `would_run` the other way round; `needs` are places whose result nobody knows."""

    id: str
    version: int
    result: Literal["same", "differs", "unknown", "failed"]
    first: Difference | None
    not_run: list[str]
    would_run: list[str]
    needs: list[str]
    end: str
    would_end: str | None


class ReplayPlace(Answer):
    """Executions that differ first at this node, or lack its result; `example` is one of them."""

    place: str
    kind: Literal["choice", "result", "output", "would_run", "not_run", "end", "failed", "unknown"]
    count: int
    example: str


class Replays(Answer):
    """One page; `timed_out`: it ended early, and `next_cursor` goes on."""

    counts: dict[str, int]
    places: list[ReplayPlace]
    items: list[Replay]
    next_cursor: str | None
    timed_out: bool
