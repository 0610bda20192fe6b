"""How the active activities of an execution stand: who waits for what, and whose next attempt begins when."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from treadle.domain.marking import Activity
from treadle.domain.records import JournalRow
from treadle.domain.states import ActivityStatus
from treadle.engine.alarms import Alarms
from treadle.engine.frames import Frame
from treadle.engine.time_limits import ends_of, limits_of
from treadle.engine.waits import ActiveWait


class Standing:
    """All that is true of activities is kept by activity, whatever their scope.

    `waits` are those that are parked, `retry_at` when an attempt may begin. `budget` are the attempts used before the last
    retry of the whole execution: a node's policy counts from there. `marks` are attempts whose start is in the journal
    (`delivery: at_most_once`), `booked` those with a place in a rate, `begun` when the first attempt of a node with a time-out
    for all of them could begin, unless that was when the execution did. `closed` are waits that the rows since the last look
    ended, each with its activity; `fresh` activities that began to wait.
    """

    def __init__(self) -> None:
        self.waits: dict[Activity, ActiveWait] = {}
        self.retry_at: dict[Activity, datetime] = {}
        self.budget: dict[Activity, int] = {}
        self.marks: dict[Activity, int] = {}
        self.booked: dict[Activity, int] = {}
        self.begun: dict[Activity, datetime] = {}
        self.closed: list[tuple[Activity, ActiveWait]] = []
        self.fresh: deque[Activity] = deque()
        self._alarms = Alarms(self._is_alarm)

    def next_alarm(self) -> tuple[datetime, Activity] | None:
        """The wait or attempt that is due first."""
        return self._alarms.next()

    def attempts_used(self, activity: Activity) -> int:
        """Attempts that count against the node's policy."""
        return activity.attempt - self.budget.get(activity, 0)

    def begin_total(self, activity: Activity, at: datetime | None) -> None:
        """The time for all attempts of a node begins, where that is limited."""
        if at is not None and limits_of(activity).total is not None:
            self.begun[activity] = at

    def total_until(self, activity: Activity, *, otherwise: datetime) -> datetime | None:
        """When the time for all its attempts is over; `otherwise` is when it began if no row says so."""
        total = limits_of(activity).total
        return None if total is None else self.begun.get(activity, otherwise) + timedelta(seconds=total)

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
        self.begin_total(activity, at or now)
        activity.attempt += was_to_come is None or now is None or was_to_come <= now
        if at is None:
            self.budget[activity] = activity.attempt - 1
        else:
            self.try_at(activity, at)

    def renew_limit(self, activity: Activity, since: datetime | None) -> None:
        """A composite that is tried again has the whole time for an attempt anew, and is offered messages again."""
        wait = self.waits.get(activity)
        if wait is None:
            return
        self.fresh.append(activity)
        if since is None:
            return
        total_until = self.total_until(activity, otherwise=since) if activity in self.begun else None
        ends = ends_of(limits_of(activity), started_at=since, total_until=total_until)
        self.waits[activity] = renewed = wait.limited(ends)
        if ends and renewed.wake_at is not None:
            self._alarms.add(activity, renewed.wake_at)

    def forget(self, activity: Activity) -> None:
        self.end_wait(activity)
        self.retry_at.pop(activity, None)
        self.marks.pop(activity, None)
        self.booked.pop(activity, None)
        self.budget.pop(activity, None)
        self.begun.pop(activity, None)

    def _is_alarm(self, activity: Activity, at: datetime) -> bool:
        wait = self.waits.get(activity)
        if wait is None:
            return self.retry_at.get(activity) == at and activity.status != ActivityStatus.RUNNING
        home: Frame = activity.home
        return wait.wake_at == at and home.goes_on


def moment_of(row: JournalRow | None) -> datetime | None:
    """When a row was made; None before the first."""
    return None if row is None else row.finished_at or row.started_at
