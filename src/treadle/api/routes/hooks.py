"""Where other systems deliver: anybody who knows a webhook's address may, if what is sent is signed as the webhook asks."""

from __future__ import annotations

import asyncio
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from treadle.api.access import Config, Engine
from treadle.api.config import ApiConfig
from treadle.api.json_body import read_body
from treadle.api.json_reply import reply
from treadle.api.problems import Problem, ProblemError
from treadle.api.schemas.webhooks import Delivered
from treadle.domain.errors import ConcurrencyLimitError, LimitExceededError
from treadle.domain.webhook_payload import Received
from treadle.domain.webhooks import Delivery, Webhook
from treadle.engine.engine import WorkflowEngine

router = APIRouter(prefix="/hooks", tags=["webhooks"])

RETRY_AFTER = 10
"""Seconds after which a delivery that a limit refused may come again."""
ANYTHING = {"security": [], "requestBody": {"content": {"*/*": {"schema": {}}}}}
REPEATED = {"model": Delivered, "description": "Delivered before: answered as the first time"}


@router.post("/{path}", status_code=202, response_model=Delivered, responses={200: REPEATED}, openapi_extra=ANYTHING)
async def deliver(path: str, request: Request, engine: Engine, config: Config) -> Response:
    """Deliver something of any media type. A repeated delivery id is answered as the first time (200)."""
    now, webhook = await run_in_threadpool(engine.deliveries.open, path)
    try:
        body = await _body(request, config)
    except LimitExceededError as error:
        await run_in_threadpool(engine.deliveries.refuse, webhook, error)
        raise
    received = Received(request.method, _headers(request), request.scope["query_string"].decode(errors="replace"), body)
    delivered = await run_in_threadpool(_delivered, engine, webhook, received, now)
    replayed = {"Idempotent-Replayed": "true"} if delivered.repeated else {}
    status = 200 if delivered.repeated else 202
    return reply({"id": delivered.execution_id, "status": delivered.status}, status, headers=replayed)


async def _body(request: Request, config: ApiConfig) -> bytes:
    """The body, if it comes in time: nobody may keep a connection busy with one that never ends."""
    try:
        async with asyncio.timeout(config.hook_body_seconds):
            return await read_body(request, max_bytes=config.max_hook_body)
    except TimeoutError:
        detail = f"the body did not come within {config.hook_body_seconds:g} s"
        raise ProblemError(Problem(408, "Too slow", detail, headers={"Connection": "close"})) from None
    except ClientDisconnect:
        raise ProblemError(Problem(400, "Incomplete", "the body was cut off")) from None


def _delivered(engine: WorkflowEngine, webhook: Webhook, received: Received, now: datetime) -> Delivery:
    try:
        return engine.deliveries.receive(webhook, received, now=now)
    except ConcurrencyLimitError:
        detail = "too many executions are open; send the same again later"
        raise ProblemError(Problem(429, "Busy", detail, headers={"Retry-After": str(RETRY_AFTER)})) from None


def _headers(request: Request) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in request.headers.items():
        found.setdefault(name, []).append(value)
    return found
