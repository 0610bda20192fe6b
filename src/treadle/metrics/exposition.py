"""Collectors as the text that Prometheus reads: on the server's `/metrics`, and on a small port of a worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from treadle.engine.worker import WorkflowWorker
from treadle.metrics.database import DatabaseMetrics
from treadle.metrics.worker import WorkerMetrics
from treadle.ports import Store


class Exposition:
    """All that one process shows. `workers` are those that run in it, `store` None where the database is not its matter."""

    def __init__(self, store: Store | None = None, workers: Sequence[WorkflowWorker] = ()) -> None:
        self._registry = CollectorRegistry()
        collectors: list[Collector] = []
        if store is not None:
            collectors.append(DatabaseMetrics(store))
        if workers:
            collectors.append(WorkerMetrics(workers))
        for collector in collectors:
            self._registry.register(collector)

    def text(self, accept: str) -> tuple[bytes, str]:
        """The metrics, and their content type: OpenMetrics for whoever accepts it."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type

    @contextmanager
    def served(self, host: str, port: int) -> Iterator[int]:
        """Answer every GET on a port with the metrics while the block runs; the port. OSError if it cannot be had."""
        server, thread = start_http_server(port, host, self._registry)
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
