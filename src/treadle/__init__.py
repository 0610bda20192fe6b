"""Durable workflows on the database you already have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from treadle.activities.decorator import activity
    from treadle.builder import Expr, Workflow, choose, expr, fn, is_in
    from treadle.client import Client
    from treadle.domain.activity import Context
    from treadle.domain.errors import Fatal, RetryAfter, TreadleError
    from treadle.embedding import WorkflowEngine, WorkflowWorker

__version__ = "0.1.0"

__all__ = [
    "Client",
    "Context",
    "Expr",
    "Fatal",
    "RetryAfter",
    "TreadleError",
    "Workflow",
    "WorkflowEngine",
    "WorkflowWorker",
    "__version__",
    "activity",
    "choose",
    "expr",
    "fn",
    "is_in",
]

_HOMES = {
    "Client": "treadle.client",
    "Context": "treadle.domain.activity",
    "Expr": "treadle.builder",
    "Fatal": "treadle.domain.errors",
    "RetryAfter": "treadle.domain.errors",
    "TreadleError": "treadle.domain.errors",
    "Workflow": "treadle.builder",
    "WorkflowEngine": "treadle.embedding",
    "WorkflowWorker": "treadle.embedding",
    "activity": "treadle.activities.decorator",
    "choose": "treadle.builder",
    "expr": "treadle.builder",
    "fn": "treadle.builder",
    "is_in": "treadle.builder",
}


def __getattr__(name: str) -> Any:
    """Public names are loaded when first used, so that `treadle --help` stays quick."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'treadle' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
