"""What an execution in memory and its worker know of each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from treadle.domain.marking import Activity
from treadle.domain.records import Decision, ExecutionRecord, InboxRow, JournalRow, NewApproval, NewExecution

if TYPE_CHECKING:
    from treadle.engine.actor import ExecutionActor
    from treadle.engine.program import Program


@dataclass(slots=True)
class WorkItem:
    """What one execution puts into the next group commit. `run` starts when the commit is back."""

    actor: Owned
    rows: Sequence[JournalRow]
    run: Sequence[Activity] = ()
    decision: Decision | None = None
    progressed: bool = False
    children: Sequence[NewExecution] = ()
    approvals: Sequence[NewApproval] = ()
    closed_approvals: Sequence[str] = ()
    orphans: Sequence[str] = ()
    """Children whose activity was withdrawn: to be cancelled when the commit is back."""


class Owned(Protocol):
    """What the worker knows of an execution it owns."""

    claim_no: int
    crashes: int
    seen: int
    holds_slot: bool
    """Whether others may wait for its end."""
    record: ExecutionRecord
    """As it was when it was claimed."""

    @property
    def id(self) -> str: ...

    @property
    def program(self) -> Program | None:
        """What it runs; None for one that cannot be run."""
        ...

    @property
    def next_due(self) -> datetime | None: ...

    def committed(self, item: WorkItem, *, applied: bool) -> None:
        """The commit that holds `item` is durable; `applied` says whether its decision took effect."""
        ...

    def notice(self, messages: Iterable[InboxRow]) -> None:
        """New messages came while nothing was refused."""
        ...

    def receive(self, messages: Iterable[InboxRow]) -> None:
        """A decision was refused; perhaps because of these messages."""
        ...

    def tick(self) -> None:
        """Something may be due."""
        ...

    def forget(self) -> None:
        """Stop everything; nothing in memory counts any more."""
        ...

    def places_of(self, rows: Iterable[JournalRow], words: str) -> dict[str, str]:
        """The places of the activities of these rows, each with `words`."""
        ...


class Host(Protocol):
    """What an execution needs from its worker."""

    def now(self) -> datetime:
        """The database's time, as this worker knows it."""
        ...

    def submit(self, item: WorkItem) -> None:
        """Put it into the next group commit; `actor.committed` is called when the answer is there."""
        ...

    def launch(self, actor: ExecutionActor, activity: Activity) -> None:
        """Run the handler; `actor.finished` is called with the outcome, now or later."""
        ...

    def book(self, actor: ExecutionActor, activity: Activity) -> None:
        """Find its place in the rates of its node; `actor.booked` is called with the time, or `actor.finished` if it has none."""
        ...

    def stop(self, activity: Activity) -> None:
        """The result of a running handler is no longer wanted."""
        ...

    def reread(self, actor: Owned) -> None:
        """A decision was refused: call `actor.receive` with the unread messages, or drop the actor if it is no longer ours."""
        ...

    def abandon(self, actor: Owned) -> None:
        """What it holds in memory is not what is stored: forget it, and read it anew."""
        ...

    def released(self, actor: Owned, decision: Decision) -> None:
        """The execution was parked, paused or ended; the actor is done."""
        ...
