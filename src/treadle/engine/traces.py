"""What a worker tells of its work to a tracing system: a span for each attempt that is recorded, one for each execution that ends.

Spans are made from what has been committed, so that none tells of what did not happen; what is lost in a crash is only told less.
"""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from treadle.domain.errors import DefinitionError
from treadle.domain.marking import Activity
from treadle.domain.records import DecisionKind, ExecutionRecord, JournalRow, RowKind
from treadle.domain.states import ActivityStatus, ExecutionStatus
from treadle.domain.traces import TRACE, ExecutionTrace, Span, SpanContext, SpanError, read_headers, trace_id_of
from treadle.domain.values import decode
from treadle.engine.actor import ExecutionActor
from treadle.engine.compensation import UNDO
from treadle.engine.frames import Frame
from treadle.engine.hosting import Owned, WorkItem
from treadle.engine.program import Program

log = logging.getLogger("treadle.traces")

REMEMBERED = 10_000
"""Executions whose trace, and attempts whose start, are remembered."""
MESSAGE_LIMIT = 1_000
"""Characters of an error's message."""
STACK_LIMIT = 8_000

_RUN = re.compile(r"(#\d+)?\[\d+\]")
_ENDED = frozenset({RowKind.DONE, RowKind.FAILED, RowKind.RETRYING, RowKind.CANCELLED})
_KINDS = {"http.request": "client"}

K = TypeVar("K")
V = TypeVar("V")


class Tracer(Protocol):
    """Where spans go. Nothing here raises, blocks, or takes long."""

    def samples(self, trace_id: int, parent: SpanContext | None, name: str, attributes: Mapping[str, str | int]) -> bool:
        """Whether this trace is told at all; every worker must answer the same."""
        ...

    def current(self, headers: Mapping[str, str]) -> AbstractContextManager[object]:
        """While the block runs, in this task or thread, what is traced there is under that span."""
        ...

    def emit(self, span: Span) -> None: ...


class Traces:
    """Of one worker; used on its loop, but for `current`."""

    def __init__(self, tracer: Tracer) -> None:
        self.current = tracer.current
        self._tracer = tracer
        self._known: OrderedDict[tuple[str, int], ExecutionTrace] = OrderedDict()
        self._begun: OrderedDict[int, datetime] = OrderedDict()
        """When attempts began, by their span: a row that withdraws one does not say."""
        self._complained = False

    def headers(self, record: ExecutionRecord, activity: Activity, now: datetime) -> Mapping[str, str]:
        """What the handler of an attempt that begins passes on to others."""
        home: Frame = activity.home
        node_id = home.program.graph.nodes[activity.node].id
        attempt = None if activity.node in home.program.inner else activity.attempt
        context = self._trace(record).activity(home.path, node_id, activity.visit, attempt)
        if context.sampled:
            _remember(self._begun, context.span_id, now)
        return context.headers()

    def committed(self, batch: Sequence[WorkItem], *, applied: Collection[str], spoilt: Collection[str], now: datetime) -> None:
        """A group commit is durable, but for what is of `spoilt` executions; `applied` are those whose decision took effect."""
        try:
            for item in batch:
                if item.actor.id not in spoilt:
                    self._tell(item, decided=item.actor.id in applied, now=now)
        except Exception:  # a span less must not harm the work that it tells of
            if not self._complained:
                self._complained = True
                log.exception("spans could not be made; this is said once", extra={"event": "traces_broken"})

    def _tell(self, item: WorkItem, *, decided: bool, now: datetime) -> None:
        trace = self._trace(item.actor.record)
        if not trace.own.sampled:
            return
        decision = item.decision if decided else None
        for row in (*item.rows, *(decision.rows if decision is not None else ())):
            if row.kind in _ENDED and row.node_id and row.status != ActivityStatus.SKIPPED:
                self._tell_attempt(trace, item.actor, row, now)
        if decision is not None and decision.kind is DecisionKind.END and decision.status is not None:
            self._tell_execution(trace, item.actor, decision.status, decision.error_json, now)

    def _tell_attempt(self, trace: ExecutionTrace, actor: Owned, row: JournalRow, now: datetime) -> None:
        kind, composite = _type_of(actor, row)
        if composite and row.kind == RowKind.RETRYING:
            return
        context = trace.activity(row.scope, row.node_id, row.visit, None if composite else row.attempt)
        begun = self._begun.pop(context.span_id, None)
        started_at = row.started_at or begun
        if started_at is None and row.kind == RowKind.CANCELLED:
            return  # it had not begun
        ended_at = row.finished_at or now
        attributes: dict[str, str | int] = {
            "treadle.execution.id": trace.execution_id,
            "treadle.workflow.name": actor.record.workflow,
            "treadle.node.id": row.node_id,
            "treadle.node.type": kind,
            "treadle.node.scope": row.scope,
            "treadle.node.visit": row.visit,
            "treadle.node.attempt": row.attempt,
            "treadle.node.outcome": row.status,
            "treadle.worker.id": row.by,
        }
        if row.port is not None:
            attributes["treadle.node.port"] = row.port
        self._tracer.emit(Span(
            row.node_id, context, trace.around(row.scope), _KINDS.get(kind, "internal"), started_at or ended_at, ended_at,
            attributes, _error(row.error_json),
        ))  # fmt: skip

    def _tell_execution(
        self, trace: ExecutionTrace, actor: Owned, status: ExecutionStatus, error_json: str | None, now: datetime
    ) -> None:
        record = actor.record
        attributes = {
            **_of_execution(record),
            "treadle.execution.status": status,
            "treadle.worker.id": record.owner or "",
            **({} if record.parent_id is None else {"treadle.execution.parent_id": record.parent_id}),
            **({} if record.schedule_id is None else {"treadle.schedule.id": record.schedule_id}),
        }
        error = _error(error_json) if status is ExecutionStatus.FAILED else None
        started_at = min(_begin_of(actor), now)
        self._tracer.emit(Span(_name(record), trace.own, trace.parent, "consumer", started_at, now, attributes, error))

    def _trace(self, record: ExecutionRecord) -> ExecutionTrace:
        key = (record.id, record.attempt)
        trace = self._known.get(key)
        if trace is None:
            parent = read_headers(decode(record.trigger_json).get(TRACE) or {}) if f'"{TRACE}"' in record.trigger_json else None
            trace_id = parent.trace_id if parent is not None else trace_id_of(record.id)
            sampled = self._tracer.samples(trace_id, parent, _name(record), _of_execution(record))
            trace = ExecutionTrace.of(record.id, record.attempt, parent, sampled=sampled)
            _remember(self._known, key, trace)
        return trace


