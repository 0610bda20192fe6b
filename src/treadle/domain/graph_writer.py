"""A parsed graph back in its JSON form: defaults left out, keys always in the same order."""

from __future__ import annotations

from collections import Counter
from typing import Any

from treadle.domain.durations import written_duration
from treadle.domain.graph import (
    ERROR,
    NO_TIMEOUTS,
    OUT,
    Compensation,
    Concurrency,
    Debounce,
    Edge,
    Graph,
    Join,
    Node,
    RateLimit,
    Settings,
)
from treadle.domain.graph_timeouts import written_timeouts
from treadle.domain.retention import write_retention
from treadle.domain.retry import NO_RETRY, RetryPolicy


def graph_to_config(graph: Graph) -> dict[str, Any]:
    """The normalised `graph_config`: parsing it gives an equal graph."""
    config: dict[str, Any] = {
        "nodes": [_node(graph, node) for node in graph.nodes],
        "edges": _edges(graph),
    }
    settings = _settings(graph.settings)
    if settings:
        config["settings"] = settings
    if graph.input_schema is not None:
        config["input_schema"] = graph.input_schema
    return config


def implied_join(ports: list[str]) -> Join:
    """The join of a node that declares none, by the ports its incoming edges come from."""
    return "each" if ports and all(port == ERROR for port in ports) else "auto"


def implied_edge_id(source: str, port: str, target: str) -> str:
    """The id of an edge that declares none, before it is made unique."""
    return f"{source}->{target}" if port == OUT else f"{source}.{port}->{target}"


def _node(graph: Graph, node: Node) -> dict[str, Any]:
    join = implied_join([graph.edges[edge].port for edge in graph.incoming[node.index]])
    written: dict[str, Any] = {"id": node.id, "type": node.type}
    optional = {
        "name": node.name or None,
        "config": dict(node.config) or None,
        "retry": None if node.retry is None else _retry(node.retry),
        "timeout": written_timeouts(node.timeout),
        "join": node.join if node.join != join else None,
        "rest": node.rest if node.rest != "ignore" else None,
        "on_error": node.on_error if node.on_error != "fail" else None,
        "cancels": list(node.cancels) or None,
        "mutex": node.mutex,
        "compensate": None if node.compensate is None else _compensation(node.compensate),
        "queue": node.queue,
        "delivery": node.delivery if node.delivery != "at_least_once" else None,
        "disabled": node.disabled or None,
        "position": None if node.position is None else dict(node.position),
        "notes": node.notes or None,
    }
    written.update((key, value) for key, value in optional.items() if value is not None)
    return written


def _compensation(compensation: Compensation) -> dict[str, Any]:
    return {
        "type": compensation.type,
        **({"config": dict(compensation.config)} if compensation.config else {}),
        **({"retry": _retry(compensation.retry)} if compensation.retry is not None else {}),
        **({"timeout": written_timeouts(compensation.timeout)} if compensation.timeout != NO_TIMEOUTS else {}),
    }


def _edges(graph: Graph) -> list[dict[str, Any]]:
    ids = [node.id for node in graph.nodes]
    implied = [implied_edge_id(ids[edge.source], edge.port, ids[edge.target]) for edge in graph.edges]
    # An id is left out only where no other edge could get the same one, so that it does not depend on the others.
    shared = Counter(implied)
    return [
        _edge(edge, ids, declared=edge.id != own or shared[own] > 1) for edge, own in zip(graph.edges, implied, strict=True)
    ]


def _edge(edge: Edge, ids: list[str], *, declared: bool) -> dict[str, Any]:
    written: dict[str, Any] = {"id": edge.id} if declared else {}
    written["source"] = ids[edge.source]
    if edge.port != OUT:
        written["port"] = edge.port
    written["target"] = ids[edge.target]
    if edge.when is not None:
        written["when"] = edge.when
    if edge.default:
        written["default"] = True
    if edge.tokens != 1:
        written["tokens"] = edge.tokens
    if edge.take != 1:
        written["take"] = edge.take
    return written


def _settings(settings: Settings) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if settings.timeout is not None:
        written["timeout"] = written_duration(settings.timeout)
    if settings.retry != NO_RETRY:
        written["retry"] = _retry(settings.retry)
    if settings.max_activities != Settings().max_activities:
        written["max_activities"] = settings.max_activities
    if settings.output is not None:
        written["output"] = settings.output
    if settings.vars:
        written["vars"] = dict(settings.vars)
    if settings.concurrency is not None:
        written["concurrency"] = _concurrency(settings.concurrency)
    if settings.debounce is not None:
        written["debounce"] = _debounce(settings.debounce)
    if settings.rate_limits:
        written["rate_limits"] = [_rate_limit(limit) for limit in settings.rate_limits]
    if settings.on_failure is not None:
        on_failure = settings.on_failure
        written["on_failure"] = _given({"workflow": on_failure.workflow, "version": on_failure.version})
    if settings.queue is not None:
        written["queue"] = settings.queue
    if settings.retention:
        written["retention"] = write_retention(settings.retention)
    return written


def _concurrency(concurrency: Concurrency) -> dict[str, Any]:
    on_limit = concurrency.on_limit if concurrency.on_limit != "wait" else None
    return _given({"key": concurrency.key, "limit": concurrency.limit, "on_limit": on_limit})


def _debounce(debounce: Debounce) -> dict[str, Any]:
    max_wait = None if debounce.max_wait is None else written_duration(debounce.max_wait)
    return _given({"key": debounce.key, "wait": written_duration(debounce.wait), "max_wait": max_wait})


def _rate_limit(limit: RateLimit) -> dict[str, Any]:
    of = {"type": limit.type, "node": limit.node}
    return _given({**of, "key": limit.key, "limit": limit.limit, "per": written_duration(limit.per)})


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """Without what is left to its default."""
    return {key: value for key, value in fields.items() if value is not None}


def _retry(policy: RetryPolicy) -> dict[str, Any]:
    written: dict[str, Any] = {"max_attempts": policy.max_attempts}
    for key in ("initial_interval", "max_interval"):
        if getattr(policy, key) != getattr(NO_RETRY, key):
            written[key] = written_duration(getattr(policy, key))
    for key in ("backoff", "jitter"):
        if getattr(policy, key) != getattr(NO_RETRY, key):
            written[key] = getattr(policy, key)
    if policy.non_retryable:
        written["non_retryable"] = list(policy.non_retryable)
    return written
