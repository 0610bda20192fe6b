"""Phase 4: parked executions with unread messages become running, and finished children's parents are told."""

from __future__ import annotations

import logging
from datetime import datetime

from treadle.ports import PhaseStore

log = logging.getLogger("treadle.worker")


class SignalHandler:
    def __init__(self, phases: PhaseStore) -> None:
        self._phases = phases

    def run_once(self, now: datetime) -> int:
        """How many executions can go on, or were told something."""
        told = self._phases.deliver_up() + self._phases.deliver_down()
        woken = self._phases.unread_inboxes()
        for execution_id in woken:
            log.info(
                "📨 Processed signal for execution: %s",
                execution_id,
                extra={"event": "signal_processed", "execution_id": execution_id},
            )
        return told + len(woken)
