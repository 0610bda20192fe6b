"""Phase 2: due fires of schedules become executions. Any worker may do it; the database lets one of them win each fire."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from treadle.domain.errors import SchemaError, StoreUnavailableError
from treadle.domain.records import Schedule
from treadle.domain.schedule import timing_of
from treadle.domain.schedule_due import DuePolicy, next_fires_due
from treadle.engine.meters import Meters
from treadle.engine.program import Programs
from treadle.engine.schedule_fires import ScheduledStarts
from treadle.ports import WorkflowStore
from treadle.ports_desks import ScheduleStore

log = logging.getLogger("treadle.worker")


class WorkflowScheduler:
    def __init__(
        self, schedules: ScheduleStore, workflows: WorkflowStore, programs: Programs, meters: Meters | None = None
    ) -> None:
        self._schedules = schedules
        self._meters = meters or Meters()
        self._starts = ScheduledStarts(workflows, programs)

    def run_once(self, now: datetime) -> int:
        """How many executions were started. A schedule that cannot fire is set aside; the others go on.

        What is due is decided by the database's time as it is read with the schedules, not by `now`, when the cycle began.
        """
        database_now, due = self._schedules.due()
        started = 0
        for schedule in due:
            try:
                started += self._fire(schedule, database_now)
            except (StoreUnavailableError, SchemaError):
                raise
            except Exception as error:  # Whatever one schedule's row brings about, the others go on.
                self._schedules.set_aside(schedule, str(error) or type(error).__name__)
                log.error("schedule %s is set aside: %s", schedule.id, error, extra={"event": "schedule_set_aside"})
        if started:
            log.info("📅 Triggered %d scheduled executions", started, extra={"event": "schedules_fired", "count": started})
        return started

    def _fire(self, schedule: Schedule, now: datetime) -> int:
        assert schedule.next_fire_at is not None
        started = 0
        for step in next_fires_due(timing_of(schedule), schedule.next_fire_at, now, DuePolicy.of(schedule)).steps:
            execution = self._starts.execution(schedule, step.at) if step.outcome == "fired" else None
            recorded = self._schedules.fire(
                schedule, fire_at=step.at, next_fire_at=step.next_fire_at, execution=execution,
                outcome=step.outcome, reason=step.reason,
            )  # fmt: skip
            if recorded is None:
                return started
            if recorded == "fired":
                started += 1
                self._meters.schedule_lateness.add(max(0.0, (now - step.at).total_seconds()))
            schedule = replace(schedule, next_fire_at=step.next_fire_at)
        return started
