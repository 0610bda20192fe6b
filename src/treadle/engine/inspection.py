"""Shows an execution: the fold of its journal, read by people. Works for any status, owned or not, without handlers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from treadle.domain.errors import DefinitionError, MarkingError
from treadle.domain.graph import Graph
from treadle.domain.records import ExecutionRecord, JournalRow, RowKind
from treadle.domain.states import TERMINAL, ActivityStatus, ExecutionStatus
from treadle.domain.values import decode
from treadle.engine.execution_state import ExecutionState, Key
from treadle.engine.program import Programs
from treadle.engine.starting import starts_of
from treadle.engine.views import ExecutionView, NodeState, Reason
from treadle.ports import Store

NEVER = NodeState(status=ActivityStatus.SKIPPED, visits=0, attempts=0, started_at=None, finished_at=None)


class Inspector:
    def __init__(self, store: Store, programs: Programs) -> None:
        self._store = store
        self._programs = programs

    def show(self, execution_id: str) -> ExecutionView:
        """NotFoundError. An execution whose journal cannot be folded is shown by its rows alone."""
        record = self._store.executions.get(execution_id)
        rows = self._journal(record.id)
        state = self._fold(record, rows)
        waiting = tuple(waiting_on(record, state)) if state is not None and record.status not in TERMINAL else ()
        return ExecutionView(
            record=record,
            input=_decoded(record.input_json),
            output=_decoded(record.output_json),
            error=_decoded(record.error_json),
            trigger=_decoded(record.trigger_json),
            waiting_on=waiting,
            nodes=node_states(record, state, rows),
        )

    def why(self, execution_id: str) -> tuple[Reason, ...]:
        """One reason for each thing that waits; for a finished execution, how it ended."""
        record = self._store.executions.get(execution_id)
        if record.status in TERMINAL:
            return (_ended(record),)
        if record.status is ExecutionStatus.PAUSED:
            return (Reason("paused", "The execution is paused.", f"treadle executions resume {record.id}"),)
        state = self._fold(record, self._journal(record.id))
        reasons = [_reason(record, item) for item in (waiting_on(record, state) if state is not None else ())]
        return (*self._ownership(record), *reasons)

    def _ownership(self, record: ExecutionRecord) -> Sequence[Reason]:
        if record.status is not ExecutionStatus.RUNNING:
            return ()
        workers = self._store.workers.list()
        now = self._store.now()
        if record.owner is not None:
            owner = next((w for w in workers if w.id == record.owner), None)
            if owner is None:
                return (Reason("orphan", f"Its owner {record.owner} has no row.", "a worker gives it back within a minute"),)
            left = (owner.lease_until - now).total_seconds()
            lease = f"lease ends in {left:.0f} s" if left > 0 else f"lease ran out {-left:.0f} s ago"
            sentence = f"Worker {owner.id} ({owner.host}, pid {owner.pid}) works on it; its {lease}."
            return (Reason("owned", sentence, f"if it hangs: treadle workers evict {owner.id}"),)
        serving = [w for w in workers if record.queue in w.queues and w.lease_until > now]
        if not serving:
            return (Reason("no_worker", f"No worker serves queue {record.queue!r}.", f"treadle worker --queue {record.queue}"),)
        full = all(w.executions >= w.concurrency for w in serving)
        busy = f"all {len(serving)} workers are full" if full else "it is claimed at the next poll"
        mend = "start more workers, or raise WORKFLOW_WORKER_CONCURRENCY" if full else "wait a moment"
        return (Reason("queued", f"It is ready to run: {busy}.", mend),)

    def _journal(self, execution_id: str) -> list[JournalRow]:
        rows: list[JournalRow] = []
        while batch := self._store.executions.journal(execution_id, after=rows[-1].seq if rows else 0):
            rows.extend(batch)
        return rows

    def _fold(self, record: ExecutionRecord, rows: Sequence[JournalRow]) -> ExecutionState | None:
        try:
            version = self._store.workflows.get(record.workflow, record.version)
            graph = self._programs.get(version.workflow, version.version, version.graph_json).graph
            return ExecutionState.fold(record.id, graph, starts_of(graph, record.trigger_json), rows)
        except (DefinitionError, MarkingError):
            return None


def waiting_on(record: ExecutionRecord, state: ExecutionState) -> list[dict[str, Any]]:
    """What each waiting activity or join waits for."""
    found: list[dict[str, Any]] = []
    nodes = state.graph.nodes
    for (node, visit), wait in state.waits.items():
        for pending in wait.waits:
            base = {"node_id": nodes[node].id, "visit": visit, "since": wait.started_at}
            if pending.until is not None:
                found.append({"kind": "time", **base, "until": pending.until})
            if pending.signal is not None:
                found.append({"kind": "signal", **base, "signal": pending.signal})
            if pending.approval is not None:
                found.append({"kind": "approval", **base, "approval_id": pending.approval, "title": pending.title})
            if pending.child is not None:
                found.append({"kind": "child", **base, "execution_id": pending.child})
    for (node, visit), at in state.retry_at.items():
        found.append({"kind": "retry", "node_id": nodes[node].id, "visit": visit, "until": at})
    for key, activity in state.marking.active.items():
        if activity.status == ActivityStatus.WAITING and key not in state.waits:
            kind = "gate" if nodes[key[0]].type == "gate" else "slot"
            found.append({"kind": kind, "node_id": nodes[key[0]].id, "visit": key[1], "mutex": nodes[key[0]].mutex})
    found.extend(_joins(state) if state.marking.state == "running" else ())
    if record.status is ExecutionStatus.FAILED and record.next_retry_at is not None:
        found.append({"kind": "retry", "node_id": None, "until": record.next_retry_at})
    return found


def node_states(record: ExecutionRecord, state: ExecutionState | None, rows: Sequence[JournalRow]) -> dict[str, NodeState]:
    """Each node's latest visit: finished ones by their rows, the others by the fold."""
    graph = state.graph if state is not None else None
    latest: dict[str, JournalRow] = {}
    started: dict[tuple[str, int], datetime | None] = {}
    visits: dict[str, int] = {}
    for row in rows:
        if row.kind in (RowKind.CONTROL, RowKind.NOTE) or not row.node_id:
            continue
        latest[row.node_id] = row
        started.setdefault((row.node_id, row.visit), row.started_at)
        visits[row.node_id] = max(visits.get(row.node_id, 0), row.visit)
    states = {node.id: NEVER for node in graph.nodes} if graph is not None else {}
    for node_id, row in latest.items():
        states[node_id] = NodeState(
            status=row.status,
            visits=visits[node_id],
            attempts=row.attempt,
            started_at=started[(node_id, row.visit)],
            finished_at=None if row.kind in (RowKind.WAITING, RowKind.RUNNING) else row.finished_at,
            error=_decoded(row.error_json),
        )
    if state is not None and record.status not in TERMINAL:
        _add_active(states, state, graph)
    return states


