"""What Prometheus scrapes. It needs a token where there are any, because the names of workflows are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Header, Request, Response

from treadle.api.access import Engine

if TYPE_CHECKING:
    from treadle.metrics.exposition import Exposition

router = APIRouter(tags=["health"])


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}})
def get_metrics(request: Request, engine: Engine, accept: Annotated[str, Header(max_length=1000)] = "") -> Response:
    """The state of the database, and the work of workers that run in this process, as Prometheus reads it."""
    text, content_type = _exposition(request, engine).text(accept)
    return Response(text, headers={"Content-Type": content_type})


def _exposition(request: Request, engine: Engine) -> Exposition:
    """Made at the first scrape: most servers of one person are never scraped, and start sooner."""
    state = request.app.state
    if not hasattr(state, "exposition"):
        from treadle.metrics.exposition import Exposition

        state.exposition = Exposition(engine.store, state.workers)
    made: Exposition = state.exposition
    return made
