"""An execution that its owner cannot run, only end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from treadle.domain.records import Claim, Decision, ExecutionRecord, InboxRow, JournalRow
from treadle.engine.hosting import Host, WorkItem


class Unrunnable:
    """An execution that is only to be ended: a poison one, or one that this worker cannot read."""

    def __init__(self, host: Host, claim: Claim, record: ExecutionRecord, decision: Decision) -> None:
        self.claim_no = claim.claim_no
        self.crashes = claim.crashes
        self.seen = claim.inbox_seq
        self.next_due = None
        self.program = None
        self.holds_slot = True
        self.record = record
        self.id = claim.execution_id
        self._host = host
        self._decision = decision

    def submit(self) -> None:
        self._host.submit(WorkItem(self, (), decision=self._decision))

    def committed(self, item: WorkItem, *, applied: bool) -> None:
        if applied:
            self._host.released(self, self._decision)
        else:
            self._host.reread(self)

    def notice(self, messages: Iterable[InboxRow]) -> None:
        """What it is told changes nothing."""

    def receive(self, messages: Iterable[InboxRow]) -> None:
        self.seen = max((m.seq for m in messages), default=self.seen)
        self._decision = replace(self._decision, seen=self.seen)
        self.submit()

    def tick(self) -> None:
        """Nothing is due."""

    def forget(self) -> None:
        """There is nothing in memory."""

    def places_of(self, rows: Iterable[JournalRow], words: str) -> dict[str, str]:
        return {}
