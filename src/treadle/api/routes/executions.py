"""Executions: find, look at, follow, steer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.responses import StreamingResponse

from treadle.api.access import Config, Engine, ExecutionId
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.live import live_events
from treadle.api.problems import Problem, ProblemError
from treadle.api.schemas import executions as schemas
from treadle.api.schemas.fields import Name, Reply
from treadle.domain.execution_filter import ExecutionFilter
from treadle.domain.search import parse_search
from treadle.engine import shapes
from treadle.engine.engine import WorkflowEngine
from treadle.engine.forking import SAME

router = APIRouter(prefix="/executions", tags=["executions"], route_class=json_route("max_small_body"))
forks = APIRouter(prefix="/executions", tags=["executions"], route_class=json_route("max_input_body"))
signals = APIRouter(prefix="/executions", tags=["executions"], route_class=json_route("max_signal_body"))

LARGEST_SEQ = 2**62


@router.get("", response_model=schemas.ExecutionPage)
def list_executions(engine: Engine, query: Annotated[schemas.ExecutionQuery, Query()]) -> Response:
    """Newest first, without payloads. `q` is a search, such as `status:failed since:24h refund`."""
    found = engine.store.executions.list(_wanted(engine, query), limit=query.limit, cursor=query.cursor)
    return reply(shapes.execution_page(found))


@router.get("/facets", response_model=schemas.ExecutionFacets)
def count_executions(engine: Engine, query: Annotated[schemas.ExecutionSearch, Query()]) -> Response:
    """How many a search finds, by status and by workflow, each as if it did not ask for that itself."""
    return reply(shapes.execution_facets(engine.store.executions.facets(_wanted(engine, query))))


@router.get("/{execution_id}", response_model=schemas.Execution)
def get_execution(execution_id: ExecutionId, engine: Engine) -> Response:
    """One execution: input, output, what it waits for, the state of its nodes."""
    return reply(shapes.execution(engine.show(execution_id)))


@router.get("/{execution_id}/journal", response_model=schemas.JournalPage)
def get_journal(execution_id: ExecutionId, engine: Engine, query: Annotated[schemas.JournalQuery, Query()]) -> Response:
    """What happened, in order of seq."""
    after = query.after if query.cursor is None else _seq(query.cursor, "query.cursor")
    rows = engine.store.executions.journal(execution_id, after=after, limit=query.limit + 1)
    shown = rows[: query.limit]
    return reply(shapes.listing(map(shapes.journal_item, shown), str(shown[-1].seq) if len(rows) > len(shown) else None))


@router.get(
    "/{execution_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
def follow_execution(
    request: Request,
    execution_id: ExecutionId,
    engine: Engine,
    config: Config,
    query: Annotated[schemas.EventQuery, Query()],
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> Response:
    """Server-sent events: `journal` (its id is the seq), `status`, and `end`, after which nothing follows: close."""
    after = _seq(last_event_id, "header.last-event-id") if last_event_id else query.after
    events = live_events(engine.store, execution_id, after=after, config=config, streams=request.app.state.streams)
    return StreamingResponse(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.get("/{execution_id}/why", response_model=schemas.Reasons)
def explain_execution(execution_id: ExecutionId, engine: Engine) -> Response:
    """Why it is where it is, and what mends it."""
    return reply({"reasons": [shapes.reason(reason) for reason in engine.why(execution_id)]})


@router.post("/{execution_id}/cancel", status_code=202, response_model=Reply)
def cancel_execution(execution_id: Name, engine: Engine, body: schemas.CancelExecution | None = None) -> Response:
    """End it as cancelled; 409 with the state that won if it is over."""
    asked = body or schemas.CancelExecution()
    answer = engine.cancel(execution_id, reason=asked.reason, compensate=asked.compensate)
    return reply(shapes.accepted(execution_id, answer), 202)


@router.post("/{execution_id}/pause", status_code=202, response_model=Reply)
def pause_execution(execution_id: Name, engine: Engine, _body: schemas.Nothing | None = None) -> Response:
    """Let running nodes finish and start no more."""
    return reply(shapes.accepted(execution_id, engine.pause(execution_id)), 202)


@router.post("/{execution_id}/resume", status_code=202, response_model=Reply)
def resume_execution(execution_id: Name, engine: Engine, _body: schemas.Nothing | None = None) -> Response:
    """Go on after a pause."""
    return reply(shapes.accepted(execution_id, engine.resume(execution_id)), 202)


@router.post("/{execution_id}/retry", status_code=202, response_model=Reply)
def retry_execution(execution_id: Name, engine: Engine, body: schemas.RetryExecution | None = None) -> Response:
    """Run the failed nodes of a failed execution again, or take back all that descends from a node and go on there."""
    from_node = body.from_node if body is not None else None
    return reply(shapes.accepted(execution_id, engine.retry(execution_id, from_node=from_node)), 202)


@forks.post("/{execution_id}/fork", status_code=201, response_model=schemas.Fork, responses={200: {"model": schemas.Fork}})
def fork_execution(execution_id: Name, engine: Engine, body: schemas.ForkExecution) -> Response:
    """Go on from a node in a new execution, whatever the state of this one, which is not changed. 200: a dry run."""
    made = engine.fork(
        execution_id,
        body.from_node,
        input=body.input if "input" in body.model_fields_set else SAME,
        version=body.version,
        by=body.by,
        dry_run=body.dry_run,
    )
    headers = {} if made.id is None else {"Location": f"/api/v1/executions/{made.id}"}
    return reply(shapes.fork(made), 200 if made.id is None else 201, headers=headers)


@signals.post("/{execution_id}/signals/{name}", status_code=202, response_model=schemas.SignalReply)
def send_signal(execution_id: Name, name: Name, engine: Engine, body: schemas.SendSignal | None = None) -> Response:
    """Say something to an execution; it is kept until a node waits for it."""
    body = body or schemas.SendSignal()
    answer = engine.signal(execution_id, name, body.payload, signal_id=body.signal_id)
    taken = shapes.accepted(execution_id, answer)
    return reply({"execution_id": execution_id, "signal": name, "status": taken["status"], "outcome": taken["outcome"]}, 202)


def _seq(text: str, path: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST_SEQ:
        return int(text)
    message = "not a place in a journal: a number, as `seq` and `next_cursor` give it"
    raise ProblemError(Problem(400, "Bad cursor", message, [{"path": path, "message": message}]))


def _wanted(engine: WorkflowEngine, query: schemas.ExecutionSearch) -> ExecutionFilter:
    wanted = parse_search(query.q or "", now=engine.store.now, path="query.q")
    return wanted.narrowed(status=query.status, workflow=query.workflow, parent=query.parent)
