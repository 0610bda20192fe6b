"""The system itself: which node types there are, which workers live, how much there is to do."""

from __future__ import annotations

from fastapi import APIRouter, Response

from treadle.api.access import CheckUps, Config, Engine
from treadle.api.json_reply import reply
from treadle.api.overview import overview
from treadle.api.schemas import system as schemas
from treadle.engine import shapes

router = APIRouter(tags=["system"])


@router.get("/node-types", response_model=schemas.NodeTypes)
def list_node_types(engine: Engine) -> Response:
    """What a node's `type` can be, with the JSON Schema of its config."""
    return reply(shapes.listing(map(shapes.node_type, engine.handlers.node_types.values())))


@router.get("/workers", response_model=schemas.Workers)
def list_workers(engine: Engine) -> Response:
    """The workers by start time."""
    now = engine.store.now()
    return reply(shapes.listing(shapes.worker(worker, now=now) for worker in engine.workers()))


@router.get("/stats", response_model=schemas.Stats)
def get_stats(engine: Engine, config: Config) -> Response:
    """How many executions are in each status, and what they run on."""
    return reply(overview(engine, config))


@router.get("/health", response_model=schemas.CheckUp)
def get_health(check_ups: CheckUps) -> Response:
    """What is wrong with the system, and how to mend it: the checks of `treadle doctor`, at most two seconds old."""
    return Response(check_ups.report().to_json(), media_type="application/json")
