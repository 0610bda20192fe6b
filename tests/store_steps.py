"""Steps that tests of the store share: what is given, said shortly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from treadle.domain.records import (
    Claim,
    Commit,
    CommitReply,
    Decision,
    DecisionKind,
    JournalRow,
    Message,
    MessageKind,
    MessageReply,
    NewApproval,
    NewExecution,
    Schedule,
)
from treadle.domain.states import ExecutionStatus
from treadle.domain.workers import NewWorker
from treadle.ports import Store

GRAPH = '{"nodes":[{"id":"fetch","type":"noop"}],"edges":[]}'

NEW_EXECUTION = NewExecution(id="exec-1", workflow="orders", version=1, input_json="{}", trigger_json='{"type":"manual"}')
NEW_WORKER = NewWorker(id="a", host="host-1", pid=42, queues=("default",), concurrency=10, node_types=("noop",))


def given_workflow(store: Store, name: str = "orders") -> None:
    store.workflows.save(name, GRAPH, "")


def given_worker(store: Store, worker_id: str = "a", *, lease: float = 30) -> None:
    store.workers.register(replace(NEW_WORKER, id=worker_id), lease=lease)


def given_execution(store: Store, execution_id: str = "exec-1", **fields: Any) -> str:
    """A started execution of a workflow that is saved if it is not there."""
    execution = replace(NEW_EXECUTION, id=execution_id, **fields)
    given_workflow(store, execution.workflow)
    store.executions.start(execution)
    return execution_id


def claim(
    store: Store, owner: str = "a", *, limit: int = 10, queues: tuple[str, ...] = ("default",), **options: Any
) -> list[Claim]:
    return list(store.ownership.claim(owner, queues=queues, limit=limit, **options).claims)


def claim_one(store: Store, owner: str = "a", **options: Any) -> Claim:
    [only] = claim(store, owner, **options)
    return only


def given_claimed(store: Store, execution_id: str = "exec-1", *, owner: str = "a", **fields: Any) -> Claim:
    """A started execution that a registered worker owns, and nothing else runnable."""
    given_worker(store, owner)
    given_execution(store, execution_id, **fields)
    return claim_one(store, owner)


def row(execution_id: str = "exec-1", seq: int = 1, **fields: Any) -> JournalRow:
    plain = JournalRow(execution_id, seq, "done", "fetch", "", 1, 1, "completed", port="out", output_json='{"n":1}')
    return plain._replace(**fields)


def park(held: Claim, *, seen: int = 0, wake_at: datetime | None = None, rows: tuple[JournalRow, ...] = ()) -> Decision:
    return Decision(held.execution_id, held.claim_no, seen, DecisionKind.PARK, rows, wake_at=wake_at)


def pause(held: Claim, *, seen: int = 0, rows: tuple[JournalRow, ...] = ()) -> Decision:
    return Decision(held.execution_id, held.claim_no, seen, DecisionKind.PAUSE, rows)


def keep(held: Claim, *, seen: int = 0, rows: tuple[JournalRow, ...] = ()) -> Decision:
    return Decision(held.execution_id, held.claim_no, seen, DecisionKind.KEEP, rows)


def end(held: Claim, status: str = "completed", *, seen: int = 0, rows: tuple[JournalRow, ...] = (), **fields: Any) -> Decision:
    return Decision(held.execution_id, held.claim_no, seen, DecisionKind.END, rows, status=ExecutionStatus(status), **fields)


def commit(store: Store, *decisions: Decision, owner: str = "a", rows: Iterable[JournalRow] = (), **fields: Any) -> CommitReply:
    return store.ownership.commit(owner, Commit(rows=tuple(rows), decisions=decisions, **fields))


def send(store: Store, kind: MessageKind, execution_id: str = "exec-1", message_id: str = "m-1", **fields: Any) -> MessageReply:
    return store.executions.send(Message(execution_id, kind, message_id, **fields))


def status(store: Store, execution_id: str = "exec-1") -> str:
    return store.executions.get(execution_id).status.value


def seqs(store: Store, execution_id: str = "exec-1") -> list[int]:
    """The journal's seqs."""
    return [each.seq for each in store.executions.journal(execution_id)]


def given_waiting(store: Store, execution_id: str = "exec-1", *, wake_at: datetime | None = None, **fields: Any) -> Claim:
    """A parked execution; the claim is the one it was parked under."""
    held = given_claimed(store, execution_id, **fields)
    commit(store, park(held, wake_at=wake_at))
    return held


def given_paused(store: Store, execution_id: str = "exec-1", **fields: Any) -> Claim:
    held = given_claimed(store, execution_id, **fields)
    commit(store, pause(held))
    return held


def given_ended(store: Store, status: str = "completed", execution_id: str = "exec-1", *, owner: str = "a",
                retry_in: float | None = None, **fields: Any) -> Claim:  # fmt: skip
    held = given_claimed(store, execution_id, owner=owner, **fields)
    commit(store, end(held, status, retry_in=retry_in), owner=owner)
    return held


def given_status(store: Store, status: str, execution_id: str = "exec-1", **fields: Any) -> Claim:
    """An execution in the status of that name, without an owner."""
    if status == "running":
        held = given_claimed(store, execution_id, **fields)
        store.ownership.release("a", [(held.execution_id, held.claim_no)])
        return held
    if status == "waiting":
        return given_waiting(store, execution_id, **fields)
    if status == "paused":
        return given_paused(store, execution_id, **fields)
    return given_ended(store, status, execution_id, **fields)


def new_approval(approval_id: str = "apr-1", execution_id: str = "exec-1", **fields: Any) -> NewApproval:
    plain = NewApproval(approval_id, execution_id, "orders", "ok", "", 1, "Refund?", "", "{}", '["ann"]', None)
    return replace(plain, **fields)


def schedule(clock_now: datetime, **fields: Any) -> Schedule:
    """An hourly schedule that is due now."""
    plain = Schedule(
        id="sch-1",
        workflow="orders",
        cron="0 * * * *",
        interval=None,
        timezone="UTC",
        dst="skip",
        input_json="{}",
        priority=0,
        overlap="skip",
        catch_up="latest",
        paused=False,
        next_fire_at=clock_now,
        row_version=1,
        created_at=clock_now,
    )
    return replace(plain, **fields)
