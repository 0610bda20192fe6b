"""Webhooks: addresses at which other systems start a workflow or signal an execution, and what became of what they sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from treadle.domain.records import Message, NewExecution

PATH_LENGTH = 22
"""128 random bits as URL-safe text."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook's row. `path` is a capability: who knows it may deliver. `row_version` rises with each edit.

    Without `signal` a delivery starts an execution; with it, it signals the execution whose id `execution` gives.
    `input_json` is a template: the input of what is started, or the payload of the signal; null is none of its own.
    """

    id: str
    workflow: str
    path: str
    description: str
    signing: str            # one of webhook_signing.SIGNINGS
    secret: str | None      # the name of the signing secret
    input_json: str
    priority: int
    paused: bool
    row_version: int
    created_at: datetime
    version: int | None = None   # the workflow version to run; None = the latest
    trigger: str | None = None   # the trigger node to start at; None = the one for webhooks
    signal: str | None = None
    execution: str | None = None
    deliveries: int = 0
    last_delivery_at: datetime | None = None
    refusals: int = 0
    last_refused_at: datetime | None = None
    last_refusal: str | None = None

    @property
    def status(self) -> str:
        """paused | active"""
        return "paused" if self.paused else "active"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """One delivery and what it is to do: start an execution, or put a message into an inbox."""

    id: str
    does: NewExecution | Message


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery that was taken: started | joined | signalled. `status` is what was answered."""

    webhook_id: str
    id: str
    outcome: str
    execution_id: str
    status: str
    received_at: datetime
    repeated: bool = False

    @property
    def created_at(self) -> datetime:
        """What orders a list."""
        return self.received_at
