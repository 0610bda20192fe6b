"""What the engine needs from the world: a store, a clock, randomness, wake-ups, activity handlers.

Every store verb is one transaction of the ownership protocol (its number in brackets; docs/protocol.md has them all).
Verbs are synchronous and may be called from any thread. They raise `StoreUnavailableError` when the outcome is
unknown; a verb that can be repeated safely says so, and all of them can except where it says otherwise.
Every comparison with time uses the database's clock, never the caller's.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any, Protocol

from treadle.domain.activity import Context, Done, Event, Park
from treadle.domain.execution_filter import EVERYTHING, ExecutionFacets, ExecutionFilter
from treadle.domain.heartbeats import HeartbeatStore
from treadle.domain.node_types import NodeType
from treadle.domain.records import (
    Approval,
    Claim,
    ClaimReply,
    Commit,
    CommitReply,
    ExecutionRecord,
    InboxRow,
    JournalRow,
    Known,
    Loaded,
    Message,
    MessageReply,
    NewExecution,
    Page,
    StartReply,
    WorkflowSummary,
    WorkflowVersion,
)
from treadle.domain.workers import NewWorker, Registration, WorkerRecord
from treadle.observation import LogStore, UpkeepStore, VitalStore
from treadle.ports_access import SecretStore, TokenStore
from treadle.ports_desks import ApprovalStore, LimitStore, ScheduleStore, WebhookStore
from treadle.ports_live import LiveStore


class Clock(Protocol):
    """Time and waiting, injected so that tests can move them."""

    def now(self) -> datetime:
        """This machine's idea of UTC; only for what never reaches a comparison in the database."""
        ...

    def boottime(self) -> float:
        """Seconds on a clock that only goes forward and runs during suspend."""
        ...


class Ids(Protocol):
    """Where new ids and random numbers come from. Ids sort by the time they were made."""

    random: Random

    def execution(self) -> str: ...

    def worker(self) -> str: ...

    def message(self) -> str: ...

    def schedule(self) -> str: ...

    def webhook(self) -> str: ...


class Wakeup(Protocol):
    """Hints that there is work; they may be lost or doubled, and everything must work without them."""

    def notify(self) -> None:
        """Say that some execution may be ready. Never blocks, never raises; coalesced."""
        ...

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call `callback` (from any thread) at each hint, until the returned function is called."""
        ...

    def close(self) -> None: ...


class WorkerStore(Protocol):
    def register(self, worker: NewWorker, *, lease: float) -> Registration:
        """[T1] A new incarnation, with a lease of that many seconds. It is worth nothing once the database has another history."""
        ...

    def beat(
        self, worker_id: str, *, lease: float, abandoned: int = 0, clock_at: datetime | None = None
    ) -> datetime | None:
        """[T2] Renew the lease, and say how many threads are at work for nobody. None: the lease is lost.

        `clock_at` is what the worker's own clock says, only to be shown.
        """
        ...

    def reap(self, *, limit: int = 10) -> Sequence[tuple[str, int]]:
        """[T3] Give back the executions of workers whose lease has run out: (worker id, executions given back) each."""
        ...

    def evict(self, worker_id: str) -> int | None:
        """[T3] The same for one worker, whatever its lease says. None: there is no such worker."""
        ...

    def disown(self, worker_id: str) -> int | None:
        """[T3] The same for one that another history of the database had; no crash is counted. None: for any other."""
        ...

    def sweep_orphans(self) -> int:
        """[T4] Give back executions whose owner has no row; more than 0 is a defect worth an error in the log."""
        ...

    def leave(self, worker_id: str) -> None:
        """[T11] Give back what is left, untouched by the crash count, and delete the row."""
        ...

    def drain(self, worker_id: str) -> bool:
        """Ask a worker to claim nothing more and stop when it is idle. False: there is no such worker."""
        ...

    def list(self) -> Sequence[WorkerRecord]:
        """All workers by start time, with how many executions each owns."""
        ...


class OwnershipStore(Protocol):
    def claim(
        self, owner: str, *, queues: Sequence[str], limit: int, after_key: int | None = None, owns_nothing: bool = False
    ) -> ClaimReply:
        """[T5] Take up to `limit` runnable executions, most urgent first (lowest claim key first).

        `after_key` skips rows with a smaller key. A suspect (crashes >= 2) is only given, alone, to a worker
        that owns nothing (`owns_nothing`); a worker that owns a suspect must not call this.
        Not for blind repetition: adopt instead.
        """
        ...

    def owned(self, owner: str) -> Sequence[Claim] | None:
        """[T7] All that this incarnation owns, with the inbox's present `inbox_seq`. None: the lease is lost."""
        ...

    def load(self, execution_ids: Sequence[str], *, after: Mapping[str, Known] | None = None) -> Sequence[Loaded]:
        """[T6] Journal, inbox, row and graph of each, in the order given; ids that do not exist are left out.

        For those in `after` only messages above `inbox_seq`, and rows from `seq` on: the row at `seq` itself comes too,
        so that the caller can check that it is the one it knows. Does not check the journal for gaps. An execution with
        crashes >= 3 comes with its last row only.
        """
        ...

    def inbox(self, execution_id: str, *, after: int) -> Sequence[InboxRow]:
        """Messages with a seq above `after`, in order."""
        ...

    def state(self, execution_id: str) -> ExecutionRecord | None:
        """The row, without input and output."""
        ...

    def commit(self, owner: str, commit: Commit) -> CommitReply:
        """[T8] Write everything or nothing. Decisions whose guard does not hold are left out, with their rows.

        Raises JournalConflictError or DataRejectedError, in which case nothing was applied. Send the identical
        commit again after StoreUnavailableError; `journal_rows` tells what a conflict found.
        """
        ...

    def journal_rows(self, execution_id: str, seqs: Sequence[int]) -> Sequence[JournalRow]:
        """Those rows that exist, in order of seq, `by` included."""
        ...

    def move(self, owner: str, claim: Claim, row: JournalRow, *, version: int | None) -> bool:
        """[T24] Write the row, give the execution that version (None: its own) and give it back, all at once.

        False, and no change, if it is no longer ours or the lease is lost: also of a repetition, so that it may be repeated.
        """
        ...

    def release(self, owner: str, claims: Sequence[tuple[str, int]]) -> int | None:
        """[T10] Give back (execution_id, claim_no) pairs, untouched by the crash count. None: the lease is lost."""
        ...


