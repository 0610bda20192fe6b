"""What OpenTelemetry has to say, in our log and seldom: a collector that is away is no reason for a line with each batch."""

from __future__ import annotations

import logging
import threading
import time

log = logging.getLogger("treadle.traces")

SELDOM = 60.0
"""Seconds between two lines."""


class Complaints(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._guard = threading.Lock()
        self._quiet_until = float("-inf")
        self._withheld = 0

    def emit(self, record: logging.LogRecord) -> None:
        with self._guard:
            now = time.monotonic()
            if now < self._quiet_until:
                self._withheld += 1
                return
            self._quiet_until = now + SELDOM
            withheld, self._withheld = self._withheld, 0
        fields = {"event": "traces_not_sent", "withheld": withheld}
        more = f" (and {withheld} more since the last line)" if withheld else ""
        log.warning("traces are not sent: %s%s", _first_line(record), more, extra=fields)


def listen() -> None:
    """Have what OpenTelemetry logs go through here, unless this program has said itself where it goes."""
    theirs = logging.getLogger("opentelemetry")
    if not theirs.handlers:
        theirs.addHandler(Complaints())
        theirs.propagate = False


def _first_line(record: logging.LogRecord) -> str:
    """Without the stack that an exporter adds."""
    try:
        return record.getMessage().partition("\n")[0][:500]
    except (TypeError, ValueError):  # a message whose arguments do not fit
        return str(record.msg)[:500]
