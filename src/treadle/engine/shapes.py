"""Stored records as the API and the command line say them; `api.schemas` documents the same shapes, and a test compares them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from treadle.domain.errors import ConflictError, Finding, NotFoundError
from treadle.domain.positions import placed_graph
from treadle.domain.records import (
    ExecutionRecord,
    Fire,
    JournalRow,
    MessageOutcome,
    MessageReply,
    Page,
    Priority,
    Schedule,
    WorkflowSummary,
    WorkflowVersion,
)
from treadle.domain.workers import WorkerRecord
from treadle.engine.answers import stored

if TYPE_CHECKING:
    from treadle.domain.execution_filter import ExecutionFacets
    from treadle.domain.node_logs import LogLine
    from treadle.domain.node_types import NodeType
    from treadle.engine.activity_views import ActivityView
    from treadle.engine.bulk import Steered
    from treadle.engine.definitions import OpenVersion
    from treadle.engine.forking import Fork
    from treadle.engine.runs import Run, ScopeView
    from treadle.engine.schedule_runs import Backfill
    from treadle.engine.views import ExecutionView, NodeState, Reason

Json = dict[str, Any]
T = TypeVar("T")


def listing(items: Iterable[Json], next_cursor: str | None = None) -> Json:
    return {"items": list(items), "next_cursor": next_cursor}


def page(found: Page[T], shape: Callable[[T], Json]) -> Json:
    return listing(map(shape, found.items), found.next_cursor)


def finding(found: Finding) -> Json:
    return {
        "severity": found.severity,
        "code": found.code,
        "message": found.message,
        "path": found.path,
        "hint": found.hint,
    }


def workflow_row(summary: WorkflowSummary) -> Json:
    recent = summary.activity.recent
    return {
        "name": summary.name,
        "version": summary.version,
        "description": summary.description,
        "created_at": summary.created_at,
        "updated_at": summary.updated_at,
        "open": dict(summary.activity.open),
        "last": asdict(recent[0]) if recent else None,
        "recent": [{"id": each.id, "status": each.status} for each in recent],
    }


def version_row(version: WorkflowVersion) -> Json:
    return {
        "name": version.workflow,
        "version": version.version,
        "description": version.description,
        "by": version.saved_by,
        "created_at": version.created_at,
    }


def workflow(version: WorkflowVersion) -> Json:
    graph = stored(version.graph_json) if version.positions_json is None else placed_graph(version)
    return {**version_row(version), "graph_config": graph}


def open_version(found: OpenVersion) -> Json:
    return {**version_row(found.version), "open": found.open}


def execution_row(record: ExecutionRecord) -> Json:
    """Without payloads: the trigger's is left out too."""
    trigger = orjson.loads(record.trigger_json)
    return {
        "id": record.id,
        "workflow": record.workflow,
        "version": record.version,
        "status": record.status,
        "priority": priority_name(record.priority),
        "queue": record.queue,
        "trigger": trigger and {key: trigger.get(key) for key in ("node", "type")},
        "error": stored(record.error_json),
        "parent_id": record.parent_id,
        "created_at": record.created_at,
        "started_at": record.started_at,
        "finished_at": record.finished_at,
        "next_retry_at": record.next_retry_at,
    }


def execution_page(found: Page[ExecutionRecord]) -> Json:
    return {**page(found, execution_row), "searched_until": found.searched_until}


def execution_facets(found: ExecutionFacets) -> Json:
    return {
        "status": dict(found.statuses),
        "workflow": [{"value": name, "count": count} for name, count in found.workflows],
        "total": found.total,
        "capped": found.capped,
    }


def execution(view: ExecutionView) -> Json:
    record = view.record
    return {
        **execution_row(record),
        "trigger": stored(record.trigger_json),
        "input": stored(record.input_json),
        "output": stored(record.output_json),
        "waiting_on": list(view.waiting_on),
        "nodes": {node_id: node_state(node) for node_id, node in view.nodes.items()},
    }


def node_state(node: NodeState) -> Json:
    return {
        "status": node.status,
        "visits": node.visits,
        "attempts": node.attempts,
        "started_at": node.started_at,
        "finished_at": node.finished_at,
        "error": node.error,
        "runs": node.runs and asdict(node.runs),
        "progress": node.progress and asdict(node.progress),
    }


def scope(found: ScopeView) -> Json:
    nodes = {node_id: node_state(node) for node_id, node in found.nodes.items()}
    return {"scope": found.scope, "graph_path": list(found.graph_path), "nodes": nodes}


def run(found: Run) -> Json:
    return {
        "index": found.index,
        "scope": found.scope,
        "status": found.status,
        "started_at": found.started_at,
        "finished_at": found.finished_at,
        "error": stored(found.error_json),
    }


