"""Starting executions (T18): under the lock of their key if a limit or a debounce has one."""

from __future__ import annotations

from treadle.domain.errors import ConcurrencyLimitError, IdempotencyError, NotFoundError, StoreUnavailableError
from treadle.domain.limits import key_text
from treadle.domain.records import Message, MessageKind, NewExecution, StartReply
from treadle.domain.states import ExecutionStatus
from treadle.store import rows
from treadle.store.database import Session
from treadle.store.inbox import Inbox
from treadle.store.limits import admit_free

SKIP, CANCEL_OLDEST = "skip", "cancel_oldest"
MOST_NAMED = 5
"""Holders that a refusal names."""


class OldestChangedError(StoreUnavailableError):
    """The one to be cancelled was gone when its lock was had. Nothing was changed; begin anew, holding no lock."""


class Starts:
    def __init__(self, inbox: Inbox, *, head_start: int) -> None:
        self._inbox = inbox
        self._head_start = head_start

    def start(self, session: Session, execution: NewExecution) -> StartReply:
        """The whole of T18 inside the caller's transaction, which may go on after a ConcurrencyLimitError."""
        if execution.debounce_key is not None:
            return self._debounced(session, execution, execution.debounce_key)
        if execution.slot_key is not None:
            return self._limited(session, execution, execution.slot_key)
        if self.insert(session, execution):
            return StartReply(execution.id, created=True)
        return earlier(session, execution)

    def insert(self, session: Session, execution: NewExecution) -> bool:
        """Insert it as it is. False: its id or key exists already, or its version does not."""
        trigger_type = rows.trigger_type(execution.trigger_json)
        parameters = {**rows.new_execution(execution), "trigger_type": trigger_type, "head_start": self._head_start}
        return session.row("start", **parameters) is not None

    def _limited(self, session: Session, execution: NewExecution, key: str) -> StartReply:
        """Into the line, then whoever is first in it gets what is free: never past one that waits longer."""
        limit = execution.slot_limit or 1
        session.run("lock_slot_for_start", key=key, slot_limit=limit, version=execution.version)
        [(limit,)] = session.rows("limit_of_slot", key=key)
        if execution.on_limit == SKIP and self._is_full(session, key, limit):
            return _repeat(session, execution) or _refuse(session, execution, key, limit)
        if not self.insert(session, execution):
            return earlier(session, execution)
        if execution.on_limit == CANCEL_OLDEST:
            self._cancel_oldest(session, execution, key, limit)
        admitted = admit_free(session, key, head_start=self._head_start)
        status = ExecutionStatus.RUNNING if execution.id in admitted else ExecutionStatus.WAITING
        return StartReply(execution.id, created=True, status=status)

    def _is_full(self, session: Session, key: str, limit: int) -> bool:
        """Counted in a statement after the one that took the lock, which would count what was there before it."""
        [(open_count,)] = session.rows("open_of_slot", key=key, most=limit)
        return bool(open_count >= limit)

    def _cancel_oldest(self, session: Session, execution: NewExecution, key: str, limit: int) -> None:
        """At most one: who waits for the lock of one execution only can be in no deadlock."""
        candidates = _not_cancelled(session, key)
        if len(candidates) <= limit:
            return
        oldest = next(found_id for found_id in candidates if found_id != execution.id)
        session.row("lock_execution", id=oldest)
        candidates = _not_cancelled(session, key)
        if oldest not in candidates:
            raise OldestChangedError(f"{oldest} ended or was cancelled while {execution.id} was about to take its place")
        if len(candidates) > limit:
            reason = rows.json_object({"reason": f"superseded by {execution.id}"})
            message = Message(oldest, MessageKind.CANCEL, f"superseded:{execution.id}", payload_json=reason)
            self._inbox.receive(session, message)

    def _debounced(self, session: Session, execution: NewExecution, key: str) -> StartReply:
        """Join the one of this key that has not begun, or be the first."""
        session.run("lock_slot_for_start", key=key, slot_limit=1, version=execution.version)
        repeat = _repeat(session, execution)
        if repeat is not None:
            return repeat
        found = session.row("find_debounced", debounce_key=key)
        if found is not None and session.run("put_off", **rows.new_execution(execution), found=found[0]):
            return StartReply(found[0], created=False, status=ExecutionStatus.WAITING)
        if not self.insert(session, execution):
            return earlier(session, execution)
        return StartReply(execution.id, created=True, status=ExecutionStatus.WAITING)


def earlier(session: Session, execution: NewExecution) -> StartReply:
    """What a start that inserted nothing is answered: a repeat, told by its id or its key, as the first time."""
    repeat = _repeat(session, execution)
    if repeat is None:
        raise NotFoundError("workflow version", f"{execution.workflow} {execution.version}")
    return repeat


def _not_cancelled(session: Session, key: str) -> list[str]:
    """Who holds the key or waits for it and has no cancel, oldest first."""
    return [found_id for found_id, _ in session.rows("not_cancelled_of_slot", key=key)]


def _repeat(session: Session, execution: NewExecution) -> StartReply | None:
    found = session.rows(
        "find_started", id=execution.id, workflow=execution.workflow, idempotency_key=execution.idempotency_key
    )
    for found_id, body_hash, held_back in found:
        status = ExecutionStatus.WAITING if held_back else ExecutionStatus.RUNNING
        if found_id == execution.id:
            return StartReply(execution.id, created=True, status=status)
        if body_hash != execution.body_hash:
            raise IdempotencyError(execution.idempotency_key or "")
    return StartReply(found[0][0], created=False, status=status) if found else None


def _refuse(session: Session, execution: NewExecution, key: str, limit: int) -> StartReply:
    holders = [holder for (holder,) in session.rows("holders_of_slot", key=key, limit=MOST_NAMED)]
    raise ConcurrencyLimitError(execution.workflow, key_text(key), limit=limit, holders=holders)
