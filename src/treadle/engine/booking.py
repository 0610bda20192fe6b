"""Finds when nodes with a rate limit may start, in the order in which they ask."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from treadle.domain.errors import DefinitionError, ExpressionError, StoreUnavailableError
from treadle.domain.marking import Activity
from treadle.engine.actor import ExecutionActor
from treadle.engine.outcomes import failure_of
from treadle.engine.rows import Booking
from treadle.engine.threads import StoreThread
from treadle.engine.time_limits import limits_of, no_time_for_a_start
from treadle.ports_desks import LimitStore

log = logging.getLogger("treadle.worker")

PAUSE = 0.5


class BookingOffice:
    """One store call for each start, in a store thread."""

    def __init__(self, limits: LimitStore, lookups: StoreThread) -> None:
        self._limits = limits
        self._lookups = lookups
        self._tasks: set[asyncio.Task[None]] = set()

    def book(self, actor: ExecutionActor, activity: Activity) -> None:
        try:
            bookings = actor.rows.rates(activity)
        except (ExpressionError, DefinitionError) as error:
            actor.finished(activity, failure_of(error), started_at=None)
            return
        task = asyncio.get_running_loop().create_task(self._book(actor, activity, bookings))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _book(self, actor: ExecutionActor, activity: Activity, bookings: Sequence[Booking]) -> None:
        while activity in actor.running:
            try:
                at = await self._lookups.call(lambda: self._reserve(bookings))
            except StoreUnavailableError as error:
                log.warning("a rate limit could not be asked, trying again: %s", error, extra={"event": "database_unavailable"})
                await asyncio.sleep(PAUSE)
            else:
                self._booked(actor, activity, at)
                return

    def _booked(self, actor: ExecutionActor, activity: Activity, at: datetime) -> None:
        """A start that comes after all the time that the node has need not be waited for."""
        total_until = actor.rows.total_until(activity)
        if total_until is None or at < total_until:
            actor.booked(activity, at)
        else:
            actor.finished(activity, no_time_for_a_start(limits_of(activity), at), started_at=None)

    def _reserve(self, bookings: Sequence[Booking]) -> datetime:
        return max(self._limits.reserve(each.key, limit=each.limit, per=each.per) for each in bookings)
