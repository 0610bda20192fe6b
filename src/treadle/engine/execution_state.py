"""The state of one execution: the fold of its journal. No I/O, no clock, no expression is evaluated here.

The worker folds each row before it writes it, and a new owner folds the same rows after a crash: there is one code path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from treadle.domain.errors import JournalGapError, MarkingError
from treadle.domain.graph import Graph
from treadle.domain.marking import Activity, Effects, Marking
from treadle.domain.records import JournalRow, RowKind
from treadle.domain.states import ActivityStatus
from treadle.domain.values import RESULT_LIMIT, decode, encode
from treadle.engine.data import Result, Results
from treadle.engine.waits import ActiveWait

BY_POLICY = "policy"

Key = tuple[int, int]
"""(node index, visit)"""


@dataclass(slots=True)
class Control:
    """What messages have asked of the execution as a whole, as far as the journal has consumed them."""

    paused: bool = False
    cancelled: bool = False
    reason: str = ""
    timed_out: bool = False


@dataclass(slots=True)
class Terminated:
    """A `terminate` node has ended the execution."""

    status: str
    output_json: str | None
    node_id: str


@dataclass(slots=True)
class ExecutionState:
    execution_id: str
    graph: Graph
    marking: Marking
    results: Results
    seq: int = 0
    control: Control = field(default_factory=Control)
    waits: dict[Key, ActiveWait] = field(default_factory=dict)
    retry_at: dict[Key, datetime] = field(default_factory=dict)
    budget: dict[Key, int] = field(default_factory=dict)
    """Attempts used before the last retry of the whole execution: a node's policy counts from there."""
    marks: dict[Key, int] = field(default_factory=dict)
    """Attempts whose start is in the journal (`delivery: at_most_once`)."""
    fired_at: dict[Key, int] = field(default_factory=dict)
    consumed: set[int] = field(default_factory=set)
    ends: dict[str, str | None] = field(default_factory=dict)
    failure_json: str | None = None
    terminated: Terminated | None = None
    has_children: bool = False
    first: Effects | None = None
    """What the start itself set going."""

    @classmethod
    def start(cls, execution_id: str, graph: Graph, starts: Sequence[int]) -> ExecutionState:
        marking, effects = Marking.start(graph, starts)
        state = cls(execution_id, graph, marking, Results(graph))
        state.first = effects
        state._absorb(effects)
        return state

    @classmethod
    def fold(cls, execution_id: str, graph: Graph, starts: Sequence[int], rows: Iterable[JournalRow]) -> ExecutionState:
        """JournalGapError when a row is missing; MarkingError when rows and graph contradict each other."""
        state = cls.start(execution_id, graph, starts)
        for row in rows:
            if row.seq != state.seq + 1:
                raise JournalGapError(execution_id, state.seq + 1, row.seq)
            state.apply(row)
        return state

    def apply(self, row: JournalRow) -> Effects | None:
        """Fold one row. None when the row sets nothing going."""
        self.seq = row.seq
        if row.message_seq is not None:
            self.consumed.add(row.message_seq)
        return _FOLD[row.kind](self, row)

    @property
    def over(self) -> bool:
        """Whether nothing more can be done in it but to end it."""
        return (
            self.failure_json is not None
            or self.control.cancelled
            or self.terminated is not None
            or self.marking.state != "running"
        )

    def active(self, key: Key) -> Activity | None:
        return self.marking.active.get(key)

    def startable(self) -> list[Activity]:
        """Active activities that are neither parked, nor between attempts, nor queued for a mutex."""
        running = ActivityStatus.RUNNING
        return [a for key, a in self.marking.active.items() if a.status == running and key not in self.waits]

    def next_due(self) -> datetime | None:
        """When the next wait or retry is due."""
        times = [w.wake_at for w in self.waits.values() if w.wake_at is not None]
        return min([*times, *self.retry_at.values()], default=None)

    def attempts_used(self, key: Key, attempt: int) -> int:
        """Attempts that count against the node's policy."""
        return attempt - self.budget.get(key, 0)

    def key_of(self, row: JournalRow) -> Key:
        try:
            return self.graph.index_of[row.node_id], row.visit
        except KeyError:
            raise MarkingError(f"{self.execution_id} seq {row.seq}: no node {row.node_id!r} in this version") from None

    def _done(self, row: JournalRow) -> Effects:
        key = self.key_of(row)
        activity = self._require(key, row)
        port = row.port or "out"
        taken = None
        if row.taken_json is not None:
            edge_of = self.graph.edge_of
            taken = [(edge_of[edge], count) for edge, count in decode(row.taken_json).items()]
        self._forget(key)
        self.results.add(key[0], Result(row.visit, row.seq, activity.inputs, port, row.output_json, row.error_json))
        if not (taken if taken is not None else self._plain_edges(key[0], port)):
            self.ends[row.node_id] = row.output_json
        effects = self.marking.done(key[0], key[1], port=port, taken=taken)
        if row.detail_json is not None and effects.ended == "completed":
            self.terminated = Terminated(decode(row.detail_json)["status"], row.output_json, row.node_id)
        self._absorb(effects)
        return effects

    def _failed(self, row: JournalRow) -> Effects:
        if row.port is not None:
            return self._done(row)
        key = self.key_of(row)
        activity = self._require(key, row)
        self._forget(key)
        self.failure_json = row.error_json
        self.results.add(key[0], Result(row.visit, row.seq, activity.inputs, "error", row.output_json, row.error_json))
        effects = self.marking.failed(key[0], key[1])
        self._absorb(effects)
        return effects

    def _retrying(self, row: JournalRow) -> None:
        key = self.key_of(row)
        activity = self._require(key, row)
        self.waits.pop(key, None)
        self.marking.status(key[0], key[1], ActivityStatus.RETRYING)
        activity.attempt = row.attempt + 1
        self.retry_at[key] = datetime.fromisoformat(decode(row.detail_json or "{}")["retry_at"])

    def _waiting(self, row: JournalRow) -> None:
        key = self.key_of(row)
        self._require(key, row)
        wait = ActiveWait.from_json(decode(row.detail_json or "{}"), row.started_at)
        self.waits[key] = wait
        self.has_children = self.has_children or any(w.child for w in wait.waits)
        self.marking.status(key[0], key[1], ActivityStatus.WAITING)

    def _running(self, row: JournalRow) -> None:
        self.marks[self.key_of(row)] = row.attempt

    def _control(self, row: JournalRow) -> Effects | None:
        detail = decode(row.detail_json or "{}")
        verb = detail["verb"]
        if verb == "cancel":
            self.control.cancelled = True
            self.control.reason = detail.get("reason", "")
        elif verb == "deadline":
            self.control.timed_out = True
            self.failure_json = row.error_json
        elif verb == "complete":
            self.terminated = Terminated("completed", row.output_json, "")
        elif verb == "fail":
            self.failure_json = row.error_json
        elif verb == "retry":
            return self._retry(by_policy=detail.get("reason") == BY_POLICY)
        else:
            self.control.paused = verb == "pause"
        return None

    def _retry(self, *, by_policy: bool) -> Effects | None:
        """Run what failed or was interrupted again: same visit, next attempt, the whole policy anew.

        A pause that was accepted meanwhile holds for a retry by policy; a person who retries wants it to run.
        """
        self.failure_json = None
        self.control = Control(paused=self.control.paused and by_policy)
        before = set(self.marking.active)
        effects = self.marking.retry() if self.marking.state == "failed" else None
        if effects is None:
            for key in (*self.waits, *self.retry_at):
                self.marking.status(key[0], key[1], ActivityStatus.RUNNING)
        for key, activity in self.marking.active.items():
            if key in before and activity.status == ActivityStatus.RUNNING:
                activity.attempt += key not in self.retry_at
                self.budget[key] = activity.attempt - 1
        self.waits.clear()
        self.retry_at.clear()
        if effects is not None:
            self._absorb(effects)
        return effects

    def _effect(self, _row: JournalRow) -> None:
        """A row that records what another row brought about."""

    def _require(self, key: Key, row: JournalRow) -> Activity:
        activity = self.marking.active.get(key)
        if activity is None:
            raise MarkingError(f"{self.execution_id} seq {row.seq}: {row.node_id}#{row.visit} is not active")
        return activity

    def _forget(self, key: Key) -> None:
        self.waits.pop(key, None)
        self.retry_at.pop(key, None)
        self.marks.pop(key, None)
        self.budget.pop(key, None)

    def _absorb(self, effects: Effects) -> None:
        for activity in effects.run:
            self.fired_at.setdefault((activity.node, activity.visit), self.seq)
        for activity in effects.withdrawn:
            self._forget((activity.node, activity.visit))
        if effects.error is not None and self.failure_json is None:
            self.failure_json = _error_text(effects.error)

    def _plain_edges(self, node: int, port: str) -> bool:
        plain: set[tuple[int, str]] | None = self.graph.cache.get("plain_edges")
        if plain is None:
            plain = {(e.source, e.port) for e in self.graph.edges if e.when is None and not e.default}
            self.graph.cache["plain_edges"] = plain
        return (node, port) in plain


def _error_text(error: tuple[str, str, tuple[str, ...]]) -> str:
    kind, message, node_ids = error
    return encode({"type": kind, "message": message, "nodes": list(node_ids)}, limit=RESULT_LIMIT, name="error")


_FOLD: dict[str, Callable[[ExecutionState, JournalRow], Effects | None]] = {
    RowKind.DONE: ExecutionState._done,
    RowKind.FAILED: ExecutionState._failed,
    RowKind.RETRYING: ExecutionState._retrying,
    RowKind.WAITING: ExecutionState._waiting,
    RowKind.RUNNING: ExecutionState._running,
    RowKind.CONTROL: ExecutionState._control,
    RowKind.CANCELLED: ExecutionState._effect,
    RowKind.NOTE: ExecutionState._effect,
}
