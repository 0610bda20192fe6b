"""How each node of an execution's own graph stands, from its journal and its fold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from treadle.domain.composites import Composite
from treadle.domain.heartbeats import Heartbeat
from treadle.domain.marking import Activity
from treadle.domain.records import JournalRow, RowKind
from treadle.domain.states import ActivityStatus
from treadle.domain.values import decode
from treadle.engine.execution_state import ExecutionState
from treadle.engine.frames import TOP, Frame, place
from treadle.engine.program import Program
from treadle.engine.readings import Reading
from treadle.engine.views import NodeState, Progress, Runs

NEVER = NodeState(status=ActivityStatus.SKIPPED, visits=0, attempts=0, started_at=None, finished_at=None)
NO_RUNS = Runs(total=0, completed=0, failed=0, running=0)

_OF_THE_WHOLE = frozenset({RowKind.CONTROL, RowKind.NOTE})
_OF_RUNS = frozenset({RowKind.ITEM, RowKind.MORE})
_AT_WORK = frozenset({ActivityStatus.RUNNING, ActivityStatus.RETRYING})
_UNDER_WAY = frozenset({RowKind.WAITING, RowKind.RUNNING, RowKind.BEGIN})


@dataclass(slots=True)
class _Tally:
    """What the rows of one node say: its latest row, when that visit started, how many visits, and how its runs ended."""

    latest: JournalRow
    started: dict[int, datetime | None] = field(default_factory=dict)
    visits: int = 0
    runs: Runs | None = None


class NodeTally:
    """The rows of one scope, node by node, as far as they have been added. It goes on where it is: no row is looked at twice."""

    def __init__(self, scope: str = TOP) -> None:
        self._scope = scope
        self._nodes: dict[str, _Tally] = {}

    def add(self, rows: Iterable[JournalRow]) -> None:
        for row in rows:
            if row.scope == self._scope and row.kind not in _OF_THE_WHOLE and row.node_id:
                self._add(row)

    def _add(self, row: JournalRow) -> None:
        known = self._nodes.get(row.node_id)
        if known is None:
            known = self._nodes[row.node_id] = _Tally(row)
        if row.kind in _OF_RUNS:
            known.runs = _with_run(known.runs or NO_RUNS, _ended_as(row))
            return
        if row.kind == RowKind.BEGIN:
            known.runs = NO_RUNS
        known.latest = row
        known.started.setdefault(row.visit, row.started_at)
        known.visits = max(known.visits, row.visit)

    def states(self) -> dict[str, NodeState]:
        return {node_id: self._state(known) for node_id, known in self._nodes.items() if known.started}

    def _state(self, known: _Tally) -> NodeState:
        row = known.latest
        return NodeState(
            status=row.status,
            visits=known.visits,
            attempts=row.attempt,
            started_at=known.started[row.visit],
            finished_at=None if row.kind in _UNDER_WAY else row.finished_at,
            error=decode(row.error_json) if row.error_json is not None else None,
            runs=known.runs,
        )


def node_states(reading: Reading, *, held_back: bool = False) -> dict[str, NodeState]:
    """Each node's latest visit: finished ones by their rows, the others by the fold; of what is held back none has begun."""
    states = {node.id: NEVER for node in reading.program.graph.nodes} if reading.program is not None else {}
    states.update(_tally_of(reading).states())
    if reading.state is not None and not held_back:
        _add_active(states, reading.state, reading.state.root)
    return states


def scope_states(reading: Reading, scope: str, program: Program | None) -> dict[str, NodeState]:
    """As `node_states`, of one item or turn, whose graph `program` has."""
    states = {node.id: NEVER for node in program.graph.nodes} if program is not None else {}
    tally = NodeTally(scope)
    tally.add(reading.counted())
    states.update(tally.states())
    if reading.state is not None and (frame := reading.state.frames.by_path.get(scope)) is not None:
        _add_active(states, reading.state, frame)
    return states


def _tally_of(reading: Reading) -> NodeTally:
    """Of a reading that goes on, only the rows since the last time are added."""
    if reading.tally is None:
        reading.tally = NodeTally()
        reading.tally.add(reading.counted())
    else:
        reading.tally.add(reading.rows[reading.tallied :])
    reading.tallied = len(reading.rows)
    return reading.tally


def with_progress(states: dict[str, NodeState], beats: Iterable[Heartbeat]) -> dict[str, NodeState]:
    """The same, with what the handlers of nodes say that are at work or tried again."""
    said = {beat.place: beat for beat in beats if beat.progress_json is not None}
    if not said:
        return states
    return {node_id: _with_progress(state, said.get(place(TOP, node_id, state.visits))) for node_id, state in states.items()}


def _with_progress(state: NodeState, beat: Heartbeat | None) -> NodeState:
    if beat is None or beat.progress_json is None or beat.beat_at is None or state.status not in _AT_WORK:
        return state
    said = decode(beat.progress_json)
    progress = Progress(said["done"], said["total"], said["message"], beat.beat_at)
    return replace(state, progress=progress)


def _ended_as(row: JournalRow) -> str:
    """How the item or turn ended that a row is about; empty if it is about none."""
    return str(decode(row.detail_json or "{}").get("status", "")) if row.kind == RowKind.ITEM else ""


def _with_run(runs: Runs, status: str) -> Runs:
    if not status:
        return runs
    failed = status == ActivityStatus.FAILED
    return Runs(total=runs.total + 1, completed=runs.completed + (not failed), failed=runs.failed + failed, running=0)


def _add_active(states: dict[str, NodeState], state: ExecutionState, frame: Frame) -> None:
    nodes = frame.program.graph.nodes
    for activity in frame.marking.active.values():
        node_id = nodes[activity.node].id
        known = states.get(node_id, NEVER)
        status = status_of(state, activity)
        composite = state.frames.composites.get(activity)
        states[node_id] = NodeState(
            status=status,
            visits=max(known.visits, activity.visit),
            attempts=activity.attempt,
            started_at=known.started_at if known.visits == activity.visit else None,
            finished_at=None,
            error=known.error if status == ActivityStatus.RETRYING else None,
            runs=_runs_of(composite) if composite is not None else None,
        )


def _runs_of(composite: Composite) -> Runs:
    return Runs(total=composite.total, completed=composite.completed, failed=composite.failed, running=len(composite.running))


def status_of(state: ExecutionState, activity: Activity) -> str:
    """Of one that is active."""
    if activity in state.waits and activity not in state.frames.composites:
        return ActivityStatus.WAITING
    return activity.status
