"""What is inside of a composite node: its items or turns, and the states of the nodes in one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from treadle.domain.errors import NotFoundError
from treadle.domain.records import JournalRow, Page, RowKind
from treadle.domain.states import TERMINAL, ActivityStatus
from treadle.domain.values import decode
from treadle.engine.frames import TOP, place
from treadle.engine.node_states import scope_states
from treadle.engine.program import Program, Programs
from treadle.engine.readings import Reading, Readings
from treadle.engine.views import NodeState
from treadle.ports import Store


@dataclass(frozen=True, slots=True)
class Run:
    """An item or turn that has begun. `scope` is its path; `started_at` is that of its first node that has one."""

    index: int
    scope: str
    status: str
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error_json: str | None = None


@dataclass(frozen=True, slots=True)
class ScopeView:
    """`graph_path` are the ids of the composite nodes around it, the outermost first."""

    scope: str
    graph_path: tuple[str, ...]
    nodes: Mapping[str, NodeState]


class RunsInspector:
    def __init__(self, store: Store, programs: Programs, readings: Readings) -> None:
        self._store = store
        self._programs = programs
        self._readings = readings

    def scope(self, execution_id: str, scope: str) -> ScopeView:
        """NotFoundError, also of a scope that has not begun."""
        record = self._store.executions.get(execution_id)
        with self._readings.of(record) as reading:
            graph_path, program = _program_at(reading.program, scope)
            if not _has_begun(reading, scope):
                raise NotFoundError("scope", scope)
            return ScopeView(scope, graph_path, scope_states(reading, scope, program))

    def runs(
        self, execution_id: str, node_id: str, *, scope: str = TOP, status: str | None = None, after: int = -1, limit: int = 50
    ) -> Page[Run]:
        """Of the node's last visit in that scope, by index; the cursor is the last index. NotFoundError."""
        record = self._store.executions.get(execution_id)
        with self._readings.of(record) as reading:
            _, program = _program_at(reading.program, scope)
            if program is not None and program.graph.index_of.get(node_id, -1) not in program.inner:
                raise NotFoundError("composite node", place(scope, node_id, 1), known=_composites(program))
            found = {} if record.status in TERMINAL else {run.index: run for run in _under_way(reading, scope, node_id)}
            found.update((run.index, run) for run in _ended(reading, scope, node_id))
        wanted = [run for _, run in sorted(found.items()) if run.index > after and (status is None or run.status == status)]
        return Page(tuple(wanted[:limit]), str(wanted[limit - 1].index) if len(wanted) > limit else None)


def _program_at(program: Program | None, scope: str) -> tuple[tuple[str, ...], Program | None]:
    """The composite nodes around a scope, and its program if the version can be read. NotFoundError."""
    path = tuple(part.partition("[")[0].partition("#")[0] for part in scope.split("/")) if scope else ()
    for node_id in path:
        if program is None:
            break
        inner = program.inner.get(program.graph.index_of.get(node_id, -1))
        if inner is None:
            raise NotFoundError("scope", scope, known=_composites(program))
        program = inner
    return path, program


def _composites(program: Program) -> list[str]:
    return [program.graph.nodes[index].id for index in program.inner]


def _has_begun(reading: Reading, scope: str) -> bool:
    if scope == TOP or (reading.state is not None and scope in reading.state.frames.by_path):
        return True
    return any(row.scope == scope for row in reading.rows)


def _ended(reading: Reading, scope: str, node_id: str) -> Iterator[Run]:
    rows = reading.counted()
    visit, starts = _last_visit(rows, scope, node_id), _starts(rows)
    for row in rows:
        if row.kind == RowKind.ITEM and (row.scope, row.node_id, row.visit) == (scope, node_id, visit):
            detail = decode(row.detail_json or "{}")
            path = f"{place(scope, node_id, visit)}[{detail['index']}]"
            yield Run(detail["index"], path, detail["status"], starts.get(path), row.finished_at, row.error_json)


def _under_way(reading: Reading, scope: str, node_id: str) -> Iterator[Run]:
    if reading.state is None:
        return
    starts = _starts(reading.rows)
    frames = reading.state.frames
    for activity, composite in frames.composites.items():
        home = activity.home
        if home.path == scope and home.program.graph.nodes[activity.node].id == node_id:
            for index, frame in composite.running.items():
                yield Run(index, frame.path, ActivityStatus.RUNNING, starts.get(frame.path))


def _last_visit(rows: Sequence[JournalRow], scope: str, node_id: str) -> int:
    return max((row.visit for row in rows if row.scope == scope and row.node_id == node_id), default=1)


def _starts(rows: Sequence[JournalRow]) -> dict[str, datetime]:
    """When the first node of each scope started."""
    found: dict[str, datetime] = {}
    for row in rows:
        if row.scope and row.started_at is not None:
            found[row.scope] = min(row.started_at, found.get(row.scope, row.started_at))
    return found
