"""What a test looks at when an execution has run: everything is read from the journal, and stays when the house is closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from treadle.domain.durations import format_duration
from treadle.domain.errors import NotFoundError
from treadle.domain.records import ExecutionRecord, JournalRow, RowKind
from treadle.domain.values import decode
from treadle.engine.compensation import UNDO
from treadle.engine.execution_state import FORK
from treadle.engine.frames import place_of_row
from treadle.testing.coverage import Coverage
from treadle.testing.fakes import Call
from treadle.testing.naming import is_undo

NOT_RUN = "not_run"
_ENDS = frozenset({RowKind.DONE, RowKind.FAILED})
_OF_VISITS = _ENDS | {RowKind.RUNNING, RowKind.WAITING, RowKind.RETRYING, RowKind.BEGIN, RowKind.CANCELLED}
_GATE = "gate"


@dataclass(frozen=True, slots=True)
class NodeResult:
    """One node, over all its visits and, inside of maps and loops, all its items and turns.

    `status`, `port`, `output`, `error` and `attempts` are the latest visit's; `outputs` has those of all completed ones.
    What a retry from an earlier node took back does not count; what a fork took over does.
    """

    id: str
    status: str = NOT_RUN
    visits: int = 0
    attempts: int = 0
    port: str | None = None
    output: Any = None
    outputs: Sequence[Any] = ()
    error: Any = None
    started_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One execution. `error` is `{type, message, node_id}` or None; `crashes` counts those of the worker that it survived."""

    id: str
    workflow: str
    status: str
    input: Any
    output: Any
    error: Any
    record: ExecutionRecord
    journal: Sequence[JournalRow]
    coverage: Coverage
    calls: Sequence[Call]
    """Every call of its handlers, in order; one more than there are attempts where a crash lost a result."""
    waits: Sequence[str] = ()
    """A sentence for each thing that it waits for."""
    crashes: int = 0
    children: Sequence[Result] = ()
    """In the order in which they were started; those of a map in the order of its items."""
    _kept: int = 0
    """How many rows of the journal are another execution's, of which it is a fork."""
    _nodes: Mapping[str, NodeResult] = field(default_factory=dict)

    @property
    def ran(self) -> list[str]:
        """The id of each node that has left, completed or failed, in order; several times if it had several visits or items.

        What was taken back by a retry has run all the same; what a fork took over has not run in it.
        """
        return [row.node_id for row in self.journal[self._kept :] if _has_left(row)]

    @property
    def reused(self) -> list[str]:
        """Of a fork: the places whose results it took over, in order."""
        return [place_of_row(row) for row in self.journal[: self._kept] if _has_left(row)]

    @property
    def undone(self) -> list[str]:
        """The place of each activity that was undone by its compensation, the latest first."""
        return [row.node_id for row in self.journal[self._kept :] if row.scope == UNDO and row.kind == RowKind.DONE]

    @property
    def not_run(self) -> list[str]:
        """The nodes that never ran, those of inner graphs as `each/fetch`."""
        return self.coverage.not_run

    @property
    def not_taken(self) -> list[str]:
        """The edges that were never taken, such as `big.true -> manager_ok`."""
        return self.coverage.not_taken

    @property
    def time_skipped(self) -> timedelta:
        """How long it took in its own time."""
        last = self.record.finished_at or max((row.finished_at for row in self.journal if row.finished_at), default=None)
        return (last or self.record.created_at) - self.record.created_at

    def node(self, node_id: str) -> NodeResult:
        """NotFoundError if the workflow has no such node; `status` is `not_run` if it never ran."""
        known = self._nodes.get(node_id)
        if known is None:
            raise NotFoundError("node", node_id, known=sorted(self._nodes))
        return known

    def calls_of(self, node_id: str) -> list[Call]:
        return [call for call in self.calls if call.node_id == node_id]

    def child(self, workflow: str) -> Result:
        """The first child execution of that workflow. NotFoundError."""
        for child in self.children:
            if child.workflow == workflow:
                return child
        raise NotFoundError("child execution of workflow", workflow, known=sorted({each.workflow for each in self.children}))

    @property
    def timeline(self) -> str:
        """One line for each thing that happened, with the time since the start."""
        lines = [f"{self.workflow} {self.status} after {format_duration(self.time_skipped.total_seconds())}"]
        for row in self.journal:
            at = row.finished_at or row.started_at or self.record.created_at
            since = format_duration(max(0.0, (at - self.record.created_at).total_seconds()))
            error = decode(row.error_json) if row.error_json else {}
            place, status = _told(row)
            words = [place or "the execution", status, f"→ {row.port}" if row.port not in (None, "out") else ""]
            words.append(f"{error.get('type')}: {error.get('message')}" if error else "")
            lines.append(f"  {since:>8}  {' '.join(word for word in words if word)}")
        return "\n".join([*lines, *(f"  {'':>8}  {sentence}" for sentence in self.waits)])

    def __repr__(self) -> str:
        said = self.error if isinstance(self.error, dict) else {}
        error = f" with {said.get('type')}: {said.get('message')}" if said else ""
        waits = f"; {' '.join(self.waits)}" if self.waits else ""
        return f"<{self.workflow} {self.status}{error}; ran {', '.join(self.ran) or 'nothing'}{waits}>"


def taken_over(journal: Sequence[JournalRow]) -> int:
    """How many rows a fork took over, the one that says so included; 0 of any other execution."""
    marks = [row.seq for row in journal if row.kind == RowKind.CONTROL and row.status == FORK]
    return max(marks, default=0)


def nodes_of(journal: Sequence[JournalRow], known: Sequence[str]) -> dict[str, NodeResult]:
    """Each node of the graph and its inner graphs, whether it ran or not."""
    by_node: dict[str, list[JournalRow]] = {node_id: [] for node_id in known}
    for row in journal:
        if row.node_id and not is_undo(row.scope) and (row.kind in _OF_VISITS or _has_left(row)):
            by_node.setdefault(row.node_id, []).append(row)
    return {node_id: _node_result(node_id, rows) for node_id, rows in by_node.items()}


def _node_result(node_id: str, rows: Sequence[JournalRow]) -> NodeResult:
    if not rows:
        return NodeResult(node_id)
    last = rows[-1]
    latest = [row for row in rows if place_of_row(row) == place_of_row(last)]
    outputs = [decode(row.output_json or "null") for row in rows if row.kind == RowKind.DONE]
    ended = last.kind in _ENDS or last.kind == RowKind.CANCELLED or _has_left(last)
    return NodeResult(
        id=node_id,
        status="completed" if last.kind == RowKind.NOTE else last.status,
        visits=len({place_of_row(row) for row in rows}),
        attempts=max(row.attempt for row in latest),
        port=last.port,
        output=decode(last.output_json) if last.output_json is not None else None,
        outputs=outputs,
        error=decode(last.error_json) if last.error_json is not None else None,
        started_at=latest[0].started_at,
        finished_at=last.finished_at if ended else None,
    )


def _told(row: JournalRow) -> tuple[str, str]:
    """The place and the status; those of an item or turn if its end is what the row is about."""
    if row.kind == RowKind.ITEM:
        item = decode(row.detail_json or "{}")
        return f"{place_of_row(row)}[{item['index']}]", str(item["status"])
    return place_of_row(row), row.status


def _has_left(row: JournalRow) -> bool:
    """A gate is opened by the token game, and leaves by a note; a disabled node is only passed."""
    if row.kind in _ENDS:
        return row.status != "skipped" and not is_undo(row.scope)
    return row.kind == RowKind.NOTE and row.status == _GATE
