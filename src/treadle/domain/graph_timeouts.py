"""The key `timeout` of a node: a duration, which is that of one attempt, or an object that sets several limits."""

from __future__ import annotations

from typing import Any

from treadle.domain.durations import written_duration
from treadle.domain.graph import Timeouts
from treadle.domain.graph_fields import Fields

TIMEOUT_KEYS = frozenset({"attempt", "total", "heartbeat"})


def read_timeouts(fields: Fields) -> Timeouts:
    if not isinstance(fields.values.get("timeout"), dict):
        return Timeouts(attempt=fields.positive_duration("timeout"))
    inner = fields.nested("timeout")
    assert inner is not None
    inner.refuse_unknown(TIMEOUT_KEYS, what="timeout")
    return Timeouts(
        attempt=inner.positive_duration("attempt"),
        total=inner.positive_duration("total"),
        heartbeat=inner.positive_duration("heartbeat"),
    )


def written_timeouts(timeouts: Timeouts) -> str | float | dict[str, Any] | None:
    """The shortest form that reads the same; None for no limit at all."""
    if timeouts.total is None and timeouts.heartbeat is None:
        return None if timeouts.attempt is None else written_duration(timeouts.attempt)
    limits = {"attempt": timeouts.attempt, "total": timeouts.total, "heartbeat": timeouts.heartbeat}
    return {name: written_duration(seconds) for name, seconds in limits.items() if seconds is not None}
