"""Runs activity handlers: inline ones at once, coroutines on the loop, plain functions in threads, each with its time-out."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from treadle.domain.durations import format_duration
from treadle.domain.graph import OUT
from treadle.domain.marking import Activity
from treadle.engine.actor import ExecutionActor
from treadle.engine.calls import Call, prepare
from treadle.engine.children import Children, asks_for_a_part, asks_for_children
from treadle.engine.outcomes import Failure, Finished, Outcome, failure_of, outcome_of
from treadle.engine.rows import step_of
from treadle.engine.threads import HandlerThreads, StoreThread

log = logging.getLogger("treadle.activity")


@dataclass(slots=True, eq=False)
class Running:
    """A handler that has been started. `over` once its outcome is given: whatever comes later is dropped."""

    actor: ExecutionActor
    activity: Activity
    call: Call
    started_at: datetime
    task: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None
    in_thread: bool = False
    over: bool = False


class Runner:
    """`limit` bounds the asynchronous and threaded handlers that run at once; the others wait in line."""

    def __init__(self, threads: HandlerThreads, lookups: StoreThread, children: Children, *, now: Callable[[], datetime],
                 secrets: Callable[[str], str] | None, limit: int) -> None:  # fmt: skip
        self._threads = threads
        self._lookups = lookups
        self._children = children
        self._now = now
        self._secrets = secrets
        self._limit = limit
        self._line: deque[Running] = deque()
        self._started = 0
        self.running: dict[Activity, Running] = {}

    def launch(self, actor: ExecutionActor, activity: Activity) -> None:
        """Start the activity's handler; `actor.finished` gets the outcome, for an inline handler before this returns."""
        now = self._now()
        step = step_of(activity)
        if step.node.disabled:
            port = (*step.handler.node_type.ports_for(step.node.config), OUT)[0]
            actor.finished(activity, Finished("null", (port,), None, status="skipped"), started_at=now)
            return
        try:
            call = prepare(actor.rows, activity, now, secrets=self._secrets, emit=_emitter(actor, activity))
            if call.handler.mode == "inline":
                result = call.handler.run(call.context, call.config)
                if not asks_for_children(result):
                    actor.finished(activity, outcome_of(result), started_at=now)
                    return
        except (Exception, SystemExit) as error:  # a template or the handler's code: even `sys.exit` is only its failure
            actor.finished(activity, failure_of(error), started_at=now)
            return
        running = Running(actor, activity, call, now)
        self.running[activity] = running
        if call.handler.mode == "inline":
            running.task = asyncio.create_task(self._prepare_children(running, result))
        elif self._started < self._limit:
            self._begin(running)
        else:
            self._line.append(running)

    def stop(self, activity: Activity) -> None:
        """The result is not wanted any more: coroutines are cancelled, plain functions told through `ctx.cancelled`."""
        running = self.running.get(activity)
        if running is not None:
            self._over(running)
            running.call.context.cancelled = True
            if running.task is not None:
                running.task.cancel()

    def stop_all(self) -> None:
        for activity in list(self.running):
            self.stop(activity)

    def _begin(self, running: Running) -> None:
        self._started += 1
        timeout = step_of(running.activity).node.timeout
        if timeout is not None:
            running.timer = asyncio.get_running_loop().call_later(timeout, self._timed_out, running, timeout)
        handler, call = running.call.handler, running.call
        if handler.mode == "thread":
            running.in_thread = True
            # It may be stopped while it waits for a thread: then it must not start any more.
            self._threads.post(
                lambda: None if running.over else handler.run(call.context, call.config),
                lambda r, e: self._came_back(running, r, e),
            )
        else:
            running.task = asyncio.create_task(self._await(running))

    async def _await(self, running: Running) -> None:
        try:
            result = running.call.handler.run(running.call.context, running.call.config)
            if inspect.isawaitable(result):
                result = await result
        except asyncio.CancelledError:
            if running.over:
                return
            self._finish(running, Failure("cancelled", "the handler cancelled itself"))
        except (Exception, SystemExit) as error:  # the handler's code: even `sys.exit` is only its failure
            self._finish(running, failure_of(error))
        else:
            await self._conclude(running, result)

    def _came_back(self, running: Running, result: Any, error: BaseException | None) -> None:
        """A thread is done with its handler."""
        if running.over:
            self._threads.came_back()
        elif error is not None:
            self._finish(running, failure_of(error))
        elif asks_for_children(result):
            running.task = asyncio.create_task(self._prepare_children(running, result))
        else:
            self._finish(running, _outcome(result))

    async def _conclude(self, running: Running, result: Any) -> None:
        if asks_for_children(result):
            await self._prepare_children(running, result)
        else:
            self._finish(running, _outcome(result))

    async def _prepare_children(self, running: Running, result: Any) -> None:
        actor = running.actor
        address = actor.rows.address(running.activity)
        try:
            part = actor.rows.part(running.activity) if asks_for_a_part(result) else None
            outcome: Outcome = await self._lookups.call(lambda: self._children.prepare(actor.record, address, result, part=part))
        except asyncio.CancelledError:
            return
        except Exception as error:  # bad requests fail the activity; an unreachable database makes it try again
            outcome = failure_of(error)
        self._finish(running, outcome)

    def _timed_out(self, running: Running, timeout: float) -> None:
        if running.over:
            return
        running.call.context.cancelled = True
        if running.task is not None:
            running.task.cancel()
        message = f"the attempt took longer than {format_duration(timeout)}"
        self._finish(running, Failure("timeout", message), gave_up=True)

    def _finish(self, running: Running, outcome: Outcome, *, gave_up: bool = False) -> None:
        if running.over:
            return
        self._over(running, gave_up=gave_up)
        running.actor.finished(running.activity, outcome, started_at=running.started_at)

    def _over(self, running: Running, *, gave_up: bool = True) -> None:
        """Forget it, and let the next in line start."""
        running.over = True
        if running.timer is not None:
            running.timer.cancel()
        self.running.pop(running.activity, None)
        if running in self._line:
            self._line.remove(running)
            return
        if running.in_thread and gave_up:
            self._threads.gave_up()
        if running.call.handler.mode != "inline":
            self._started -= 1
            while self._line and self._started < self._limit:
                self._begin(self._line.popleft())


def _outcome(result: Any) -> Outcome:
    try:
        return outcome_of(result)
    except Exception as error:  # a value whose own code raises while it is encoded
        return failure_of(error)


def _emitter(actor: ExecutionActor, activity: Activity) -> Callable[[str, Mapping[str, Any]], None]:
    def emit(message: str, fields: Mapping[str, Any]) -> None:
        node_id = step_of(activity).node.id
        log.info("%s", message, extra={"event": "activity_log", "execution_id": actor.id, "node_id": node_id, **_safe(fields)})

    return emit


def _safe(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Names that logging keeps for itself get a prefix."""
    return {f"field_{name}": value for name, value in fields.items()}
