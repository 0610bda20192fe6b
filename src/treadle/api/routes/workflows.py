"""Workflows: save, look at, check, run, delete."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from starlette.concurrency import run_in_threadpool

from treadle.api.access import Config, Engine
from treadle.api.idempotency import IdempotencyKey, one_key
from treadle.api.json_body import json_route
from treadle.api.json_reply import reply
from treadle.api.live import until_final
from treadle.api.schemas import workflows as schemas
from treadle.api.schemas.executions import Execution, StartedExecution
from treadle.api.schemas.fields import Name, PageQuery, VersionNumber
from treadle.domain.durations import parse_duration
from treadle.engine import shapes
from treadle.tracing.current import caller

Traceparent = Annotated[str | None, Header(description="The caller's span, as W3C Trace Context has it; ignored if not valid.")]
Tracestate = Annotated[str | None, Header(description="What tracing systems pass along with it.")]

router = APIRouter(prefix="/workflows", tags=["workflows"], route_class=json_route("max_definition_body"))
runs = APIRouter(prefix="/workflows", tags=["workflows"], route_class=json_route("max_input_body"))


@router.get("", response_model=schemas.WorkflowPage)
def list_workflows(engine: Engine, query: Annotated[PageQuery, Query()]) -> Response:
    """The workflows by name."""
    return reply(shapes.page(engine.store.workflows.list(limit=query.limit, cursor=query.cursor), shapes.workflow_row))


@router.post("/validate", response_model=schemas.Findings)
def validate_workflow(body: schemas.ValidateWorkflow, engine: Engine) -> Response:
    """Check a graph and store nothing."""
    findings = engine.validate(body.graph_config)
    valid = all(finding.severity != "error" for finding in findings)
    return reply({"valid": valid, "findings": [shapes.finding(finding) for finding in findings]})


@router.put("/{name}", response_model=schemas.SavedWorkflow, responses={201: {"model": schemas.SavedWorkflow}})
def save_workflow(name: Name, body: schemas.SaveWorkflow, engine: Engine) -> Response:
    """Create a workflow, or add a version (201); 200 without one if the graph is the same, or is only drawn differently."""
    version, warnings = engine.save_workflow(
        name, body.graph_config, description=body.description, expected_version=body.expected_version, by=body.by
    )
    content = {"name": version.workflow, "version": version.version, "warnings": [shapes.finding(each) for each in warnings]}
    return reply(content, 201 if version.created else 200)


@router.get("/{name}", response_model=schemas.Workflow)
def get_workflow(name: Name, engine: Engine) -> Response:
    """The latest version."""
    return reply(shapes.workflow(engine.store.workflows.get(name)))


@router.delete("/{name}", status_code=204, response_class=Response)
def delete_workflow(name: Name, engine: Engine) -> Response:
    """Hide it and stop its schedules; 409 while executions are open."""
    engine.store.workflows.delete(name)
    return Response(status_code=204)


@router.get("/{name}/versions", response_model=schemas.VersionPage)
def list_versions(name: Name, engine: Engine) -> Response:
    """All versions, newest first, without their graphs; `open` says how many executions each has."""
    return reply(shapes.listing(map(shapes.open_version, engine.definitions.versions(name))))


@router.get("/{name}/versions/{version}", response_model=schemas.Workflow)
def get_version(name: Name, version: VersionNumber, engine: Engine) -> Response:
    """One version with its graph."""
    return reply(shapes.workflow(engine.store.workflows.get(name, version)))


@runs.post(
    "/{name}/run",
    status_code=201,
    response_model=StartedExecution | Execution,
    responses={200: {"model": StartedExecution | Execution, "description": "Started before: see below"}},
)
async def run_workflow(
    name: Name,
    engine: Engine,
    config: Config,
    query: Annotated[schemas.RunQuery, Query()],
    body: schemas.RunWorkflow | None = None,
    idempotency_key: IdempotencyKey = None,
    traceparent: Traceparent = None,
    tracestate: Tracestate = None,
) -> Response:
    """Start an execution.

    With `?wait=20s` the answer is the execution as it is at its end, or when the time is over. A repeated idempotency key is
    answered with the first execution (200), with another body it is refused (422). A start that joins one that is still
    debounced is answered with that one (200), without the header `Idempotent-Replayed`. With a `traceparent` it belongs to the
    caller's trace.
    """
    body = body or schemas.RunWorkflow()
    seconds = _seconds(query.wait, at_most=config.max_wait)
    key = one_key(body.idempotency_key, idempotency_key)
    started = await run_in_threadpool(
        engine.create,
        name,
        input=body.input,
        priority=body.priority,
        version=body.version,
        trigger=body.trigger,
        idempotency_key=key,
        by=body.by,
        trace=caller({"traceparent": traceparent or "", "tracestate": tracestate or ""}),
    )
    url = f"/api/v1/executions/{started.id}"
    replayed = {"Idempotent-Replayed": "true"} if key is not None else {}
    status, headers = (201, {"Location": url}) if started.created else (200, replayed)
    if seconds is None:
        return reply({"id": started.id, "status": started.status, "url": url}, status, headers=headers)
    await until_final(engine.store, started.id, seconds=seconds, config=config)
    return await run_in_threadpool(_execution_reply, engine, started.id, status, headers)


def _execution_reply(engine: Engine, execution_id: str, status: int, headers: dict[str, str]) -> Response:
    return reply(shapes.execution(engine.show(execution_id)), status, headers=headers)


def _seconds(wait: str | None, *, at_most: float) -> float | None:
    if wait is None:
        return None
    number: Any = float(wait) if wait.replace(".", "", 1).isdecimal() else wait
    return min(parse_duration(number, path="query.wait"), at_most)
