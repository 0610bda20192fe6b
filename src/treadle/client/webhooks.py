"""Webhooks of a server: the addresses at which other systems deliver, and what they delivered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from treadle.api.schemas.webhooks import Delivery, Webhook, WebhookRow
from treadle.client.answers import given, model_of, pages_of, part
from treadle.client.transport import Transport


class Webhooks:
    """Fields of a webhook are those of docs/http.md: `signing` and `secret`, `input`, `signal` and `execution` and so on."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def find(self, *, workflow: str | None = None) -> Iterator[WebhookRow]:
        """Without their addresses."""
        return pages_of(WebhookRow, self._transport, "/webhooks", {"limit": 200, **given(workflow=workflow)})

    def get(self, webhook_id: str) -> Webhook:
        return model_of(Webhook, self._transport.ask("GET", f"/webhooks/{part(webhook_id)}"))

    def create(self, workflow: str, **fields: Any) -> Webhook:
        return model_of(Webhook, self._transport.ask("POST", "/webhooks", body={"workflow": workflow, **fields}))

    def update(self, webhook_id: str, **fields: Any) -> Webhook:
        """Only what is given changes. ConflictingError if someone else changed it meanwhile."""
        return model_of(Webhook, self._transport.ask("PATCH", f"/webhooks/{part(webhook_id)}", body=fields))

    def pause(self, webhook_id: str) -> Webhook:
        return self.update(webhook_id, paused=True)

    def resume(self, webhook_id: str) -> Webhook:
        return self.update(webhook_id, paused=False)

    def rotate(self, webhook_id: str) -> Webhook:
        """Give it a new address; the old one leads nowhere from then on."""
        return model_of(Webhook, self._transport.ask("POST", f"/webhooks/{part(webhook_id)}/rotate"))

    def delete(self, webhook_id: str) -> None:
        """Executions it has started go on."""
        self._transport.ask("DELETE", f"/webhooks/{part(webhook_id)}")

    def deliveries(self, webhook_id: str) -> Iterator[Delivery]:
        """What was delivered and what became of it, newest first."""
        return pages_of(Delivery, self._transport, f"/webhooks/{part(webhook_id)}/deliveries", {"limit": 200})
