"""What is stored, as values: the rows that cross between store, engine and API.

Times are aware UTC datetimes with microseconds. Fields named `*_json` hold JSON text exactly as stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Generic, NamedTuple, TypeVar

from treadle.domain.states import ExecutionStatus

DEFAULT_QUEUE = "default"


class Priority:
    """Levels and their names; each level above another is a head start in the claim order."""

    LEVELS: ClassVar[dict[str, int]] = {"low": -1, "normal": 0, "high": 1, "critical": 2}
    NAMES: ClassVar[dict[int, str]] = {level: name for name, level in LEVELS.items()}


class RowKind(StrEnum):
    """What a journal row says. The fold acts on all but the last two, which record effects of other rows."""

    BEGIN = "begin"          # a composite begins; detail = {"plan", "wait"?}
    ITEM = "item"            # an item or turn of a composite has ended; detail = {"index", "status", "again"?, "enough"?}
    MORE = "more"            # a map grew, was closed, or has room; detail = {"items"}, {"closed"} or {"spare"}

    RUNNING = "running"      # the attempt has started (only where delivery or length ask for a mark)
    WAITING = "waiting"      # the activity is parked; detail = the wait
    RETRYING = "retrying"    # the attempt failed and another follows; detail = {"retry_at"}
    DONE = "done"            # the activity left through `port`, taking `taken`
    FAILED = "failed"        # attempts used up; port `error`/`out` when it left all the same, else None
    CONTROL = "control"      # a message about the whole execution was consumed; detail = {"verb", "message"}
    CANCELLED = "cancelled"  # effect: an activity was withdrawn
    NOTE = "note"            # effect: what the token game decided by itself (a tie broken)


class JournalRow(NamedTuple):
    """One row of the append-only journal. A tuple, because thousands are made each second; order is the table's.

    `scope` is "" at the top. `taken_json`: null = every plain edge of the port, else `{"edge id": tokens}`.
    `message_seq` is the inbox message this row consumed.
    """

    execution_id: str
    seq: int
    kind: str
    node_id: str
    scope: str
    visit: int
    attempt: int
    status: str
    port: str | None = None
    taken_json: str | None = None
    output_json: str | None = None
    error_json: str | None = None
    detail_json: str | None = None
    message_seq: int | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class NewExecution:
    """An execution to insert, status `running`. `trigger_json`: {"node": id or null, "type", "payload"?}.

    `deadline_at` is computed by the store: database clock + `timeout` seconds.
    """

    id: str
    workflow: str
    version: int
    input_json: str
    trigger_json: str
    priority: int = 0
    queue: str = DEFAULT_QUEUE
    timeout: float | None = None
    idempotency_key: str | None = None
    body_hash: str | None = None
    parent_id: str | None = None
    parent_activity: str | None = None   # address "scope/node#visit@attempt" in the parent
    on_parent_end: str = "cancel"        # cancel | abandon
    depth: int = 0
    schedule_id: str | None = None
    slot_key: str | None = None          # of its workflow's concurrency limit
    slot_limit: int | None = None
    on_limit: str = "wait"               # wait | skip | cancel_oldest
    debounce_key: str | None = None
    debounce_wait: float | None = None   # seconds
    debounce_max: float | None = None    # seconds after the first start


@dataclass(frozen=True, slots=True)
class ExecutionRecord:
    """An execution's row. `input_json` and `output_json` are None in list queries."""

    id: str
    workflow: str
    version: int
    status: ExecutionStatus
    priority: int
    queue: str
    trigger_json: str
    input_json: str | None
    output_json: str | None
    error_json: str | None
    parent_id: str | None
    parent_activity: str | None
    on_parent_end: str
    depth: int
    schedule_id: str | None
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    next_retry_at: datetime | None
    wake_at: datetime | None
    deadline_at: datetime | None
    ready_at: datetime | None
    owner: str | None
    claim_no: int
    crashes: int
    inbox_seq: int
    inbox_seen: int
    held_back: bool = False
    """It has not begun: it is debounced until `wake_at`, or waits for a slot."""
    slot_key: str | None = None
    slot_limit: int | None = None


