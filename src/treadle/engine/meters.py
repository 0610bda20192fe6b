"""What a worker counts of its own work. Plain numbers, written by the worker and read by whoever shows them.

Nothing is locked: a number that is read while it is written is off by one for a moment.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from treadle.domain.errors import DefinitionError
from treadle.domain.records import JournalRow, RowKind

if TYPE_CHECKING:
    from treadle.engine.hosting import WorkItem

SHORT = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds, for what the database does."""
LONG = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0, 86_400.0)
"""The same for what may take as long as it likes: activities, and how late a schedule is."""
SIZES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
"""Of batches."""
MOST_TYPES = 200
"""Node types counted by name; those beyond are counted as one."""
OTHER = "(other)"

OUTCOMES: dict[str, str] = {RowKind.DONE: "completed", RowKind.FAILED: "failed", RowKind.RETRYING: "retrying"}
"""Of a journal row's kind; other rows end no attempt."""
CRASH_LOOP = '{"type":"crash_loop"'

_TURN = re.compile(r"[#\[][^/]*")
"""What tells the items, turns and visits of one inner graph apart in a scope: `each#2[7]`."""


class Distribution:
    """How many values lie under each bound (the last: beyond all), and their sum."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Meters:
    """`activities` by (node type, outcome), `durations` by node type; the others are what their names say."""

    def __init__(self) -> None:
        self.activities: Counter[tuple[str, str]] = Counter()
        self.durations: dict[str, Distribution] = {}
        self.ended: Counter[str] = Counter()
        self.commits = Distribution(SHORT)
        self.commit_rows = Distribution(SIZES)
        self.claims = Distribution(SHORT)
        self.claimed = 0
        self.lease_losses = 0
        self.failovers = 0
        self.takeovers = 0
        self.crash_loops = 0
        self.cycles: Counter[str] = Counter()
        self.phase_failures: Counter[str] = Counter()
        self.schedule_lateness = Distribution(LONG)
        self.executions_held = 0
        self.handlers_running = 0

    def committed(self, batch: Iterable[WorkItem], applied: set[str], *, seconds: float) -> None:
        """A group commit is durable; `applied` are the executions whose decisions took effect."""
        rows = 0
        for item in batch:
            rows += len(item.rows)
            self._count(item, item.rows)
            decision = item.decision
            if decision is not None and item.actor.id in applied:
                rows += len(decision.rows)
                self._count(item, decision.rows)
                if decision.status is not None:
                    self.ended[decision.status.value] += 1
                    if decision.error_json is not None and decision.error_json.startswith(CRASH_LOOP):
                        self.crash_loops += 1
        self.commits.add(seconds)
        self.commit_rows.add(rows)

    def claim(self, count: int, *, seconds: float) -> None:
        self.claims.add(seconds)
        self.claimed += count

    def turned(self, *, full: bool, held: int, running: int) -> None:
        """A cycle of the loop begins: a poll of everything, or one that a hint or a free slot brought forward."""
        self.cycles["poll" if full else "wakeup"] += 1
        self.executions_held, self.handlers_running = held, running

    def _count(self, item: WorkItem, rows: Iterable[JournalRow]) -> None:
        for row in rows:
            outcome = OUTCOMES.get(row.kind)
            if outcome is None or not row.node_id:
                continue
            kind = _type_of(item, row)
            durations = self.durations.get(kind)
            if durations is None:
                if len(self.durations) >= MOST_TYPES:
                    kind = OTHER
                durations = self.durations.setdefault(kind, Distribution(LONG))
            self.activities[kind, outcome] += 1
            if row.started_at is not None and row.finished_at is not None:
                durations.add((row.finished_at - row.started_at).total_seconds())


def _type_of(item: WorkItem, row: JournalRow) -> str:
    """The node type of a row's activity."""
    program = item.actor.program
    if program is None:
        return OTHER
    try:
        if row.scope:
            program = program.at(_TURN.sub("", row.scope).split("/"))
        return program.graph.nodes[program.graph.index_of[row.node_id]].type
    except (KeyError, DefinitionError):  # a compensation, which has a graph of its own
        return OTHER