def _name(record: ExecutionRecord) -> str:
    return f"execute {record.workflow}"


def _of_execution(record: ExecutionRecord) -> dict[str, str | int]:
    """What is known of it from its start, so that a sampler is told the same by every worker."""
    return {
        "treadle.execution.id": record.id,
        "treadle.execution.attempt": record.attempt,
        "treadle.workflow.name": record.workflow,
        "treadle.workflow.version": record.version,
        "treadle.queue": record.queue,
    }


def _begin_of(actor: Owned) -> datetime:
    """When an attempt of an execution began: the first with its start, the others with the retry."""
    record = actor.record
    if record.attempt == 1:
        return record.created_at
    retried_at = actor.state.control.retried_at if isinstance(actor, ExecutionActor) else None
    return retried_at or record.ready_at or record.created_at


def _type_of(actor: Owned, row: JournalRow) -> tuple[str, bool]:
    """The type of a row's node, and whether it is composite; empty for one that the graph no longer names."""
    try:
        program = _program_of(actor, row.scope)
        index = program.graph.index_of[row.node_id] if program is not None else None
    except (KeyError, DefinitionError):
        index = None
    if program is None or index is None:
        return "", False
    return program.graph.nodes[index].type, index in program.inner


def _program_of(actor: Owned, scope: str) -> Program | None:
    if scope == UNDO and isinstance(actor, ExecutionActor):
        undo = actor.state.frames.undo
        return undo.program if undo is not None else None
    program = actor.program
    return program.at(_RUN.sub("", scope).split("/")) if program is not None and scope else program


def _error(error_json: str | None) -> SpanError | None:
    if error_json is None:
        return None
    said = decode(error_json)
    details = said.get("details")
    stack = details.get("traceback") if isinstance(details, Mapping) else None
    return SpanError(
        str(said.get("type", "failed")), str(said.get("message", ""))[:MESSAGE_LIMIT],
        stack[-STACK_LIMIT:] if isinstance(stack, str) else "",
    )  # fmt: skip


def _remember(known: OrderedDict[K, V], key: K, value: V) -> None:
    known[key] = value
    while len(known) > REMEMBERED:
        known.popitem(last=False)
