"""What becomes of an execution that has nothing to do at this moment: end, pause or park, as a pure function of its state."""

from __future__ import annotations

from random import Random

from treadle.domain.errors import ExpressionError, LimitExceededError, UnstorableValueError
from treadle.domain.records import Decision, DecisionKind, ExecutionRecord
from treadle.domain.states import ExecutionStatus
from treadle.domain.values import RESULT_LIMIT, decode, encode
from treadle.engine.execution_state import ExecutionState
from treadle.engine.frames import Frame
from treadle.engine.outcomes import Failure
from treadle.engine.vocabulary import Vocabulary

NAMED = 100
"""How many places an error names."""


class Judge:
    """Decides for one execution. `seen` is the last inbox message its owner has read."""

    __slots__ = ("_claim_no", "_program", "_random", "_record", "_state", "_vocabulary")

    def __init__(
        self, record: ExecutionRecord, state: ExecutionState, vocabulary: Vocabulary, *, claim_no: int, random: Random
    ) -> None:
        self._record = record
        self._program = state.program
        self._state = state
        self._vocabulary = vocabulary
        self._claim_no = claim_no
        self._random = random

    def must_undo(self) -> bool:
        """Whether it is decided that it fails for good, or is cancelled with compensation, and there is something to undo."""
        state = self._state
        if not state.undoable or state.frames.undo is not None:
            return False
        if state.control.cancelled:
            return state.control.undoes
        if state.failure_json is not None:
            return self._retry_in(state.failure_json) is None
        return state.terminated is not None and state.terminated.status == ExecutionStatus.FAILED

    def end(self, *, seen: int) -> Decision | None:
        """The end, if it has come: cancelled before failed before completed, because an accepted cancel always wins."""
        state = self._state
        if (state.frames.undo is not None and not state.over) or (state.over and state.lingering()):
            return None
        if state.control.cancelled:
            error = {"type": "cancelled", "message": state.control.reason} if state.control.reason else None
            return self._end(ExecutionStatus.CANCELLED, seen=seen, error_json=_text(error) if error else None)
        if state.failure_json is not None:
            return self._end(ExecutionStatus.FAILED, seen=seen, error_json=state.failure_json)
        if state.terminated is not None:
            return self._terminated(seen=seen)
        if state.marking.state == "completed":
            return self._completed(seen=seen)
        return None

    def idle(self, *, seen: int) -> Decision:
        """Pause or park; the end, if nothing that it waits for could ever come."""
        state = self._state
        if not (state.control.paused or state.waits or state.retry_at or state.lingering()):
            return self._end(ExecutionStatus.FAILED, seen=seen, error_json=_deadlock(state).to_json(""))
        kind = DecisionKind.PAUSE if state.control.paused else DecisionKind.PARK
        return Decision(self._record.id, self._claim_no, seen, kind, wake_at=state.next_due())

    def _completed(self, *, seen: int) -> Decision:
        try:
            output_json = self._vocabulary.output_json(self._state.root, self._state.seq)
        except (ExpressionError, UnstorableValueError, LimitExceededError) as error:
            kind = "expression_error" if isinstance(error, ExpressionError) else "unstorable"
            failure = Failure(kind, f"settings.output: {error}").to_json("")
            return self._end(ExecutionStatus.FAILED, seen=seen, error_json=failure, final=True)
        return self._end(ExecutionStatus.COMPLETED, seen=seen, output_json=output_json)

    def _terminated(self, *, seen: int) -> Decision:
        terminated = self._state.terminated
        assert terminated is not None
        status = ExecutionStatus(terminated.status)
        error_json = None
        if status is ExecutionStatus.FAILED:
            error_json = Failure("terminated", f"ended by node {terminated.node_id}").to_json(terminated.node_id)
        return self._end(status, seen=seen, output_json=terminated.output_json, error_json=error_json, final=True)

    def _end(
        self,
        status: ExecutionStatus,
        *,
        seen: int,
        output_json: str | None = None,
        error_json: str | None = None,
        final: bool = False,
    ) -> Decision:
        undo = self._state.frames.undo
        final = final or undo is not None
        retry_in = None if final or status is not ExecutionStatus.FAILED else self._retry_in(error_json)
        ended = retry_in is None
        if undo is not None:
            error_json = _with_compensation(error_json, undo, cancelled=status is ExecutionStatus.CANCELLED)
        return Decision(
            self._record.id,
            self._claim_no,
            seen,
            DecisionKind.END,
            status=status,
            output_json=output_json,
            error_json=error_json,
            retry_in=retry_in,
            tell_parent=ended and self._record.parent_id is not None,
            cancel_children=ended and (self._state.has_children or self._program.starts_children),
            follow_up=ended and status is ExecutionStatus.FAILED and self._program.graph.settings.on_failure is not None,
        )

    def _retry_in(self, error_json: str | None) -> float | None:
        """Seconds until the execution's own policy tries it again, or None."""
        policy = self._program.graph.settings.retry
        error_type = decode(error_json).get("type", "") if error_json else ""
        if self._state.control.timed_out or not policy.allows(self._record.attempt, error_type=error_type):
            return None
        return policy.delay_after(self._record.attempt, self._random).total_seconds()


def crash_loop(record: ExecutionRecord, *, claim_no: int, seen: int) -> Decision:
    """Set aside an execution that has crashed its workers three times in a row without progress."""
    failure = Failure(
        "crash_loop", f"crashed its worker {record.crashes} times in a row without progress; see docs/troubleshooting"
    )
    return refused(record, failure, claim_no=claim_no, seen=seen)


def refused(record: ExecutionRecord, failure: Failure, *, claim_no: int, seen: int) -> Decision:
    """End an execution that cannot be run at all: a broken journal, a version this release cannot read."""
    return Decision(
        record.id,
        claim_no,
        seen,
        DecisionKind.END,
        status=ExecutionStatus.FAILED,
        error_json=failure.to_json(""),
        tell_parent=record.parent_id is not None,
        cancel_children=True,
        follow_up=True,
    )


def _with_compensation(error_json: str | None, undo: Frame, *, cancelled: bool) -> str:
    """The error, with how much has been undone; `failed` are the first places whose compensation failed."""
    error = decode(error_json) if error_json is not None else {"type": "cancelled" if cancelled else "failed", "message": ""}
    undone = sum(map(len, undo.results.by_node.values())) - len(undo.failed)
    return _text({**error, "compensated": {"undone": undone, "failed": undo.failed[:NAMED]}})


def _deadlock(state: ExecutionState) -> Failure:
    """Activities that wait for mutexes of each other."""
    lines = state.frames.mutexes.lines
    waiting = [(activity, name) for name, line in sorted(lines.items()) for activity in list(line)[1:]]
    names = [f"{activity.home.place_of(activity)} for {name!r}" for activity, name in waiting]
    if not names:
        return Failure("stuck", "nothing runs and nothing is waited for; please report this with the execution's journal")
    return Failure("mutex_deadlock", f"they wait for mutexes that others of them hold: {', '.join(names[:5])}")


def _text(value: object) -> str:
    return encode(value, limit=RESULT_LIMIT, name="error")
