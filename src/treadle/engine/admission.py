"""Part of phase 4: executions that wait for a slot of a concurrency limit get those that are free, oldest first."""

from __future__ import annotations

import logging

from treadle.ports_desks import LimitStore

log = logging.getLogger("treadle.worker")


class Admission:
    """Looks at a bounded number of keys each time and goes on from there, so that a cycle's cost stays small."""

    def __init__(self, limits: LimitStore) -> None:
        self._limits = limits
        self._after = ""

    def run_once(self) -> int:
        """How many were admitted."""
        admitted = self._limits.admit(after=self._after)
        self._after = admitted.next_key or ""
        for execution_id in admitted.ids:
            log.info("admitted execution: %s", execution_id, extra={"event": "execution_admitted", "execution_id": execution_id})
        return len(admitted.ids)
