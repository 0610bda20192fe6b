"""Webhooks and their deliveries (T25): what is delivered is recorded, and done, once."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from treadle.domain.errors import ConflictError, NotFoundError
from treadle.domain.records import Message, MessageOutcome, NewExecution, Page
from treadle.domain.webhooks import Delivery, NewDelivery, Webhook
from treadle.store.database import Database, Row, Session
from treadle.store.inbox import Inbox
from treadle.store.pages import page, page_by_name, place
from treadle.store.starts import OldestChangedError, Starts

STARTED, JOINED, SIGNALLED = "started", "joined", "signalled"

TRIES = 5
"""How often a delivery is begun anew when the execution that it would cancel has just ended."""


class Webhooks:
    def __init__(self, database: Database, inbox: Inbox, starts: Starts) -> None:
        self._database = database
        self._inbox = inbox
        self._starts = starts

    def add(self, webhook: Webhook) -> None:
        with self._database.writing() as session:
            if session.row("add_webhook", **_parameters(webhook)) is None:
                raise NotFoundError("workflow", webhook.workflow)

    def get(self, webhook_id: str) -> Webhook:
        with self._database.reading() as session:
            row = session.row("get_webhook", id=webhook_id)
        if row is None:
            raise NotFoundError("webhook", webhook_id)
        return self._webhook(row)

    def find(self, path: str) -> tuple[datetime, Webhook] | None:
        with self._database.reading() as session:
            row = session.row("find_webhook", path_digest=_digest(path))
        return None if row is None else (self._database.time(row[0]), self._webhook(row[1:]))

    def list(self, *, workflow: str | None = None, limit: int = 50, cursor: str | None = None) -> Page[Webhook]:
        query = "list_webhooks" if workflow is None else "list_webhooks_of"
        with self._database.reading() as session:
            found = session.rows(query, workflow=workflow, after=cursor or "", limit=limit + 1)
        return page_by_name([self._webhook(row) for row in found], attrgetter("id"), limit=limit)

    def update(self, webhook: Webhook) -> bool:
        with self._database.writing_once() as session:
            return session.run("update_webhook", **_parameters(webhook)) > 0

    def delete(self, webhook_id: str) -> bool:
        with self._database.writing_once() as session:
            return session.run("delete_webhook", id=webhook_id) > 0

    def deliver(self, webhook_id: str, delivery: NewDelivery) -> Delivery:
        for _ in range(TRIES - 1):
            with suppress(OldestChangedError):
                return self._deliver(webhook_id, delivery)
        return self._deliver(webhook_id, delivery)

    def _deliver(self, webhook_id: str, delivery: NewDelivery) -> Delivery:
        key = {"webhook_id": webhook_id, "delivery_id": delivery.id}
        with self._database.writing() as session:
            # The row comes first: whoever delivers the same waits here, and then finds what became of it.
            if session.row("take_delivery", **key, outcome=STARTED, execution_id="", status="") is None:
                return replace(self._known(session, key), repeated=True)
            session.run("settle_delivery", **key, **self._done(session, delivery.does))
            # The webhook's row comes last: its lock is held only for the commit.
            if session.run("count_delivery", id=webhook_id) == 0:
                raise NotFoundError("webhook", webhook_id)
            return self._known(session, key)

    def delivery(self, webhook_id: str, delivery_id: str) -> Delivery | None:
        with self._database.reading() as session:
            row = session.row("find_delivery", webhook_id=webhook_id, delivery_id=delivery_id)
        return None if row is None else self._delivery(row)

    def refuse(self, webhook_id: str, reason: str) -> None:
        with self._database.writing_once() as session:
            session.run("count_refusal", id=webhook_id, reason=reason)

    def deliveries(self, webhook_id: str, *, limit: int = 50, cursor: str | None = None) -> Page[Delivery]:
        start = place(cursor)
        with self._database.reading() as session:
            found = session.rows(
                "list_deliveries", webhook_id=webhook_id, before=start.before, before_id=start.before_id, limit=limit + 1
            )
        return page([[self._delivery(row) for row in found]], limit=limit)

    def _done(self, session: Session, does: NewExecution | Message) -> dict[str, Any]:
        if isinstance(does, NewExecution):
            started = self._starts.start(session, does)
            return {"outcome": STARTED if started.created else JOINED, "execution_id": started.id, "status": str(started.status)}
        reply = self._inbox.receive(session, does)
        if reply.outcome is MessageOutcome.NOT_FOUND:
            raise NotFoundError("execution", does.execution_id)
        if reply.outcome is MessageOutcome.REFUSED:
            state = str(reply.status)
            raise ConflictError(f"execution {does.execution_id} is {state}: too late to signal it {does.name!r}", state=state)
        return {"outcome": SIGNALLED, "execution_id": does.execution_id, "status": str(reply.status)}

    def _known(self, session: Session, key: dict[str, str]) -> Delivery:
        row = session.row("find_delivery", **key)
        assert row is not None
        return self._delivery(row)

    def _delivery(self, row: Row) -> Delivery:
        webhook_id, delivery_id, outcome, execution_id, status, received_at = row
        return Delivery(webhook_id, delivery_id, outcome, execution_id, status, self._database.time(received_at))

    def _webhook(self, row: Row) -> Webhook:
        (
            id_, workflow, version, path, description, signing, secret, trigger, signal, execution, input_json, priority, paused,
            row_version, created_at, deliveries, last_delivery_at, refusals, last_refused_at, last_refusal,
        ) = row  # fmt: skip
        time = self._database.time
        return Webhook(
            id=id_, workflow=workflow, path=path, description=description, signing=signing, secret=secret, input_json=input_json,
            priority=priority, paused=bool(paused), row_version=row_version, created_at=time(created_at), version=version,
            trigger=trigger, signal=signal, execution=execution, deliveries=deliveries, last_delivery_at=time(last_delivery_at),
            refusals=refusals, last_refused_at=time(last_refused_at), last_refusal=last_refusal,
        )  # fmt: skip


def _parameters(webhook: Webhook) -> dict[str, Any]:
    return {**asdict(webhook), "path_digest": _digest(webhook.path)}


def _digest(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()
