"""The time limits of a node: when each of them is over, and what the failure says then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from treadle.domain.durations import format_duration
from treadle.domain.graph import Timeouts
from treadle.domain.marking import Activity
from treadle.engine.outcomes import Failure, iso
from treadle.engine.waits import ATTEMPT, TOTAL


def limits_of(activity: Activity) -> Timeouts:
    timeouts: Timeouts = activity.home.program.steps[activity.node].node.timeout
    return timeouts


def ends_of(limits: Timeouts, *, started_at: datetime, total_until: datetime | None) -> dict[str, datetime]:
    """When the limits of a wait that began then are over, by the names that such waits have; the total first."""
    ends = {} if total_until is None else {TOTAL: total_until}
    if limits.attempt is not None:
        ends[ATTEMPT] = started_at + timedelta(seconds=limits.attempt)
    return ends


def waited_too_long(limits: Timeouts, name: str) -> Failure:
    if name == TOTAL:
        return total_is_over(limits)
    return Failure("timeout", f"it waited longer than {_said(limits.attempt)} (timeout.attempt)")


def attempt_is_over(limits: Timeouts) -> Failure:
    return Failure("timeout", f"the attempt took longer than {_said(limits.attempt)} (timeout.attempt)")


def total_is_over(limits: Timeouts) -> Failure:
    return Failure("timeout", f"all attempts together took longer than {_said(limits.total)} (timeout.total)", retryable=False)


def no_time_for_another(limits: Timeouts, last: Failure, retry_at: datetime) -> Failure:
    """Of an attempt that would be tried again, but only after the limit of all attempts."""
    message = f"the next attempt, at {iso(retry_at)}, would begin after the {_said(limits.total)} for all of them (timeout.total)"
    error: dict[str, Any] = {"type": last.type, "message": last.message}
    return Failure("timeout", f"{message}; the last one failed: {last.message}", retryable=False, details={"error": error})


def no_time_for_a_start(limits: Timeouts, at: datetime) -> Failure:
    message = f"its rate limit lets it start at {iso(at)}, after the {_said(limits.total)} for all attempts (timeout.total)"
    return Failure("timeout", message, retryable=False)


def is_silent(limit: float) -> Failure:
    return Failure("heartbeat_timeout", f"the handler gave no heartbeat for {_said(limit)} (timeout.heartbeat)")


def _said(seconds: float | None) -> str:
    return format_duration(seconds or 0)
