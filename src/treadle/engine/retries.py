"""Phase 3: failed executions whose next try is due, and parked ones whose timer is, become running."""

from __future__ import annotations

import logging
from datetime import datetime

from treadle.ports import PhaseStore

log = logging.getLogger("treadle.worker")


class Retries:
    def __init__(self, phases: PhaseStore) -> None:
        self._phases = phases

    def run_once(self, now: datetime) -> int:
        """How many executions can go on."""
        retried = self._phases.due_retries()
        for execution_id in retried:
            log.info("🔄 Retrying execution: %s", execution_id, extra={"event": "execution_retried", "execution_id": execution_id})
        return len(retried) + self._phases.due_timers()
