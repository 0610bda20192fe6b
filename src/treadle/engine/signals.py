"""Phase 4: what one execution has to tell another, and who waits for a message or a slot.

Finished children's parents are told, failure workflows and those that tell of approvals started, free slots given out, and
parked executions with unread messages become running.
"""

from __future__ import annotations

import logging
from datetime import datetime

from treadle.engine.admission import Admission
from treadle.engine.failures import Failures
from treadle.engine.notices import Notices
from treadle.ports import PhaseStore

log = logging.getLogger("treadle.worker")


class SignalHandler:
    def __init__(self, phases: PhaseStore, failures: Failures, notices: Notices, admission: Admission) -> None:
        self._phases = phases
        self._failures = failures
        self._notices = notices
        self._admission = admission

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
        return told + len(woken) + self._admission.run_once() + self._failures.run_once() + self._notices.run_once()
