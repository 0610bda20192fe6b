"""What is sent and answered about webhooks."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from treadle.api.schemas.fields import (
    Answer,
    Body,
    Key,
    PageQuery,
    PriorityField,
    PriorityName,
    SearchText,
    Text,
    Time,
    VersionNumber,
)

Signing = Literal["none", "hmac", "github", "stripe", "standard"]


class SecretName(Body):
    """A reference to a secret that is stored by its name."""

    secret: Key


class WebhookFields(Body):
    description: SearchText = ""
    signing: Signing = Field(default="none", description="how what is delivered is signed")
    secret: SecretName | None = Field(default=None, description="what it is signed with")
    trigger: Text | None = Field(default=None, description="the trigger node to start at; the one for webhooks if left out")
    input: Any = Field(default=None, description="a template; what is delivered is `trigger`")
    signal: Text | None = Field(default=None, description="send this signal instead of starting an execution")
    execution: Text | None = Field(default=None, description="with `signal`: an expression for the execution's id")
    priority: PriorityField = "normal"
    version: VersionNumber | None = None
    paused: bool = False

    def given(self) -> dict[str, Any]:
        """The fields that were sent; the rest is the engine's to choose."""
        fields = {name: getattr(self, name) for name in self.model_fields_set}
        if isinstance(self.secret, SecretName):
            fields["secret"] = self.secret.secret
        return fields


class AddWebhook(WebhookFields):
    workflow: Text


class ChangeWebhook(WebhookFields):
    """Only what changes."""


class WebhookQuery(PageQuery):
    workflow: Text | None = None


class WebhookRow(Answer):
    id: str
    workflow: str
    version: int | None
    description: str
    signing: Signing
    secret: SecretName | None
    trigger: str | None
    signal: str | None
    execution: str | None
    priority: PriorityName
    paused: bool
    status: Literal["active", "paused"]
    deliveries: int
    last_delivery_at: Time | None
    refusals: int
    last_refused_at: Time | None
    last_refusal: str | None
    created_at: Time


class Webhook(WebhookRow):
    path: str = Field(description="where to deliver; who knows it may")
    input: Any


class WebhookPage(Answer):
    items: list[WebhookRow]
    next_cursor: str | None


class Delivery(Answer):
    id: str
    outcome: Literal["started", "joined", "signalled"]
    execution_id: str
    status: str
    received_at: Time


class DeliveryPage(Answer):
    items: list[Delivery]
    next_cursor: str | None


class Delivered(Answer):
    """What was delivered is stored."""

    id: str = Field(description="the execution that was started or signalled")
    status: str