class PhaseStore(Protocol):
    """The duties any worker can do; each verb handles at most `limit` rows and returns how many it changed."""

    def due_deadlines(self, *, limit: int = 500) -> int:
        """[T13] Put a deadline message into the inbox of executions past `deadline_at` (running, waiting, paused)."""
        ...

    def due_timers(self, *, limit: int = 500) -> int:
        """[T13] waiting → running where `wake_at` has come."""
        ...

    def unread_inboxes(self, *, limit: int = 500) -> Sequence[str]:
        """[T13] waiting → running where `inbox_seq > inbox_seen`; the ids."""
        ...

    def due_retries(self, *, limit: int = 500) -> Sequence[str]:
        """[T14] failed → running where `next_retry_at` has come, with a retry message; the ids."""
        ...

    def deliver_up(self, *, limit: int = 500) -> int:
        """[T16] Tell parents of children that have finished (`parent_due`), one parent a transaction."""
        ...

    def deliver_down(self, *, limit: int = 500) -> int:
        """[T17] Cancel open children (on_parent_end = cancel) of finished parents (`children_due`), one child a transaction."""
        ...

    def failures_due(self, *, limit: int = 100) -> Sequence[tuple[str, int]]:
        """(id, attempt) of executions that have failed for good and whose failure workflow is still to be started."""
        ...

    def follow_failure(self, failed_id: str, *, attempt: int, execution: NewExecution | None) -> bool:
        """Start that workflow and note that it was. None: nothing can be started, only note it. False: it was noted before,
        or the failed execution was retried, and nothing was started. ConcurrencyLimitError: nothing was noted either.
        """
        ...

    def suspect_waits(self) -> bool:
        """Whether an execution that may only run alone (crashes >= 2) waits for a worker that owns nothing."""
        ...

    def next_due(self, queues: Sequence[str]) -> datetime | None:
        """The earliest `wake_at`, `next_retry_at`, `deadline_at` or unpaused `next_fire_at`; None if there is none."""
        ...


class ExecutionStore(Protocol):
    def start(self, execution: NewExecution) -> StartReply:
        """[T18] Insert it as `running`, ready now. IdempotencyError if its key was used with another body.

        With a slot key it is `waiting` unless a slot is free and nobody waits for one; ConcurrencyLimitError if `on_limit`
        is `skip`. With a debounce key it joins the one of that key that has not begun, or is parked to be joined.
        """
        ...

    def fork(self, execution: NewExecution, journal: Sequence[JournalRow]) -> StartReply:
        """[T22] Insert it as `start` does, with the first rows of its journal, at least one, in the same transaction."""
        ...

    def send(self, message: Message) -> MessageReply:
        """[T12, T15] Put a message into an execution's inbox, or say why not."""
        ...

    def get(self, execution_id: str) -> ExecutionRecord:
        """The row with input and output. NotFoundError."""
        ...

    def resolve(self, prefix: str) -> str:
        """The one execution id that starts so. NotFoundError if none or several (`known` names them)."""
        ...

    def list(
        self, wanted: ExecutionFilter = EVERYTHING, *, status: str | None = None, workflow: str | None = None,
        parent: str | None = None, limit: int = 50, cursor: str | None = None,
    ) -> Page[ExecutionRecord]:  # fmt: skip
        """Newest first, without input and output; `status`, `workflow` and `parent` narrow `wanted`.

        A filter on triggers, errors or several words looks at a bounded number of rows: see `Page.searched_until`.
        """
        ...

    def facets(self, wanted: ExecutionFilter = EVERYTHING) -> ExecutionFacets:
        """How many there are by status and workflow, counted to a bound."""
        ...

    def journal(self, execution_id: str, *, after: int = 0, limit: int = 1000) -> Sequence[JournalRow]:
        """Rows with a seq above `after`, in order."""
        ...

    def inbox_count(self, execution_id: str) -> int: ...

    def approvals(
        self, *, status: str | None = None, execution_id: str | None = None, workflow: str | None = None,
        assignee: str | None = None, group: str | None = None, overdue: bool = False, limit: int = 50, cursor: str | None = None,
    ) -> Page[Approval]:  # fmt: skip
        """Newest first. `overdue` keeps the open ones whose due time has passed."""
        ...

    def approval(self, approval_id: str) -> Approval:
        """NotFoundError."""
        ...

    def counts(self) -> Mapping[str, int]:
        """How many executions are in each status, and `ready`: runnable without an owner."""
        ...

    def prune(
        self, *, finished_before: datetime, limit: int = 1000, status: str | None = None, workflow: str | None = None
    ) -> int:
        """[T21] Delete finished executions and all that belongs to them; how many. Call until 0."""
        ...


