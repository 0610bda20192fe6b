"""What is delivered at a webhook: its signature checked, read, and made into a start or a signal that counts once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from treadle.domain.errors import (
    ConflictError,
    DefinitionError,
    ExpressionError,
    Finding,
    NoSigningSecretError,
    NotFoundError,
    StoreError,
    TreadleError,
)
from treadle.domain.records import Message, MessageKind, NewExecution
from treadle.domain.values import MAX_BODY_DEPTH, RESULT_LIMIT, SIGNAL_LIMIT, encode
from treadle.domain.webhook_fields import template_of
from treadle.domain.webhook_payload import Received, body_of, delivery_id_of, payload_of
from treadle.domain.webhook_signing import NONE, check_signature
from treadle.domain.webhooks import PATH_LENGTH, Delivery, NewDelivery, Webhook
from treadle.engine.program import Programs
from treadle.engine.starting import WEBHOOK, new_execution
from treadle.engine.webhook_desk import Secrets
from treadle.ports import Ids, Store, Wakeup

log = logging.getLogger("treadle.webhooks")

LONGEST_REASON = 500


class UnknownWebhookError(NotFoundError):
    """Nothing is delivered there; the message does not repeat the path, which may be one with a slip."""

    def __init__(self) -> None:
        super().__init__("webhook", "")
        self.args = ("there is no webhook at this address",)


class WebhookDeliveries:
    def __init__(self, store: Store, ids: Ids, wakeup: Wakeup, programs: Programs, secrets: Secrets) -> None:
        self._store = store
        self._ids = ids
        self._wakeup = wakeup
        self._programs = programs
        self._secrets = secrets

    def open(self, path: str) -> tuple[datetime, Webhook]:
        """The database's time, and the webhook of that path. UnknownWebhookError, whatever the reason."""
        found = self._store.webhooks.find(path if path.isascii() else "")
        if found is None or len(path) != PATH_LENGTH:
            raise UnknownWebhookError
        return found

    def receive(self, webhook: Webhook, received: Received, *, now: datetime) -> Delivery:
        """Start or signal, once for each delivery id. When this returns, it is durable.

        SignatureError; DefinitionError, UnstorableValueError and LimitExceededError for what cannot be used;
        ConcurrencyLimitError, after which the same may be sent again; ConflictError when there is nothing to signal.
        """
        try:
            delivery = self._delivered(webhook, received, now)
        except StoreError:
            raise
        except TreadleError as error:
            self.refuse(webhook, error)
            raise
        if not delivery.repeated:
            self._wakeup.notify()
            log.info(
                "webhook %s delivered: %s execution %s", webhook.id, delivery.outcome, delivery.execution_id,
                extra={"event": "webhook_delivered", "webhook_id": webhook.id, "execution_id": delivery.execution_id},
            )  # fmt: skip
        return delivery

    def refuse(self, webhook: Webhook, error: TreadleError) -> None:
        """Keep for its owner why something was not taken there."""
        reason = str(error)[:LONGEST_REASON]
        extra = {"event": "webhook_refused", "webhook_id": webhook.id, "error": type(error).__name__}
        log.warning("webhook %s refused a delivery: %s", webhook.id, type(error).__name__, extra=extra)
        self._store.webhooks.refuse(webhook.id, reason)

    def _delivered(self, webhook: Webhook, received: Received, now: datetime) -> Delivery:
        if webhook.signing != NONE:
            check_signature(webhook.signing, received.headers, received.body, secret=self._secret(webhook), now=now)
        body = body_of(received, max_depth=MAX_BODY_DEPTH)
        given = delivery_id_of(webhook.signing, received, body)
        # A repeat is answered as the first time even if the workflow would refuse it by now.
        if given is not None and (known := self._store.webhooks.delivery(webhook.id, given)) is not None:
            return replace(known, repeated=True)
        delivery_id = given or self._ids.message()
        payload = payload_of(received, delivery_id=delivery_id, webhook_id=webhook.id, body=body)
        encode(payload, limit=RESULT_LIMIT, name="delivery")
        return self._store.webhooks.deliver(webhook.id, NewDelivery(delivery_id, self._what_it_does(webhook, delivery_id, payload)))

    def _what_it_does(self, webhook: Webhook, delivery_id: str, payload: Mapping[str, Any]) -> NewExecution | Message:
        fields = self._fields(webhook, payload)
        if webhook.signal is not None:
            return self._message(webhook, webhook.signal, delivery_id, fields, payload)
        return self._execution(webhook, fields["input"], payload)

    def _secret(self, webhook: Webhook) -> str:
        try:
            return self._secrets(webhook.secret or "")
        except (NotFoundError, KeyError) as error:
            mend = f"set it with: treadle secrets set {webhook.secret}"
            raise NoSigningSecretError(f"there is no secret {webhook.secret!r}; {mend}") from error
        except StoreError:
            raise
        except TreadleError as error:
            raise NoSigningSecretError(f"the secret {webhook.secret!r} cannot be read: {error}") from error

    def _fields(self, webhook: Webhook, payload: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return template_of(webhook).render({"trigger": payload})
        except ExpressionError as error:
            hint = f"what was delivered does not fit webhook {webhook.id}"
            raise DefinitionError([Finding("expression", str(error), hint=hint)]) from error

    def _execution(self, webhook: Webhook, input: object, payload: object) -> NewExecution:
        found = self._store.workflows.get(webhook.workflow, webhook.version)
        return new_execution(
            self._programs.get(found.workflow, found.version, found.graph_json).graph,
            id=self._ids.execution(),
            workflow=found.workflow,
            version=found.version,
            input=input,
            kind=WEBHOOK,
            trigger=webhook.trigger,
            payload=payload,
            priority=webhook.priority,
        )

    def _message(
        self, webhook: Webhook, name: str, delivery_id: str, fields: Mapping[str, Any], payload: object
    ) -> Message:
        execution_id = fields["execution"]
        if not isinstance(execution_id, str) or not execution_id:
            raise DefinitionError([Finding("no_execution", "the delivery names no execution", "execution")])
        self._check_workflow(webhook, execution_id)
        said = payload if fields["input"] is None else fields["input"]
        text = encode(said, limit=SIGNAL_LIMIT, name="signal")
        return Message(execution_id, MessageKind.SIGNAL, f"signal:{webhook.id}:{delivery_id}", name, text)

    def _check_workflow(self, webhook: Webhook, execution_id: str) -> None:
        """Whoever has the path may signal executions of this workflow, and of no other."""
        try:
            found = self._store.executions.get(execution_id)
        except NotFoundError:
            found = None
        if found is None or found.workflow != webhook.workflow:
            raise ConflictError(f"workflow {webhook.workflow} has no execution of the id that was delivered", state="unknown")

