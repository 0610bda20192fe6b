"""Phase 2: due fires of schedules become executions. Any worker may do it; the database lets one of them win each fire."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from treadle.domain.errors import StoreUnavailableError, TreadleError
from treadle.domain.records import NewExecution, Schedule
from treadle.domain.schedule import next_fires_due, parse_timing
from treadle.domain.values import decode
from treadle.engine.program import Programs
from treadle.engine.starting import SCHEDULE, new_execution
from treadle.engine.system import time_prefix
from treadle.engine.waits import digest
from treadle.ports import ScheduleStore, WorkflowStore

log = logging.getLogger("treadle.worker")


class WorkflowScheduler:
    def __init__(self, schedules: ScheduleStore, workflows: WorkflowStore, programs: Programs) -> None:
        self._schedules = schedules
        self._workflows = workflows
        self._programs = programs

    def run_once(self, now: datetime) -> int:
        """How many executions were started. A schedule that cannot fire is set aside; the others go on."""
        database_now, due = self._schedules.due()
        started = 0
        for schedule in due:
            try:
                started += self._fire(schedule, database_now)
            except StoreUnavailableError:
                raise
            except TreadleError as error:
                self._schedules.set_aside(schedule, str(error))
                log.error("schedule %s is set aside: %s", schedule.id, error, extra={"event": "schedule_set_aside"})
        if started:
            log.info("📅 Triggered %d scheduled executions", started, extra={"event": "schedules_fired", "count": started})
        return started

    def _fire(self, schedule: Schedule, now: datetime) -> int:
        assert schedule.next_fire_at is not None
        timing = parse_timing(cron=schedule.cron, interval=schedule.interval, timezone=schedule.timezone, dst=schedule.dst)
        started = 0
        for step in next_fires_due(timing, schedule.next_fire_at, now, schedule.catch_up).steps:
            execution = self._execution(schedule, step.at) if step.outcome == "fired" else None
            recorded = self._schedules.fire(
                schedule, fire_at=step.at, next_fire_at=step.next_fire_at, execution=execution,
                outcome=step.outcome, reason=step.reason,
            )  # fmt: skip
            if recorded is None:
                return started
            started += recorded == "fired"
            schedule = replace(schedule, next_fire_at=step.next_fire_at)
        return started

    def _execution(self, schedule: Schedule, fire_at: datetime) -> NewExecution:
        """Its id is made from schedule and instant, so that two workers can only make the same one."""
        found = self._workflows.get(schedule.workflow, schedule.version)
        graph = self._programs.get(found.workflow, found.version, found.graph_json).graph
        payload = {"schedule_id": schedule.id, "fire_at": fire_at.isoformat().replace("+00:00", "Z")}
        execution = new_execution(
            graph,
            id=fire_id(schedule.id, fire_at),
            workflow=found.workflow,
            version=found.version,
            input=decode(schedule.input_json),
            kind=SCHEDULE,
            payload=payload,
            priority=schedule.priority,
        )
        return replace(execution, schedule_id=schedule.id)


def fire_id(schedule_id: str, fire_at: datetime) -> str:
    """The id of the execution a fire starts: ordered by time like every other."""
    return f"exec-{time_prefix(fire_at.timestamp())}{digest(f'{schedule_id}/{fire_at.isoformat()}')[:16]}"
