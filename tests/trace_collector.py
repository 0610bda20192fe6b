"""A collector of traces on this machine: what is sent to it by OTLP over HTTP, as spans by name."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

ERROR = 2


@dataclass(frozen=True)
class SentSpan:
    """`parent` is empty for one that begins a trace; `event` are the attributes of its only event."""

    name: str
    service: str
    trace_id: str
    id: str
    parent: str
    kind: int
    failed: bool
    begin: int
    end: int
    attributes: dict[str, Any]
    event: dict[str, Any]

    @property
    def traceparent(self) -> str:
        return f"00-{self.trace_id}-{self.id}-01"


@dataclass
class Collector:
    url: str = ""
    spans: list[SentSpan] = field(default_factory=list)

    def named(self, name: str) -> SentSpan:
        """The only one of that name."""
        [found] = [span for span in self.spans if span.name == name]
        return found

    def all(self, name: str) -> list[SentSpan]:
        """In the order of their beginnings."""
        return sorted((span for span in self.spans if span.name == name), key=lambda span: span.begin)


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Requests(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            body = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
            collector.spans.extend(_spans(ExportTraceServiceRequest.FromString(body)))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    with _served(Requests) as url:
        collector.url = url
        yield collector


@dataclass
class Site:
    """A site that answers everything, and the headers that it was sent."""

    url: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def collecting_headers() -> Iterator[Site]:
    site = Site()

    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...

    with _served(Requests) as url:
        site.url = url
        yield site


@contextmanager
def _served(requests: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), requests) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _spans(request: Any) -> Iterator[SentSpan]:
    for of_resource in request.resource_spans:
        service = _values(of_resource.resource.attributes)["service.name"]
        for of_scope in of_resource.scope_spans:
            for span in of_scope.spans:
                yield SentSpan(
                    span.name, service, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), span.kind,
                    span.status.code == ERROR, span.start_time_unix_nano, span.end_time_unix_nano, _values(span.attributes),
                    {name: value for event in span.events for name, value in _values(event.attributes).items()},
                )  # fmt: skip


def _values(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}
