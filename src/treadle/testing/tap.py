"""The store as the worker of a test has it: every commit is seen, and some of them end the worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, cast

from treadle.domain.records import Commit, CommitReply, JournalRow, NewApproval, RowKind
from treadle.engine.frames import place_of_row
from treadle.ports import OwnershipStore, Store
from treadle.testing.lanes import Crash
from treadle.testing.naming import name_in

RESULTS = frozenset({RowKind.DONE, RowKind.FAILED})

Observer = Callable[[Sequence[JournalRow], Sequence[NewApproval]], None]
"""Hears of the rows and the approvals that a commit made durable."""


class CrashPlan:
    """Which results the worker does not survive. Each entry is a node id, or a place such as `each[1]/fetch`, and counts once."""

    def __init__(self, *, before: Sequence[str], after: Sequence[str]) -> None:
        self._before = list(before)
        self._after = list(after)

    @property
    def open(self) -> list[str]:
        """What has not happened yet."""
        return [*self._before, *self._after]

    def strikes_before(self, rows: Sequence[JournalRow]) -> bool:
        return _strike(self._before, rows)

    def strikes_after(self, rows: Sequence[JournalRow]) -> bool:
        return _strike(self._after, rows)


class CommitTap:
    """The verbs of ownership, the commit among them watched."""

    def __init__(self, store: OwnershipStore, crashes: CrashPlan, observer: Observer) -> None:
        self._store = store
        self._crashes = crashes
        self._observer = observer

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, owner: str, commit: Commit) -> CommitReply:
        if self._crashes.strikes_before([*commit.rows, *(row for decision in commit.decisions for row in decision.rows)]):
            raise Crash
        reply = self._store.commit(owner, commit)
        if not reply.fenced:
            applied = (row for d in commit.decisions if d.execution_id in reply.applied for row in d.rows)
            rows = [*commit.rows, *applied]
            self._observer(rows, commit.approvals)
            if self._crashes.strikes_after(rows):
                raise Crash
        return reply


def tapped(store: Store, crashes: CrashPlan, observer: Observer) -> Store:
    """The same store, but for its commits."""
    tapped = copy(store)
    tapped.ownership = cast(OwnershipStore, CommitTap(store.ownership, crashes, observer))
    return tapped


def _strike(places: list[str], rows: Sequence[JournalRow]) -> bool:
    """Whether rows are results of places that are left; these are left no more."""
    struck = False
    for row in rows:
        if row.kind in RESULTS:
            name = next((name for name in (place_of_row(row), name_in(row.scope, row.node_id)) if name in places), None)
            if name is not None:
                places.remove(name)
                struck = True
    return struck
