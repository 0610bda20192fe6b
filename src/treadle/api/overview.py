"""The system at a glance, for `/stats` and the first page."""

from __future__ import annotations

from typing import Any

from treadle.api.config import ApiConfig
from treadle.engine.engine import WorkflowEngine


def overview(engine: WorkflowEngine, config: ApiConfig) -> dict[str, Any]:
    counts = dict(engine.store.executions.counts())
    now = engine.store.now()
    return {
        "version": config.version,
        "ready": counts.pop("ready", 0),
        "executions": counts,
        "workers_alive": sum(worker.lease_until > now for worker in engine.workers()),
        "database": dict(engine.store.describe()),
    }
