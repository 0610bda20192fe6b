"""Slots of concurrency limits and rates: who waits is admitted oldest first (T19), and starts are spread over time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from treadle.domain.records import Admitted, SlotUse
from treadle.store.database import Database, Session

MOST_NAMED = 5
"""Holders that `slot_use` names."""


class Limits:
    def __init__(self, database: Database, *, head_start: int) -> None:
        self._database = database
        self._head_start = head_start

    def admit(self, *, after: str = "", limit: int = 500) -> Admitted:
        with self._database.reading() as session:
            waited = session.rows("slots_waited_for", after=after, limit=limit)
        admitted: list[str] = []
        for key, slot_limit, version, free in waited:
            if free:
                admitted += self._admit(key, slot_limit, version)
        return Admitted(tuple(admitted), waited[-1][0] if len(waited) >= limit else None)

    def slot_use(self, key: str) -> SlotUse:
        with self._database.reading() as session:
            [(held, limit)] = session.rows("count_holders_of_slot", key=key)
            holders = [holder for (holder,) in session.rows("holders_of_slot", key=key, limit=MOST_NAMED)]
        return SlotUse(held, limit, tuple(holders))

    def reserve(self, key: str, *, limit: int, per: float, count: int = 1) -> datetime:
        step = timedelta(seconds=per) / limit * count
        with self._database.writing_once() as session:
            micros = step // timedelta(microseconds=1)
            [(tat, now)] = session.rows("reserve", key=key, step=step.total_seconds(), step_micros=micros)
        arrival: datetime = self._database.time(tat)
        present: datetime = self._database.time(now)
        return max(present, arrival - timedelta(seconds=per))

    def _admit(self, key: str, slot_limit: int, version: int) -> list[str]:
        with self._database.writing() as session:
            said: dict[str, Any] = {"key": key, "slot_limit": slot_limit, "version": version}
            if session.row("lock_slot", key=key) is not None:
                session.run("renew_slot", **said)
            elif session.run("add_slot", **said) == 0:
                return []  # someone else has it locked, and admits
            return admit_free(session, key, head_start=self._head_start)


def admit_free(session: Session, key: str, *, head_start: int) -> list[str]:
    """Give what is free to those that wait longest. The caller holds the key's lock, taken in an earlier statement."""
    [(free,)] = session.rows("free_slots", key=key)
    if free <= 0:
        return []
    return [execution_id for (execution_id,) in session.rows("admit", key=key, free=free, head_start=head_start)]
