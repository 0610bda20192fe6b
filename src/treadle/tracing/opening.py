"""Opens the way of traces out of this process, where they are wanted and can be had."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from treadle.tracing import wishes

if TYPE_CHECKING:
    from treadle.tracing.tracer import OpenTelemetryTracer

log = logging.getLogger("treadle.traces")


def open_tracer(mode: str, *, version: str) -> OpenTelemetryTracer | None:
    """None where nobody wants traces. TracesUnavailableError if the setting asks for them and the extra is not installed."""
    if not wishes.wanted(mode, os.environ):
        return None
    if not wishes.is_installed():
        if mode == "on":
            raise wishes.TracesUnavailableError(f"TREADLE_TRACES is on, and OpenTelemetry is not installed: {wishes.INSTALL}")
        words = "the environment names a collector of traces, and OpenTelemetry is not installed: %s; or set TREADLE_TRACES=off"
        log.warning(words, wishes.INSTALL, extra={"event": "traces_unavailable"})
        return None
    from treadle.tracing.tracer import OpenTelemetryTracer

    return OpenTelemetryTracer(version=version)
