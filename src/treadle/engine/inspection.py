"""Shows an execution: the fold of its journal, read by people. Works for any status, owned or not, without handlers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from treadle.domain.approvals import ApprovalRules, latest_votes
from treadle.domain.composites import MapPlan
from treadle.domain.marking import Activity
from treadle.domain.records import ExecutionRecord, JournalRow, RowKind
from treadle.domain.states import TERMINAL, ActivityStatus, ExecutionStatus
from treadle.domain.values import decode
from treadle.engine.endings import how_it_ended
from treadle.engine.execution_state import ExecutionState
from treadle.engine.frames import TOP, Frame
from treadle.engine.held_back import held_back_by
from treadle.engine.node_states import node_states, with_progress
from treadle.engine.program import Programs
from treadle.engine.readings import Reading, Readings
from treadle.engine.reasons import not_moved, reason_of
from treadle.engine.runs import RunsInspector
from treadle.engine.standstills import Crew, types_of, unread_reasons
from treadle.engine.views import ExecutionView, Reason
from treadle.ports import Store

SHOWN_WAITS = 100


class Inspector:
    def __init__(self, store: Store, programs: Programs) -> None:
        self._store = store
        self._readings = Readings(store, programs)
        self.inside = RunsInspector(store, programs, self._readings)

    def show(self, execution_id: str, *, again: bool = False) -> ExecutionView:
        """NotFoundError. An execution whose journal cannot be folded is shown by its rows alone.

        `again`: it will soon be asked for again, so it is worth to remember what was read.
        """
        record = self._store.executions.get(execution_id)
        held_back = held_back_by(record, self._store.limits)
        with self._readings.of(record, again=again) as reading:
            waiting = held_back or tuple(_waiting(record, reading))
            nodes = node_states(reading, held_back=bool(held_back))
            seq = reading.rows[-1].seq if reading.rows else 0
        if record.status not in TERMINAL:
            nodes = with_progress(nodes, self._store.heartbeats.of(execution_id))
        return ExecutionView(
            record=record,
            input=_decoded(record.input_json),
            output=_decoded(record.output_json),
            error=_decoded(record.error_json),
            trigger=_decoded(record.trigger_json),
            waiting_on=waiting,
            nodes=nodes,
            seq=seq,
        )

    def why(self, execution_id: str) -> tuple[Reason, ...]:
        """One reason for each thing that waits or is in the way; for a finished execution, how it ended."""
        record = self._store.executions.get(execution_id)
        if record.status in TERMINAL:
            to_come = record.next_retry_at is not None
            return (how_it_ended(record), *(self._in_the_way(record) if to_come else ()))
        if record.status is ExecutionStatus.PAUSED:
            return (Reason("paused", "The execution is paused.", f"treadle executions resume {record.id}"),)
        held_back = held_back_by(record, self._store.limits)
        if held_back:
            return (*self._in_the_way(record), *(reason_of(record, item) for item in held_back))
        with self._readings.of(record) as reading:
            waiting = _waiting(record, reading)
            state = reading.state
            under_way = [*self._asked(record, state), *_under_way(state)] if state is not None else []
            under_way.extend(not_moved(record, reading.rows))
        self._count_decisions(record, waiting)
        return (*self._in_the_way(record), *under_way, *(reason_of(record, item) for item in waiting))

    def waits_for(self, record: ExecutionRecord, signal: str) -> bool:
        """Whether one of its nodes waits for that signal now."""
        with self._readings.of(record) as reading:
            waits = reading.state.waits.values() if reading.state is not None else ()
            return any(pending.signal == signal for wait in waits for pending in wait.waits)

    def _count_decisions(self, record: ExecutionRecord, waiting: Sequence[dict[str, Any]]) -> None:
        """Where several people must choose the same: how many have decided."""
        asked = {item["approval_id"]: item for item in waiting if item["kind"] == "approval"}
        if not asked:
            return
        for approval in self._store.executions.approvals(status="open", execution_id=record.id, limit=SHOWN_WAITS).items:
            required = ApprovalRules.from_json(decode(approval.rules_json)).required
            if required > 1 and approval.id in asked:
                decided = len(latest_votes(self._store.approvals.events(approval.id)))
                asked[approval.id].update(required=required, decided=decided)

    def _in_the_way(self, record: ExecutionRecord) -> Iterator[Reason]:
        """What workers have to do with it."""
        crew = Crew(self._store.workers.list(), self._store.now())
        graph = decode(self._store.workflows.get(record.workflow, record.version).graph_json)
        return crew.reasons(record, types_of(graph))

    def _asked(self, record: ExecutionRecord, state: ExecutionState) -> Iterator[Reason]:
        """What it has been told to do, and has not done yet."""
        if record.inbox_seq:
            yield from unread_reasons(record, self._store.ownership.inbox(record.id, after=0), state.consumed)
        if state.control.paused:
            mend = f"it is paused when what runs has finished; treadle executions resume {record.id} lets it go on"
            yield Reason("pausing", "It is to pause: nothing new starts.", mend)


def _waiting(record: ExecutionRecord, reading: Reading) -> list[dict[str, Any]]:
    """As `waiting_on`; what is tried again says after which error."""
    if reading.state is None:
        return []
    found = waiting_on(record, reading.state)
    retries = [item for item in found if item["kind"] == "retry" and item["node_id"] is not None]
    if retries:
        latest = {(row.scope, row.node_id, row.visit): row for row in reading.rows if row.kind == RowKind.RETRYING}
        for item in retries:
            row = latest.get((item.get("scope", TOP), item["node_id"], item["visit"]))
            item.update(_failed_attempt(row))
    return found


def _failed_attempt(row: JournalRow | None) -> dict[str, Any]:
    if row is None or row.error_json is None:
        return {}
    error = decode(row.error_json)
    return {"attempt": row.attempt, "error": {"type": error.get("type"), "message": error.get("message")}}


def _under_way(state: ExecutionState) -> Iterator[Reason]:
    """That it undoes what it has done, and how far its maps are."""
    undo = state.frames.undo
    if undo is not None:
        tried, total = len(undo.results.by_node), len(undo.program.graph.nodes)
        why = "was cancelled" if state.control.cancelled else "failed"
        failed = f", {len(undo.failed)} of them failed: {', '.join(undo.failed[:10])}" if undo.failed else ""
        sentence = f"It {why}, and is undoing what it has done: {tried} of {total} compensations have ended{failed}."
        again = f"; treadle executions cancel {state.execution_id} leaves the rest as it is" if state.control.cancelled else ""
        yield Reason("undoing", sentence, f"it ends when all have, and cannot be retried{again}")
    for frame in islice(state.frames.walk(), SHOWN_WAITS):
        for activity in frame.marking.active.values():
            composite = state.frames.composites.get(activity)
            if composite is not None and isinstance(composite.plan, MapPlan):
                failed = f", {composite.failed} of them failed" if composite.failed else ""
                done = f"{composite.completed + composite.failed} of {composite.total} done{failed}"
                node_id = frame.program.graph.nodes[activity.node].id
                yield Reason("map", f"Map {frame.place_of(activity)}: {done}, {len(composite.running)} under way.", "", node_id)


def waiting_on(record: ExecutionRecord, state: ExecutionState) -> list[dict[str, Any]]:
    """What each waiting activity or join waits for; of thousands, the first hundred."""
    found: list[dict[str, Any]] = []
    for activity, wait in islice(state.waits.items(), SHOWN_WAITS):
        base = {**_place(activity), "since": wait.started_at}
        for pending in wait.waits:
            if pending.until is not None:
                found.append({"kind": "time", **base, "until": pending.until})
            if pending.signal is not None:
                found.append({"kind": "signal", **base, "signal": pending.signal})
            if pending.approval is not None:
                found.append({"kind": "approval", **base, "approval_id": pending.approval, "title": pending.title})
            if pending.child is not None:
                found.append({"kind": "child", **base, "execution_id": pending.child})
    lingering = sorted(state.lingering())[:SHOWN_WAITS]
    found.extend({"kind": "child", "node_id": None, "execution_id": child, "since": None} for child in lingering)
    for activity, at in islice(state.retry_at.items(), SHOWN_WAITS):
        found.append({"kind": "rate" if activity in state.booked else "retry", **_place(activity), "until": at})
    for frame in islice(state.frames.walk(), SHOWN_WAITS):
        found.extend(_standing(frame, state))
        found.extend(_joins(frame))
    if record.status is ExecutionStatus.FAILED and record.next_retry_at is not None:
        found.append({"kind": "retry", "node_id": None, "until": record.next_retry_at})
    return found


def _place(activity: Activity) -> dict[str, Any]:
    frame: Frame = activity.home
    scope = {"scope": frame.path} if frame.path else {}
    return {"node_id": frame.program.graph.nodes[activity.node].id, "visit": activity.visit, **scope}


def _standing(frame: Frame, state: ExecutionState) -> Iterator[dict[str, Any]]:
    """Gates, and activities in line for a mutex."""
    for activity in frame.marking.active.values():
        if activity.status == ActivityStatus.WAITING and activity not in state.waits and activity not in state.booked:
            node = frame.program.graph.nodes[activity.node]
            yield {"kind": "gate" if node.type == "gate" else "slot", **_place(activity), "mutex": node.mutex}


def _joins(frame: Frame) -> list[dict[str, Any]]:
    nodes, edges = frame.program.graph.nodes, frame.program.graph.edges
    found = []
    for blocked in frame.marking.blocked():
        because = blocked.because
        cause: list[dict[str, Any]] = []
        if isinstance(because, int):
            cause = [{"node_id": nodes[because].id}]
        elif because is not None:
            cause = [{"node_id": nodes[because.node].id, "visit": because.visit, "status": str(because.status)}]
        missing = [edges[e].id for e in blocked.missing_edges[:50]]
        scope = {"scope": frame.path} if frame.path else {}
        found.append({"kind": "join", "node_id": nodes[blocked.node].id, **scope, "edges": missing, "because": cause})
    return found


def _decoded(text: str | None) -> Any:
    return decode(text) if text is not None else None
