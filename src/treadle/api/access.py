"""What routes ask for: the engine, the configuration, the execution a path names."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from treadle.api.check_ups import CheckUps as _CheckUps
from treadle.api.config import ApiConfig
from treadle.api.credentials import ANYBODY
from treadle.api.credentials import Caller as _Caller
from treadle.api.gate import CALLER
from treadle.api.schemas.fields import Name
from treadle.engine.engine import WorkflowEngine


def _engine(request: Request) -> WorkflowEngine:
    engine: WorkflowEngine = request.app.state.engine
    return engine


def _config(request: Request) -> ApiConfig:
    config: ApiConfig = request.app.state.config
    return config


def _check_ups(request: Request) -> _CheckUps:
    check_ups: _CheckUps = request.app.state.check_ups
    return check_ups


def _caller(request: Request) -> _Caller:
    caller: _Caller = request.scope.get(CALLER, ANYBODY)
    return caller


Caller = Annotated[_Caller, Depends(_caller)]
CheckUps = Annotated[_CheckUps, Depends(_check_ups)]
Engine = Annotated[WorkflowEngine, Depends(_engine)]
Config = Annotated[ApiConfig, Depends(_config)]


def _execution_id(execution_id: Name, engine: Engine) -> str:
    """The id of the one execution whose id is this or starts so. NotFoundError."""
    return engine.store.executions.resolve(execution_id)


ExecutionId = Annotated[str, Depends(_execution_id)]