def _add_active(states: dict[str, NodeState], state: ExecutionState, graph: Graph | None) -> None:
    assert graph is not None
    for key, activity in state.marking.active.items():
        node_id = graph.nodes[key[0]].id
        known = states[node_id]
        status = _status_of(state, key)
        states[node_id] = NodeState(
            status=status,
            visits=max(known.visits, key[1]),
            attempts=activity.attempt,
            started_at=known.started_at if known.visits == key[1] else None,
            finished_at=None,
            error=known.error if status == ActivityStatus.RETRYING else None,
        )


def _status_of(state: ExecutionState, key: Key) -> str:
    if key in state.waits:
        return ActivityStatus.WAITING
    return ActivityStatus.RETRYING if key in state.retry_at else state.marking.active[key].status


def _joins(state: ExecutionState) -> list[dict[str, Any]]:
    nodes, edges = state.graph.nodes, state.graph.edges
    found = []
    for blocked in state.marking.blocked():
        because = blocked.because
        cause: list[dict[str, Any]] = []
        if isinstance(because, int):
            cause = [{"node_id": nodes[because].id}]
        elif because is not None:
            cause = [{"node_id": nodes[because.node].id, "visit": because.visit, "status": str(because.status)}]
        missing = [edges[e].id for e in blocked.missing_edges[:50]]
        found.append({"kind": "join", "node_id": nodes[blocked.node].id, "edges": missing, "because": cause})
    return found


def _reason(record: ExecutionRecord, item: dict[str, Any]) -> Reason:
    node_id, since = item.get("node_id"), item.get("since")
    after = f" since {since:%Y-%m-%d %H:%M:%S} UTC" if isinstance(since, datetime) else ""
    sentence, mend = f"Node {node_id} waits", ""
    match item["kind"]:
        case "time":
            sentence = f"Node {node_id} waits until {item['until']:%Y-%m-%d %H:%M:%S} UTC."
            mend = "it goes on by itself"
        case "signal":
            sentence = f"Node {node_id} waits for signal {item['signal']!r}{after}."
            mend = f"treadle executions signal {record.id} {item['signal']}"
        case "approval":
            sentence = f"Node {node_id} waits for a decision on {item['title']!r}{after}."
            mend = f"treadle approvals approve {item['approval_id']}"
        case "child":
            sentence = f"Node {node_id} waits for child execution {item['execution_id']}{after}."
            mend = f"treadle executions why {item['execution_id']}"
        case "retry":
            sentence = f"Next retry of {node_id or 'the execution'} at {item['until']:%Y-%m-%d %H:%M:%S} UTC."
            mend = "it goes on by itself"
        case "slot":
            sentence = f"Node {node_id} waits for mutex {item.get('mutex')!r}, which another node of this execution holds."
            mend = "it goes on when that node has finished"
        case "gate":
            sentence = f"Gate {node_id} is closed."
            mend = "it opens when the node it watches is in the state it asks for"
        case "join":
            names = ", ".join(c["node_id"] for c in item["because"]) or "nothing that is alive"
            sentence = f"Join {node_id} waits for {', '.join(item['edges'])}: {names} can still bring a token."
            mend = "it goes on when that branch has ended; add `cancels` or `join: first` if it should not wait"
    return Reason(item["kind"], sentence, mend, node_id)


def _ended(record: ExecutionRecord) -> Reason:
    error = _decoded(record.error_json) or {}
    if record.status is ExecutionStatus.FAILED:
        place = f" at node {error['node_id']}" if error.get("node_id") else ""
        sentence = f"It failed{place}: {error.get('type')}: {error.get('message')}"
        if record.next_retry_at is not None:
            return Reason(
                "retry", f"{sentence}. Next retry at {record.next_retry_at:%Y-%m-%d %H:%M:%S} UTC.", "it goes on by itself"
            )
        return Reason("failed", sentence, f"treadle executions retry {record.id}", error.get("node_id"))
    return Reason(record.status, f"It is {record.status}; there is nothing to wait for.", "")


def _decoded(text: str | None) -> Any:
    return decode(text) if text is not None else None
