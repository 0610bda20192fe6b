"""One registered life of a worker: from its row's insertion to a graceful stop or the loss of its lease.

It owns executions, runs their nodes, and forgets everything when the lease is lost; the worker then starts another.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from treadle.domain.errors import DefinitionError, JournalGapError, MarkingError, StoreUnavailableError
from treadle.domain.marking import Activity
from treadle.domain.records import Claim, ClaimReply, Decision, DecisionKind, Loaded, Message, MessageKind
from treadle.domain.workers import NewWorker
from treadle.engine.abandonment import Abandonment
from treadle.engine.actor import ExecutionActor
from treadle.engine.announcements import announce_end
from treadle.engine.booking import BookingOffice
from treadle.engine.children import Children
from treadle.engine.committer import BatchResult, Committer
from treadle.engine.decisions import crash_loop, refused
from treadle.engine.hosting import Owned, WorkItem
from treadle.engine.lanes import Lanes
from treadle.engine.leases import DatabaseTime, Lease
from treadle.engine.loading import Loading
from treadle.engine.mover import Mover, pending_move
from treadle.engine.outcomes import Failure
from treadle.engine.phases import Duties
from treadle.engine.prioritization import PrioritizationManager
from treadle.engine.program import Programs
from treadle.engine.pulses import PulseBook
from treadle.engine.runner import Runner
from treadle.engine.unrunnable import Unrunnable
from treadle.engine.warm import Warm
from treadle.engine.worker_config import WorkerConfig, WorkerDeps

log = logging.getLogger("treadle.worker")

SOON = 0.001
"""Seconds that are not worth a wait of their own."""
SUSPECT, POISON = 2, 3
"""Crashes in a row after which an execution runs alone, and after which it is set aside."""


class Incarnation:
    """Implements `actor.Host`. All of it runs on the worker's loop, but for the store calls."""

    def __init__(self, config: WorkerConfig, deps: WorkerDeps, programs: Programs, lanes: Lanes, *, host: str, pid: int) -> None:
        self.id = deps.ids.worker()
        self.actors: dict[str, Owned] = {}
        self.lost = False
        self._config = config
        self._deps = deps
        self._store = deps.store
        self._programs = programs
        self._lanes = lanes
        self._host = host
        self._pid = pid
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._stopping = False
        self._backlog = True
        self._hinted = False
        self._abandonment = Abandonment(lanes.handlers, deps.clock, most=config.abandoned_limit)
        self._rejected: dict[str, dict[str, str]] = {}
        self._warm = Warm()
        self._loading = Loading(deps.store.ownership, programs, self._warm, owner=self.id, random=deps.ids.random)
        self._broken: dict[str, int] = {}
        """How often each execution has raised where nothing should."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._time = DatabaseTime(deps.clock)
        self._lease = Lease(
            deps.store.workers, self.id, deps.clock, self._time, seconds=config.lease, stall=config.stall,
            blocked_by=self._blocked_by, abandoned=lambda: lanes.handlers.stuck, lost=lambda: self._call_safely(self.give_up),
        )  # fmt: skip
        self._committer = Committer(
            deps.store.ownership, self.id, lanes.commits, self._deliver, self._lease.valid, self.soon, deps.meters
        )
        self._pulses = PulseBook(deps.store.heartbeats, lanes.lookups, owner=self.id)
        self._runner = Runner(
            lanes.handlers, lanes.lookups, Children(deps.store.workflows, programs), self._pulses, now=self.now,
            secrets=deps.secrets, limit=config.handler_limit, logs=deps.logs, traces=deps.traces,
        )  # fmt: skip
        self._bookings = BookingOffice(deps.store.limits, lanes.lookups)
        self._duties = Duties(deps.store, programs, worker_id=self.id, host=host, may_reap=self._lease.may_reap,
                              meters=deps.meters, retention=config.retention)  # fmt: skip
        self._prioritization = PrioritizationManager(
            deps.store.ownership, deps.store.phases, deps.clock, owner=self.id, queues=config.queues,
            head_start=config.head_start, meters=deps.meters,
        )  # fmt: skip

    # The life

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set or the lease is lost."""
        if not await self._register(stopping):
            return
        unsubscribe = self._deps.wakeup.subscribe(lambda: self._call_safely(self.wake))
        stopped = asyncio.ensure_future(stopping.wait())
        stopped.add_done_callback(lambda _: self._wake.set())
        try:
            await self._poll(stopping)
            if not self.lost:
                await self._leave()
            if self._abandonment.unbearable():
                raise self._abandonment.error()
        finally:
            stopped.cancel()
            unsubscribe()
            self._lease.stop()
            self._forget_all()

    def wake(self) -> None:
        """There may be something to do."""
        self._hinted = True
        self._wake.set()

    def give_up(self) -> None:
        """The lease is lost: nothing may be written any more, and nothing in memory counts."""
        if not self.lost:
            self.lost = True
            self._deps.meters.lease_losses += 1
            log.error("lease of %s lost: dropping %d executions", self.id, len(self.actors), extra={"event": "lease_lost"})
            self._forget_all()
        self._wake.set()

    async def _register(self, stopping: asyncio.Event) -> bool:
        """Wait for the database if need be. False when the worker is stopped before."""
        new = NewWorker(
            self.id, self._host, self._pid, self._config.queues, self._config.concurrency,
            tuple(self._deps.handlers.node_types), self._deps.clock.now(),
        )  # fmt: skip
        while not stopping.is_set():
            sent = self._deps.clock.boottime()
            try:
                answer = await self._lanes.duty.call(lambda: self._store.workers.register(new, lease=self._config.lease))
            except StoreUnavailableError as error:
                log.warning("waiting for the database: %s", error, extra={"event": "database_unavailable"})
                await _either(stopping, self._config.poll_interval)
                continue
            self._deps.past.registered_on(answer.history, self._deps.meters)
            self._time.sync(answer.now)
            self._lease.start(registered_at=sent)
            return True
        return False

    async def _poll(self, stopping: asyncio.Event) -> None:
        """One poll cycle after another. A hint shortens the wait and runs only what a hint can be about."""
        clock = self._deps.clock
        next_poll = clock.boottime()
        while not (stopping.is_set() or self.lost):
            self._wake.clear()
            self._lease.turned()
            if self._abandonment.unbearable():
                stopping.set()
                return
            if self._is_drained():
                log.info("drained: nothing is left to do", extra={"event": "worker_drained"})
                stopping.set()
                return
            full = clock.boottime() + SOON >= next_poll
            if full:
                next_poll = clock.boottime() + self._config.poll_interval
            due = None
            try:
                due = await self._cycle(full=full)
            except StoreUnavailableError as error:
                log.warning("the database cannot be reached: %s", error, extra={"event": "database_unavailable"})
                await _either(stopping, min(1.0, self._config.poll_interval))
            except Exception:  # a cycle is isolated: what it could not do, the next one tries again
                log.exception("a poll cycle failed", extra={"event": "cycle_failed"})
                await _either(stopping, min(1.0, self._config.poll_interval))
            wait = max(0.0, next_poll - clock.boottime())
            if due is not None:
                wait = min(wait, max(SOON, (due - self.now()).total_seconds()))
                next_poll = min(next_poll, clock.boottime() + wait)
            if not self._wake.is_set():
                await _either(self._wake, wait)

    async def _cycle(self, *, full: bool) -> datetime | None:
        """The five phases; after a hint the last two; with only room for more, the last. When something is due next, if known."""
        now = self.now()
        hinted, self._hinted = self._hinted, False
        self._deps.meters.turned(full=full, held=len(self.actors), running=len(self._runner.running))
        failures = self._duties.failures
        if full or hinted:
            duty = self._duties.run_once if full else self._duties.run_hinted
            await self._lanes.duty.call(lambda: duty(now))
            await self._refresh()
        await self._claim()
        for actor in list(self.actors.values()):
            if actor.next_due is not None and actor.next_due <= self.now():
                self._safely(actor, actor.tick)
        ours = [a.next_due for a in self.actors.values() if a.next_due is not None]
        theirs = None
        if full and self._duties.failures == failures:  # what a failing phase leaves behind is due for ever
            theirs = await self._lanes.duty.call(lambda: self._store.phases.next_due(self._config.queues))
        return min([*ours, *([theirs] if theirs else [])], default=None)

    # Taking and giving back

    async def _refresh(self) -> None:
        """Adopt what is ours without our knowing, and read new messages of what we hold."""
        owned = await self._lanes.duty.call(lambda: self._store.ownership.owned(self.id))
        if owned is None:
            self.give_up()
            return
        unknown = [claim for claim in owned if claim.execution_id not in self.actors]
        if unknown:
            ids = [claim.execution_id for claim in unknown]
            self._begin(unknown, await self._lanes.duty.call(lambda: self._loading.load(ids)))
        for claim in owned:
            actor = self.actors.get(claim.execution_id)
            if actor is not None and claim.inbox_seq > actor.seen and actor.claim_no == claim.claim_no:
                await self._read_inbox(actor)

    async def _claim(self) -> None:
        free = self._config.concurrency - len(self.actors)
        if free <= 0 or self._stopping or self.lost or self._holds_suspect() or not self._lease.valid():
            return
        alone = not self.actors
        reply, loaded = await self._lanes.duty.call(lambda: self._claim_and_load(free, alone=alone))
        if reply.fenced:
            self.give_up()
            return
        self._time.advance(reply.now)
        self._backlog = len(reply.claims) >= free
        self._begin(reply.claims, loaded)

    def _claim_and_load(self, free: int, *, alone: bool) -> tuple[ClaimReply, Sequence[Loaded]]:
        if not alone and self._prioritization.makes_room():
            return ClaimReply(fenced=False, now=self.now()), ()
        reply = self._prioritization.get_prioritized_executions(free, owns_nothing=alone)
        ids = [claim.execution_id for claim in reply.claims]
        return reply, self._loading.load(ids) if ids else ()

    def _begin(self, claims: Sequence[Claim], loaded: Sequence[Loaded]) -> None:
        by_id = {claim.execution_id: claim for claim in claims}
        for one in loaded:
            claim = by_id[one.record.id]
            if one.record.owner == self.id and one.record.claim_no == claim.claim_no and one.record.id not in self.actors:
                self._begin_one(claim, one)

    def _begin_one(self, claim: Claim, loaded: Loaded) -> None:
        record = loaded.record
        if self._broken.get(record.id, 0) >= POISON:
            failure = Failure("internal_error", "the worker's code raised three times on this execution; its log says where")
            self._end_unrun(claim, loaded, refused(record, failure, claim_no=claim.claim_no, seen=claim.inbox_seq))
            del self._broken[record.id]
            return
        if claim.crashes >= POISON:
            self._end_unrun(claim, loaded, crash_loop(record, claim_no=claim.claim_no, seen=claim.inbox_seq))
            return
        message = pending_move(loaded)
        if message is not None:
            now = self.now()
            self.actors[record.id] = mover = Mover(self._store, self._programs, claim, loaded, message, owner=self.id, now=now)
            self._background(self._move(claim, mover))
            return
        try:
            parked = self._warm.is_parked(loaded)
            actor = self._loading.actor(self, claim, loaded)
        except Exception as error:  # a journal or a definition that this release cannot read must not harm the others
            if not isinstance(error, DefinitionError | MarkingError):
                log.exception("execution %s cannot be read", record.id, extra={"event": "execution_unreadable"})
            kind = "journal_gap" if isinstance(error, JournalGapError) else "cannot_run"
            failure = Failure(kind, str(error))
            self._end_unrun(claim, loaded, refused(record, failure, claim_no=claim.claim_no, seen=claim.inbox_seq))
            return
        actor.recorder.rejected = self._rejected.pop(record.id, {})
        self.actors[record.id] = actor
        self._safely(actor, lambda: actor.begin(loaded.inbox, parked=parked))

    async def _move(self, claim: Claim, mover: Mover) -> None:
        try:
            await self._lanes.lookups.call(mover.move)
        except StoreUnavailableError as error:
            log.warning("execution %s is not moved yet: %s", claim.execution_id, error, extra={"event": "move_delayed"})
        except Exception:
            self._broken[mover.id] = self._broken.get(mover.id, 0) + 1
            log.exception("execution %s cannot be moved", mover.id, extra={"event": "execution_broken"})
        self.abandon(mover)

    def _end_unrun(self, claim: Claim, loaded: Loaded, decision: Decision) -> None:
        """End an execution without running it."""
        unrunnable = Unrunnable(self, claim, loaded.record, decision)
        self.actors[claim.execution_id] = unrunnable
        unrunnable.submit()

    async def _read_inbox(self, actor: Owned) -> None:
        messages = await self._lanes.lookups.call(lambda: self._store.ownership.inbox(actor.id, after=actor.seen))
        if self.actors.get(actor.id) is actor:
            self._safely(actor, lambda: actor.notice(messages))

    async def _leave(self) -> None:
        """Stop in good order: what runs may finish within the grace, the rest is given back."""
        self._stopping = True
        words = "stopping: waiting up to %.0f s for %d running nodes"
        log.info(words, self._config.grace, len(self._runner.running), extra={"event": "worker_stopping"})
        deadline = self._deps.clock.boottime() + self._config.grace
        while (self._runner.running or not self._committer.idle) and self._deps.clock.boottime() < deadline and not self.lost:
            self._wake.clear()
            await self._release_idle()
            await _either(self._wake, 0.05)
        self._runner.stop_all()
        await self._pulses.write_out()
        while not self._committer.idle and not self.lost and self._lease.valid():
            await _either(self._wake, 0.01)
            self._wake.clear()
        with suppress(StoreUnavailableError):  # the lease runs out by itself then
            await self._lanes.duty.call(lambda: self._store.workers.leave(self.id))
            self._deps.wakeup.notify()

    async def _release_idle(self) -> None:
        """Give back what no handler works on: others need not wait for this worker's slowest node."""
        held = {running.actor.id for running in self._runner.running.values()}
        idle = [actor for actor in self.actors.values() if actor.id not in held]
        if not idle or not self._committer.idle:
            return
        for actor in idle:
            self._drop(actor)
        claims = [(actor.id, actor.claim_no) for actor in idle]
        with suppress(StoreUnavailableError):  # they are given back at the end then
            await self._lanes.duty.call(lambda: self._store.ownership.release(self.id, claims))
            self._deps.wakeup.notify()

    # What actors ask of their host

    def now(self) -> datetime:
        return self._time.now()

    def soon(self, callback: Callable[[], None]) -> None:
        self._loop.call_soon(callback)

    def submit(self, item: WorkItem) -> None:
        if not self.lost:
            self._committer.submit(item)

    def launch(self, actor: ExecutionActor, activity: Activity) -> None:
        """Not while stopping, and not on a lease that may have run out: its next owner runs it, unless it may start only once."""
        if self.lost or (self._stopping and not actor.is_marked(activity)):
            return
        if not self._lease.valid():
            self.give_up()
            return
        self._runner.launch(actor, activity)

    def book(self, actor: ExecutionActor, activity: Activity) -> None:
        self._bookings.book(actor, activity)

    def stop(self, activity: Activity) -> None:
        self._runner.stop(activity)

    def reread(self, actor: Owned) -> None:
        """A decision was refused: a message came first, or an earlier try of the same commit had been applied."""
        self._background(self._reread(actor))

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _reread(self, actor: Owned) -> None:
        while not self.lost:
            try:
                state = await self._lanes.lookups.call(lambda: self._store.ownership.state(actor.id))
                messages = await self._lanes.lookups.call(lambda: self._store.ownership.inbox(actor.id, after=actor.seen))
            except StoreUnavailableError as error:
                log.warning("reading execution %s again: %s", actor.id, error, extra={"event": "database_unavailable"})
                await asyncio.sleep(0.2)
                continue
            if state is not None and state.owner == self.id and state.claim_no == actor.claim_no:
                self._safely(actor, partial(actor.receive, messages))
            else:
                actor.forget()
                self._drop(actor)
            return

    def abandon(self, actor: Owned) -> None:
        actor.forget()
        self._drop(actor)
        self.wake()

    def released(self, actor: Owned, decision: Decision) -> None:
        self._drop(actor)
        if decision.kind is DecisionKind.PARK and isinstance(actor, ExecutionActor):
            self._warm.keep(actor.state, actor.mailbox, seen=actor.seen)
        if decision.kind is DecisionKind.END:
            announce_end(decision)
            if decision.tell_parent or decision.cancel_children or decision.follow_up or actor.holds_slot:
                self.wake()

    def _drop(self, actor: Owned) -> None:
        if self.actors.get(actor.id) is actor:
            del self.actors[actor.id]
        if self._backlog or self._stopping:
            self._wake.set()

    # Commits

    def _deliver(self, batch: Sequence[WorkItem], result: BatchResult | None) -> None:
        """The answer to a group commit; None: the lease is lost."""
        traces = self._deps.traces
        if traces is not None and result is not None:
            traces.committed(batch, applied=result.applied, spoilt=result.spoilt, now=self.now())
        if self.lost:
            return
        if result is None:
            self.give_up()
            return
        if any(item.children for item in batch):
            self._deps.wakeup.notify()
        for item in batch:
            for child in item.orphans:
                self._cancel_child(child)
        spoilt = result.spoilt
        for item in batch:
            actor = item.actor
            if self.actors.get(actor.id) is not actor:
                continue
            if actor.id in spoilt:
                self._spoil(item, result)
            else:
                self._safely(actor, partial(actor.committed, item, applied=actor.id in result.applied))

    def _cancel_child(self, child: str) -> None:
        """The activity that waited for it was withdrawn. Should this be lost, the parent's end cancels it."""
        message = Message(child, MessageKind.CANCEL, "withdrawn", payload_json='{"reason": "its activity was withdrawn"}')

        def told(_: object, error: BaseException | None) -> None:
            if error is not None:
                log.warning("could not cancel child execution %s yet: %s", child, error, extra={"event": "child_cancel_delayed"})
            self._deps.wakeup.notify()

        self._lanes.lookups.post(lambda: self._store.executions.send(message), told)

    def _safely(self, actor: Owned, step: Callable[[], None]) -> None:
        """One execution whose code raises must not stop the others: it is given up, read anew, and in the end set aside."""
        try:
            step()
        except Exception:
            self._broken[actor.id] = self._broken.get(actor.id, 0) + 1
            log.exception("execution %s broke its worker's code", actor.id, extra={"event": "execution_broken"})
            actor.forget()
            self._drop(actor)

    def _spoil(self, item: WorkItem, result: BatchResult) -> None:
        """The journal or the database disagrees: forget the execution; the next cycle adopts it and reads it anew."""
        actor = item.actor
        rejected = result.rejected.get(actor.id)
        if rejected is not None:
            culprit, words = rejected
            guarded = culprit.decision.rows if culprit.decision is not None else ()
            self._rejected[actor.id] = actor.places_of([*culprit.rows, *guarded], words)
            log.error("the database refused a result of %s: %s", actor.id, words, extra={"event": "result_refused"})
        else:
            words = "the journal of %s holds other rows than expected; reading it anew"
            log.warning(words, actor.id, extra={"event": "journal_reread"})
        self.abandon(actor)

    # Small things

    def _is_drained(self) -> bool:
        return self._duties.draining and not self.actors and self._committer.idle

    def _holds_suspect(self) -> bool:
        return any(actor.crashes >= SUSPECT for actor in self.actors.values())

    def _forget_all(self) -> None:
        self._runner.stop_all()
        self._pulses.close()
        self.actors.clear()

    def _blocked_by(self) -> str:
        running = [f"{r.call.context.node_id} of {r.actor.id}" for r in list(self._runner.running.values())[:5]]
        return f"; running: {', '.join(running)}" if running else ""

    def _call_safely(self, callback: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody is left to wake
            self._loop.call_soon_threadsafe(callback)


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Wait for the event, at most so long."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
