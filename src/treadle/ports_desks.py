"""What the engine needs of a store about people, the calendar and shared limits.

Verbs carry the number of their transaction as those of `ports` do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from treadle.domain.approvals import ApprovalEvent, Vote
from treadle.domain.records import Admitted, Fire, MessageReply, NewExecution, Page, Schedule, SlotUse
from treadle.domain.schedule_due import DueStep
from treadle.domain.webhooks import Delivery, NewDelivery, Webhook


class ApprovalStore(Protocol):
    """What is done to approvals; `ExecutionStore` lists them."""

    def decide(self, approval_id: str, vote: Vote) -> MessageReply:
        """[T12] Record what somebody decides; when that is enough, close the approval and tell its execution.

        The reply's `seq` is None while others must decide too. DUPLICATE when the same person has said the same last;
        ConflictError with what it became if it is not open; DefinitionError when this person or decision does not count.
        """
        ...

    def delegate(self, approval_id: str, *, by: str, to: str, comment: str = "", via: str = "api") -> bool:
        """`by` hands over to `to`. False: did so before. ConflictError if it is not open, DefinitionError if it cannot be."""
        ...

    def events(self, approval_id: str) -> Sequence[ApprovalEvent]:
        """All that has happened to it, in order."""
        ...

    def facets(self) -> Mapping[str, Mapping[str, int]]:
        """How many are open: by `state` (overdue, in_time), `workflow`, `assignee` and `group`, the largest first."""
        ...

    def notices_due(self, *, limit: int = 100) -> Sequence[ApprovalEvent]:
        """What people are still to be told, by starting the workflow `notify`."""
        ...

    def follow_notice(self, notice: ApprovalEvent, execution: NewExecution | None) -> bool:
        """Start that execution and note that it was. None: nothing can be started, only note it. False: was noted before."""
        ...

    def secret(self, name: str, *, otherwise: str) -> str:
        """The secret of that name, which is kept as `otherwise` if there is none yet."""
        ...


class ScheduleStore(Protocol):
    def add(self, schedule: Schedule) -> None:
        """NotFoundError if the workflow does not exist; ConflictError if the id does."""
        ...

    def get(self, schedule_id: str) -> Schedule: ...

    def list(self, *, workflow: str | None = None, limit: int = 50, cursor: str | None = None) -> Page[Schedule]: ...

    def update(self, schedule: Schedule, *, keeps_place: bool = False, passed_over: Sequence[DueStep] = ()) -> bool:
        """Write it where `row_version` is still the given one (which rises). False: someone else edited it.

        With `keeps_place` `next_fire_at` stays as it is stored, because fires move it on meanwhile.
        `passed_over` are due instants that will not fire any more, recorded with it unless they are recorded already.
        """
        ...

    def delete(self, schedule_id: str) -> bool: ...

    def due(self, *, limit: int = 100) -> tuple[datetime, Sequence[Schedule]]:
        """The database's time, and schedules whose `next_fire_at` has come with its jitter, not paused, without an error."""
        ...

    def fire(
        self,
        schedule: Schedule,
        *,
        fire_at: datetime,
        next_fire_at: datetime | None,
        execution: NewExecution | None,
        outcome: str = "fired",
        reason: str = "",
    ) -> str | None:
        """[T20] Record the due instant and start its execution, if nobody did.

        `schedule.next_fire_at` is what was seen. With an open execution of the schedule, overlap `skip` records the fire as
        skipped; so does `queue_one` when that one is not the only one, and `execution` brings the line's key; and
        `cancel_previous` cancels what is open. Returns the outcome recorded, or None when another worker was first or it
        was edited.
        """
        ...

    def fire_by_hand(
        self, schedule: Schedule, *, fire_at: datetime, execution: NewExecution, overlap: str, reason: str
    ) -> tuple[Fire, bool]:
        """Fire an instant out of turn, `next_fire_at` untouched: what is recorded of it, and whether this call fired it.

        An instant that has fired is not fired again; one that was missed, skipped or paused is made up for.
        NotFoundError when the schedule is gone.
        """
        ...

    def set_aside(self, schedule: Schedule, error: str) -> None:
        """Record why it cannot fire; it is left alone until edited."""
        ...

    def fires(
        self, schedule_id: str, *, limit: int = 50, outcome: str | None = None, before: datetime | None = None
    ) -> Sequence[Fire]:
        """Newest first; only those of an outcome, only those due before an instant."""
        ...


class WebhookStore(Protocol):
    def add(self, webhook: Webhook) -> None:
        """NotFoundError if the workflow does not exist."""
        ...

    def get(self, webhook_id: str) -> Webhook: ...

    def find(self, path: str) -> tuple[datetime, Webhook] | None:
        """The database's time, and the webhook of that path; None if there is none, it is paused, or its workflow is gone."""
        ...

    def list(self, *, workflow: str | None = None, limit: int = 50, cursor: str | None = None) -> Page[Webhook]: ...

    def update(self, webhook: Webhook) -> bool:
        """Write it where `row_version` is still the given one (which rises). False: someone else edited it."""
        ...

    def delete(self, webhook_id: str) -> bool: ...

    def deliver(self, webhook_id: str, delivery: NewDelivery) -> Delivery:
        """[T25] Record the delivery and do what it is to do; of a repeated one, what became of it the first time.

        Nothing is recorded, so that it may be sent again, with ConcurrencyLimitError, with ConflictError or NotFoundError
        (the execution cannot be signalled), or with NotFoundError for the webhook (it is gone or paused).
        """
        ...

    def delivery(self, webhook_id: str, delivery_id: str) -> Delivery | None:
        """What became of a delivery; None if none of that id was taken."""
        ...

    def refuse(self, webhook_id: str, reason: str) -> None:
        """Note why something that came there was not taken."""
        ...

    def deliveries(self, webhook_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Delivery]:
        """Newest first."""
        ...


class LimitStore(Protocol):
    def admit(self, *, after: str = "", limit: int = 500) -> Admitted:
        """[T19] waiting → running for the oldest that wait for a free slot, of at most `limit` keys beyond `after`.

        Keys locked by someone else are passed over: they are being admitted to.
        """
        ...

    def slot_use(self, key: str) -> SlotUse:
        """Who holds a slot key."""
        ...

    def reserve(self, key: str, *, limit: int, per: float, count: int = 1) -> datetime:
        """Book `count` starts of a rate of `limit` in `per` seconds; when they may happen. At most `limit` at once.

        A repeat books again. Nothing is ever given back: what was booked and not used is free again as time passes.
        """
        ...
