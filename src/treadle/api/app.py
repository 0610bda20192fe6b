"""The HTTP side, put together: an engine behind `/api/v1`, health checks, the web UI, and two plain pages."""

from __future__ import annotations

from collections.abc import MutableMapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware

from treadle.api.check_ups import CheckUps
from treadle.api.config import ApiConfig, check_bind, is_loopback
from treadle.api.credentials import Credentials
from treadle.api.gate import Gate
from treadle.api.live import Streams
from treadle.api.problems import MEDIA_TYPE, install_problem_handlers
from treadle.api.routes import (
    activities,
    approval_links,
    approvals,
    bulk,
    editing,
    executions,
    health,
    hooks,
    live,
    metrics,
    node_logs,
    pages,
    schedules,
    secrets,
    session,
    system,
    tokens,
    versions,
    webhooks,
    workflows,
)
from treadle.api.routes.ui import UiRoute
from treadle.api.schemas.fields import Problem
from treadle.api.shields import LastResort, SafeHeaders
from treadle.api.token_roll import TokenRoll
from treadle.api.ui_files import UiFiles
from treadle.api.watcher import Watcher
from treadle.engine.engine import WorkflowEngine
from treadle.engine.worker import WorkflowWorker

__all__ = ["ApiConfig", "check_bind", "create_app"]

DESCRIPTION = "Durable workflows. Errors are application/problem+json; times are RFC 3339 in UTC; lists come in pages."


class TreadleApi(FastAPI):
    """FastAPI whose OpenAPI document says what is true of every route: how refusals look, and that a token is needed."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is not None:
            return self.openapi_schema
        document = super().openapi()
        for operations in document["paths"].values():
            for operation in operations.values():
                refused = operation["responses"]["default"]
                [refusal] = refused["content"].values()
                refused["content"] = {MEDIA_TYPE: {"schema": {"$ref": refusal["schema"]["$ref"]}}}
        credentials = self.state.credentials
        if credentials.required and not credentials.undecided:
            document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            document["security"] = [{"token": []}]
        return document


ROUTERS = (
    workflows.router,
    workflows.runs,
    editing.router,
    bulk.router,
    executions.router,
    activities.router,
    executions.forks,
    executions.signals,
    node_logs.router,
    approval_links.router,
    approvals.router,
    schedules.router,
    webhooks.router,
    secrets.router,
    tokens.router,
    system.router,
    session.router,
    live.router,
    versions.moves,
    versions.replays,
)
"""Of the calls below /api/v1, in the order in which they are described."""


def create_app(engine: WorkflowEngine, config: ApiConfig, *, workers: Sequence[WorkflowWorker] = ()) -> FastAPI:
    """The ASGI app; `app.state.streams.close()` ends live streams.

    InsecureBindError if it would be open to other machines, BadTokenError for a token that protects nothing.
    `workers` are those that run in this process: `/metrics` shows them too.
    """
    beyond = not is_loopback(config.host)
    check_bind(config.host, config.tokens, stored=beyond and not config.tokens and engine.tokens.any_valid())
    credentials = Credentials(config.tokens, roll=TokenRoll(lambda: engine.store.tokens.list()), always=beyond)
    ui = UiFiles(config.ui_folder)
    app = TreadleApi(
        title="Treadle",
        version=config.version,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        responses={"default": {"model": Problem, "description": "Refused"}},
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
        telemetry={"operation_spans": False, "metrics": False, "logs": False, "exclude": _starts_nothing},
        middleware=[
            Middleware(SafeHeaders),
            Middleware(LastResort),
            Middleware(Gate, config=config, credentials=credentials, ui=ui),
        ],
    )
    app.state.engine = engine
    app.state.config = config
    app.state.credentials = credentials
    app.state.streams = streams = Streams()
    app.state.watcher = Watcher(engine, streams, heartbeat=config.heartbeat_interval)
    app.state.check_ups = CheckUps(engine, config)
    app.state.workers = workers
    install_problem_handlers(app)
    api = APIRouter(prefix="/api/v1")
    for router in ROUTERS:
        api.include_router(router)
    app.include_router(api)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(hooks.router)
    app.router.routes.append(UiRoute(ui))
    app.include_router(pages.router)
    return app


def _starts_nothing(scope: MutableMapping[str, Any]) -> bool:
    """A FastAPI that traces by itself is to trace only what starts an execution: addresses of others may hold a key."""
    return scope.get("method") != "POST" or not scope["path"].endswith("/run")


def _operation_id(route: APIRoute) -> str:
    return route.name
