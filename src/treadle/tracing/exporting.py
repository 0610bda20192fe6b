"""The way of spans out of this process: gathered in a bounded queue and sent by a thread of the SDK, as its variables say.

One way at a time; handlers that trace by themselves find it in the global provider, unless their program has set another.
"""

from __future__ import annotations

import os
import threading
from importlib.metadata import entry_points

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from treadle.tracing.complaints import listen
from treadle.tracing.wishes import TracesUnavailableError, exporter_of

LAST_WORDS = 3.0
"""Seconds that a stopping process waits for its spans to be sent."""


class Relay(SpanProcessor):
    """Hands the spans of the global provider, which can be set only once, to whatever sends them now."""

    def __init__(self) -> None:
        self.target: SpanProcessor | None = None

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if self.target is not None:
            self.target.on_start(span, parent_context)

    def on_end(self, span: ReadableSpan) -> None:
        if self.target is not None:
            self.target.on_end(span)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self.target is None or self.target.force_flush(timeout_millis)


_relay = Relay()


class Exporting:
    """`provider` has the sampler and the resource of the environment."""

    def __init__(self) -> None:
        """TracesUnavailableError when the environment names an exporter that is not installed."""
        exporter = _exporter()
        listen()
        self.provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
        self._processor = BatchSpanProcessor(exporter)
        self.provider.add_span_processor(_relay)
        _relay.target = self._processor
        if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
            trace.set_tracer_provider(self.provider)

    def send(self, span: ReadableSpan) -> None:
        self._processor.on_end(span)

    def close(self, *, within: float = LAST_WORDS) -> None:
        """Send what is left, and give up after so many seconds: the SDK would wait for a dead collector much longer."""
        if _relay.target is self._processor:
            _relay.target = None
        closing = threading.Thread(target=self._processor.shutdown, name="treadle-traces", daemon=True)
        closing.start()
        closing.join(within)


_opened: list[Exporting] = []


def open_once() -> None:
    """For a process whose spans are all its handlers' own: nobody there holds what is opened."""
    if not _opened:
        _opened.append(Exporting())


def close_opened(*, within: float) -> None:
    while _opened:
        _opened.pop().close(within=within)


def _exporter() -> SpanExporter:
    name = exporter_of(os.environ)
    found = list(entry_points(group="opentelemetry_traces_exporter", name=name))
    if not found:
        package = {"otlp_proto_grpc": "opentelemetry-exporter-otlp-proto-grpc", "zipkin": "opentelemetry-exporter-zipkin"}.get(name)
        mend = f"pip install {package}" if package else "install the package that has it"
        raise TracesUnavailableError(
            f"the exporter of traces that OTEL_TRACES_EXPORTER or OTEL_EXPORTER_OTLP_PROTOCOL asks for is not installed: {name}. "
            f"{mend[0].upper()}{mend[1:]}, or unset them to send OTLP over HTTP"
        )
    exporter: SpanExporter = found[0].load()()
    return exporter


def _resource() -> Resource:
    """As the environment says; the service is called treadle if it says nothing."""
    said = Resource.create()
    if str(said.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        return said.merge(Resource({SERVICE_NAME: "treadle"}))
    return said
