"""The duties any worker can do: deadlines, timers, unread inboxes, retries (T13, T14) and deliveries (T16, T17)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson

from treadle.domain.records import Message, MessageKind, MessageOutcome, NewExecution
from treadle.domain.states import TERMINAL, ExecutionStatus
from treadle.store.database import Database, Row, Session
from treadle.store.inbox import Inbox, put
from treadle.store.starts import Starts


class _TakenBack(Exception):
    """Rolls back what turned out to be done already."""


class Phases:
    def __init__(self, database: Database, inbox: Inbox, starts: Starts, *, head_start: int) -> None:
        self._database = database
        self._inbox = inbox
        self._starts = starts
        self._head_start = head_start

    def due_deadlines(self, *, limit: int = 500) -> int:
        with self._database.reading() as session:
            due = [execution_id for (execution_id,) in session.rows("past_deadline", limit=limit)]
        return sum(self._pass_deadline(execution_id) for execution_id in due)

    def due_timers(self, *, limit: int = 500) -> int:
        with self._database.writing_once() as session:
            return session.run("wake_timers", limit=limit, head_start=self._head_start)

    def unread_inboxes(self, *, limit: int = 500) -> Sequence[str]:
        with self._database.writing_once() as session:
            woken = session.rows("wake_unread", limit=limit, head_start=self._head_start)
        return sorted(execution_id for (execution_id,) in woken)

    def due_retries(self, *, limit: int = 500) -> Sequence[str]:
        with self._database.writing() as session:
            due = session.rows("retries_due", limit=limit)
            session.run_many("put_message", [_retry(row) for row in due])
            session.run_many(
                "count_message_and_retry",
                [{"id": execution_id, "seq": seq + 1, "head_start": self._head_start} for execution_id, _, seq in due],
            )
        return [execution_id for execution_id, _, _ in due]

    def deliver_up(self, *, limit: int = 500) -> int:
        with self._database.reading() as session:
            parents = [parent_id for (parent_id,) in session.rows("parents_to_tell", limit=limit)]
        told = 0
        for parent_id in parents:
            if told < limit:
                told += self._tell_parent(parent_id, limit - told)
        return told

    def deliver_down(self, *, limit: int = 500) -> int:
        with self._database.reading() as session:
            parents = [parent_id for (parent_id,) in session.rows("parents_of_open_children", limit=limit)]
        told = 0
        for parent_id in parents:
            if told < limit:
                told += self._cancel_children(parent_id, limit - told)
        return told

    def failures_due(self, *, limit: int = 100) -> Sequence[tuple[str, int]]:
        with self._database.reading() as session:
            return [(execution_id, attempt) for execution_id, attempt in session.rows("failures_due", limit=limit)]

    def follow_failure(self, failed_id: str, *, attempt: int, execution: NewExecution | None) -> bool:
        try:
            with self._database.writing() as session:
                # A key comes before executions in the order of locks, so the failed one is locked last.
                if execution is not None:
                    self._starts.start(session, execution)
                if session.row("lock_failure", id=failed_id, attempt=attempt) is None:
                    raise _TakenBack
                session.run("failure_followed", id=failed_id)
        except _TakenBack:
            return False
        return True

    def next_due(self, queues: Sequence[str]) -> datetime | None:
        with self._database.reading() as session:
            [moments] = session.rows("next_due")
        return min((self._database.time(moment) for moment in moments if moment is not None), default=None)

    def suspect_waits(self) -> bool:
        with self._database.reading() as session:
            return session.row("suspect_waits") is not None

    def _pass_deadline(self, execution_id: str) -> int:
        with self._database.writing() as session:
            locked = session.row("lock_past_deadline", id=execution_id)
            if locked is None:
                return 0
            self._inbox.receive(session, Message(execution_id, MessageKind.DEADLINE, f"deadline:{locked[0]}"))
            return session.run("clear_deadline", id=execution_id)

    def _tell_parent(self, parent_id: str, limit: int) -> int:
        """The finished children of one parent, under its lock; no parent or a final one: only the flags."""
        with self._database.writing() as session:
            parent = session.row("lock_execution", id=parent_id)
            children = session.rows("children_to_tell_of", parent_id=parent_id, limit=limit)
            if parent is not None and not (ExecutionStatus(parent[0]) in TERMINAL and not parent[3]):
                self._put_children(session, parent_id, parent[2], children)
            session.run("parent_told", ids=[child[0] for child in children])
        return len(children)

    def _put_children(self, session: Session, parent_id: str, inbox_seq: int, children: Sequence[Row]) -> None:
        messages = {f"child:{child[0]}:{child[1]}": child for child in children}
        told = {message_id for (message_id,) in session.rows("told_children", parent_id=parent_id, message_ids=list(messages))}
        seq = inbox_seq
        for message_id, child in messages.items():
            if message_id not in told:
                seq += 1
                message = Message(parent_id, MessageKind.CHILD, message_id, name=child[0])
                put(session, message, seq=seq, payload_json=_child_payload(child))
        if seq > inbox_seq:
            session.run("count_message", id=parent_id, seq=seq)

    def _cancel_children(self, parent_id: str, limit: int) -> int:
        with self._database.reading() as session:
            children = [child_id for (child_id,) in session.rows("children_to_cancel", parent_id=parent_id, limit=limit)]
        told = 0
        for child_id in children:
            reply = self._inbox.send(Message(child_id, MessageKind.CANCEL, "parent", payload_json='{"reason":"parent"}'))
            told += reply.outcome is MessageOutcome.ACCEPTED
        with self._database.writing_once() as session:
            session.run("children_told", parent_id=parent_id)
        return told


def _retry(row: Row) -> dict[str, object]:
    execution_id, attempt, inbox_seq = row
    return {
        "execution_id": execution_id,
        "seq": inbox_seq + 1,
        "kind": MessageKind.RETRY.value,
        "message_id": f"retry:{attempt}",
        "name": "",
        "payload_json": orjson.dumps({"attempt": attempt + 1}).decode(),
    }


def _child_payload(child: Row) -> str:
    """Built as text: output and error are JSON texts already."""
    child_id, _, status, output_json, error_json = child
    head = orjson.dumps({"execution_id": child_id, "status": status}).decode()
    return f'{head[:-1]},"output":{output_json or "null"},"error":{error_json or "null"}}}'
