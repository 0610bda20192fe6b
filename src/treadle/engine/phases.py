"""The first four phases of a poll cycle, in their order, and retention.

A phase that raises is logged and counted; the cycle goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from treadle.domain.errors import StoreUnavailableError
from treadle.domain.retention import Retention
from treadle.engine.admission import Admission
from treadle.engine.failures import Failures
from treadle.engine.meters import Meters
from treadle.engine.notices import Notices
from treadle.engine.program import Programs
from treadle.engine.retention import RetentionKeeper
from treadle.engine.retries import Retries
from treadle.engine.scheduler import WorkflowScheduler
from treadle.engine.signals import SignalHandler
from treadle.engine.timeouts import Timeouts
from treadle.ports import Store

log = logging.getLogger("treadle.worker")


class Phase(Protocol):
    def run_once(self, now: datetime) -> int:
        """Do what is due; how much that was."""
        ...


class Duties:
    def __init__(self, store: Store, programs: Programs, *, worker_id: str, host: str, may_reap: Callable[[], bool],
                 meters: Meters | None = None, retention: Retention | None = None) -> None:  # fmt: skip
        self.failures = 0
        self._meters = meters = meters or Meters()
        self._signals = SignalHandler(
            store.phases, Failures(store, programs), Notices(store, programs), Admission(store.limits)
        )
        self._timeouts = Timeouts(store.workers, store.phases, worker_id=worker_id, host=host, may_reap=may_reap, meters=meters)
        self.phases: Sequence[Phase] = (
            self._timeouts,
            WorkflowScheduler(store.schedules, store.workflows, programs, meters),
            Retries(store.phases),
            self._signals,
            RetentionKeeper(store.upkeep, retention or {}),
        )

    @property
    def draining(self) -> bool:
        """Whether someone has asked this worker to stop when it is idle."""
        return self._timeouts.draining

    def run_once(self, now: datetime) -> int:
        """All of them, in order."""
        return sum(self._run(phase, now) for phase in self.phases)

    def run_hinted(self, now: datetime) -> int:
        """Only what a hint can be about: messages."""
        return self._run(self._signals, now)

    def _run(self, phase: Phase, now: datetime) -> int:
        name = type(phase).__name__
        try:
            return phase.run_once(now)
        except StoreUnavailableError as error:
            self._failed(name)
            log.warning("phase %s could not reach the database: %s", name, error, extra={"event": "phase_failed"})
        except Exception:  # a phase is isolated: the others must go on
            self._failed(name)
            log.exception("phase %s failed", name, extra={"event": "phase_failed"})
        return 0

    def _failed(self, name: str) -> None:
        self.failures += 1
        self._meters.phase_failures[name] += 1
