"""One activity as people look at it: its attempts, the config it ran with, what it could read, and what it put out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from treadle.domain.errors import ConflictError, MarkingError, NotFoundError, TreadleError
from treadle.domain.marking import Activity
from treadle.domain.records import ExecutionRecord, JournalRow, RowKind
from treadle.domain.states import TERMINAL, ActivityStatus
from treadle.engine.cuts import Cuts
from treadle.engine.frames import Frame
from treadle.engine.history import History
from treadle.engine.node_states import status_of
from treadle.engine.plays import Played
from treadle.engine.program import Programs
from treadle.engine.retrying import journal_of, program_of
from treadle.engine.vocabulary import Vocabulary
from treadle.ports import Store

_OF_OTHERS = frozenset({RowKind.ITEM, RowKind.MORE, RowKind.CONTROL, RowKind.NOTE})
"""Rows that stand at an activity, and say something about what is inside of it or around it."""
_CLOSING = frozenset({RowKind.DONE, RowKind.FAILED, RowKind.RETRYING, RowKind.CANCELLED})
_PUTTING_OUT = frozenset({RowKind.DONE, RowKind.FAILED})


@dataclass(frozen=True, slots=True)
class Attempt:
    """`error_json` is why it failed. `worker_id` is who wrote its last row, or who owns the execution now."""

    attempt: int
    status: str
    started_at: datetime | None
    finished_at: datetime | None
    error_json: str | None
    worker_id: str | None


@dataclass(frozen=True, slots=True)
class ActivityView:
    """`input`, `output` and the values of `incoming` are JSON or cut. `input` None: it cannot be told what it ran with."""

    node_id: str
    scope: str
    visit: int
    status: str
    attempts: tuple[Attempt, ...]
    input: Any = None
    incoming: Mapping[str, Any] = field(default_factory=dict)
    output: Any = None
    error_json: str | None = None
    port: str | None = None


@dataclass(frozen=True, slots=True)
class _Visit:
    """A visit with its rows: those that count, and `tried`, which have all attempts there ever were."""

    record: ExecutionRecord
    played: Played
    frame: Frame
    activity: Activity
    rows: Sequence[JournalRow]
    tried: Sequence[JournalRow]

    @property
    def node_id(self) -> str:
        return self.frame.program.graph.nodes[self.activity.node].id

    @property
    def under_way(self) -> bool:
        return self.record.status not in TERMINAL and self.played.state.is_active(self.activity)

    @property
    def put_out(self) -> JournalRow | None:
        return next((row for row in reversed(self.rows) if row.kind in _PUTTING_OUT), None)


class Activities:
    def __init__(self, store: Store, programs: Programs) -> None:
        self._store = store
        self._programs = programs

    def show(self, execution_id: str, wanted: str) -> ActivityView:
        """`wanted` is a place such as `each[3]/fetch#2`; without a number, the last visit.

        NotFoundError: the execution or the node, or the node has not run. ConflictError: what is recorded cannot be read.
        """
        visit = self._visit(execution_id, wanted)
        cuts = Cuts()
        end, last = visit.put_out, visit.rows[-1] if visit.rows else None
        return ActivityView(
            node_id=visit.node_id,
            scope=visit.frame.path,
            visit=visit.activity.visit,
            status=_status(visit, last),
            attempts=tuple(_attempts(visit)),
            input=cuts.cut(_input(visit)),
            incoming={node_id: cuts.cut_text(text) for node_id, text in _incoming(visit).items()},
            output=cuts.cut_text(end.output_json) if end is not None else None,
            error_json=last.error_json if last is not None else None,
            port=end.port if end is not None else None,
        )

    def output(self, execution_id: str, wanted: str) -> str:
        """The whole output as JSON text. NotFoundError also where there is none yet."""
        visit = self._visit(execution_id, wanted)
        end = visit.put_out
        if end is None:
            raise NotFoundError("output", wanted)
        return end.output_json or "null"

    def _visit(self, execution_id: str, wanted: str) -> _Visit:
        record = self._store.executions.get(execution_id)
        program = program_of(self._store, self._programs, record)
        journal = journal_of(self._store, execution_id)
        try:
            played = Played(record, program, journal)
            counted = History.of(execution_id, journal).rows
        except MarkingError as error:
            words = f"what execution {execution_id} recorded cannot be read: {error}"
            raise ConflictError(words, state=str(record.status)) from error
        frame, activity = played.find(wanted, must_be_there=True)
        if activity is None:
            raise NotFoundError("activity", wanted)
        node_id = frame.program.graph.nodes[activity.node].id
        key = (frame.path, node_id, activity.visit)
        return _Visit(record, played, frame, activity, _of(key, counted), _of(key, journal))


def _of(key: tuple[str, str, int], rows: Iterable[JournalRow]) -> list[JournalRow]:
    return [row for row in rows if (row.scope, row.node_id, row.visit) == key and row.kind not in _OF_OTHERS]


def _status(visit: _Visit, last: JournalRow | None) -> str:
    if visit.under_way:
        return status_of(visit.played.state, visit.activity)
    return last.status if last is not None else ActivityStatus.CANCELLED


def _attempts(visit: _Visit) -> Iterable[Attempt]:
    known = 0
    for number, group in groupby(sorted(visit.tried, key=attrgetter("attempt", "seq")), key=attrgetter("attempt")):
        known = number
        rows = list(group)
        end = next((row for row in reversed(rows) if row.kind in _CLOSING), None)
        yield Attempt(
            number,
            ActivityStatus.FAILED if end is not None and end.kind == RowKind.RETRYING else rows[-1].status,
            next((row.started_at for row in rows if row.started_at is not None), None),
            end.finished_at if end is not None else None,
            end.error_json if end is not None else None,
            rows[-1].by or None,
        )
    if visit.under_way and visit.activity.attempt > known:
        yield Attempt(visit.activity.attempt, _status(visit, None), None, None, None, visit.record.owner)


def _input(visit: _Visit) -> Any:
    """The config as it was rendered: expressions see the same each time. None where an expression failed, and of a node
    that was left out."""
    step = visit.frame.program.steps[visit.activity.node]
    if step.node.disabled:
        return None
    try:
        return step.template.render(Vocabulary(visit.record, visit.played.state).of_activity(visit.activity))
    except TreadleError:
        return None


def _incoming(visit: _Visit) -> dict[str, str | None]:
    """The JSON of what it could read of other nodes."""
    nodes = Vocabulary(visit.record, visit.played.state).of_activity(visit.activity)["nodes"]
    found: dict[str, str | None] = nodes.output_texts()
    return found
