"""What becomes of due instants: which fire, late ones included, and which are recorded as missed."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice, takewhile

from treadle.domain.durations import format_duration
from treadle.domain.records import Schedule
from treadle.domain.schedule_timing import Timing, jitter_at

MOST_STEPS = 100
"""Fires that one plan starts at most, and missed ones that it lists one by one."""

ON_TIME = 2.0
"""Seconds, two poll cycles: what is not older was never missed."""

GRACE = 300.0
"""Seconds that `skip` waits for a worker, unless the schedule has a window of its own."""

NOTEWORTHY = 10.0
"""Seconds after which a fire says that it was caught up."""

_MOST_COUNTED = 1000
_LATE = "no worker was there in time"


@dataclass(frozen=True, slots=True)
class DuePolicy:
    """How a schedule catches up: `skip`, `latest` or `all`, not past `window` seconds, at most `limit` instants at a time."""

    catch_up: str = "latest"
    window: float | None = None
    limit: int | None = None
    jitter: float = 0.0
    schedule_id: str = ""

    @classmethod
    def of(cls, schedule: Schedule) -> DuePolicy:
        return cls(schedule.catch_up, schedule.catch_up_window, schedule.catch_up_limit, schedule.jitter, schedule.id)

    def late(self, at: datetime, now: datetime) -> float:
        """Seconds since `at` was to fire; negative before that."""
        return (now - at - jitter_at(self.schedule_id, at, self.jitter)).total_seconds()

    def too_late(self, at: datetime, now: datetime) -> bool:
        late = self.late(at, now)
        window = GRACE if self.window is None and self.catch_up == "skip" else self.window
        return late >= ON_TIME and window is not None and late > window


@dataclass(frozen=True, slots=True)
class DueStep:
    """What becomes of one due instant: `fired` or `missed`, and what the schedule's `next_fire_at` is after it."""

    at: datetime
    outcome: str
    reason: str
    next_fire_at: datetime | None


@dataclass(frozen=True, slots=True)
class DuePlan:
    """What to do with a schedule that is due: the steps in order of time. Each can be stored by itself, and a worker that
    dies between two leaves a schedule that another one plans anew."""

    steps: tuple[DueStep, ...]
    next_fire_at: datetime | None

    @property
    def fire(self) -> tuple[datetime, ...]:
        return tuple(step.at for step in self.steps if step.outcome == "fired")

    @property
    def missed(self) -> tuple[datetime, ...]:
        return tuple(step.at for step in self.steps if step.outcome == "missed")


def next_fires_due(timing: Timing, seen: datetime, now: datetime, policy: DuePolicy) -> DuePlan:
    """What to fire and what to record as missed, when `seen` is the schedule's `next_fire_at` and `now` has come.

    `all` fires every due instant within its window, the newest `limit` of them, oldest first, `MOST_STEPS` at a time.
    `latest` fires the newest and records the others as missed. `skip` does the same unless the newest is older than
    `GRACE`: then that is missed too. Instants less than `ON_TIME` old were never missed, and all fire. After a long time
    only the first `MOST_STEPS` missed ones are listed, the last of them saying how many follow; the work is bounded,
    however many there are. An interval must have its anchor, as in `timing_of`.
    """
    if policy.late(seen, now) < 0:
        return DuePlan((), seen)
    due = _due(timing, seen, now, policy)
    fires = _to_catch_up(timing, due, now, policy)
    missed = [at for at in due if not fires or at < fires[0]]
    counted = len(due) <= _MOST_COUNTED or len(missed) < len(due)
    last = fires[-1] if fires else due[-1] if counted else _newest_due(timing, due, now, policy)
    steps = _listed(missed, "missed", _why_missed(policy, missed, now), counted=counted)
    steps += [DueStep(at, "fired", _why_now(policy.late(at, now)), None) for at in fires]
    return _chained(steps, timing.next_after(last))


def passed_over(timing: Timing, seen: datetime, now: datetime, *, outcome: str, reason: str) -> tuple[DueStep, ...]:
    """The instants from `seen` to `now` that nobody will fire, the first `MOST_STEPS` of them."""
    if seen > now:
        return ()
    due = _due(timing, seen, now, DuePolicy())
    return tuple(_listed(due, outcome, reason, counted=len(due) <= _MOST_COUNTED))


