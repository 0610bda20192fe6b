"""How each node of an execution's own graph stands, from its journal and its fold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from treadle.domain.composites import Composite
from treadle.domain.marking import Activity
from treadle.domain.records import JournalRow, RowKind
from treadle.domain.states import ActivityStatus
from treadle.domain.values import decode
from treadle.engine.execution_state import ExecutionState
from treadle.engine.frames import TOP
from treadle.engine.readings import Reading
from treadle.engine.views import NodeState, Runs

NEVER = NodeState(status=ActivityStatus.SKIPPED, visits=0, attempts=0, started_at=None, finished_at=None)

_OF_THE_WHOLE = frozenset({RowKind.CONTROL, RowKind.NOTE})
_OF_RUNS = frozenset({RowKind.ITEM, RowKind.MORE})
_UNDER_WAY = frozenset({RowKind.WAITING, RowKind.RUNNING, RowKind.BEGIN})


def node_states(reading: Reading, *, held_back: bool = False) -> dict[str, NodeState]:
    """Each node's latest visit: finished ones by their rows, the others by the fold; of what is held back none has begun."""
    latest: dict[str, JournalRow] = {}
    started: dict[tuple[str, int], datetime | None] = {}
    visits: dict[str, int] = {}
    runs: dict[str, list[str]] = {}
    for row in reading.counted():
        if row.scope != TOP or row.kind in _OF_THE_WHOLE or not row.node_id:
            continue
        if row.kind in _OF_RUNS:
            runs.setdefault(row.node_id, []).append(_ended_as(row))
            continue
        if row.kind == RowKind.BEGIN:
            runs[row.node_id] = []
        latest[row.node_id] = row
        started.setdefault((row.node_id, row.visit), row.started_at)
        visits[row.node_id] = max(visits.get(row.node_id, 0), row.visit)
    states = {node.id: NEVER for node in reading.program.graph.nodes} if reading.program is not None else {}
    for node_id, row in latest.items():
        states[node_id] = NodeState(
            status=row.status,
            visits=visits[node_id],
            attempts=row.attempt,
            started_at=started[(node_id, row.visit)],
            finished_at=None if row.kind in _UNDER_WAY else row.finished_at,
            error=decode(row.error_json) if row.error_json is not None else None,
            runs=_ended_runs(runs[node_id]) if node_id in runs else None,
        )
    if reading.state is not None and not held_back:
        _add_active(states, reading.state)
    return states


def _ended_as(row: JournalRow) -> str:
    """How the item or turn ended that a row is about; empty if it is about none."""
    return str(decode(row.detail_json or "{}").get("status", "")) if row.kind == RowKind.ITEM else ""


def _ended_runs(statuses: Sequence[str]) -> Runs:
    ended = [status for status in statuses if status]
    failed = ended.count(ActivityStatus.FAILED)
    return Runs(total=len(ended), completed=len(ended) - failed, failed=failed, running=0)


def _add_active(states: dict[str, NodeState], state: ExecutionState) -> None:
    nodes = state.program.graph.nodes
    for activity in state.marking.active.values():
        node_id = nodes[activity.node].id
        known = states[node_id]
        status = _status_of(state, activity)
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


def _status_of(state: ExecutionState, activity: Activity) -> str:
    if activity in state.waits and activity not in state.frames.composites:
        return ActivityStatus.WAITING
    return activity.status