class WorkflowStore(Protocol):
    def save(
        self, name: str, graph_json: str, description: str | None, *, expected_version: int | None = None, by: str | None = None
    ) -> WorkflowVersion:
        """A new version if the graph changed against the latest, else the latest (`created` False), drawn as this graph is.

        `description` None keeps the present one. ConflictError with the latest version if the graph changed and that is not
        the expected one; 0 is a workflow that is not there.
        """
        ...

    def keep_draft(self, name: str, graph_json: str) -> int:
        """Store a graph that is no version of the workflow, and may be executed; its number is below 0, the same for the same.

        It is deleted when it is a day old and no execution of it is left.
        """
        ...

    def open_counts(self, name: str) -> Mapping[int, Mapping[str, int]]:
        """How many executions are running, waiting or paused, by version; of each status at most 10,000 are counted."""
        ...

    def get(self, name: str, version: int | None = None) -> WorkflowVersion:
        """The version asked for, or the latest. NotFoundError (`known`: the nearest names, or the versions)."""
        ...

    def list(self, *, limit: int = 50, cursor: str | None = None) -> Page[WorkflowSummary]:
        """By name."""
        ...

    def versions(self, name: str) -> Sequence[WorkflowVersion]:
        """Newest first."""
        ...

    def delete(self, name: str) -> None:
        """Hide it, stop its schedules and its webhooks; executions finish. ConflictError while executions are open."""
        ...


class Store(Protocol):
    """The database. Each group of verbs is a small object of its own."""

    workers: WorkerStore
    ownership: OwnershipStore
    phases: PhaseStore
    executions: ExecutionStore
    approvals: ApprovalStore
    workflows: WorkflowStore
    schedules: ScheduleStore
    webhooks: WebhookStore
    limits: LimitStore
    live: LiveStore
    heartbeats: HeartbeatStore
    vitals: VitalStore
    logs: LogStore
    upkeep: UpkeepStore
    secrets: SecretStore
    tokens: TokenStore
    url: str
    single_writer: bool
    """True for SQLite: one transaction at a time, so one commit lane is enough."""

    def migrate(self) -> Sequence[str]:
        """Bring the schema to this release, under a lock; the names of the migrations that were applied."""
        ...

    def check(self) -> None:
        """SchemaError if the schema is missing, behind or ahead; StoreUnavailableError if there is no database."""
        ...

    def now(self) -> datetime:
        """The database's clock."""
        ...

    def describe(self) -> Mapping[str, str]:
        """Facts for people: kind, library and server version, durability settings, schema version."""
        ...

    def close(self) -> None: ...


HandlerResult = Any
"""A plain value, or one of Done, Park, Spawn, Terminate; or an awaitable of these."""


class Handler(Protocol):
    """The code for a node type.

    `mode`: `inline` runs on the worker's loop and must return at once; `async` is awaited there; `thread` runs in a
    thread of the pool; `process` is awaited, and says by `ctx.pulse.begin()` when somebody works on it.
    """

    node_type: NodeType
    mode: str

    def run(self, ctx: Context, config: Mapping[str, Any]) -> HandlerResult | Awaitable[HandlerResult]:
        """Do the work. `config` is rendered. Raise ActivityError, or anything, to fail the attempt."""
        ...

    def resume(self, ctx: Context, config: Mapping[str, Any], event: Event) -> Done | Park:
        """What a parked activity does when one of its waits is over. Runs on the loop and must return at once."""
        ...


class Handlers(Protocol):
    """The registry of activity handlers, filled by code only."""

    def get(self, node_type: str) -> Handler | None: ...

    @property
    def node_types(self) -> Mapping[str, NodeType]: ...

    async def aclose(self) -> None:
        """Close what handlers keep open, such as connections; on the loop that ran them."""
        ...
