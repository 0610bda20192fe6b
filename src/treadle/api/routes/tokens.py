"""Tokens: who may come in, as what, and until when."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from treadle.api.access import Caller, Engine
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.schemas import access as schemas
from treadle.api.schemas.fields import Name
from treadle.domain.durations import parse_duration
from treadle.engine import access_shapes, shapes

router = APIRouter(prefix="/tokens", tags=["tokens"], route_class=json_route("max_small_body"))


@router.get("", response_model=schemas.TokenPage)
def list_tokens(engine: Engine) -> Response:
    """All that are stored, the oldest first, revoked ones included; those of the server's configuration are not."""
    now = engine.store.now()
    return reply(shapes.listing(access_shapes.token(each, now=now) for each in engine.tokens.list()))


@router.post("", status_code=201, response_model=schemas.CreatedToken)
def create_token(body: schemas.CreateToken, request: Request, engine: Engine, caller: Caller) -> Response:
    """Make one; the answer is the only one that says it. With the first one the server asks everybody for a token."""
    lifetime = None if body.expires is None else parse_duration(body.expires, path="expires")
    token = engine.tokens.create(body.name, body.role, lifetime=lifetime, by=caller.name)
    _take_note(request)
    return reply({"name": body.name, "role": body.role, "token": token}, 201)


@router.delete("/{name}", status_code=204, response_class=Response)
def revoke_token(name: Name, request: Request, engine: Engine) -> Response:
    """Revoke it; it and the sessions that were opened with it end at once here, within seconds at other servers."""
    engine.tokens.revoke(name)
    _take_note(request)
    return Response(status_code=204)


def _take_note(request: Request) -> None:
    request.app.state.credentials.roll.refresh(after=0.0)
