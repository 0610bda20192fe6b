"""Records as the plain dicts that leave the command, in the shapes of the HTTP API.

They are built here and not by `treadle.api`, whose import alone would cost a third of a command's time; a test compares
the two.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from treadle.domain.errors import Finding
from treadle.domain.node_types import NodeType
from treadle.domain.records import (
    Approval,
    ExecutionRecord,
    Fire,
    JournalRow,
    Priority,
    Schedule,
    WorkerRecord,
    WorkflowSummary,
    WorkflowVersion,
)

if TYPE_CHECKING:
    from treadle.engine.views import ExecutionView, Reason

Shape = dict[str, Any]


def time(at: datetime | None) -> str | None:
    """RFC 3339 in UTC."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def execution_row(record: ExecutionRecord) -> Shape:
    """An execution in a list: no payloads, the trigger's neither."""
    trigger = json.loads(record.trigger_json)
    return {
        "id": record.id,
        "workflow": record.workflow,
        "version": record.version,
        "status": str(record.status),
        "priority": priority_name(record.priority),
        "queue": record.queue,
        "trigger": trigger and {key: trigger.get(key) for key in ("node", "type")},
        "error": _stored(record.error_json),
        "parent_id": record.parent_id,
        "created_at": time(record.created_at),
        "started_at": time(record.started_at),
        "finished_at": time(record.finished_at),
        "next_retry_at": time(record.next_retry_at),
    }


def execution(view: ExecutionView) -> Shape:
    """An execution with input, output, what it waits for, and the state of its nodes."""
    record = view.record
    return {
        **execution_row(record),
        "trigger": _stored(record.trigger_json),
        "input": _stored(record.input_json),
        "output": _stored(record.output_json),
        "waiting_on": [_jsonable(wait) for wait in view.waiting_on],
        "nodes": {
            node_id: {
                "status": str(node.status),
                "visits": node.visits,
                "attempts": node.attempts,
                "started_at": time(node.started_at),
                "finished_at": time(node.finished_at),
                "error": node.error,
            }
            for node_id, node in view.nodes.items()
        },
    }


def journal_item(row: JournalRow) -> Shape:
    return {
        "seq": row.seq,
        "kind": str(row.kind),
        "node_id": row.node_id,
        "scope": row.scope,
        "visit": row.visit,
        "attempt": row.attempt,
        "status": str(row.status),
        "port": row.port,
        "taken": _stored(row.taken_json),
        "output": _stored(row.output_json),
        "error": _stored(row.error_json),
        "detail": _stored(row.detail_json),
        "worker_id": row.by,
        "started_at": time(row.started_at),
        "finished_at": time(row.finished_at),
    }


def reason(found: Reason) -> Shape:
    return {"kind": found.kind, "sentence": found.sentence, "mend": found.mend, "node_id": found.node_id}


def approval(found: Approval) -> Shape:
    return {
        "id": found.id,
        "execution_id": found.execution_id,
        "workflow": found.workflow,
        "node_id": found.node_id,
        "title": found.title,
        "body": found.body,
        "form": _stored(found.form_json),
        "assignees": _stored(found.assignees_json),
        "status": found.status,
        "due_at": time(found.due_at),
        "decision": _stored(found.decision_json),
        "created_at": time(found.created_at),
        "decided_at": time(found.decided_at),
    }


def schedule_row(found: Schedule) -> Shape:
    return {
        "id": found.id,
        "workflow": found.workflow,
        "version": found.version,
        "cron": found.cron,
        "interval": found.interval,
        "timezone": found.timezone,
        "dst": found.dst,
        "priority": priority_name(found.priority),
        "overlap": found.overlap,
        "catch_up": found.catch_up,
        "paused": found.paused,
        "next_fire_at": time(found.next_fire_at),
        "error": found.error,
        "created_at": time(found.created_at),
    }


def schedule(found: Schedule) -> Shape:
    return {**schedule_row(found), "input": _stored(found.input_json)}


def fire(found: Fire) -> Shape:
    return {
        "fire_at": time(found.fire_at),
        "outcome": found.outcome,
        "reason": found.reason,
        "execution_id": found.execution_id,
        "recorded_at": time(found.recorded_at),
    }


def worker(found: WorkerRecord, *, now: datetime) -> Shape:
    return {
        "id": found.id,
        "host": found.host,
        "pid": found.pid,
        "queues": list(found.queues),
        "concurrency": found.concurrency,
        "node_types": list(found.node_types),
        "started_at": time(found.started_at),
        "beat_at": time(found.beat_at),
        "lease_until": time(found.lease_until),
        "alive": found.lease_until > now,
        "draining": found.draining,
        "executions": found.executions,
    }


def node_type(found: NodeType) -> Shape:
    return {
        "type": found.type,
        "summary": found.summary,
        "category": found.category,
        "config_schema": _jsonable(found.config_schema),
        "ports": list(found.ports),
        "dynamic_ports": found.ports_of is not None,
        "expressions": list(found.expressions),
        "trigger": found.trigger,
        "parks": found.parks,
        "icon": found.icon,
        "output": found.output,
    }


def finding(found: Finding) -> Shape:
    return {"severity": found.severity, "code": found.code, "message": found.message, "path": found.path, "hint": found.hint}


def workflow_row(found: WorkflowSummary) -> Shape:
    return {
        "name": found.name,
        "version": found.version,
        "description": found.description,
        "created_at": time(found.created_at),
        "updated_at": time(found.updated_at),
    }


def version_row(found: WorkflowVersion) -> Shape:
    return {
        "name": found.workflow,
        "version": found.version,
        "description": found.description,
        "created_at": time(found.created_at),
    }


def workflow(found: WorkflowVersion) -> Shape:
    return {**version_row(found), "graph_config": json.loads(found.graph_json)}


def workflow_file(found: WorkflowVersion) -> Shape:
    """What `workflows export` writes and `workflows apply` reads."""
    described = {"description": found.description} if found.description else {}
    return {"name": found.workflow, **described, "graph_config": json.loads(found.graph_json)}


def priority_name(level: int) -> str:
    """The level's name, or its number where it has none."""
    return Priority.NAMES.get(level, str(level))


def _stored(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def _jsonable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(item) for item in value]
    return time(value) if isinstance(value, datetime) else value
