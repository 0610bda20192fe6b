"""The states of executions and activities, and every allowed transition, as data.

Spelled the same in Python, SQL, JSON and UI. The SQL guards repeat these tables; the diagram in the docs is generated from them.
"""

from __future__ import annotations

from enum import StrEnum


class ExecutionStatus(StrEnum):
    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ActivityStatus(StrEnum):
    RUNNING = "running"
    WAITING = "waiting"
    RETRYING = "retrying"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SKIPPED = "skipped"


class Verb(StrEnum):
    """What can happen to an execution as a whole."""

    PARK = "park"
    WAKE = "wake"
    PAUSE = "pause"
    RESUME = "resume"
    COMPLETE = "complete"
    FAIL = "fail"
    CANCEL = "cancel"
    RETRY = "retry"


S, V = ExecutionStatus, Verb

TRANSITIONS: dict[tuple[ExecutionStatus, Verb], ExecutionStatus] = {
    (S.RUNNING, V.PARK): S.WAITING,
    (S.RUNNING, V.PAUSE): S.PAUSED,
    (S.RUNNING, V.COMPLETE): S.COMPLETED,
    (S.RUNNING, V.FAIL): S.FAILED,
    (S.RUNNING, V.CANCEL): S.CANCELLED,
    (S.WAITING, V.WAKE): S.RUNNING,
    (S.PAUSED, V.RESUME): S.RUNNING,
    (S.FAILED, V.RETRY): S.RUNNING,
}

TERMINAL = frozenset({S.COMPLETED, S.FAILED, S.CANCELLED})

ACTIVE_ACTIVITY = frozenset({ActivityStatus.RUNNING, ActivityStatus.WAITING, ActivityStatus.RETRYING})


def after(status: ExecutionStatus, verb: Verb) -> ExecutionStatus | None:
    """The state `verb` leads to, or None when it is not allowed from `status`."""
    return TRANSITIONS.get((status, verb))
