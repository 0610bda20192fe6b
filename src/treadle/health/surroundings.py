"""What a check-up is given: the system, and where it stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from treadle.domain.errors import StoreUnavailableError
from treadle.domain.workers import WorkerRecord
from treadle.engine.vault import Vault
from treadle.ports import Store

SQLITE = "sqlite:///"
PAGES = Path(__file__).parent.parent / "api" / "ui"


@dataclass(frozen=True)
class Surroundings:
    """`node_types` are those this installation knows; `serving` says that this process is the server, so its port is taken.

    `pages` is the folder where the built web interface should be. `collector` is where traces go, None where nowhere; `can_trace`
    says whether what they need is installed. What is read once serves all checks.
    """

    store: Store
    node_types: Collection[str]
    clock: Callable[[], datetime]
    machine: str
    host: str
    port: int
    guarded: bool
    serving: bool
    pages: Path = PAGES
    vault: Vault | None = None
    collector: str | None = None
    can_trace: bool = True

    @property
    def file(self) -> Path | None:
        """Where a SQLite database is; None for others and in memory."""
        path = self.store.url.removeprefix(SQLITE)
        return Path(path) if path != self.store.url and path != ":memory:" else None

    @cached_property
    def now(self) -> datetime:
        """The database's time when this was first asked."""
        return self.store.now()

    @cached_property
    def refusal(self) -> str | None:
        """Why the database takes no writes; None if a row was written. What workers show of themselves is then old."""
        try:
            self.store.vitals.probe()
        except StoreUnavailableError as failure:
            return str(failure)
        return None

    @cached_property
    def workers(self) -> Sequence[WorkerRecord]:
        return self.store.workers.list()

    @cached_property
    def alive(self) -> Sequence[WorkerRecord]:
        """Workers whose lease holds."""
        return [worker for worker in self.workers if worker.lease_until > self.now]
