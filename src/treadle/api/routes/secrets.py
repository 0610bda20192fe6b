"""Secrets: set and deleted, never shown."""

from __future__ import annotations

from fastapi import APIRouter, Response

from treadle.api.access import Caller, Engine
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.schemas import access as schemas
from treadle.api.schemas.fields import Name
from treadle.domain.errors import NotFoundError
from treadle.engine import access_shapes, shapes
from treadle.engine.engine import WorkflowEngine
from treadle.engine.secret_references import workflows_naming

router = APIRouter(prefix="/secrets", tags=["secrets"], route_class=json_route("max_small_body"))


@router.get("", response_model=schemas.SecretPage)
def list_secrets(engine: Engine) -> Response:
    """All that are stored, by name; never a value."""
    unopened = _unopened(engine)
    return reply(shapes.listing(access_shapes.secret(each, unopened=unopened) for each in engine.vault.list()))


@router.get("/{name}", response_model=schemas.SecretUse)
def get_secret(name: Name, engine: Engine) -> Response:
    """When it was set and by whom, and which workflows name it."""
    said = _said(name, engine)
    return reply({**said, "workflows": list(workflows_naming(name, engine.store))})


@router.put("/{name}", response_model=schemas.Secret)
def set_secret(name: Name, body: schemas.SetSecret, engine: Engine, caller: Caller) -> Response:
    """Set it, in place of what it was; calls that begin a second later get the new value. 409 without a key to seal it with."""
    engine.vault.set(name, body.value, by=caller.name)
    return reply(_said(name, engine))


@router.delete("/{name}", status_code=204, response_class=Response)
def delete_secret(name: Name, engine: Engine) -> Response:
    """Delete it; nodes that name it fail from then on."""
    engine.vault.delete(name)
    return Response(status_code=204)


def _said(name: str, engine: WorkflowEngine) -> dict[str, object]:
    found = engine.store.secrets.get(name)
    if found is None:
        raise NotFoundError("secret", name, known=[each.name for each in engine.vault.list()])
    return access_shapes.secret(found, unopened=_unopened(engine))


def _unopened(engine: WorkflowEngine) -> frozenset[str]:
    return frozenset(each.name for each in engine.vault.unopened())
