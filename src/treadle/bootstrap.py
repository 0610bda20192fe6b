"""The only place that names concrete classes: opens the system that the settings describe."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from treadle import __version__
from treadle.activities.registry import default_registry
from treadle.domain.retention import parse_retention_setting
from treadle.engine.engine import WorkflowEngine as _WorkflowEngine
from treadle.engine.secret_keys import KeySource
from treadle.engine.system import LocalWakeup, RandomIds, SystemClock, host_label
from treadle.engine.vault import Vault
from treadle.ports import Handlers, Store, Wakeup
from treadle.settings import Settings
from treadle.store import open_store, open_wakeup

if TYPE_CHECKING:
    from fastapi import FastAPI

    from treadle.engine.supervision import Supervisor
    from treadle.engine.worker import WorkflowWorker as _WorkflowWorker
    from treadle.health import Surroundings


SQLITE = "sqlite:///"


@dataclass(slots=True)
class Treadle:
    """An opened system. Close it when done."""

    settings: Settings
    store: Store
    handlers: Handlers
    engine: _WorkflowEngine
    wakeup: Wakeup

    @property
    def vault(self) -> Vault:
        """The secrets, by name."""
        return self.engine.vault

    def surroundings(self) -> Surroundings:
        """What a check-up looks at from here, where no server runs."""
        from treadle.health import Surroundings

        settings = self.settings
        return Surroundings(
            self.store, self.handlers.node_types, SystemClock().now, machine=host_label(), host=settings.host, port=settings.port,
            guarded=bool(settings.tokens), serving=False, vault=self.vault,
        )  # fmt: skip

    def close(self) -> None:
        self.wakeup.close()
        self.store.close()


def open_treadle(settings: Settings, *, migrate: bool = False) -> Treadle:
    """StoreError when the URL names no database, RegistrationError when activities cannot be loaded.

    Connects at the first use, unless `migrate` brings the schema to this release at once.
    """
    handlers = default_registry(
        settings.activities, allow_private_http=settings.http_allow_private, processes=settings.handler_processes
    )
    store = open_store(settings.database_url, head_start=settings.head_start_seconds)
    if migrate:
        store.migrate()
    wakeup = (open_wakeup(settings.wakeup_url or settings.database_url) if settings.wakeups else None) or LocalWakeup()
    vault = Vault(store.secrets, key_source(settings))
    engine = _WorkflowEngine(store, handlers, ids=RandomIds(), wakeup=wakeup, link_key=settings.link_key, vault=vault)
    return Treadle(settings, store, handlers, engine, wakeup)


def key_source(settings: Settings) -> KeySource:
    """Where the key for secrets comes from: one machine with a SQLite file keeps it beside that file."""
    if settings.secrets_key_file:
        return KeySource(settings.secrets_key, file=Path(settings.secrets_key_file))
    path = settings.database_url.removeprefix(SQLITE)
    if path == settings.database_url or path == ":memory:":
        return KeySource(settings.secrets_key)
    return KeySource(settings.secrets_key, file=Path(f"{path}.key"), may_create=True)


def build_worker(treadle: Treadle, *, supervisor: Supervisor | None = None) -> _WorkflowWorker:
    """A worker on an opened system; it logs to stderr, and tells `supervisor` how it fares."""
    from treadle.engine.node_logs import LogBook
    from treadle.engine.worker import WorkflowWorker as _WorkflowWorker
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
    logs = LogBook(treadle.store.logs)
    deps = WorkerDeps(treadle.store, treadle.handlers, SystemClock(), RandomIds(), treadle.wakeup, treadle.vault.resolve, logs=logs)
    return _WorkflowWorker(config, deps, supervisor=supervisor)


@contextmanager
def shown_metrics(treadle: Treadle, worker: _WorkflowWorker) -> Iterator[None]:
    """A worker's metrics on the port of the settings, if they name one, while the block runs. OSError if it cannot be had."""
    port = treadle.settings.metrics_port
    if port is None:
        yield
        return
    from treadle.metrics.exposition import Exposition

    with Exposition(workers=[worker]).served(treadle.settings.metrics_host, port):
        yield


def build_app(treadle: Treadle, workers: Sequence[_WorkflowWorker] = ()) -> FastAPI:
    """`workers` are those that run in this process: their metrics are shown beside the server's."""
    from treadle.api.app import create_app
    from treadle.api.config import ApiConfig

    settings = treadle.settings
    config = ApiConfig(
        host=settings.host,
        port=settings.port,
        tokens=settings.tokens,
        allowed_hosts=settings.allowed_hosts,
        version=__version__,
        max_hook_body=settings.webhook_body_limit,
    )
    return create_app(treadle.engine, config, workers=workers)


class WorkflowWorker:
    """A worker on the database that the settings name. Keyword arguments are settings, such as `poll_interval=0.5`."""

    def __init__(self, **settings: Any) -> None:
        self._treadle = open_treadle(Settings(**settings), migrate=True)
        self._worker = build_worker(self._treadle)

    def start(self) -> None:
        """Work until stopped, then close the database. In the main thread Ctrl-C and SIGTERM stop it."""
        try:
            with shown_metrics(self._treadle, self._worker):
                self._worker.start()
        finally:
            self._treadle.close()

    def start_in_thread(self) -> threading.Thread:
        """Work in a thread of its own; join it after `stop`."""
        thread = threading.Thread(target=self.start, name="treadle-worker", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Ask for a graceful stop, from any thread."""
        self._worker.stop()


class WorkflowEngine(_WorkflowEngine):
    """The engine on the database that the settings name. Keyword arguments are settings, such as `database_url=…`."""

    def __init__(self, **settings: Any) -> None:
        self._treadle = open_treadle(Settings(**settings), migrate=True)
        opened = self._treadle
        key, vault = opened.settings.link_key, opened.vault
        super().__init__(opened.store, opened.handlers, ids=RandomIds(), wakeup=opened.wakeup, link_key=key, vault=vault)

    def close(self) -> None:
        self._treadle.close()