def activity(found: ActivityView) -> Json:
    return {
        "node_id": found.node_id,
        "scope": found.scope,
        "visit": found.visit,
        "status": found.status,
        "attempts": [
            {
                "attempt": each.attempt,
                "status": each.status,
                "started_at": each.started_at,
                "finished_at": each.finished_at,
                "error": stored(each.error_json),
                "worker_id": each.worker_id,
            }
            for each in found.attempts
        ],
        "input": found.input,
        "incoming": dict(found.incoming),
        "output": found.output,
        "error": stored(found.error_json),
        "port": found.port,
    }


def journal_item(row: JournalRow) -> Json:
    return {
        "seq": row.seq,
        "kind": row.kind,
        "node_id": row.node_id,
        "scope": row.scope,
        "visit": row.visit,
        "attempt": row.attempt,
        "status": row.status,
        "port": row.port,
        "taken": stored(row.taken_json),
        "output": stored(row.output_json),
        "error": stored(row.error_json),
        "detail": stored(row.detail_json),
        "worker_id": row.by,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
    }


def log_line(line: LogLine) -> Json:
    return {
        "seq": line.seq,
        "at": line.at,
        "node_id": line.node_id,
        "scope": line.scope,
        "visit": line.visit,
        "attempt": line.attempt,
        "level": line.level,
        "message": line.message,
        "fields": stored(line.fields_json),
    }


def reason(found: Reason) -> Json:
    return {"kind": found.kind, "sentence": found.sentence, "mend": found.mend, "node_id": found.node_id}


def schedule_row(found: Schedule) -> Json:
    return {
        "id": found.id,
        "workflow": found.workflow,
        "version": found.version,
        "cron": found.cron,
        "interval": found.interval,
        "at": list(found.at),
        "timezone": found.timezone,
        "dst": found.dst,
        "start_at": found.start_at,
        "end_at": found.end_at,
        "jitter": found.jitter,
        "priority": priority_name(found.priority),
        "overlap": found.overlap,
        "catch_up": found.catch_up,
        "catch_up_limit": found.catch_up_limit,
        "catch_up_window": found.catch_up_window,
        "paused": found.paused,
        "status": found.status,
        "next_fire_at": found.next_fire_at,
        "error": found.error,
        "created_at": found.created_at,
    }


def schedule(found: Schedule) -> Json:
    return {**schedule_row(found), "input": stored(found.input_json)}


def fire(found: Fire) -> Json:
    return {
        "fire_at": found.fire_at,
        "outcome": found.outcome,
        "reason": found.reason,
        "execution_id": found.execution_id,
        "recorded_at": found.recorded_at,
    }


def backfill(found: Backfill) -> Json:
    return {"fires": [fire(each) for each in found.fires], "fired": found.fired, "next_start": found.next_start}


def node_type(found: NodeType) -> Json:
    return {
        "type": found.type,
        "summary": found.summary,
        "category": found.category,
        "config_schema": found.config_schema,
        "ports": found.ports,
        "dynamic_ports": found.ports_of is not None,
        "expressions": found.expressions,
        "deferred": found.deferred,
        "deferred_texts": found.deferred_texts,
        "extra_names": found.extra_names,
        "trigger": found.trigger,
        "parks": found.parks,
        "icon": found.icon,
        "output": found.output,
        "example": found.example,
    }


def worker(found: WorkerRecord, *, now: datetime) -> Json:
    return {
        "id": found.id,
        "host": found.host,
        "pid": found.pid,
        "queues": found.queues,
        "concurrency": found.concurrency,
        "node_types": found.node_types,
        "started_at": found.started_at,
        "beat_at": found.beat_at,
        "lease_until": found.lease_until,
        "alive": found.lease_until > now,
        "draining": found.draining,
        "executions": found.executions,
        "abandoned_threads": found.abandoned_threads,
    }


def accepted(execution_id: str, answer: MessageReply) -> Json:
    """What a message to an execution came to. NotFoundError, or ConflictError with the state that won."""
    if answer.outcome is MessageOutcome.NOT_FOUND:
        raise NotFoundError("execution", execution_id)
    if answer.outcome is MessageOutcome.REFUSED:
        raise ConflictError(f"too late: {execution_id} is {answer.status}", state=str(answer.status))
    return {"id": execution_id, "status": answer.status, "outcome": answer.outcome}


def steered(found: Steered) -> Json:
    return {
        "matched": found.matched,
        "done": found.done,
        "refused": [{"id": each.id, "state": each.state, "detail": each.detail} for each in found.refused],
        "refused_count": found.refused_count,
        "next": found.next,
    }


def fork(made: Fork) -> Json:
    return {
        "id": made.id,
        "status": made.status,
        "forked_from": made.source,
        "from_node": made.from_node,
        "version": made.version,
        "reused": list(made.reused),
        "reused_count": made.reused_count,
        "again": list(made.again),
        "again_count": made.again_count,
        "input_replaced": made.input_replaced,
    }


def priority_name(level: int) -> str:
    return Priority.NAMES.get(level, str(level))
