"""The engine's tracer: spans with the ids that the engine computed, built whole when they have ended.

A span of the SDK would have to be started in the process that ends it, and would draw its id.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import NonRecordingSpan, SpanKind, Status, StatusCode, set_span_in_context

from treadle.domain.traces import Span, SpanContext
from treadle.tracing.current import otel_context, under
from treadle.tracing.exporting import LAST_WORDS, Exporting

log = logging.getLogger("treadle.traces")

KINDS = {"internal": SpanKind.INTERNAL, "client": SpanKind.CLIENT, "consumer": SpanKind.CONSUMER}


class OpenTelemetryTracer:
    def __init__(self, *, version: str) -> None:
        """TracesUnavailableError when the environment names an exporter that is not installed."""
        self._exporting = Exporting()
        self._scope = InstrumentationScope("treadle", version)

    def samples(self, trace_id: int, parent: SpanContext | None, name: str, attributes: Mapping[str, str | int]) -> bool:
        try:
            around = None if parent is None else set_span_in_context(NonRecordingSpan(otel_context(parent)))
            found = self._exporting.provider.sampler.should_sample(around, trace_id, name, SpanKind.CONSUMER, dict(attributes))
        except Exception as error:  # a sampler of somebody else's
            log.warning("the sampler failed, so nothing is traced: %s", error, extra={"event": "traces_broken"})
            return False
        return found.decision is Decision.RECORD_AND_SAMPLE

    def current(self, headers: Mapping[str, str]) -> AbstractContextManager[object]:
        return under(headers)

    def emit(self, span: Span) -> None:
        error, ended_at = span.error, _nanoseconds(span.ended_at)
        self._exporting.send(ReadableSpan(
            span.name,
            context=otel_context(span.context, remote=False),
            parent=otel_context(span.parent) if span.parent is not None else None,
            resource=self._exporting.provider.resource,
            attributes=dict(span.attributes),
            events=() if error is None else (_exception(span, ended_at),),
            kind=KINDS[span.kind],
            status=Status(StatusCode.UNSET) if error is None else Status(StatusCode.ERROR, error.message),
            start_time=_nanoseconds(span.started_at),
            end_time=ended_at,
            instrumentation_scope=self._scope,
        ))  # fmt: skip

    def close(self, *, within: float = LAST_WORDS) -> None:
        """Send what is left, for at most so many seconds."""
        self._exporting.close(within=within)


def _exception(span: Span, at: int) -> Event:
    error = span.error
    assert error is not None
    said = {"exception.type": error.type, "exception.message": error.message}
    return Event("exception", said | ({"exception.stacktrace": error.trace} if error.trace else {}), at)


def _nanoseconds(moment: datetime) -> int:
    """Exactly: as a float it would lose its microseconds' last digit."""
    seconds = int(moment.timestamp() // 1)
    return seconds * 1_000_000_000 + moment.microsecond * 1_000
