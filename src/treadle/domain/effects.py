"""What a step of the token game leads to, as values: activities, effects, notes, and why a join waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from treadle.domain.states import ActivityStatus

Producer = tuple[int, int]
"""Who put a token: (node index, visit)."""

START: Producer = (-1, 0)
"""The producer of the tokens that start a scope."""

Stamps = Mapping[int, int]
"""For each counting join on a cycle, the latest of its firings that a token or an activity descends from."""

State = Literal["running", "completed", "failed", "cancelled"]


class Activity:
    """One visit of one node in one scope; `inputs` are the tokens it consumed, by edge in graph order.

    `home` is its scope's, and means nothing to the game. `attempt` and `fired_at` belong to the engine, which counts the one
    and notes in the other after which row it fired; the token game only carries attempts into snapshots.
    """

    __slots__ = ("attempt", "fired_at", "home", "inputs", "node", "stamps", "status", "visit")

    def __init__(
        self,
        node: int,
        visit: int,
        status: ActivityStatus,
        inputs: tuple[Producer, ...],
        stamps: Stamps | None = None,
        home: Any = None,
    ) -> None:
        self.node = node
        self.visit = visit
        self.status = status
        self.inputs = inputs
        self.stamps = stamps
        self.home = home
        self.attempt = 1
        self.fired_at = -1

    def __repr__(self) -> str:
        return f"Activity({self.node}#{self.visit}, {self.status}, inputs={self.inputs})"


@dataclass(frozen=True, slots=True)
class Note:
    """What the game decided by itself: a `gate` that opened through `port`, or a `tie` among joins, broken at `node`."""

    kind: Literal["gate", "tie"]
    node: int
    visit: int
    port: str | None = None
    home: Any = None


@dataclass(slots=True)
class Effects:
    """What to do after a step: activities to `run`, in firing order, and activities to stop.

    Those to run are of this scope, or of another that waited for a mutex that this one gave back. An activity that fired and
    was withdrawn in the same step is only in `withdrawn`. When the scope failed, nothing of it is to run.
    `unsettled` are other scopes to settle: a gate of theirs has got such a mutex.
    `error` is (type, message, node ids); None for a scope that failed because an activity did.
    """

    run: list[Activity] = field(default_factory=list)
    withdrawn: list[Activity] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    unsettled: list[Any] = field(default_factory=list)
    ended: Literal["completed", "failed", "cancelled"] | None = None
    error: tuple[str, str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """A join that holds tokens and waits.

    `missing_edges` are those it still waits for (the owed ones, where a blocking join waits for its debts), and `because`
    is who can still bring a token to one of them: an activity, or a node with tokens before it. None: nobody can.
    """

    node: int
    marked_edges: tuple[int, ...]
    missing_edges: tuple[int, ...]
    because: Activity | int | None
