"""What is answered about the system itself."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from treadle.api.schemas.fields import Answer, Time


class NodeType(Answer):
    type: str
    summary: str
    category: str
    config_schema: dict[str, Any]
    ports: list[str]
    dynamic_ports: bool = Field(description="the config says them: see /node-types/{node_type}/ports")
    expressions: list[str] = Field(description="paths in the config, such as `cases[].when`, that hold an expression")
    deferred: list[str] = Field(description="the same, evaluated later, with `extra_names` besides the usual ones")
    deferred_texts: list[str] = Field(description="texts with {{ expressions }} of that kind")
    extra_names: list[str]
    trigger: bool
    parks: bool
    icon: str
    output: str
    example: dict[str, Any] | None = Field(description="a config that works")


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


class HealthFinding(Answer):
    """One thing looked at: what was found and what it means, and what mends it. `code` is stable; `detail` has the figures."""

    code: str
    severity: Literal["ok", "warning", "error"]
    title: str
    sentence: str
    mend: str
    detail: dict[str, Any]


class CheckUp(Answer):
    """`status` is that of the worst finding."""

    status: Literal["ok", "warning", "error"]
    findings: list[HealthFinding]
    checked_at: Time
