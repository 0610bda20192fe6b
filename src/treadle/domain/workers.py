"""Workers as they are stored: a row for each life of one.

Times are aware UTC datetimes with microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """A worker incarnation's row. `clock_skew`: seconds that its clock is ahead of the database's, None if unknown."""

    id: str
    host: str
    pid: int
    queues: tuple[str, ...]
    concurrency: int
    node_types: tuple[str, ...]
    started_at: datetime
    beat_at: datetime
    lease_until: datetime
    draining: bool
    executions: int = 0
    abandoned_threads: int = 0
    """Those that are at work for nobody, as of its last beat."""
    clock_skew: float | None = None
    outlived: bool = False
    """The database has another history since it was registered: its lease is worth nothing, whatever it says."""


class Registration(NamedTuple):
    """The database's time, and which history of it this is: another one after a failover; '' where it does not say."""

    now: datetime
    history: str


@dataclass(frozen=True, slots=True)
class NewWorker:
    id: str
    host: str
    pid: int
    queues: tuple[str, ...]
    concurrency: int
    node_types: tuple[str, ...]
    clock_at: datetime | None = None
    """What its own clock says, only to be shown."""
