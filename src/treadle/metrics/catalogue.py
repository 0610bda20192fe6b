"""Every metric by name. The names, types and labels are promised; docs/metrics.md is written from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Metric:
    """`name` as it is exposed, which for counters ends in `_total`; `help` is a sentence without its full stop."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()


WORKER = (
    Metric("treadle_activities_total", "counter", "Attempts of activities that have ended and are recorded", ("type", "outcome")),
    Metric("treadle_activity_duration_seconds", "histogram", "From the start of an attempt to its end, waits included", ("type",)),
    Metric("treadle_executions_ended_total", "counter", "Executions that this worker has ended", ("status",)),
    Metric("treadle_executions_held", "gauge", "Executions that this worker owns now"),
    Metric("treadle_execution_slots", "gauge", "Executions that it may own at once (WORKFLOW_WORKER_CONCURRENCY)"),
    Metric("treadle_handlers_running", "gauge", "Handlers that run or stand in line now"),
    Metric("treadle_commit_duration_seconds", "histogram", "Group commits, from sending to the answer"),
    Metric("treadle_commit_rows", "histogram", "Journal rows in one group commit"),
    Metric("treadle_claim_duration_seconds", "histogram", "Claims, from sending to the answer, empty ones included"),
    Metric("treadle_executions_claimed_total", "counter", "Executions that were claimed"),
    Metric("treadle_lease_losses_total", "counter", "Times that this worker lost its lease and dropped all it held"),
    Metric("treadle_failovers_total", "counter", "Times that it found another history of the database (failover, restore)"),
    Metric("treadle_takeovers_total", "counter", "Other workers whose executions this one gave back because they were gone"),
    Metric("treadle_crash_loops_total", "counter", "Executions set aside because they took three workers down"),
    Metric("treadle_cycles_total", "counter", "Turns of the worker's loop: polls, and those that a wake-up brought on", ("cause",)),
    Metric("treadle_phase_failures_total", "counter", "Phases of poll cycles that failed", ("phase",)),
    Metric("treadle_schedule_lateness_seconds", "histogram", "From the due time of a fire to its start"),
)

DATABASE = (
    Metric("treadle_database_up", "gauge", "Whether the database answered this scrape; if not, only this is shown"),
    Metric("treadle_executions", "gauge", "Executions by status", ("status",)),
    Metric("treadle_open_executions", "gauge", "Open executions by workflow; of more than 100 workflows, the fullest",
           ("workflow", "status")),
    Metric("treadle_ready_executions", "gauge", "Executions that wait for a worker", ("queue",)),
    Metric("treadle_oldest_ready_age_seconds", "gauge", "How long the oldest of them has waited", ("queue",)),
    Metric("treadle_workers", "gauge", "Workers whose lease holds (alive), or has run out (silent)", ("state",)),
    Metric("treadle_late_schedules", "gauge", "Schedules that are set aside, or due for more than a minute; 100 at most"),
    Metric("treadle_database_size_bytes", "gauge", "Size of the database"),
    Metric("treadle_database_free_bytes", "gauge", "Of that, what is unused (SQLite)"),
    Metric("treadle_database_connections", "gauge", "Connections to the server (PostgreSQL)"),
    Metric("treadle_database_connections_max", "gauge", "Connections it allows (PostgreSQL)"),
    Metric("treadle_table_size_bytes", "gauge", "Size of a table with its indexes (PostgreSQL)", ("table",)),
    Metric("treadle_table_dead_rows", "gauge", "Rows of a table that wait for a vacuum (PostgreSQL)", ("table",)),
)  # fmt: skip

METRICS = {metric.name: metric for metric in (*WORKER, *DATABASE)}
