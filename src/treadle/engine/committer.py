"""Group commit: results gather while the previous commit is in flight, then one transaction writes them all.

No timer and no delay: a lone result commits at once, a busy worker batches by itself. An execution always uses the same
lane, so its rows are written in order. A commit whose outcome is unknown is sent again, unchanged, until it is known.
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from time import perf_counter, sleep
from typing import TypeVar

from treadle.domain.errors import DataRejectedError, JournalConflictError, LeaseLostError, StoreUnavailableError
from treadle.domain.records import Commit, Decision, JournalRow, NewApproval, NewExecution
from treadle.engine.hosting import WorkItem
from treadle.engine.meters import Meters
from treadle.engine.threads import StoreThread
from treadle.ports import OwnershipStore

log = logging.getLogger("treadle.worker")

T = TypeVar("T")

MAX_ITEMS = 1_000
MAX_CHARACTERS = 32 << 20
"""Of results in one commit, which must be through long before the database's statement time-out."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0


@dataclass(slots=True)
class BatchResult:
    """`applied`: executions whose decision took effect. `dropped`: their journal says something else; read them anew.
    `rejected`: the database refuses their content: the first item it refuses, and its words. `seconds`: how long it took."""

    applied: set[str] = field(default_factory=set)
    dropped: set[str] = field(default_factory=set)
    rejected: dict[str, tuple[WorkItem, str]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def spoilt(self) -> set[str]:
        """Executions whose memory is worth nothing any more."""
        return self.dropped | self.rejected.keys()


Deliver = Callable[[Sequence[WorkItem], BatchResult | None], None]
"""Called on the loop with the batch; None: the lease is lost."""


class Committer:
    def __init__(self, store: OwnershipStore, owner: str, lanes: Sequence[StoreThread], deliver: Deliver,
                 lease_valid: Callable[[], bool], soon: Callable[[Callable[[], None]], None], meters: Meters) -> None:  # fmt: skip
        """`soon` calls back when the loop has done what is ready now, so that results gather."""
        self._store = store
        self._owner = owner
        self._lanes = [_Lane(thread) for thread in lanes]
        self._deliver = deliver
        self._lease_valid = lease_valid
        self._soon = soon
        self._meters = meters

    def submit(self, item: WorkItem) -> None:
        lane = self._lanes[zlib.crc32(item.actor.id.encode()) % len(self._lanes)]
        lane.waiting.append(item)
        if not lane.busy:
            lane.busy = True
            self._soon(lambda: self._send(lane))

    @property
    def idle(self) -> bool:
        return not any(lane.busy for lane in self._lanes)

    def _send(self, lane: _Lane) -> None:
        size = _how_many(lane.waiting)
        batch, lane.waiting = lane.waiting[:size], lane.waiting[size:]
        lane.thread.post(lambda: self._commit(batch), lambda result, error: self._sent(lane, batch, result, error))

    def _sent(self, lane: _Lane, batch: list[WorkItem], result: BatchResult | None, error: BaseException | None) -> None:
        if error is not None and not isinstance(error, LeaseLostError):
            words = "a commit failed in an unforeseen way; the lease is given up"
            log.error(words, exc_info=error, extra={"event": "commit_broken"})
        if result is not None:
            self._meters.committed(batch, result.applied, seconds=result.seconds)
        if result is not None and (spoilt := result.spoilt):
            # They continue a journal that is not what their actor thought it was.
            lane.waiting = [item for item in lane.waiting if item.actor.id not in spoilt]
        try:
            self._deliver(batch, None if error is not None else result)
        finally:
            if lane.waiting and error is None:
                self._send(lane)
            else:
                lane.busy = False

    def _commit(self, batch: list[WorkItem]) -> BatchResult:
        begun = perf_counter()
        try:
            result = BatchResult(applied=self._until_known(commit_of(batch)))
        except (JournalConflictError, DataRejectedError):
            result = self._one_by_one(batch)
        result.seconds = perf_counter() - begun
        return result

    def _one_by_one(self, batch: list[WorkItem]) -> BatchResult:
        """Each execution in a transaction of its own, so that one bad row harms only its execution."""
        result = BatchResult()
        by_execution = sorted(batch, key=lambda item: item.actor.id)
        for execution_id, items in groupby(by_execution, key=lambda item: item.actor.id):
            mine = list(items)
            try:
                self._one(execution_id, commit_of(mine), result)
            except DataRejectedError:
                self._item_by_item(execution_id, mine, result)
        return result

    def _one(self, execution_id: str, commit: Commit, result: BatchResult) -> None:
        try:
            result.applied |= self._until_known(commit)
        except JournalConflictError:
            self._resolve(execution_id, commit, result)

    def _item_by_item(self, execution_id: str, items: Sequence[WorkItem], result: BatchResult) -> None:
        """In their order up to the culprit: an activity whose result is fine must not fail for its neighbour's."""
        for item in items:
            try:
                self._one(execution_id, commit_of([item]), result)
            except DataRejectedError as error:
                result.rejected[execution_id] = (item, str(error))
                return

    def _resolve(self, execution_id: str, commit: Commit, result: BatchResult) -> None:
        """Rows of those seqs exist: mine with this content means that an earlier try was applied; else read anew."""
        rows = [*commit.rows, *(row for d in commit.decisions for row in d.rows)]
        seqs = [row.seq for row in rows]
        stored = {row.seq: row for row in self._until_answered(lambda: self._store.journal_rows(execution_id, seqs))}
        if any(row.seq in stored and stored[row.seq] != row for row in rows):
            result.dropped.add(execution_id)
            return
        rest = Commit(
            rows=tuple(row for row in commit.rows if row.seq not in stored),
            decisions=tuple(d for d in commit.decisions if not any(row.seq in stored for row in d.rows)),
            progressed=commit.progressed,
            children=commit.children,
            approvals=commit.approvals,
            closed_approvals=commit.closed_approvals,
        )
        if len(rest.decisions) < len(commit.decisions):
            result.applied.add(execution_id)
        try:
            result.applied |= self._until_known(rest)
        except (JournalConflictError, DataRejectedError):
            result.dropped.add(execution_id)

    def _until_known(self, commit: Commit) -> set[str]:
        reply = self._until_answered(lambda: self._store.commit(self._owner, commit))
        if reply.fenced:
            raise LeaseLostError("the worker's row is gone")
        return set(reply.applied)

    def _until_answered(self, call: Callable[[], T]) -> T:
        pause = FIRST_PAUSE
        while True:
            try:
                return call()
            except StoreUnavailableError as error:
                if not self._lease_valid():
                    raise LeaseLostError("the outcome of a commit stayed unknown until the lease ran out") from error
                log.warning("commit unanswered, sending it again: %s", error, extra={"event": "commit_unanswered"})
                sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)


