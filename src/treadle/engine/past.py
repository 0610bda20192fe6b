"""What a worker remembers of the database from one incarnation to the next: which history of it there was.

The database itself refuses whatever an incarnation writes after a failover; this only says so.
"""

from __future__ import annotations

import logging

from treadle.engine.meters import Meters

log = logging.getLogger("treadle.worker")


class Past:
    def __init__(self) -> None:
        self._history: str | None = None

    def registered_on(self, history: str, meters: Meters) -> None:
        """An incarnation begins; the one before it may have known another history."""
        before, self._history = self._history, history
        if before is None or before == history:
            return
        meters.failovers += 1
        words = (
            "the database has another history (it was %s, and is %s): a failover or a restore; "
            "nothing that was in memory counts, and every execution is read anew"
        )
        log.error(words, before or "unknown", history or "unknown", extra={"event": "database_failed_over"})
