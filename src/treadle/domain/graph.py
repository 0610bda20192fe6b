"""A workflow's graph as the engine walks it: nodes and edges with indexes, frozen.

`graph_parser.parse_graph` makes one from the JSON form; nothing else builds it outside tests.
Graph order is the order of the nodes array, and of the edges array.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from treadle.domain.retry import NO_RETRY, RetryPolicy

Join = str | int
"""`auto`, `all`, `each`, `first`, or a number n of at least 1."""

OUT = "out"
ERROR = "error"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: of one attempt, of all attempts together with the pauses between them, and of silence between heartbeats."""

    attempt: float | None = None
    total: float | None = None
    heartbeat: float | None = None


NO_TIMEOUTS = Timeouts()


@dataclass(frozen=True, slots=True)
class Compensation:
    """What undoes a completed visit of a node, should the execution fail or be cancelled with compensation."""

    type: str
    config: Mapping[str, Any] = field(default_factory=dict)
    retry: RetryPolicy | None = None
    timeout: Timeouts = NO_TIMEOUTS


@dataclass(frozen=True, slots=True)
class Node:
    """One box. `index` is its place in graph order; `retry` None means the graph's default."""

    index: int
    id: str
    type: str
    name: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    retry: RetryPolicy | None = None
    timeout: Timeouts = NO_TIMEOUTS
    join: Join = "auto"
    rest: str = "ignore"
    on_error: str = "fail"
    cancels: tuple[str, ...] = ()
    mutex: str | None = None
    compensate: Compensation | None = None
    queue: str | None = None
    delivery: str = "at_least_once"
    disabled: bool = False
    position: Mapping[str, float] | None = None
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """One arrow. `source` and `target` are node indexes; `tokens` (put) is a number or an expression, `take` a number."""

    index: int
    id: str
    source: int
    target: int
    port: str = OUT
    when: str | None = None
    default: bool = False
    tokens: int | str = 1
    take: int = 1


@dataclass(frozen=True, slots=True)
class Concurrency:
    """At most `limit` executions of one key at the same time. `key` is an expression over `input` and `trigger`."""

    limit: int
    key: str | None = None
    on_limit: str = "wait"   # wait | skip | cancel_oldest


@dataclass(frozen=True, slots=True)
class Debounce:
    """Starts of one key less than `wait` seconds apart become one execution, at most `max_wait` after the first."""

    wait: float
    key: str | None = None
    max_wait: float | None = None


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `limit` starts in `per` seconds of the nodes of a type, or of one node. `key` is an expression."""

    limit: int
    per: float
    type: str | None = None
    node: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class OnFailure:
    """The workflow that is started when an execution has failed for good; `version` None is the latest."""

    workflow: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for a whole execution. `timeout` in seconds; `output` an expression; `retry` is the execution's own policy.

    `queue` is the one that executions are started in; None for the default one, or that of the parent.
    """

    timeout: float | None = None
    retry: RetryPolicy = NO_RETRY
    max_activities: int = 100_000
    output: str | None = None
    vars: Mapping[str, Any] = field(default_factory=dict)
    concurrency: Concurrency | None = None
    debounce: Debounce | None = None
    rate_limits: tuple[RateLimit, ...] = ()
    on_failure: OnFailure | None = None
    queue: str | None = None
    retention: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Graph:
    """A parsed graph. `outgoing[n]` and `incoming[n]` are edge indexes of node n, in graph order."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    settings: Settings
    input_schema: Mapping[str, Any] | None
    index_of: Mapping[str, int]
    outgoing: tuple[tuple[int, ...], ...]
    incoming: tuple[tuple[int, ...], ...]
    edge_of: Mapping[str, int]
    cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """Derived facts kept with the version (topology, compiled configs); never part of its identity."""

    def node(self, node_id: str) -> Node:
        return self.nodes[self.index_of[node_id]]
