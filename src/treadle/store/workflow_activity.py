"""What goes on in workflows: how many executions are open, and which were the last; a bounded cost for each workflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from treadle.domain.execution_filter import EVERY_STATUS, EVERYTHING
from treadle.domain.records import RecentExecution, WorkflowActivity
from treadle.domain.states import TERMINAL, ExecutionStatus
from treadle.store.database import Session
from treadle.store.execution_streams import bounds
from treadle.store.rows import Time

MOST_OPEN = 10_000
"""Of each open status so many are counted."""
RECENT = 20
OPEN = [each.value for each in EVERY_STATUS if each not in TERMINAL]


def activity(session: Session, names: Sequence[str], time: Time) -> Mapping[str, WorkflowActivity]:
    """Of each of these workflows; trials of one node are open too, but not among the last."""
    counts: dict[str, dict[str, int]] = {name: {} for name in names}
    for name, status, count in session.rows(
        "tally_workflows", names=list(names), statuses=OPEN, cap=MOST_OPEN, **bounds(EVERYTHING)
    ):
        counts[name][status] = count
    recent = _recent(session, names, time)
    return {name: WorkflowActivity({status: counts[name].get(status, 0) for status in OPEN}, recent[name]) for name in names}


def _recent(session: Session, names: Sequence[str], time: Time) -> Mapping[str, tuple[RecentExecution, ...]]:
    found: dict[str, list[RecentExecution]] = {name: [] for name in names}
    statuses = [each.value for each in EVERY_STATUS]
    for name, id_, status, created_at, finished_at in session.rows(
        "recent_of_workflows", names=list(names), statuses=statuses, limit=RECENT
    ):
        found[name].append(RecentExecution(id_, ExecutionStatus(status), time(created_at), time(finished_at)))
    return {name: tuple(some) for name, some in found.items()}
