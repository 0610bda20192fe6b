"""Runs activity handlers: inline ones at once, coroutines on the loop, plain functions in threads, each with its time-out."""

from __future__ import annotations

import asyncio
import inspect
import logging
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from treadle.domain.graph import OUT, Timeouts
from treadle.domain.marking import Activity
from treadle.engine.actor import ExecutionActor
from treadle.engine.attempt_secrets import AttemptSecrets
from treadle.engine.calls import Call, prepare
from treadle.engine.children import Children, asks_for_a_part, asks_for_children
from treadle.engine.node_logs import Emitter, LogBook
from treadle.engine.outcomes import Failure, Finished, Outcome, failure_of, outcome_of, reraise_interrupt
from treadle.engine.pulses import HandlerPulse, PulseBook
from treadle.engine.rows import step_of
from treadle.engine.threads import HandlerThreads, StoreThread
from treadle.engine.time_limits import attempt_is_over, is_silent, limits_of, total_is_over
from treadle.engine.traces import Traces

log = logging.getLogger("treadle.activity")

UNTRACED = nullcontext()
NO_TIME = 0.001
"""Seconds that are not worth a timer."""


@dataclass(slots=True, eq=False)
class Running:
    """A handler that has been started. `over` once its outcome is given: whatever comes later is dropped."""

    actor: ExecutionActor
    activity: Activity
    call: Call
    started_at: datetime
    secrets: AttemptSecrets
    pulse: HandlerPulse | None = None
    task: asyncio.Task[None] | None = None
    timers: list[asyncio.TimerHandle] = field(default_factory=list)
    thread: str | None = None
    """The name of the thread that runs it, once one does."""
    counted: bool = False
    """Whether it holds one of the places there are for handlers."""
    is_back: bool = False
    abandoned: bool = False
    over: bool = False

    @property
    def node_id(self) -> str:
        return self.call.context.node_id

    @property
    def limits(self) -> Timeouts:
        return limits_of(self.activity)

    @property
    def silence(self) -> float | None:
        """How long it may be without a sign of life."""
        return self.limits.heartbeat or self.call.handler.node_type.heartbeat


