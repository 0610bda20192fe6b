"""Worker incarnations: their rows, their leases, and giving back what they leave behind (T1-T4, T11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from treadle.domain.errors import StoreUnavailableError
from treadle.domain.workers import NewWorker, Registration, WorkerRecord
from treadle.store import rows
from treadle.store.database import Database


class Workers:
    def __init__(self, database: Database, *, head_start: int) -> None:
        self._database = database
        self._head_start = head_start

    def register(self, worker: NewWorker, *, lease: float) -> Registration:
        with self._database.writing_once() as session:
            [(now, history)] = session.rows("register_worker", **rows.worker_parameters(worker), lease=float(lease))
        return Registration(self._time(now), history)

    def beat(
        self, worker_id: str, *, lease: float, abandoned: int = 0, clock_at: datetime | None = None
    ) -> datetime | None:
        with self._database.writing_once() as session:
            row = session.row("beat", id=worker_id, lease=float(lease), abandoned=abandoned, clock_at=clock_at)
        return None if row is None else self._time(row[0])

    def reap(self, *, limit: int = 10) -> Sequence[tuple[str, int]]:
        with self._database.reading() as session:
            expired = [worker_id for (worker_id,) in session.rows("expired_workers", limit=limit)]
        reaped: list[tuple[str, int]] = []
        failure: StoreUnavailableError | None = None
        for worker_id in expired:
            try:
                given_back = self._remove(worker_id, lock="lock_expired_worker")
            except StoreUnavailableError as error:
                # A stopped session may hold this worker's row for 15 s; the others need not wait for it.
                failure = error
                continue
            if given_back is not None:
                reaped.append((worker_id, given_back))
        if failure is not None and not reaped:
            raise failure
        return reaped

    def evict(self, worker_id: str) -> int | None:
        return self._remove(worker_id, lock="lock_worker")

    def disown(self, worker_id: str) -> int | None:
        return self._remove(worker_id, lock="lock_outlived_worker", give_back="give_back_all")

    def sweep_orphans(self) -> int:
        with self._database.writing_once() as session:
            return session.run("give_back_orphans", head_start=self._head_start)

    def leave(self, worker_id: str) -> None:
        with self._database.writing() as session:
            if session.row("lock_worker", id=worker_id) is None:
                return
            session.run("give_back_all", owner=worker_id, head_start=self._head_start)
            session.run("delete_worker", id=worker_id)

    def drain(self, worker_id: str) -> bool:
        with self._database.writing_once() as session:
            return session.run("drain_worker", id=worker_id) > 0

    def list(self) -> Sequence[WorkerRecord]:
        with self._database.reading() as session:
            return [rows.worker_record(row, self._database.time) for row in session.rows("list_workers")]

    def _remove(self, worker_id: str, *, lock: str, give_back: str = "give_back_after_crash") -> int | None:
        """Lock the row, give back in a new statement, delete: one statement would miss a claim in flight."""
        with self._database.writing() as session:
            if session.row(lock, id=worker_id) is None:
                return None
            given_back = session.run(give_back, owner=worker_id, head_start=self._head_start)
            session.run("delete_worker", id=worker_id)
        return given_back

    def _time(self, value: object) -> datetime:
        moment: datetime = self._database.time(value)
        return moment