def _due(timing: Timing, seen: datetime, now: datetime, policy: DuePolicy) -> list[datetime]:
    """The due instants in order; when there are more than `_MOST_COUNTED`, one more than that."""
    later = islice(timing.fires_after(seen), _MOST_COUNTED)
    return [seen, *takewhile(lambda at: policy.late(at, now) >= 0, later)]


def _to_catch_up(timing: Timing, due: Sequence[datetime], now: datetime, policy: DuePolicy) -> list[datetime]:
    """The next instants to fire, at most `MOST_STEPS`. Behind them none is due unless there are so many."""
    counted = len(due) <= _MOST_COUNTED
    if policy.catch_up == "all":
        fires = [at for at in due if not policy.too_late(at, now)]
        if counted:
            return fires[-policy.limit:][:MOST_STEPS] if policy.limit else fires[:MOST_STEPS]
        return _newest(timing, due, now, policy)
    fires = [at for at in due if policy.late(at, now) < ON_TIME]
    if fires:
        return fires
    newest = due[-1] if counted else _newest_due(timing, due, now, policy)
    return [] if policy.too_late(newest, now) else [newest]


def _newest_due(timing: Timing, due: Sequence[datetime], now: datetime, policy: DuePolicy) -> datetime:
    """The newest instant that is due however long its jitter is; younger ones have their turn later."""
    return timing.newest_until(max(due[-1], now - timedelta(seconds=policy.jitter)), known=due[-1])


def _newest(timing: Timing, due: Sequence[datetime], now: datetime, policy: DuePolicy) -> list[datetime]:
    """The first `MOST_STEPS` of the newest `limit` within the window, of more due instants than are counted."""
    first = due[0]
    if policy.window is not None:
        past = now - timedelta(seconds=policy.window + policy.jitter)
        if past > first:
            later = timing.fires_after(past)
            first = next((at for at in later if not policy.too_late(at, now)), now + timedelta.resolution)
    if policy.limit:
        first = max(first, _first_of_last(timing, first, now, policy))
    fires = [first, *islice(timing.fires_after(first), MOST_STEPS - 1)]
    return list(takewhile(lambda at: policy.late(at, now) >= 0, fires))


def _first_of_last(timing: Timing, low: datetime, now: datetime, policy: DuePolicy) -> datetime:
    """The first of the last `limit` due instants, looked for ever further back, but not before `low`."""
    back = timedelta(seconds=1)
    while True:
        since = max(low - timedelta.resolution, now - back)
        due = takewhile(lambda at: policy.late(at, now) >= 0, timing.fires_after(since))
        last = deque(due, maxlen=policy.limit)
        if len(last) == policy.limit or since < low:
            return last[0] if last else low
        back *= 2


def _listed(due: Sequence[datetime], outcome: str, reason: str, *, counted: bool) -> list[DueStep]:
    steps = [DueStep(at, outcome, reason, None) for at in due[:MOST_STEPS]]
    unlisted = len(due) - len(steps)
    if unlisted:
        count = f"{unlisted:,}" if counted else f"more than {unlisted:,}"
        steps[-1] = replace(steps[-1], reason=f"{reason}; {count} later ones were {outcome} too and are not listed")
    return steps


def _chained(steps: Sequence[DueStep], after: datetime | None) -> DuePlan:
    nexts = [*(step.at for step in steps[1:]), after]
    return DuePlan(tuple(replace(step, next_fire_at=at) for step, at in zip(steps, nexts, strict=True)), after)


def _why_missed(policy: DuePolicy, missed: Sequence[datetime], now: datetime) -> str:
    if policy.window is not None and missed and policy.too_late(missed[-1], now):
        return f"{_LATE}, and its catch-up window is {format_duration(policy.window)}"
    if policy.catch_up == "all" and policy.limit is not None:
        return f"{_LATE}, and its catch-up limit is {policy.limit:,}"
    return _LATE


def _why_now(late: float) -> str:
    return f"caught up {format_duration(round(late))} late" if late > NOTEWORTHY else ""