@dataclass(slots=True)
class _Lane:
    thread: StoreThread
    waiting: list[WorkItem] = field(default_factory=list)
    busy: bool = False


def _how_many(items: Sequence[WorkItem]) -> int:
    """How many of the items make the next commit: at least one."""
    characters = 0
    for count, item in enumerate(items[:MAX_ITEMS]):
        characters += sum(len(row.output_json) for row in item.rows if row.output_json)
        if characters > MAX_CHARACTERS and count:
            return count
    return min(len(items), MAX_ITEMS)


def commit_of(batch: Iterable[WorkItem]) -> Commit:
    """One commit of many items, in their order."""
    rows: list[JournalRow] = []
    decisions: list[Decision] = []
    progressed: list[tuple[str, int]] = []
    children: list[NewExecution] = []
    approvals: list[NewApproval] = []
    closed: list[str] = []
    for item in batch:
        rows.extend(item.rows)
        if item.decision is not None:
            decisions.append(item.decision)
        if item.progressed:
            progressed.append((item.actor.id, item.actor.claim_no))
        children.extend(item.children)
        approvals.extend(item.approvals)
        closed.extend(item.closed_approvals)
    return Commit(tuple(rows), tuple(decisions), tuple(progressed), tuple(children), tuple(approvals), tuple(closed))
