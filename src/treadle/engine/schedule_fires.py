"""The executions that schedules start: made from schedule and instant, so that whoever makes one makes the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.limits import stored_key
from treadle.domain.records import NewExecution, Schedule
from treadle.domain.values import decode
from treadle.engine.program import Programs
from treadle.engine.starting import SCHEDULE, new_execution
from treadle.engine.system import time_prefix
from treadle.engine.waits import digest
from treadle.ports import WorkflowStore

IN_LINE = ("queue_one", "cancel_previous")
"""Overlaps whose executions wait in a line of the schedule's own, one at a time."""


class ScheduledStarts:
    def __init__(self, workflows: WorkflowStore, programs: Programs) -> None:
        self._workflows = workflows
        self._programs = programs

    def execution(self, schedule: Schedule, fire_at: datetime, *, overlap: str | None = None) -> NewExecution:
        """NotFoundError for the workflow or its version; DefinitionError when the input or the overlap does not fit it."""
        found = self._workflows.get(schedule.workflow, schedule.version)
        graph = self._programs.get(found.workflow, found.version, found.graph_json).graph
        execution = new_execution(
            graph,
            id=fire_id(schedule.id, fire_at),
            workflow=found.workflow,
            version=found.version,
            input=decode(schedule.input_json),
            kind=SCHEDULE,
            payload={"schedule_id": schedule.id, "fire_at": fire_at.isoformat().replace("+00:00", "Z")},
            priority=schedule.priority,
        )
        execution = replace(execution, schedule_id=schedule.id)
        return _in_line(execution, schedule.id, overlap) if (overlap := overlap or schedule.overlap) in IN_LINE else execution


def fire_id(schedule_id: str, fire_at: datetime) -> str:
    """The id of the execution a fire starts: ordered by time like every other."""
    return f"exec-{time_prefix(fire_at.timestamp())}{digest(f'{schedule_id}/{fire_at.isoformat()}')[:16]}"


def _in_line(execution: NewExecution, schedule_id: str, overlap: str) -> NewExecution:
    """With the key of the schedule's line, unless the workflow has a limit of its own: one execution waits in one line."""
    if execution.slot_key is None:
        key = stored_key(execution.workflow, schedule_id, path="id", purpose="schedule")
        return replace(execution, slot_key=key, slot_limit=1, on_limit="wait")
    if overlap == "queue_one":
        message = f"{execution.workflow} limits its concurrency itself, so that this schedule can have no line of its own"
        hint = "use overlap allow, skip or cancel_previous, or take `concurrency` out of the workflow's settings"
        raise DefinitionError([Finding("overlap_needs_line", message, "overlap", hint)])
    return execution
