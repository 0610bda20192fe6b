"""What a handler sees and says: the context it gets, and the outcomes it can return.

A handler returns a plain value (the output, leaving through `out`), a `Done` that names a port, or a `Park` that waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from treadle.domain.approvals import ApprovalRules
from treadle.domain.errors import AttemptOverError
from treadle.domain.graph import OUT
from treadle.domain.heartbeats import DETAILS_LIMIT, PROGRESS_LIMIT, Pulse
from treadle.domain.secret_references import Place
from treadle.domain.values import encode


@dataclass(frozen=True, slots=True)
class Done:
    """The activity is finished. `port` may be several ports (a `switch` with `all`)."""

    output: Any = None
    port: str | tuple[str, ...] = OUT


@dataclass(frozen=True, slots=True)
class ApprovalNotice:
    """Something that happened to an open approval by itself, for its record: `kind` is opened, reminded or escalated."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """What people are asked. `form` is a JSON Schema or None; `payload` any JSON that the decision's data may replace.

    A park that asks at the same place again asks nothing anew: only its `notices` are recorded, and after an escalation its
    people and its due time take the place of those before. `notify` is the workflow to start for each notice.
    """

    title: str
    body: str = ""
    form: Mapping[str, Any] | None = None
    assignees: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    payload: Any = None
    rules: ApprovalRules = field(default_factory=ApprovalRules)
    notices: tuple[ApprovalNotice, ...] = ()
    notify: str | None = None


@dataclass(frozen=True, slots=True)
class ChildRequest:
    """A child execution to start. `input` is any JSON value; `on_parent_end` is cancel, abandon or wait.

    `inner` True: not a workflow, but the graph inside the composite node that the asking activity is a part of.
    """

    workflow: str
    input: Any = None
    version: int | None = None
    on_parent_end: str = "cancel"
    inner: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that can end a park. Exactly one of the fields says what; `name` comes back in the event.

    `when` filters signals (an expression over `payload`); `keep` False ignores signals sent before the wait began. `passing`
    says that this time is only a step on the way, not what an approval beside it is due at.
    """

    name: str = ""
    until: datetime | None = None
    signal: str | None = None
    when: str | None = None
    keep: bool = True
    approval: ApprovalRequest | None = None
    child: ChildRequest | None = None
    passing: bool = False


@dataclass(frozen=True, slots=True)
class Park:
    """The activity waits for the first of `waits`; then the handler's `resume(config, event)` says how it ends."""

    waits: tuple[Wait, ...]


@dataclass(frozen=True, slots=True)
class Spawn:
    """The activity is finished and starts a child that nobody waits for; its output is `{"execution_id": …}`."""

    child: ChildRequest


@dataclass(frozen=True, slots=True)
class Terminate:
    """End the scope at once: the execution when at the top. `status` is completed, cancelled or failed."""

    status: str = "completed"
    output: Any = None


@dataclass(frozen=True, slots=True)
class Event:
    """What ended a park: `wait` is its index in `Park.waits`; payload is the signal's payload, the decision
    `{decision, by, comment, data}`, the child's `{execution_id, status, output, error}`, or the time for a timer. `since`
    is when the attempt began."""

    wait: int
    name: str
    kind: str   # time | signal | approval | child
    payload: Any
    at: datetime
    since: datetime | None = None


@dataclass(slots=True)
class Context:
    """What a handler may ask of the engine. One object for each attempt; safe to use from any thread.

    `idempotency_key` is the same for every attempt of one visit.
    """

    execution_id: str
    workflow: str
    node_id: str
    scope: str
    visit: int
    attempt: int
    now: datetime
    trigger: Any = None
    secrets: Callable[[str], str] | None = None
    secret_places: tuple[Place, ...] = ()
    """Where the config, as it was saved, names secrets."""
    emit: Callable[[str, Mapping[str, Any]], None] | None = None
    lookup: Mapping[str, Any] = field(default_factory=dict)
    """The expression names of this activity (`input`, `nodes`, …), for handlers that evaluate expressions themselves."""
    cancelled: bool = False
    """True once the result is no longer wanted; long handlers look at it and return."""
    heartbeat_details: Any = None
    """What an earlier attempt of this visit last gave to `heartbeat`; None if it gave nothing."""
    pulse: Pulse | None = None
    trace: Mapping[str, str] | None = None
    """The headers of this attempt's span; None where nothing is traced."""

    @property
    def idempotency_key(self) -> str:
        scope = f"{self.scope}/" if self.scope else ""
        return f"{self.execution_id}/{scope}{self.node_id}#{self.visit}"

    def log(self, message: str, **fields: Any) -> None:
        """Say something about this activity, for its execution's log and the worker's.

        `level` is debug, info, warning or error (default info); other fields are any JSON. Secrets of this attempt are masked.
        """
        if self.emit is not None:
            self.emit(message, fields)

    def progress(self, done: float | str, total: float | None = None, message: str = "") -> None:
        """Show people how far the handler is: a text, a fraction from 0 to 1, or so much of `total`. Counts as a heartbeat.

        AttemptOverError once the result is no longer wanted.
        """
        text = isinstance(done, str)
        said = {"done": None if text else done, "total": total, "message": done if text else message}
        self._beat(progress_json=encode(said, limit=PROGRESS_LIMIT, name="progress"))

    def heartbeat(self, details: Any = None) -> None:
        """Say that the handler is alive. `details`, any JSON, is what the next attempt finds in `heartbeat_details`.

        AttemptOverError once the result is no longer wanted; UnstorableValueError for details that are no JSON.
        """
        self._beat(details_json=None if details is None else encode(details, limit=DETAILS_LIMIT, name="heartbeat details"))

    def _beat(self, *, details_json: str | None = None, progress_json: str | None = None) -> None:
        if self.cancelled:
            raise AttemptOverError(f"the result of {self.node_id} is no longer wanted: its time is over, or it was cancelled")
        if self.pulse is not None:
            self.pulse.beat(details_json=details_json, progress_json=progress_json)

    def trace_headers(self) -> dict[str, str]:
        """Headers to send along, so that what others do for this attempt is in its trace; empty if nothing is traced."""
        return dict(self.trace or {})

    def after(self, seconds: float) -> datetime:
        """The database's time that many seconds from the attempt's start."""
        return self.now + timedelta(seconds=seconds)
