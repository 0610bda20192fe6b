"""What looking on and looking after ask of the database: check-ups, metrics, logs, retention, backups."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from treadle.domain.node_logs import LogLine, NewLogLine
from treadle.domain.vitals import Backlog, Capacity, Lagging, LateSchedule, OldTransaction, OpenVersion, TableSize


class VitalStore(Protocol):
    """What a check-up asks; each verb is cheap however much history there is."""

    def probe(self) -> None:
        """Write a row and commit it. StoreUnavailableError if the database cannot be written to."""
        ...

    def backlog(self) -> Sequence[Backlog]:
        """By queue, those that have something ready."""
        ...

    def open_versions(self) -> Sequence[OpenVersion]: ...

    def open_by_workflow(self) -> Sequence[tuple[str, str, int]]:
        """(workflow, status, how many) of those that are running, waiting or paused."""
        ...

    def overdue(self, *, grace: float, limit: int) -> Sequence[Lagging]:
        """Those whose timer or retry came longer than `grace` seconds ago and that nobody woke, the oldest first."""
        ...

    def unmoved(self, *, longer_than: float, limit: int) -> Sequence[Lagging]:
        """Those that a worker holds and that have recorded nothing for so many seconds, the oldest first."""
        ...

    def set_aside(self, *, within: float, limit: int) -> Sequence[Lagging]:
        """Those that failed with `crash_loop` within so many seconds, the newest first."""
        ...

    def late_schedules(self, *, grace: float, limit: int) -> Sequence[LateSchedule]:
        """Those that are set aside, or due for longer than `grace` seconds."""
        ...

    def tables(self) -> Sequence[TableSize]:
        """Empty on SQLite, which keeps no such figures."""
        ...

    def old_transactions(self, *, older_than: float, limit: int) -> Sequence[OldTransaction]:
        """Empty on SQLite."""
        ...

    def capacity(self) -> Capacity: ...


class LogStore(Protocol):
    """What nodes have said."""

    def add(self, lines: Sequence[NewLogLine]) -> None:
        """All of them or none; those of executions that are gone are left out. A repeat writes them twice."""
        ...

    def counts(self, execution_ids: Sequence[str], *, most: int) -> Mapping[str, int]:
        """How many lines each has, counted up to `most`."""
        ...

    def list(
        self, execution_id: str, *, node_id: str | None = None, scope: str | None = None, visit: int | None = None,
        after: int = 0, limit: int = 200,
    ) -> Sequence[LogLine]:  # fmt: skip
        """Those with a seq above `after`, in order."""
        ...


class UpkeepStore(Protocol):
    """What keeps the database from growing, and copies it. Any worker may do it, and several at once."""

    def policies(self) -> Mapping[str, Any]:
        """The `settings.retention` of each workflow's latest version, by name, as JSON; None where it says nothing."""
        ...

    def doom(self, *, finished_before: datetime, limit: int, status: str | None = None, workflow: str | None = None) -> int:
        """[T21] Delete finished executions, so that nobody sees them any more; how many. `sweep` deletes what belonged to them."""
        ...

    def sweep(self) -> int:
        """Delete some thousand rows of what was doomed; 0 when nothing is left, or others are at it."""
        ...

    def tidy(self, *, before: datetime) -> None:
        """Delete old fires, the keys of limits that nobody has used since, and drafts that nobody needs."""
        ...

    def count(self, *, finished_before: datetime, status: str | None, workflow: str | None) -> int:
        """How many executions `doom` would delete if it had no limit."""
        ...

    def give_back(self) -> None:
        """Give some unused pages back to the disk. SQLite only; PostgreSQL's vacuum does it."""
        ...

    def compact(self) -> None:
        """Give all of them back, by writing the file anew. SQLite only; nobody can write meanwhile."""
        ...

    def backup(self, target: Path, *, progress: Callable[[float], None]) -> None:
        """Copy the database of one moment into a file while all goes on. BackupError."""
        ...
