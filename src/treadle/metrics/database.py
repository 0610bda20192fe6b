"""The state of the database, read at most once in five seconds however many scrape it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from treadle.domain.errors import StoreError
from treadle.metrics.families import Samples, gauge, one
from treadle.ports import Store

FRESH = 5.0
"""Seconds."""
MOST_WORKFLOWS = 100
MOST_SCHEDULES = 100
LATE = 60.0
OTHER = "(other)"


class DatabaseMetrics(Collector):
    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._last: tuple[float, Sequence[Metric]] | None = None

    def collect(self) -> Iterator[Metric]:
        with self._lock:
            if self._last is None or time.monotonic() - self._last[0] > FRESH:
                self._last = (time.monotonic(), self._read())
            yield from self._last[1]

    def _read(self) -> Sequence[Metric]:
        try:
            return [gauge("treadle_database_up", one(1)), *self._executions(), *self._workers(), *self._sizes()]
        except StoreError:
            return [gauge("treadle_database_up", one(0))]

    def _executions(self) -> Iterator[Metric]:
        counts = dict(self._store.executions.counts())
        counts.pop("ready", None)
        yield gauge("treadle_executions", [((status,), count) for status, count in sorted(counts.items())])
        yield gauge("treadle_open_executions", self._open())
        now, backlogs = self._store.now(), self._store.vitals.backlog()
        yield gauge("treadle_ready_executions", [((each.queue,), each.ready) for each in backlogs])
        ages = [((each.queue,), max(0.0, (now - each.oldest_at).total_seconds())) for each in backlogs]
        yield gauge("treadle_oldest_ready_age_seconds", ages)

    def _open(self) -> Samples:
        found = self._store.vitals.open_by_workflow()
        fullest: Counter[str] = Counter()
        for workflow, _, count in found:
            fullest[workflow] += count
        named = {workflow for workflow, _ in fullest.most_common(MOST_WORKFLOWS)}
        counts: Counter[tuple[str, ...]] = Counter()
        for workflow, status, count in found:
            counts[workflow if workflow in named else OTHER, status] += count
        return sorted(counts.items())

    def _workers(self) -> Iterator[Metric]:
        now = self._store.now()
        alive = [worker.lease_until > now for worker in self._store.workers.list()]
        yield gauge("treadle_workers", [(("alive",), sum(alive)), (("silent",), len(alive) - sum(alive))])
        late = self._store.vitals.late_schedules(grace=LATE, limit=MOST_SCHEDULES)
        yield gauge("treadle_late_schedules", one(len(late)))

    def _sizes(self) -> Iterator[Metric]:
        capacity, tables = self._store.vitals.capacity(), self._store.vitals.tables()
        yield gauge("treadle_database_size_bytes", one(capacity.size))
        if capacity.connections is None or capacity.max_connections is None:
            yield gauge("treadle_database_free_bytes", one(capacity.free))
            return
        yield gauge("treadle_database_connections", one(capacity.connections))
        yield gauge("treadle_database_connections_max", one(capacity.max_connections))
        yield gauge("treadle_table_size_bytes", [((table.name,), table.size) for table in tables])
        yield gauge("treadle_table_dead_rows", [((table.name,), table.dead) for table in tables])
