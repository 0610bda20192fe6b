"""The check-up that `/health` answers with, made once for all who ask within two seconds."""

from __future__ import annotations

import threading

from treadle.api.config import ApiConfig
from treadle.engine.engine import WorkflowEngine
from treadle.engine.system import SystemClock, host_label
from treadle.health import Report, Surroundings, examine

FRESH = 2.0
"""Seconds."""


class CheckUps:
    def __init__(self, engine: WorkflowEngine, config: ApiConfig) -> None:
        self._engine = engine
        self._config = config
        self._clock = SystemClock()
        self._lock = threading.Lock()
        self._last: tuple[float, Report] | None = None

    def report(self) -> Report:
        """Those who ask while one is made wait for it: a check-up writes a row, and that is enough once."""
        with self._lock:
            if self._last is None or self._clock.boottime() - self._last[0] > FRESH:
                self._last = (self._clock.boottime(), examine(self._surroundings()))
            return self._last[1]

    def _surroundings(self) -> Surroundings:
        engine, config = self._engine, self._config
        return Surroundings(
            engine.store, engine.handlers.node_types, self._clock.now, machine=host_label(), host=config.host, port=config.port,
            guarded=bool(config.tokens), serving=True, pages=config.ui_folder,
            vault=engine.vault,
        )  # fmt: skip
