"""Phase 1: executions past their deadline get a message, and the work of workers that are gone is given back."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import datetime

from treadle.engine.meters import Meters
from treadle.ports import PhaseStore, WorkerStore

log = logging.getLogger("treadle.worker")

SWEEP_EVERY = 30
"""Cycles between two looks for executions whose owner has no row."""


class Timeouts:
    """`may_reap` says whether this worker's own beats are good enough to judge others. `host` labels this machine."""

    def __init__(
        self, workers: WorkerStore, phases: PhaseStore, *, worker_id: str, host: str, may_reap: Callable[[], bool],
        meters: Meters,
    ) -> None:  # fmt: skip
        self._workers = workers
        self._phases = phases
        self._worker_id = worker_id
        self._host = host
        self._may_reap = may_reap
        self._meters = meters
        self._cycles = 0
        self.draining = False
        """What this worker's own row says."""

    def run_once(self, now: datetime) -> int:
        """How many executions were given back or told of their deadline."""
        done = self._phases.due_deadlines()
        done += self._judge_neighbours()
        if self._may_reap():
            for worker_id, count in self._workers.reap():
                self._meters.takeovers += 1
                fields = {"event": "worker_evicted", "worker": worker_id, "count": count}
                log.warning("took over from worker %s, whose lease ran out: %d executions", worker_id, count, extra=fields)
                done += count
        if self._cycles % SWEEP_EVERY == 0:
            done += self._sweep()
        self._cycles += 1
        return done

    def _judge_neighbours(self) -> int:
        """Those that need not be waited for: processes of this machine that are gone, and leases from before a failover."""
        done = 0
        for worker in self._workers.list():
            if worker.id == self._worker_id:
                self.draining = worker.draining
            if worker.outlived:
                done += self._disown(worker.id)
            elif worker.id != self._worker_id and worker.host == self._host and not _alive(worker.pid):
                count = self._workers.evict(worker.id) or 0
                self._meters.takeovers += 1
                fields = {"event": "worker_evicted", "worker": worker.id, "count": count}
                words = "took over from worker %s, whose process %d is gone: %d executions"
                log.warning(words, worker.id, worker.pid, count, extra=fields)
                done += count
        return done

    def _disown(self, worker_id: str) -> int:
        """Its commits are refused since the failover, so its work need not wait for its lease; nor has it crashed."""
        count = self._workers.disown(worker_id)
        if count is None:
            return 0
        fields = {"event": "worker_outlived", "worker": worker_id, "count": count}
        words = "gave back what worker %s held before the database's failover: %d executions"
        log.warning(words, worker_id, count, extra=fields)
        return count

    def _sweep(self) -> int:
        orphans = self._workers.sweep_orphans()
        if orphans:
            words = "gave back %d executions whose owner had no row; please report this"
            log.error(words, orphans, extra={"event": "orphans_given_back"})
        return orphans


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
