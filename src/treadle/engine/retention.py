"""A phase: deletes finished executions that are older than their workflow's retention, a little in each poll cycle."""

from __future__ import annotations

import logging
from collections import deque
from datetime import datetime, timedelta

from treadle.domain.errors import DefinitionError
from treadle.domain.retention import FINISHED, Retention, parse_retention
from treadle.observation import UpkeepStore

log = logging.getLogger("treadle.worker")

ROUND = timedelta(seconds=60)
"""Between two looks at all workflows."""
LOOKS = 20
"""Workflows and statuses looked at in one cycle: each is one query through an index, which mostly finds nothing."""
EXECUTIONS = 200
"""Deleted in one cycle at most, so that the other duties need not wait."""
SWEEPS = 4


class RetentionKeeper:
    """`default` holds where a workflow says nothing. Workers do not agree who does it: each deletes what is left."""

    def __init__(self, store: UpkeepStore, default: Retention) -> None:
        self._store = store
        self._default = default
        self._to_look: deque[tuple[str, str, float]] = deque()
        self._next_round: datetime | None = None
        self._swept = True

    def run_once(self, now: datetime) -> int:
        if self._next_round is None or now >= self._next_round:
            self._begin_round(now)
        deleted = self._delete(now)
        self._swept = self._swept and not deleted
        if not self._swept:
            self._swept = any(self._store.sweep() == 0 for _ in range(SWEEPS))
            self._store.give_back()
        return deleted

    def _begin_round(self, now: datetime) -> None:
        self._next_round = now + ROUND
        if self._to_look:
            return
        for workflow, said in self._store.policies().items():
            policy = {**self._default, **self._read(workflow, said)}
            self._to_look += [(workflow, status, age) for status, age in policy.items() if age is not None]
        ages = [age for age in self._default.values() if age is not None]
        if ages and len(ages) == len(FINISHED):
            self._store.tidy(before=now - timedelta(seconds=max(ages)))
        # Another process may have died between deleting executions and sweeping up after them.
        self._swept = False

    def _delete(self, now: datetime) -> int:
        deleted = 0
        for _ in range(min(LOOKS, len(self._to_look))):
            workflow, status, age = self._to_look[0]
            limit = EXECUTIONS - deleted
            count = self._store.doom(
                finished_before=now - timedelta(seconds=age), limit=limit, status=status, workflow=workflow
            )
            deleted += count
            if count == limit:
                break
            self._to_look.popleft()
        if deleted:
            log.info("deleted %d executions past their retention", deleted, extra={"event": "executions_deleted", "count": deleted})
        return deleted

    def _read(self, workflow: str, said: object) -> Retention:
        if said is None:
            return {}
        try:
            return parse_retention(said, path="settings.retention")
        except DefinitionError as error:  # saved by a release that understands more
            log.warning("the retention of workflow %s is not understood, and nothing of it is deleted: %s", workflow, error)
            return dict.fromkeys(FINISHED)