class Runner:
    """`limit` bounds the asynchronous and threaded handlers that run at once; the others wait in line."""

    def __init__(self, threads: HandlerThreads, lookups: StoreThread, children: Children, pulses: PulseBook, *,
                 now: Callable[[], datetime], secrets: Callable[[str], str] | None, limit: int,
                 logs: LogBook | None = None, traces: Traces | None = None) -> None:  # fmt: skip
        self._threads = threads
        self._lookups = lookups
        self._children = children
        self._pulses = pulses
        self._now = now
        self._secrets = secrets
        self._limit = limit
        self._logs = logs
        self._traces = traces
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
        total_until = None if step.node.timeout.total is None else actor.rows.total_until(activity)
        if total_until is not None and total_until <= now:
            actor.finished(activity, total_is_over(step.node.timeout), started_at=now)
            return
        secrets = AttemptSecrets(self._secrets)
        try:
            trace = self._traces.headers(actor.record, activity, now) if self._traces is not None else None
            emitter = Emitter(actor.id, activity, self._logs, now=self._now, secrets=secrets, trace=trace)
            call = prepare(actor.rows, activity, now, secrets=secrets.resolver, emit=emitter, trace=trace)
            if call.handler.mode == "inline":
                with self._traced(call):
                    result = secrets.masked(call.handler.run(call.context, call.config))
                if not asks_for_children(result):
                    actor.finished(activity, outcome_of(result), started_at=now)
                    return
        except BaseException as error:  # a template or the handler's code: even `sys.exit` is only its failure
            reraise_interrupt(error)
            actor.finished(activity, failure_of(error, mask=secrets.mask), started_at=now)
            return
        running = Running(actor, activity, call, now, secrets)
        self.running[activity] = running
        if total_until is not None:
            left = (total_until - now).total_seconds()
            self._after(left, running, lambda: self._timed_out(running, total_is_over(running.limits)))
        if call.handler.mode == "inline":
            running.task = asyncio.create_task(self._prepare_children(running, result))
        else:
            self._give_pulse(running)

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

    # Starting

    def _give_pulse(self, running: Running) -> None:
        """A handler that may have run before is told what it said then."""
        actor, activity = running.actor, running.activity
        running.pulse = running.call.context.pulse = HandlerPulse(
            self._pulses, (actor.id, activity.home.place_of(activity)), attempt=activity.attempt, claim_no=actor.claim_no,
            first=lambda: self._arm(running), secrets=running.secrets,
        )  # fmt: skip
        again = activity.attempt > 1 or (actor.claim_no > 1 and activity.fired_at <= actor.rows.taken_over_at)
        if again or (step_of(activity).secrets and self._secrets is not None):
            running.task = asyncio.create_task(self._equip(running, running.pulse if again else None))
        else:
            self._queue(running)

    async def _equip(self, running: Running, before: HandlerPulse | None) -> None:
        """Read what the handler will want to know, off the loop; then it may begin."""
        try:
            if before is not None:
                await self._recall(running, before)
            if self._secrets is not None and (named := step_of(running.activity).secrets):
                await self._lookups.call(lambda: running.secrets.fetch({each.name for each in named}))
        except asyncio.CancelledError:
            return
        if not running.over:
            running.task = None
            self._queue(running)

    async def _recall(self, running: Running, pulse: HandlerPulse) -> None:
        try:
            running.call.context.heartbeat_details = await self._pulses.recall(pulse.key)
        except Exception as error:  # what it said before is a help and no more: it can do without
            log.warning("the heartbeat details of %s could not be read: %s", running.node_id, error)

    def _queue(self, running: Running) -> None:
        if self._started < self._limit:
            self._begin(running)
        else:
            self._line.append(running)

    def _begin(self, running: Running) -> None:
        self._started += 1
        running.counted = True
        mode, pulse = running.call.handler.mode, running.pulse
        assert pulse is not None
        if mode == "thread":
            self._threads.post(lambda: self._in_thread(running, pulse), lambda r, e: self._came_back(running, r, e))
            return
        if mode == "async":
            pulse.begin()
        running.task = asyncio.create_task(self._await(running))

    def _in_thread(self, running: Running, pulse: HandlerPulse) -> Any:
        """In a thread of the pool. It may have been stopped while it waited for one: then it must not start any more."""
        running.thread = threading.current_thread().name
        if running.over:
            return None
        if running.limits.attempt is not None or running.silence is not None:
            self._threads.tell(pulse.begin)
        with self._traced(running.call):
            return running.secrets.masked(running.call.handler.run(running.call.context, running.call.config))

    def _traced(self, call: Call) -> AbstractContextManager[object]:
        """While the block runs, the attempt's span is the current one of this task or thread."""
        trace = call.context.trace
        return UNTRACED if self._traces is None or trace is None else self._traces.current(trace)

    async def _await(self, running: Running) -> None:
        try:
            with self._traced(running.call):
                result = running.call.handler.run(running.call.context, running.call.config)
                if inspect.isawaitable(result):
                    result = await result
            result = running.secrets.masked(result)
        except asyncio.CancelledError:
            if running.over:
                return
            self._finish(running, Failure("cancelled", "the handler cancelled itself"))
        except BaseException as error:  # the handler's code: even `sys.exit` is only its failure
            reraise_interrupt(error)
            self._finish(running, failure_of(error, mask=running.secrets.mask))
        else:
            await self._conclude(running, result)

    def _came_back(self, running: Running, result: Any, error: BaseException | None) -> None:
        """A thread is done with its handler."""
        running.is_back = True
        if running.over:
            if running.abandoned:
                self._threads.came_back()
                log.info("thread %s has come back from %s", running.thread, running.node_id, extra={"event": "thread_came_back"})
        elif error is not None:
            self._finish(running, failure_of(error, mask=running.secrets.mask))
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
        address, trace = actor.rows.address(running.activity), running.call.context.trace
        try:
            part = actor.rows.part(running.activity) if asks_for_a_part(result) else None
            outcome: Outcome = await self._lookups.call(
                lambda: self._children.prepare(actor.record, address, result, part=part, trace=trace)
            )
        except asyncio.CancelledError:
            return
        except Exception as error:  # bad requests fail the activity; an unreachable database makes it try again
            outcome = failure_of(error)
        self._finish(running, outcome)

    # Time

    def _after(self, seconds: float, running: Running, callback: Callable[[], None]) -> None:
        running.timers.append(asyncio.get_running_loop().call_later(seconds, callback))

    def _arm(self, running: Running) -> None:
        """The work begins: from here the time for the attempt counts, and that between heartbeats."""
        if running.over:
            return
        running.started_at = self._now()
        limits, silence = running.limits, running.silence
        if limits.attempt is not None:
            self._after(limits.attempt, running, lambda: self._timed_out(running, attempt_is_over(limits)))
        if silence is not None:
            self._after(silence, running, lambda: self._listen(running, silence))

    def _listen(self, running: Running, silence: float) -> None:
        """Look whether it has given a sign of life in time."""
        if running.over or running.pulse is None or running.pulse.beat_at is None:
            return
        left = running.pulse.beat_at + silence - self._pulses.time()
        if left > NO_TIME:
            self._after(left, running, lambda: self._listen(running, silence))
        else:
            self._timed_out(running, is_silent(silence))

    def _timed_out(self, running: Running, failure: Failure) -> None:
        if running.over:
            return
        running.call.context.cancelled = True
        if running.task is not None:
            running.task.cancel()
        self._finish(running, failure)

    # Ending

    def _finish(self, running: Running, outcome: Outcome) -> None:
        if running.over:
            return
        self._over(running)
        pulse = running.pulse
        if pulse is None:
            self._tell(running, outcome)
        elif isinstance(outcome, Failure):
            self.running[running.activity] = running
            self._pulses.failed(pulse, lambda: self._tell_after_last_words(running, outcome))
        else:
            self._tell(running, outcome)
            self._pulses.finished(pulse)

    def _tell(self, running: Running, outcome: Outcome) -> None:
        running.actor.finished(running.activity, outcome, started_at=running.started_at)

    def _tell_after_last_words(self, running: Running, outcome: Outcome) -> None:
        """Unless the activity was stopped while they were written."""
        if self.running.get(running.activity) is running:
            del self.running[running.activity]
            self._tell(running, outcome)

    def _over(self, running: Running) -> None:
        """Forget it, and let the next in line start."""
        self.running.pop(running.activity, None)
        if running.over:
            return
        running.over = True
        for timer in running.timers:
            timer.cancel()
        if running in self._line:
            self._line.remove(running)
        if running.thread is not None and not running.is_back:
            self._abandon(running)
        if running.counted:
            self._started -= 1
            while self._line and self._started < self._limit:
                self._begin(self._line.popleft())

    def _abandon(self, running: Running) -> None:
        """No thread can be stopped from outside: it is left to itself, and another takes its place."""
        running.abandoned = True
        self._threads.gave_up()
        log.warning(
            "abandoned thread %s: handler %s of node %s goes on, its result is dropped; %d abandoned so far, %d still at work",
            running.thread, running.call.handler.node_type.type, running.node_id, self._threads.abandoned, self._threads.stuck,
            extra={"event": "thread_abandoned", "execution_id": running.actor.id, "node_id": running.node_id},
        )  # fmt: skip


def _outcome(result: Any) -> Outcome:
    try:
        return outcome_of(result)
    except BaseException as error:  # a value whose own code raises while it is encoded
        reraise_interrupt(error)
        return failure_of(error)

