"""The current span of a task or thread, set and read: OpenTelemetry's, where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from treadle.domain.traces import SpanContext, read_headers

if TYPE_CHECKING:
    from opentelemetry import trace


@contextmanager
def under(headers: Mapping[str, str]) -> Iterator[None]:
    """While the block runs, what is traced in this task or thread is under the span of these headers."""
    from opentelemetry import context, trace

    found = read_headers(headers)
    if found is None:
        yield
        return
    token = context.attach(trace.set_span_in_context(trace.NonRecordingSpan(otel_context(found)), context.Context()))
    try:
        yield
    finally:
        context.detach(token)


def otel_context(found: SpanContext, *, remote: bool = True) -> trace.SpanContext:
    """The same in OpenTelemetry's words."""
    from opentelemetry import trace

    state = trace.TraceState.from_header([found.state]) if found.state else None
    flags = trace.TraceFlags(trace.TraceFlags.SAMPLED if found.sampled else trace.TraceFlags.DEFAULT)
    return trace.SpanContext(found.trace_id, found.span_id, is_remote=remote, trace_flags=flags, trace_state=state)


def caller(headers: Mapping[str, str]) -> Mapping[str, str] | None:
    """Under which span a request is to be continued: the server's own if it is traced, else the one that its headers name."""
    try:
        from opentelemetry import trace
    except ImportError:
        found = None
    else:
        here = trace.get_current_span().get_span_context()
        found = SpanContext(here.trace_id, here.span_id, here.trace_flags.sampled, here.trace_state.to_header())
        found = found if here.is_valid else None
    found = found or read_headers(headers)
    return found.headers() if found is not None else None
