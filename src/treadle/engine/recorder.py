"""What the outcome of an activity becomes: its row, and what must be in the same commit: children and approvals."""

from __future__ import annotations

from datetime import datetime

from treadle.domain.activity import Event, Park, Wait
from treadle.domain.composites import MapPlan
from treadle.domain.marking import Activity
from treadle.domain.records import InboxRow, JournalRow, NewApproval, NewExecution
from treadle.domain.values import decode
from treadle.engine.calls import prepare
from treadle.engine.execution_state import ExecutionState
from treadle.engine.mailbox import Match
from treadle.engine.outcomes import Begun, Failure, Finished, Outcome, Started, failure_of, outcome_of, reraise_interrupt
from treadle.engine.rows import RowMaker
from treadle.engine.time_limits import ends_of, limits_of, waited_too_long
from treadle.engine.waits import LIMITS, ActiveWait, begin_wait

MORE, CLOSE = "more", "close"
"""The names of the waits for signals that add to a map."""


class Recorder:
    """Of one execution. `children` and `approvals` gather until the next commit takes them."""

    def __init__(self, state: ExecutionState, rows: RowMaker) -> None:
        self.children: list[NewExecution] = []
        self.approvals: list[NewApproval] = []
        self.rejected: dict[str, str] = {}
        """The places of activities whose result the database refused, with its words."""
        self._state = state
        self._rows = rows

    def next_commit(self) -> None:
        """What has gathered is on its way."""
        if self.children:
            self.children = []
        if self.approvals:
            self.approvals = []

    def refused(self, activity: Activity) -> Failure | None:
        """The failure of an activity whose result the database refused before."""
        words = self.rejected.get(activity.home.place_of(activity)) if self.rejected else None
        return None if words is None else Failure("unstorable", words, retryable=False)

    def resume(self, activity: Activity, event: Event, now: datetime) -> Outcome:
        """Ask the handler how a park ends."""
        refused = self.refused(activity)
        if refused is not None:
            return refused
        if event.name in LIMITS:
            return waited_too_long(limits_of(activity), event.name)
        try:
            call = prepare(self._rows, activity, now)
            return outcome_of(call.handler.resume(call.context, call.config, event))
        except BaseException as error:  # the handler's code: whatever it raises is the activity's failure
            reraise_interrupt(error)
            return failure_of(error)

    def row_of_match(self, match: Match, *, now: datetime, seen: int) -> JournalRow:
        """What a message becomes that ends a wait, or adds to a map."""
        activity, wait, message = match.activity, match.wait, match.message
        if message is None:
            assert match.error is not None
            failure = failure_of(match.error)
            return self.row_of(activity, failure, now=now, seen=seen, started_at=wait.started_at, message=None)
        if activity in self._state.frames.composites:
            payload = decode(message.payload_json)
            adds = wait.waits[match.index].name == MORE
            return self._rows.grown(activity, (payload if isinstance(payload, list) else [payload]) if adds else None, message, now)
        outcome = self.resume(activity, wait.event(match.index, message, now), now)
        return self.row_of(activity, outcome, now=now, seen=seen, started_at=wait.started_at, message=message)

    def row_of(
        self, activity: Activity, outcome: Outcome, *, now: datetime, seen: int, started_at: datetime | None,
        message: InboxRow | None,
    ) -> JournalRow:  # fmt: skip
        """`seen` is the last message that has been read, `message` the one that led to this outcome."""
        match outcome:
            case Failure():
                return self._rows.failed(activity, outcome, started_at=started_at, now=now, message=message)
            case Finished():
                return self._rows.finished(activity, outcome, started_at=started_at, now=now, message=message)
            case Started(children=children, finished=finished):
                self.children.extend(children)
                self._state.has_children = True
                if finished is not None:
                    return self._rows.finished(activity, finished, started_at=started_at, now=now, message=message)
                return self._parked(activity, outcome.park, seen, started_at or now, message)
            case Park():
                return self._parked(activity, outcome, seen, started_at or now, message)
            case Begun():
                return self._begun(activity, outcome, seen, started_at or now)

    def _begun(self, activity: Activity, begun: Begun, seen: int, started_at: datetime) -> JournalRow:
        """A composite begins; it waits for its time-out and for signals that add to it."""
        more = begun.plan.more if isinstance(begun.plan, MapPlan) else None
        asked = (Wait(name=MORE, signal=more.signal), Wait(name=CLOSE, signal=more.close)) if more else ()
        limits = limits_of(activity)
        must_wait = asked or limits.attempt is not None or limits.total is not None
        wait = self._wait(activity, Park(asked), seen, started_at) if must_wait else None
        return self._rows.begun(activity, begun.plan_json, wait, started_at=started_at)

    def _parked(
        self, activity: Activity, park: Park, seen: int, started_at: datetime, message: InboxRow | None
    ) -> JournalRow:
        wait = self._wait(activity, park, seen, started_at)
        self.approvals.extend(self._rows.approvals(activity, park, wait))
        return self._rows.waiting(activity, park, wait)._replace(message_seq=message.seq if message else None)

    def _wait(self, activity: Activity, park: Park, seen: int, started_at: datetime) -> ActiveWait:
        return begin_wait(
            park,
            address=self._rows.address(activity),
            execution_id=self._state.execution_id,
            after=seen,
            started_at=started_at,
            ends=ends_of(limits_of(activity), started_at=started_at, total_until=self._rows.total_until(activity)),
        )
