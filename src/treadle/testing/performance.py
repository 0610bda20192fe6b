"""The acts of one execution: each is done once, at its time or when a node begins to wait."""

from __future__ import annotations

from collections.abc import Sequence

from treadle.domain.errors import NotFoundError
from treadle.domain.records import JournalRow
from treadle.domain.states import TERMINAL
from treadle.engine.frames import place_of_row
from treadle.testing.acts import Act
from treadle.testing.world import World


class Performance:
    def __init__(self, world: World, execution_id: str, acts: Sequence[Act]) -> None:
        self.execution_id = execution_id
        self._world = world
        self._waiting = [act for act in acts if act.when_waiting is not None]
        self.retries = sum(act.verb == "retry" for act in acts)
        """How many retries are still to come: a failed execution is not at its end before."""
        now = world.clock.now()
        for act in acts:
            if act.when_waiting is None:
                self._plan(act, act.seconds(start=now), execution_id)

    def waits(self, row: JournalRow) -> None:
        """A node has begun to wait."""
        for act in list(self._waiting):
            if act.when_waiting in (row.node_id, place_of_row(row)) and self._is_ours(row.execution_id):
                self._waiting.remove(act)
                self._plan(act, 0.0, row.execution_id)

    def _plan(self, act: Act, seconds: float, execution_id: str) -> None:
        self._world.later(seconds, lambda: self._do(act, execution_id))

    def _do(self, act: Act, execution_id: str) -> None:
        engine = self._world.engine
        if act.verb == "retry":
            self.retries -= 1
            engine.retry(execution_id, from_node=act.name or None)
        elif act.verb == "crash":
            self._world.crew.crash()
        elif self._world.store.executions.get(execution_id).status not in TERMINAL:
            match act.verb:
                case "signal":
                    engine.signal(execution_id, act.name, act.payload)
                case "cancel":
                    engine.cancel(execution_id, reason=act.name, compensate=act.payload)
                case "pause":
                    engine.pause(execution_id)
                case "resume":
                    engine.resume(execution_id)

    def _is_ours(self, execution_id: str | None) -> bool:
        """The execution itself, or one that it started."""
        while execution_id is not None:
            if execution_id == self.execution_id:
                return True
            try:
                execution_id = self._world.store.executions.get(execution_id).parent_id
            except NotFoundError:
                return False
        return False
