"""Messages to an execution (T12, T15): counted once, in order, under the lock of its row."""

from __future__ import annotations

import orjson

from treadle.domain.records import Message, MessageKind, MessageOutcome, MessageReply
from treadle.domain.states import TERMINAL, ExecutionStatus
from treadle.store.database import Database, Session

COUNTS, WAKES, RETRIES = "count_message", "count_message_and_wake", "count_message_and_retry"
ENDS = frozenset({MessageKind.CANCEL, MessageKind.DEADLINE, MessageKind.COMPLETE, MessageKind.FAIL})
WAKES_PAUSED = ENDS | {MessageKind.RESUME, MessageKind.MOVE}


class Inbox:
    def __init__(self, database: Database, *, head_start: int) -> None:
        self._database = database
        self._head_start = head_start

    def send(self, message: Message) -> MessageReply:
        with self._database.writing() as session:
            return self.receive(session, message)

    def receive(self, session: Session, message: Message) -> MessageReply:
        """The whole of T12 inside the caller's transaction. A repeat is answered before the status is looked at."""
        locked = session.row("lock_execution", id=message.execution_id)
        if locked is None:
            return MessageReply(MessageOutcome.NOT_FOUND, None)
        status, attempt, inbox_seq, retry_to_come = ExecutionStatus(locked[0]), locked[1], locked[2], bool(locked[3])
        held_back, has_slot_key = bool(locked[4]), bool(locked[5])
        known = session.row("find_message", execution_id=message.execution_id, message_id=message.message_id)
        if known is not None:
            return MessageReply(MessageOutcome.DUPLICATE, status, known[0])
        if _refuses(status, message.kind, retry_to_come=retry_to_come):
            return MessageReply(MessageOutcome.REFUSED, status)
        payload_json = _retry_payload(message, attempt + 1) if message.kind is MessageKind.RETRY else message.payload_json
        put(session, message, seq=inbox_seq + 1, payload_json=payload_json)
        effect = _effect(message.kind, status, held_back=held_back)
        session.run(effect, id=message.execution_id, seq=inbox_seq + 1, head_start=self._head_start)
        if effect == RETRIES and has_slot_key:
            status = ExecutionStatus.WAITING
        elif effect != COUNTS:
            status = ExecutionStatus.RUNNING
        return MessageReply(MessageOutcome.ACCEPTED, status, inbox_seq + 1)


def put(session: Session, message: Message, *, seq: int, payload_json: str) -> None:
    """Insert the row; the caller holds the execution's lock and counts it."""
    session.run(
        "put_message",
        execution_id=message.execution_id,
        seq=seq,
        kind=message.kind.value,
        message_id=message.message_id,
        name=message.name,
        payload_json=payload_json,
    )


def _refuses(status: ExecutionStatus, kind: MessageKind, *, retry_to_come: bool) -> bool:
    """A retry needs a failed execution; anything else, one that is not final."""
    if kind is MessageKind.RETRY:
        return status is not ExecutionStatus.FAILED
    return status in TERMINAL and not retry_to_come


def _effect(kind: MessageKind, status: ExecutionStatus, *, held_back: bool) -> str:
    """What a message does besides being counted, as the statement that does it."""
    if kind is MessageKind.RETRY:
        return RETRIES
    if held_back:
        # Resumed or moved it would jump the line.
        return WAKES if kind in ENDS else COUNTS
    if status is ExecutionStatus.PAUSED and kind in WAKES_PAUSED:
        return WAKES
    return WAKES if status is ExecutionStatus.FAILED and kind is MessageKind.CANCEL else COUNTS


def _retry_payload(message: Message, attempt: int) -> str:
    """The payload with the number of the attempt, which is known only under the lock."""
    payload = orjson.loads(message.payload_json)
    return orjson.dumps({**(payload if isinstance(payload, dict) else {}), "attempt": attempt}).decode()
