"""What a check-up and the metrics read of the database: small facts, none of them about what users store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is ready in one queue and owned by nobody; `oldest_at` is since when the oldest is."""

    queue: str
    ready: int
    oldest_at: datetime


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """How many executions of one version are running, waiting or paused."""

    workflow: str
    version: int
    executions: int


@dataclass(frozen=True, slots=True)
class Lagging:
    """An execution that should have gone on; `since` is when, and `owner` the worker that holds it, if one does."""

    execution_id: str
    workflow: str
    since: datetime
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class LateSchedule:
    """`error` is why it was set aside; else it is due since `due_at` and has not fired."""

    schedule_id: str
    workflow: str
    due_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class TableSize:
    """As the server estimates it; `dead` rows are waiting for a vacuum."""

    name: str
    rows: int
    dead: int
    size: int


@dataclass(frozen=True, slots=True)
class OldTransaction:
    """Another session of the server whose transaction keeps dead rows from being removed."""

    pid: int | None
    application: str
    state: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Capacity:
    """Bytes of the database, of which `free` are unused inside of it; connections to the server, None where it has none."""

    size: int
    free: int
    connections: int | None = None
    max_connections: int | None = None