class MessageKind(StrEnum):
    SIGNAL = "signal"
    DECISION = "decision"   # name = approval id, payload = {decision, by, comment, data}
    CHILD = "child"         # name = child id, payload = {status, output, error}, for the activity that started it
    CANCEL = "cancel"       # payload = {"reason"?}
    PAUSE = "pause"
    RESUME = "resume"
    DEADLINE = "deadline"
    RETRY = "retry"         # payload = {"attempt", "from_node"?, "rewind"?}
    COMPLETE = "complete"   # by hand: payload = the output
    FAIL = "fail"           # by hand: payload = {"type", "message"}
    MOVE = "move"           # to another version: payload = {"version", "from", "by"?}


@dataclass(frozen=True, slots=True)
class Message:
    """Something said to an execution. `message_id` makes it count once per execution."""

    execution_id: str
    kind: MessageKind
    message_id: str
    name: str = ""
    payload_json: str = "null"


@dataclass(frozen=True, slots=True)
class InboxRow:
    execution_id: str
    seq: int
    kind: MessageKind
    message_id: str
    name: str
    payload_json: str
    created_at: datetime


class MessageOutcome(StrEnum):
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"     # this message_id was accepted before
    NOT_FOUND = "not_found"
    REFUSED = "refused"         # terminal (or not retryable); `status` is what it became


@dataclass(frozen=True, slots=True)
class MessageReply:
    outcome: MessageOutcome
    status: ExecutionStatus | None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """An execution this incarnation owns, as T5 or T7 returned it."""

    execution_id: str
    claim_no: int
    inbox_seq: int
    crashes: int


@dataclass(frozen=True, slots=True)
class ClaimReply:
    """`fenced` True: the lease is lost, nothing was claimed. `now` is the database's time. Claims in claim order."""

    fenced: bool
    now: datetime
    claims: tuple[Claim, ...] = ()
    last_key: int | None = None
    """The claim key (microseconds) of the last claimed row; a later claim may start there."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a worker remembers of an execution: the last journal row and the last message it has seen (0 = none)."""

    seq: int = 0
    inbox_seq: int = 0


@dataclass(frozen=True, slots=True)
class Loaded:
    """All a new owner needs, less what it said it knows. `rows` and `inbox` in order of seq."""

    record: ExecutionRecord
    graph_json: str
    rows: tuple[JournalRow, ...]
    inbox: tuple[InboxRow, ...]


class DecisionKind(StrEnum):
    PARK = "park"
    PAUSE = "pause"
    END = "end"
    KEEP = "keep"   # only its rows are guarded (a timeout, an expiry); the owner stays


