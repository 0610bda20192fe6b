"""What the workers of this process have counted, added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from treadle.engine.meters import Distribution, Meters
from treadle.engine.worker import WorkflowWorker
from treadle.metrics.families import counter, gauge, histogram, one

K = TypeVar("K")


class WorkerMetrics(Collector):
    def __init__(self, workers: Sequence[WorkflowWorker]) -> None:
        self._slots = sum(worker.config.concurrency for worker in workers)
        self._meters = [worker.deps.meters for worker in workers]

    def collect(self) -> Iterator[Metric]:
        activities = self._counted(lambda meters: meters.activities)
        durations = {kind for meters in self._meters for kind in list(meters.durations)}
        yield counter("treadle_activities_total", sorted(activities.items()))
        yield histogram("treadle_activity_duration_seconds", [((kind,), self._durations(kind)) for kind in sorted(durations)])
        yield counter("treadle_executions_ended_total", self._labelled(lambda meters: meters.ended))
        yield gauge("treadle_executions_held", one(self._sum(lambda meters: meters.executions_held)))
        yield gauge("treadle_execution_slots", one(self._slots))
        yield gauge("treadle_handlers_running", one(self._sum(lambda meters: meters.handlers_running)))
        yield histogram("treadle_commit_duration_seconds", [((), self._merged(lambda meters: meters.commits))])
        yield histogram("treadle_commit_rows", [((), self._merged(lambda meters: meters.commit_rows))])
        yield histogram("treadle_claim_duration_seconds", [((), self._merged(lambda meters: meters.claims))])
        yield counter("treadle_executions_claimed_total", one(self._sum(lambda meters: meters.claimed)))
        yield counter("treadle_lease_losses_total", one(self._sum(lambda meters: meters.lease_losses)))
        yield counter("treadle_failovers_total", one(self._sum(lambda meters: meters.failovers)))
        yield counter("treadle_takeovers_total", one(self._sum(lambda meters: meters.takeovers)))
        yield counter("treadle_crash_loops_total", one(self._sum(lambda meters: meters.crash_loops)))
        yield counter("treadle_cycles_total", self._labelled(lambda meters: meters.cycles))
        yield counter("treadle_phase_failures_total", self._labelled(lambda meters: meters.phase_failures))
        yield histogram("treadle_schedule_lateness_seconds", [((), self._merged(lambda meters: meters.schedule_lateness))])

    def _sum(self, figure: Callable[[Meters], int]) -> int:
        return sum(map(figure, self._meters))

    def _counted(self, figure: Callable[[Meters], Counter[K]]) -> Counter[K]:
        # Copied first: a worker may count on meanwhile.
        return sum((Counter(dict(figure(meters))) for meters in self._meters), Counter())

    def _labelled(self, figure: Callable[[Meters], Counter[str]]) -> list[tuple[tuple[str, ...], float]]:
        return [((label,), count) for label, count in sorted(self._counted(figure).items())]

    def _durations(self, kind: str) -> Distribution:
        return _merged([meters.durations[kind] for meters in self._meters if kind in meters.durations])

    def _merged(self, figure: Callable[[Meters], Distribution]) -> Distribution:
        return _merged([figure(meters) for meters in self._meters])


def _merged(distributions: Sequence[Distribution]) -> Distribution:
    merged = Distribution(distributions[0].bounds)
    merged.counts = [sum(counts) for counts in zip(*(each.counts for each in distributions), strict=True)]
    merged.total = sum(each.total for each in distributions)
    return merged
