"""What live streams ask: whether anything has changed, and the rows without what is large in them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence

from treadle.domain.records import JournalRow
from treadle.ports_live import Head, LiveRow, Topic
from treadle.store.database import Database, Row

SMALL = 2048
"""Bytes of a result that a stream shows."""

HEADS: Mapping[Topic, str] = {
    Topic.EXECUTIONS: "head_of_executions",
    Topic.APPROVALS: "head_of_approvals",
    Topic.SCHEDULES: "head_of_schedules",
    Topic.WORKERS: "head_of_workers",
    Topic.WORKFLOWS: "head_of_workflows",
}
"""The statement whose answer changes with a list."""


class Live:
    def __init__(self, database: Database) -> None:
        self._database = database

    def heads(self, execution_ids: Sequence[str]) -> Mapping[str, Head]:
        with self._database.reading() as session:
            found = session.rows("live_heads", ids=list(execution_ids))
        return {row[0]: Head(row[1], row[2:]) for row in found}

    def rows(self, execution_id: str, *, after: int, limit: int) -> Sequence[LiveRow]:
        with self._database.reading() as session:
            found = session.rows("live_rows", execution_id=execution_id, after=after, limit=limit, small=SMALL)
        return [self._row(row) for row in found]

    def topic(self, topic: Topic) -> Hashable:
        with self._database.reading() as session:
            [head] = session.rows(HEADS[topic])
        return head

    def on_write(self, callback: Callable[[], None]) -> Callable[[], None]:
        return self._database.write_hints.subscribe(callback)

    def _row(self, row: Row) -> LiveRow:
        time = self._database.time
        return LiveRow(JournalRow._make((*row[:14], time(row[14]), time(row[15]), row[16])), bool(row[17]))