@dataclass(frozen=True, slots=True)
class Decision:
    """A guarded decision: applied, with its rows, only where owner, claim_no match and `inbox_seq = seen`."""

    execution_id: str
    claim_no: int
    seen: int
    kind: DecisionKind
    rows: tuple[JournalRow, ...] = ()
    wake_at: datetime | None = None             # PARK
    status: ExecutionStatus | None = None       # END
    output_json: str | None = None              # END
    error_json: str | None = None               # END
    retry_in: float | None = None               # END failed: seconds until next_retry_at
    tell_parent: bool = False                   # END: sets parent_due
    cancel_children: bool = False               # END: sets children_due
    follow_up: bool = False                     # END failed: sets failure_due


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A line for the record of an open approval, which `key` makes count once.

    Where `assignees_json` is not None, it, `groups_json` and `due_at` take the place of the approval's own. `notify` is the
    workflow to be started because of it.
    """

    approval_id: str
    key: str
    execution_id: str
    kind: str
    detail_json: str
    notify: str | None = None
    assignees_json: str | None = None
    groups_json: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewApproval:
    """An approval a waiting activity opens; the id is derived from execution, scope, node, visit and attempt."""

    id: str
    execution_id: str
    workflow: str
    node_id: str
    scope: str
    visit: int
    title: str
    body: str
    form_json: str
    assignees_json: str
    due_at: datetime | None
    groups_json: str = "[]"
    payload_json: str = "null"
    rules_json: str = "{}"
    notices: tuple[NewNotice, ...] = ()


@dataclass(frozen=True, slots=True)
class Approval:
    """`rules_json` is that of `ApprovalRules`."""

    id: str
    execution_id: str
    workflow: str
    node_id: str
    scope: str
    visit: int
    title: str
    body: str
    form_json: str
    assignees_json: str
    status: str   # open | decided | expired
    due_at: datetime | None
    decision_json: str | None
    created_at: datetime
    decided_at: datetime | None
    groups_json: str = "[]"
    payload_json: str = "null"
    rules_json: str = "{}"


@dataclass(frozen=True, slots=True)
class Commit:
    """One group commit (T8). `rows` are plain rows in order; each execution appears in at most one decision.

    `progressed`: (execution_id, claim_no) of those whose crash count goes back to 0 because an activity finished.
    """

    rows: tuple[JournalRow, ...] = ()
    decisions: tuple[Decision, ...] = ()
    progressed: tuple[tuple[str, int], ...] = ()
    children: tuple[NewExecution, ...] = ()
    approvals: tuple[NewApproval, ...] = ()
    closed_approvals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommitReply:
    """`fenced` True: the lease is lost and nothing was applied. `applied`: executions whose decision was applied."""

    fenced: bool
    applied: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class StartReply:
    """`created` False: `id` is an earlier execution, named by the idempotency key or not begun yet and debounced.

    `status`: `waiting` when it is held back.
    """

    id: str
    created: bool
    status: ExecutionStatus = ExecutionStatus.RUNNING


@dataclass(frozen=True, slots=True)
class SlotUse:
    """Who holds a slot key: at most the oldest five ids, and how many there are of how many there may be."""

    held: int
    limit: int | None   # None: no execution was admitted to it yet
    holders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Admitted:
    """Executions that got a slot, and where to go on: None when every key has been looked at."""

    ids: tuple[str, ...]
    next_key: str | None


@dataclass(frozen=True, slots=True)
class WorkflowVersion:
    """One version, immutable in what it does; `graph_json` is the normalised graph_config."""

    workflow: str
    version: int
    graph_json: str
    description: str
    created_at: datetime
    created: bool = False
    """True when the call that returned it made it."""
    positions_json: str | None = None
    """Where its nodes were moved to since; None: where the graph says."""
    saved_by: str | None = None


@dataclass(frozen=True, slots=True)
class RecentExecution:
    id: str
    status: ExecutionStatus
    created_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class WorkflowActivity:
    """What goes on in a workflow: `open` by status, each counted to a bound, and its last executions, newest first."""

    open: Mapping[str, int] = field(default_factory=dict)
    recent: tuple[RecentExecution, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkflowSummary:
    name: str
    version: int
    description: str
    created_at: datetime
    updated_at: datetime
    activity: WorkflowActivity = WorkflowActivity()


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule's row. Exactly one of `cron`, `interval` (seconds) and `at` is set. `row_version` rises with each edit."""

    id: str
    workflow: str
    cron: str | None
    interval: float | None
    timezone: str
    dst: str
    input_json: str
    priority: int
    overlap: str            # allow | skip | queue_one | cancel_previous
    catch_up: str           # skip | latest | all
    paused: bool
    next_fire_at: datetime | None
    row_version: int
    created_at: datetime
    error: str | None = None
    version: int | None = None   # the workflow version to run; None = the latest
    at: tuple[datetime, ...] = ()
    start_at: datetime | None = None
    end_at: datetime | None = None
    jitter: float = 0.0          # seconds; a fire comes up to so much later
    catch_up_limit: int | None = None
    catch_up_window: float | None = None   # seconds

    @property
    def status(self) -> str:
        """set_aside | paused | ended | active"""
        if self.error is not None:
            return "set_aside"
        return "ended" if self.next_fire_at is None else "paused" if self.paused else "active"


@dataclass(frozen=True, slots=True)
class Fire:
    """One due instant of a schedule and what became of it: fired | skipped | missed | paused, and why."""

    schedule_id: str
    fire_at: datetime
    outcome: str
    reason: str
    execution_id: str | None
    recorded_at: datetime


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; `next_cursor` is None on the last.

    A search that no index answers looks at a bounded number of rows: then `searched_until` is the time down to which it
    looked, and `next_cursor` goes on from there, however few items there are.
    """

    items: tuple[T, ...]
    next_cursor: str | None = None
    searched_until: datetime | None = None
