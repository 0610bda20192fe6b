"""How many executions are in each status, cheap however much history there is.

Open executions, and those that finished since a mark, are counted each time. What finished before the mark is counted
once and remembered for a while if it is much: until then a retry or a deletion of such old ones is not seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from treadle.domain.states import ExecutionStatus
from treadle.store.database import Database, Row, Session

MUCH = 50_000
"""Fewer old rows than this are counted anew each time; more are remembered for a second for each so many."""

SETTLED = timedelta(seconds=60)
"""The mark lies this far back: no transaction is longer, so nothing comes in behind the mark."""


FINISHED = ("completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True)
class _Old:
    before: datetime
    counts: Counter[str]
    until: datetime


class StatusCounts:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._old: _Old | None = None

    def read(self) -> Mapping[str, int]:
        """By status, and `ready`: runnable without an owner."""
        with self._database.reading() as session:
            [(now,)] = session.rows("clock")
            old = self._old_counts(session, self._database.time(now))
            counts = Counter({status.value: 0 for status in ExecutionStatus})
            counts.update(old.counts)
            counts.update(_by_status(session.rows("count_finished_since", since=old.before)))
            counts.update(dict(session.rows("count_open")))
            [(counts["ready"],)] = session.rows("count_ready")
        return dict(counts)

    def forget(self) -> None:
        """Count everything anew next time."""
        self._old = None

    def _old_counts(self, session: Session, now: datetime) -> _Old:
        remembered = self._old
        if remembered is not None and remembered.before <= now < remembered.until:
            return remembered
        before = now - SETTLED
        counts = _by_status(session.rows("count_finished_before", before=before))
        self._old = _Old(before, counts, now + timedelta(seconds=counts.total() // MUCH))
        return self._old


def _by_status(rows: Sequence[Row]) -> Counter[str]:
    """One row of counts in the order of FINISHED."""
    [numbers] = rows
    return Counter(dict(zip(FINISHED, numbers, strict=True)))
