"""What probes ask: is the process alive, can it work. Public, so they tell nothing else."""

from __future__ import annotations

from fastapi import APIRouter, Response

from treadle.api.access import Engine
from treadle.api.json_reply import reply
from treadle.api.schemas.system import Health

router = APIRouter(tags=["health"])


@router.get("/healthz", response_model=Health)
async def is_alive() -> Response:
    """The process answers."""
    # A coroutine, so that it needs no thread: all of them may wait for a database that hangs.
    return reply({"status": "ok"})


@router.get("/readyz", response_model=Health)
def is_ready(engine: Engine) -> Response:
    """The database answers and has this release's schema; 503 otherwise."""
    engine.store.check()
    return reply({"status": "ok"})
