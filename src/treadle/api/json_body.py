"""Request bodies: capped while they are read, parsed strictly, and only then shown to a schema.

FastAPI's own parsing accepts duplicate keys, NaN and bodies of any size and depth; here none of them reaches a route.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from treadle.api.config import KIB, ApiConfig
from treadle.api.problems import Problem, ProblemError
from treadle.domain.errors import LimitExceededError
from treadle.domain.values import parse_body

SMALL = 32 * KIB
"""Parsing so many bytes is quicker than asking a thread to do it; more would hold up the other requests."""


class JsonRequest(Request):
    """A request whose body is read and parsed already."""

    def __init__(self, request: Request, *, data: bytes, value: Any) -> None:
        super().__init__(request.scope, request.receive)
        self._body = data
        self._value = value

    async def json(self) -> Any:
        return self._value


def json_route(limit: str) -> type[APIRoute]:
    """A route class for bodies up to the field `limit` of ApiConfig."""

    class JsonRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handler = super().get_route_handler()
            if self.body_field is None:
                return handler

            async def handle(request: Request) -> Response:
                config: ApiConfig = request.app.state.config
                data = await read_body(request, max_bytes=getattr(config, limit))
                if not data:
                    return await handler(JsonRequest(request, data=data, value=None))
                _check_media_type(request)
                value = await _parse(data, config=config, max_bytes=getattr(config, limit))
                return await handler(JsonRequest(request, data=data, value=value))

            return handle

    return JsonRoute


async def read_body(request: Request, *, max_bytes: int) -> bytes:
    """The body. LimitExceededError as soon as it is known to be too large, without keeping the rest."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > max_bytes:
        raise LimitExceededError("request body", allowed=max_bytes, actual=int(declared))
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > max_bytes:
            raise LimitExceededError("request body", allowed=max_bytes, actual=len(data))
    return bytes(data)


async def _parse(data: bytes, *, config: ApiConfig, max_bytes: int) -> Any:
    if len(data) <= SMALL:
        return parse_body(data, max_bytes=max_bytes, max_depth=config.max_depth)
    return await run_in_threadpool(parse_body, data, max_bytes=max_bytes, max_depth=config.max_depth)


def _check_media_type(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        detail = f"send the body as application/json, not {media_type or 'without a Content-Type'}"
        raise ProblemError(Problem(415, "Unsupported media type", detail, headers={"Accept": "application/json"}))
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise ProblemError(Problem(415, "Unsupported content encoding", f"send the body uncompressed, not as {encoding}"))
