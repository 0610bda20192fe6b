"""What people and the API see of one execution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from treadle.domain.records import ExecutionRecord


@dataclass(frozen=True, slots=True)
class Runs:
    """The items or turns of a composite node: how many are known, and how they stand."""

    total: int
    completed: int
    failed: int
    running: int


@dataclass(frozen=True, slots=True)
class Progress:
    """What a handler under way says of itself: so much `done`, of `total` or as a fraction of 1, and a text."""

    done: float | None
    total: float | None
    message: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node's latest visit. `error` is the last `{type, message}` or None; `runs` are a composite node's, `progress` is
    what its handler says while it is at work, or said before it is tried again."""

    status: str
    visits: int
    attempts: int
    started_at: datetime | None
    finished_at: datetime | None
    error: Any = None
    runs: Runs | None = None
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class ExecutionView:
    """`waiting_on` items are `{kind, node_id, …}`: time, signal, approval, child, retry, rate, slot, gate or join.

    `seq` is the last row of the journal that it is made of.
    """

    record: ExecutionRecord
    input: Any
    output: Any
    error: Any
    trigger: Any
    waiting_on: tuple[dict[str, Any], ...]
    nodes: Mapping[str, NodeState]
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something does not go on, in one sentence, and what would mend it."""

    kind: str
    sentence: str
    mend: str
    node_id: str | None = None
