"""A worker that writes exactly what a test tells it to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from served_api import ServedApi
from treadle.domain.records import Commit, Decision, DecisionKind, JournalRow
from treadle.domain.states import ExecutionStatus
from treadle.domain.workers import NewWorker
from treadle.ports import Store


@dataclass
class Owner:
    """Writes an execution's journal as a worker does, one call at a time, so that a test decides what happens when."""

    store: Store
    execution_id: str
    claim_no: int
    written: int = 0

    def write(self, count: int, **fields: Any) -> None:
        rows = tuple(self._row(self.written + number)._replace(**fields) for number in range(1, count + 1))
        self.written += count
        self.store.ownership.commit("worker-1", Commit(rows=rows))

    def end(self, status: ExecutionStatus, *, retry_in: float | None = None) -> None:
        state = self.store.ownership.state(self.execution_id)
        assert state is not None
        decision = Decision(
            self.execution_id,
            self.claim_no,
            state.inbox_seq,
            DecisionKind.END,
            rows=(self._row(self.written + 1),),
            status=status,
            output_json="1",
            retry_in=retry_in,
        )
        self.written += 1
        reply = self.store.ownership.commit("worker-1", Commit(decisions=(decision,)))
        assert reply.applied == {self.execution_id}

    def _row(self, seq: int) -> JournalRow:
        return JournalRow(
            self.execution_id,
            seq,
            "done",
            "only",
            "",
            seq,
            1,
            "completed",
            port="out",
            output_json=f'"output {seq}"',
            by="worker-1",
        )


def given_owned_execution(api: ServedApi) -> Owner:
    """A running execution of the workflow `only`, with this test as its worker."""
    execution_id = api.start("only")
    store = api.treadle.store
    store.workers.register(NewWorker("worker-1", "here", 1, ("default",), 1, ()), lease=600)
    [claim] = store.ownership.claim("worker-1", queues=["default"], limit=1).claims
    return Owner(store, execution_id, claim.claim_no)
