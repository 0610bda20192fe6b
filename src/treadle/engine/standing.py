"""How the active activities of an execution stand: who waits for what, and whose next attempt begins when."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from treadle.domain.marking import Activity
from treadle.domain.states import ActivityStatus
from treadle.engine.alarms import Alarms
from treadle.engine.frames import Frame
from treadle.engine.waits import ActiveWait


class Standing:
    """All that is true of activities is kept by activity, whatever their scope.

    `waits` are those that are parked, `retry_at` when an attempt may begin. `budget` are the attempts used before the last
    retry of the whole execution: a node's policy counts from there. `marks` are attempts whose start is in the journal
    (`delivery: at_most_once`), `booked` those with a place in a rate. `closed` are waits that the rows since the last look
    ended, each with its activity; `fresh` activities that began to wait.
    """

    def __init__(self) -> None:
        self.waits: dict[Activity, ActiveWait] = {}
        self.retry_at: dict[Activity, datetime] = {}
        self.budget: dict[Activity, int] = {}
        self.marks: dict[Activity, int] = {}
        self.booked: dict[Activity, int] = {}
        self.closed: list[tuple[Activity, ActiveWait]] = []
        self.fresh: deque[Activity] = deque()
        self._alarms = Alarms(self._is_alarm)

    def next_alarm(self) -> tuple[datetime, Activity] | None:
        """The wait or attempt that is due first."""
        return self._alarms.next()

    def attempts_used(self, activity: Activity) -> int:
        """Attempts that count against the node's policy."""
        return activity.attempt - self.budget.get(activity, 0)

    def begin_attempt(self, activity: Activity) -> None:
        """The pause before an attempt is over. No row says so: `retry_at` stays, as in any other fold."""
        activity.status = ActivityStatus.RUNNING

    def begin_wait(self, activity: Activity, wait: ActiveWait) -> None:
        self.waits[activity] = wait
        self.fresh.append(activity)
        if wait.wake_at is not None:
            self._alarms.add(activity, wait.wake_at)

    def end_wait(self, activity: Activity) -> None:
        wait = self.waits.pop(activity, None)
        if wait is not None:
            self.closed.append((activity, wait))

    def try_at(self, activity: Activity, at: datetime) -> None:
        """Its next attempt begins then."""
        activity.status = ActivityStatus.RETRYING
        self.retry_at[activity] = at
        self._alarms.add(activity, at)

    def try_again(self, activity: Activity, now: datetime | None, at: datetime | None) -> None:
        """Its next attempt: at that time, or now with a policy that counts anew. One whose pause was not over has not begun."""
        was_to_come = self.retry_at.pop(activity, None)
        if activity in self.waits or was_to_come is not None:
            activity.status = ActivityStatus.RUNNING
        if activity.status != ActivityStatus.RUNNING:
            return
        self.end_wait(activity)
        activity.attempt += was_to_come is None or now is None or was_to_come <= now
        if at is None:
            self.budget[activity] = activity.attempt - 1
        else:
            self.try_at(activity, at)

    def renew_limit(self, activity: Activity, since: datetime | None) -> None:
        """A composite that is tried again has its whole time-out anew, and is offered messages again."""
        wait = self.waits.get(activity)
        if wait is None:
            return
        self.fresh.append(activity)
        home: Frame = activity.home
        limit = home.program.steps[activity.node].node.timeout
        if limit is not None and since is not None:
            self.waits[activity] = renewed = wait.limited(since, limit)
            assert renewed.wake_at is not None
            self._alarms.add(activity, renewed.wake_at)

    def forget(self, activity: Activity) -> None:
        self.end_wait(activity)
        self.retry_at.pop(activity, None)
        self.marks.pop(activity, None)
        self.booked.pop(activity, None)
        self.budget.pop(activity, None)

    def _is_alarm(self, activity: Activity, at: datetime) -> bool:
        wait = self.waits.get(activity)
        if wait is None:
            return self.retry_at.get(activity) == at and activity.status != ActivityStatus.RUNNING
        home: Frame = activity.home
        return wait.wake_at == at and home.goes_on
