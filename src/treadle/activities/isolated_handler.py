"""The handler around a function that asked for a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from treadle.activities.function_handler import FunctionHandler
from treadle.activities.isolated_answers import result_of
from treadle.activities.isolated_frames import Frame
from treadle.activities.isolated_pool import PATIENCE, ProcessPool
from treadle.domain.activity import Context, Done, Event
from treadle.domain.errors import NotFoundError, SecretsKeyError, TreadleError


class Processes:
    """The pools of this process, one for each loop that runs a worker; `size` processes in each."""

    def __init__(self, size: int, *, patience: float = PATIENCE) -> None:
        self._size = size
        self._patience = patience
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, ProcessPool] = WeakKeyDictionary()

    def pool(self) -> ProcessPool:
        """That of the running loop."""
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            pool = self._pools[loop] = ProcessPool(self._size, patience=self._patience)
        return pool

    async def aclose(self) -> None:
        """End the processes of the running loop."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.close()


class IsolatedHandler:
    """Runs `inner`, the handler of the same function, in a process of the pool. The config is checked there."""

    mode = "process"

    def __init__(self, inner: FunctionHandler, processes: Processes) -> None:
        self.inner = inner
        self.node_type = inner.node_type
        self.place = inner.place
        self._processes = processes

    async def run(self, ctx: Context, config: Mapping[str, Any]) -> Any:
        declaration = self.inner.declaration
        function = declaration.function
        call: Frame = {
            "op": "call",
            "entry": [function.__module__, declaration.qualified_name, declaration.type],
            "config": dict(config),
            "context": _context(ctx),
        }
        begin = ctx.pulse.begin if ctx.pulse is not None else _nobody
        pool = self._processes.pool()
        return result_of(await pool.run(call, lambda f: _hear(ctx, f), max_calls=declaration.max_calls, begin=begin))

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done:
        return self.inner.resume(ctx, config, event)

    async def aclose(self) -> None:
        await self._processes.aclose()


def _context(ctx: Context) -> Frame:
    return {
        "execution_id": ctx.execution_id,
        "workflow": ctx.workflow,
        "node_id": ctx.node_id,
        "scope": ctx.scope,
        "visit": ctx.visit,
        "attempt": ctx.attempt,
        "now": ctx.now.isoformat(),
        "trigger": ctx.trigger,
        "heartbeat_details": ctx.heartbeat_details,
        "trace": ctx.trace,
        "secret_places": ctx.secret_places,
        "has_secrets": ctx.secrets is not None,
    }


def _hear(ctx: Context, frame: Frame) -> Frame | None:
    """What the process says while it works, done here."""
    if frame["op"] == "beat":
        if ctx.pulse is not None:
            ctx.pulse.beat(details_json=frame["details"], progress_json=frame["progress"])
    elif frame["op"] == "log":
        if ctx.emit is not None:
            ctx.emit(frame["message"], frame["fields"])
    elif frame["op"] == "secret":
        return _secret(ctx, frame["name"])
    return None


def _secret(ctx: Context, name: str) -> Frame:
    assert ctx.secrets is not None
    try:
        return {"op": "secret", "value": ctx.secrets(name)}
    except (NotFoundError, KeyError):
        return {"op": "secret"}
    except TreadleError as error:
        return {"op": "secret", "refused": str(error), "final": isinstance(error, SecretsKeyError)}


def _nobody() -> None:
    """There is nobody to tell."""
