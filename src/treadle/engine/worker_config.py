"""What a worker is made of: its settings and the things it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from treadle.domain.retention import Retention
from treadle.engine.meters import Meters
from treadle.engine.node_logs import LogBook
from treadle.engine.past import Past
from treadle.ports import Clock, Handlers, Ids, Store, Wakeup


@dataclass(frozen=True, slots=True)
class WorkerConfig:
    """Times in seconds. `concurrency` is how many executions one worker holds at once; `retention` is that of workflows that
    say nothing."""

    poll_interval: float = 1.0
    concurrency: int = 10
    queues: tuple[str, ...] = ("default",)
    lease: float = 30.0
    grace: float = 20.0
    stall: float = 120.0
    head_start: float = 60.0
    commit_lanes: int = 1
    handler_threads: int = 32
    handler_limit: int = 256
    abandoned_limit: int = 0
    """Abandoned threads with which it ends; 0 is half of `handler_threads`."""
    retention: Retention = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkerDeps:
    """`secrets` resolves the name of a secret; None where there are none. `logs` keeps what nodes say; the worker closes it."""

    store: Store
    handlers: Handlers
    clock: Clock
    ids: Ids
    wakeup: Wakeup
    secrets: Callable[[str], str] | None = None
    logs: LogBook | None = None
    meters: Meters = field(default_factory=Meters)
    past: Past = field(default_factory=Past)
