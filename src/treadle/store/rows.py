"""Database rows ↔ records. The order of fields here is that of the columns in `queries/`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import orjson

from treadle.domain.approvals import ApprovalEvent
from treadle.domain.records import (
    Approval,
    Claim,
    Fire,
    InboxRow,
    JournalRow,
    MessageKind,
    NewExecution,
    Schedule,
    WorkflowSummary,
    WorkflowVersion,
)
from treadle.domain.records import ExecutionRecord as Execution
from treadle.domain.schedule_timing import jitter_at
from treadle.domain.states import ExecutionStatus
from treadle.domain.workers import NewWorker, WorkerRecord
from treadle.store.database import Row, to_micros
from treadle.store.payloads import MARK, unpacked

Time = Callable[[Any], Any]


def execution_record(row: Row, time: Time) -> Execution:
    """From `execution_row`, with or without input and output after it."""
    (
        id_, workflow, version, status, priority, queue, trigger_json, error_json, parent_id, parent_activity, on_parent_end,
        depth, schedule_id, attempt, created_at, started_at, finished_at, next_retry_at, wake_at, deadline_at, ready_at,
        owner, claim_no, crashes, inbox_seq, inbox_seen, held_back, slot_key, slot_limit,
    ) = row[:29]  # fmt: skip
    input_json, output_json = row[29:] or (None, None)
    return Execution(
        id=id_,
        workflow=workflow,
        version=version,
        status=ExecutionStatus(status),
        priority=priority,
        queue=queue,
        trigger_json=trigger_json,
        input_json=input_json,
        output_json=output_json,
        error_json=error_json,
        parent_id=parent_id,
        parent_activity=parent_activity,
        on_parent_end=on_parent_end,
        depth=depth,
        schedule_id=schedule_id,
        attempt=attempt,
        created_at=time(created_at),
        started_at=time(started_at),
        finished_at=time(finished_at),
        next_retry_at=time(next_retry_at),
        wake_at=time(wake_at),
        deadline_at=time(deadline_at),
        ready_at=time(ready_at),
        owner=owner,
        claim_no=claim_no,
        crashes=crashes,
        inbox_seq=inbox_seq,
        inbox_seen=inbox_seen,
        held_back=bool(held_back),
        slot_key=slot_key,
        slot_limit=slot_limit,
    )


def new_execution(execution: NewExecution) -> dict[str, Any]:
    """The parameters of `start` and of a child."""
    held_back = execution.slot_key is not None or execution.debounce_wait is not None
    return {**asdict(execution), "held_back": held_back}


def trigger_type(trigger_json: str) -> str | None:
    """What started an execution, as searches name it: without `trigger.`."""
    found = orjson.loads(trigger_json).get("type")
    return found.removeprefix("trigger.") if isinstance(found, str) else None


def journal_row(row: Row, time: Time) -> JournalRow:
    """From `journal_row`, whose last column is the result if it is kept out of line."""
    journal = JournalRow._make((*row[:14], time(row[14]), time(row[15]), row[16]))
    return unpacked(journal, row[17]) if journal.output_json == MARK else journal


def journal_tuple(row: JournalRow, by: str) -> tuple[Any, ...]:
    """A journal row as SQLite takes it."""
    started_at, finished_at = row.started_at, row.finished_at
    return (
        *row[:14],
        None if started_at is None else to_micros(started_at),
        None if finished_at is None else to_micros(finished_at),
        by,
    )


def inbox_row(row: Row, time: Time) -> InboxRow:
    execution_id, seq, kind, message_id, name, payload_json, created_at = row
    return InboxRow(execution_id, seq, MessageKind(kind), message_id, name, payload_json, time(created_at))


def claim(row: Row) -> Claim:
    execution_id, claim_no, inbox_seq, crashes = row
    return Claim(execution_id, claim_no, inbox_seq, crashes)


def approval(row: Row, time: Time) -> Approval:
    (
        id_, execution_id, workflow, node_id, scope, visit, title, body, form_json, assignees_json, status, due_at,
        decision_json, created_at, decided_at, groups_json, payload_json, rules_json,
    ) = row  # fmt: skip
    return Approval(
        id=id_,
        execution_id=execution_id,
        workflow=workflow,
        node_id=node_id,
        scope=scope,
        visit=visit,
        title=title,
        body=body,
        form_json=form_json,
        assignees_json=assignees_json,
        status=status,
        due_at=time(due_at),
        decision_json=decision_json,
        created_at=time(created_at),
        decided_at=time(decided_at),
        groups_json=groups_json,
        payload_json=payload_json,
        rules_json=rules_json,
    )


def approval_event(row: Row, time: Time) -> ApprovalEvent:
    approval_id, key, kind, by, via, detail_json, at, notify, notified_id = row
    return ApprovalEvent(approval_id, key, kind, by, via, detail_json, time(at), notify, notified_id)


def worker_parameters(worker: NewWorker) -> dict[str, Any]:
    return {
        "id": worker.id,
        "host": worker.host,
        "pid": worker.pid,
        "queues_json": json_list(worker.queues),
        "concurrency": worker.concurrency,
        "node_types_json": json_list(worker.node_types),
        "clock_at": worker.clock_at,
    }


def worker_record(row: Row, time: Time) -> WorkerRecord:
    id_, host, pid, queues_json, concurrency, node_types_json, *rest = row
    started_at, beat_at, lease_until, draining, skew, abandoned, executions, outlived = rest
    return WorkerRecord(
        id=id_,
        host=host,
        pid=pid,
        queues=tuple(orjson.loads(queues_json)),
        concurrency=concurrency,
        node_types=tuple(orjson.loads(node_types_json)),
        started_at=time(started_at),
        beat_at=time(beat_at),
        lease_until=time(lease_until),
        draining=bool(draining),
        clock_skew=skew,
        executions=executions,
        abandoned_threads=abandoned,
        outlived=bool(outlived),
    )


def workflow_version(row: Row, time: Time, *, created: bool = False) -> WorkflowVersion:
    workflow, version, graph_json, description, created_at, positions_json, saved_by = row
    return WorkflowVersion(workflow, version, graph_json, description, time(created_at), created, positions_json, saved_by)


def workflow_summary(row: Row, time: Time) -> WorkflowSummary:
    name, version, description, created_at, updated_at = row
    return WorkflowSummary(name, version, description, time(created_at), time(updated_at))


def schedule_parameters(schedule: Schedule) -> dict[str, Any]:
    times = json_list([json_time(at) for at in schedule.at])
    return {**asdict(schedule), "at_json": times, "due_at": due_at(schedule, schedule.next_fire_at)}


def due_at(schedule: Schedule, fire_at: datetime | None) -> datetime | None:
    """When a fire comes, if jitter puts it off."""
    if fire_at is None or not schedule.jitter:
        return None
    return fire_at + jitter_at(schedule.id, fire_at, schedule.jitter)


def schedule_record(row: Row, time: Time) -> Schedule:
    (
        id_, workflow, cron, interval, timezone, dst, input_json, priority, overlap, catch_up, paused, next_fire_at,
        row_version, created_at, error, version, at_json, start_at, end_at, jitter, catch_up_limit, catch_up_window,
    ) = row  # fmt: skip
    return Schedule(
        id=id_,
        workflow=workflow,
        cron=cron,
        interval=interval,
        timezone=timezone,
        dst=dst,
        input_json=input_json,
        priority=priority,
        overlap=overlap,
        catch_up=catch_up,
        paused=bool(paused),
        next_fire_at=time(next_fire_at),
        row_version=row_version,
        created_at=time(created_at),
        error=error,
        version=version,
        at=tuple(datetime.fromisoformat(at) for at in orjson.loads(at_json)),
        start_at=time(start_at),
        end_at=time(end_at),
        jitter=jitter,
        catch_up_limit=catch_up_limit,
        catch_up_window=catch_up_window,
    )


def fire(row: Row, time: Time) -> Fire:
    schedule_id, fire_at, outcome, reason, execution_id, recorded_at = row
    return Fire(schedule_id, time(fire_at), outcome, reason, execution_id, time(recorded_at))


def json_list(values: Sequence[Any]) -> str:
    """A JSON list of strings, numbers or lists of these."""
    return orjson.dumps(values).decode()


def json_object(fields: dict[str, Any]) -> str:
    return orjson.dumps(fields).decode()


def json_time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
