"""Trying a built-in node type by itself, with its config rendered as a worker renders it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from treadle.activities.registry import built_in_registry
from treadle.engine.outcomes import Failure, Finished
from treadle.engine.trials import try_node

REGISTRY = built_in_registry()
NOW = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def output_of(node_type: str, config: Mapping[str, Any], **names: Any) -> Any:
    """What the node puts out; its failure is the test's."""
    outcome = _outcome(node_type, config, names)
    assert isinstance(outcome, Finished), outcome
    return outcome.output


def failure_of(node_type: str, config: Mapping[str, Any], **names: Any) -> tuple[str, str]:
    """The type and the message of the node's failure, which no retry mends."""
    outcome = _outcome(node_type, config, names)
    assert isinstance(outcome, Failure), outcome
    assert not outcome.retryable
    return outcome.type, outcome.message


def _outcome(node_type: str, config: Mapping[str, Any], names: Mapping[str, Any]) -> Any:
    handler = REGISTRY.get(node_type)
    assert handler is not None
    return try_node(handler, config, names, now=NOW)
