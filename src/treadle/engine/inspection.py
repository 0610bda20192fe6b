"""Shows an execution: the fold of its journal, read by people. Works for any status, owned or not, without handlers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from treadle.domain.marking import Activity
from treadle.domain.records import ExecutionRecord
from treadle.domain.states import TERMINAL, ActivityStatus, ExecutionStatus
from treadle.domain.values import decode
from treadle.engine.execution_state import ExecutionState
from treadle.engine.frames import Frame
from treadle.engine.held_back import held_back_by, held_back_reason
from treadle.engine.node_states import node_states
from treadle.engine.program import Programs
from treadle.engine.readings import Readings
from treadle.engine.views import ExecutionView, Reason
from treadle.ports import Store

SHOWN_WAITS = 100


class Inspector:
    def __init__(self, store: Store, programs: Programs) -> None:
        self._store = store
        self._readings = Readings(store, programs)

    def show(self, execution_id: str) -> ExecutionView:
        """NotFoundError. An execution whose journal cannot be folded is shown by its rows alone."""
        record = self._store.executions.get(execution_id)
        waiting = held_back_by(record, self._store.limits)
        with self._readings.of(record) as reading:
            if not waiting and reading.state is not None:
                waiting = tuple(waiting_on(record, reading.state))
            nodes = node_states(reading)
        return ExecutionView(
            record=record,
            input=_decoded(record.input_json),
            output=_decoded(record.output_json),
            error=_decoded(record.error_json),
            trigger=_decoded(record.trigger_json),
            waiting_on=waiting,
            nodes=nodes,
        )

    def why(self, execution_id: str) -> tuple[Reason, ...]:
        """One reason for each thing that waits; for a finished execution, how it ended."""
        record = self._store.executions.get(execution_id)
        if record.status in TERMINAL:
            return (_ended(record),)
        if record.status is ExecutionStatus.PAUSED:
            return (Reason("paused", "The execution is paused.", f"treadle executions resume {record.id}"),)
        held_back = held_back_by(record, self._store.limits)
        if held_back:
            return tuple(held_back_reason(record, item) for item in held_back)
        with self._readings.of(record) as reading:
            waiting = waiting_on(record, reading.state) if reading.state is not None else []
        reasons = [_reason(record, item) for item in waiting]
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
            waiting = f"Node {node_id}" if node_id else "Its end"
            sentence = f"{waiting} waits for child execution {item['execution_id']}{after}."
            mend = f"treadle executions why {item['execution_id']}"
        case "retry":
            sentence = f"Next retry of {node_id or 'the execution'} at {item['until']:%Y-%m-%d %H:%M:%S} UTC."
            mend = "it goes on by itself"
        case "rate":
            sentence = f"Node {node_id} has its place in a rate limit, and starts at {item['until']:%Y-%m-%d %H:%M:%S} UTC."
            mend = "it goes on by itself; `settings.rate_limits` says how often it may start"
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
