"""The only place that names concrete classes: opens the system that the settings describe.

A part is imported and made when it is first asked for: a command that only looks at the database pays for nothing else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from treadle import __version__
from treadle.store import open_store, open_wakeup

if TYPE_CHECKING:
    from fastapi import FastAPI

    from treadle.address import Address
    from treadle.engine.engine import WorkflowEngine
    from treadle.engine.secret_keys import KeySource
    from treadle.engine.supervision import Supervisor
    from treadle.engine.vault import Vault
    from treadle.engine.worker import WorkflowWorker
    from treadle.health import Surroundings
    from treadle.ports import Handlers, Store, Wakeup
    from treadle.settings import Settings
    from treadle.tracing.tracer import OpenTelemetryTracer

SQLITE = "sqlite:///"


class Treadle:
    """An opened system. Close it when done."""

    def __init__(self, store: Store, load_settings: Callable[[], Settings]) -> None:
        self.store = store
        self._load_settings = load_settings

    @cached_property
    def settings(self) -> Settings:
        return self._load_settings()

    @cached_property
    def handlers(self) -> Handlers:
        """RegistrationError when activities cannot be loaded."""
        from treadle.activities.registry import default_registry

        settings = self.settings
        return default_registry(
            settings.activities, allow_private_http=settings.http_allow_private, processes=settings.handler_processes
        )

    @cached_property
    def wakeup(self) -> Wakeup:
        from treadle.engine.system import LocalWakeup

        settings = self.settings
        return (open_wakeup(settings.wakeup_url or settings.database_url) if settings.wakeups else None) or LocalWakeup()

    @cached_property
    def engine(self) -> WorkflowEngine:
        """RegistrationError."""
        from treadle.engine.engine import WorkflowEngine
        from treadle.engine.system import RandomIds

        key, vault = self.settings.link_key, self.vault
        return WorkflowEngine(self.store, self.handlers, ids=RandomIds(), wakeup=self.wakeup, link_key=key, vault=vault)

    @cached_property
    def vault(self) -> Vault:
        """The secrets, by name."""
        from treadle.engine.vault import Vault

        return Vault(self.store.secrets, key_source(self.settings))

    @cached_property
    def tracer(self) -> OpenTelemetryTracer | None:
        """The way of traces out of this process; None where nobody wants them. TracesUnavailableError."""
        from treadle.tracing.opening import open_tracer

        return open_tracer(self.settings.traces, version=__version__)

    def surroundings(self) -> Surroundings:
        """What a check-up looks at from here, where no server runs."""
        from treadle.engine.system import SystemClock, host_label
        from treadle.health import Surroundings
        from treadle.tracing import wishes

        settings = self.settings
        return Surroundings(
            self.store, self.handlers.node_types, SystemClock().now, machine=host_label(), host=settings.host, port=settings.port,
            guarded=bool(settings.tokens), serving=False, vault=self.vault,
            collector=wishes.collector_of(os.environ) if wishes.wanted(settings.traces, os.environ) else None,
            can_trace=wishes.is_installed(),
        )  # fmt: skip

    def close(self) -> None:
        if "wakeup" in self.__dict__:
            self.wakeup.close()
        self.store.close()
        tracer = self.__dict__.get("tracer")
        if tracer is not None:
            tracer.close()


def open_treadle(settings: Settings, *, migrate: bool = False) -> Treadle:
    """StoreError when the URL names no database, RegistrationError when activities cannot be loaded.

    Connects at the first use, unless `migrate` brings the schema to this release at once.
    """
    store = open_store(settings.database_url, head_start=settings.head_start_seconds)
    treadle = Treadle(store, lambda: settings)
    _ = treadle.handlers  # activities that cannot be loaded are told before anything is done
    if migrate:
        store.migrate()
    return treadle


def look_at(address: Address, load_settings: Callable[[], Settings]) -> Treadle:
    """The system at an address; the other settings, and the activities, are loaded if they are asked for."""
    return Treadle(open_store(address.database_url, head_start=address.head_start), load_settings)


def key_source(settings: Settings) -> KeySource:
    """Where the key for secrets comes from: one machine with a SQLite file keeps it beside that file."""
    from treadle.engine.secret_keys import KeySource

    if settings.secrets_key_file:
        return KeySource(settings.secrets_key, file=Path(settings.secrets_key_file))
    path = settings.database_url.removeprefix(SQLITE)
    if path == settings.database_url or path == ":memory:":
        return KeySource(settings.secrets_key)
    return KeySource(settings.secrets_key, file=Path(f"{path}.key"), may_create=True)


def build_worker(treadle: Treadle, *, supervisor: Supervisor | None = None) -> WorkflowWorker:
    """A worker on an opened system; it logs to stderr, and tells `supervisor` how it fares."""
    from treadle.domain.retention import parse_retention_setting
    from treadle.engine.node_logs import LogBook
    from treadle.engine.system import RandomIds, SystemClock
    from treadle.engine.traces import Traces
    from treadle.engine.worker import WorkflowWorker
    from treadle.engine.worker_config import WorkerConfig, WorkerDeps
    from treadle.logs import configure_logging

    settings = treadle.settings
    configure_logging(settings.log_format, settings.log_level, stream=sys.stderr)
    config = WorkerConfig(
        poll_interval=settings.poll_interval,
        concurrency=settings.worker_concurrency,
        queues=settings.queues,
        lease=settings.lease_seconds,
        grace=settings.grace_seconds,
        stall=settings.stall_seconds,
        head_start=settings.head_start_seconds,
        handler_threads=settings.handler_threads,
        handler_limit=settings.handler_limit,
        abandoned_limit=settings.abandoned_limit,
        retention=parse_retention_setting(settings.retention),
    )
    logs, tracer = LogBook(treadle.store.logs), treadle.tracer
    deps = WorkerDeps(
        treadle.store, treadle.handlers, SystemClock(), RandomIds(), treadle.wakeup, treadle.vault.resolve, logs=logs,
        traces=Traces(tracer) if tracer is not None else None,
    )  # fmt: skip
    return WorkflowWorker(config, deps, supervisor=supervisor)


@contextmanager
def shown_metrics(treadle: Treadle, worker: WorkflowWorker) -> Iterator[None]:
    """A worker's metrics on the port of the settings, if they name one, while the block runs. OSError if it cannot be had."""
    port = treadle.settings.metrics_port
    if port is None:
        yield
        return
    from treadle.metrics.exposition import Exposition

    with Exposition(workers=[worker]).served(treadle.settings.metrics_host, port):
        yield


def build_app(treadle: Treadle, workers: Sequence[WorkflowWorker] = ()) -> FastAPI:
    """`workers` are those that run in this process: their metrics are shown beside the server's."""
    from treadle.api.app import create_app
    from treadle.api.config import ApiConfig

    settings = treadle.settings
    _ = treadle.tracer  # what the server traces goes its way
    config = ApiConfig(
        host=settings.host,
        port=settings.port,
        tokens=settings.tokens,
        allowed_hosts=settings.allowed_hosts,
        version=__version__,
        max_hook_body=settings.webhook_body_limit,
    )
    return create_app(treadle.engine, config, workers=workers)
