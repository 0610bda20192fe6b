"""What is answered about the system itself."""

from __future__ import annotations

from typing import Any

from treadle.api.schemas.fields import Answer, Time


class NodeType(Answer):
    type: str
    summary: str
    category: str
    config_schema: dict[str, Any]
    ports: list[str]
    dynamic_ports: bool
    expressions: list[str]
    trigger: bool
    parks: bool
    icon: str
    output: str


class NodeTypes(Answer):
    items: list[NodeType]
    next_cursor: str | None


class Worker(Answer):
    """`alive`: its lease had not run out when this was asked. `abandoned_threads` are at work for handlers that timed out."""

    id: str
    host: str
    pid: int
    queues: list[str]
    concurrency: int
    node_types: list[str]
    started_at: Time
    beat_at: Time
    lease_until: Time
    alive: bool
    draining: bool
    executions: int
    abandoned_threads: int


class Workers(Answer):
    items: list[Worker]
    next_cursor: str | None


class Stats(Answer):
    """`executions` by status; `ready` are runnable ones that no worker has taken yet."""

    version: str
    executions: dict[str, int]
    ready: int
    workers_alive: int
    database: dict[str, str]


class Health(Answer):
    status: str
