"""What a handler sees and says: the context it gets, and the outcomes it can return.

A handler returns a plain value (the output, leaving through `out`), a `Done` that names a port, or a `Park` that waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from treadle.domain.approvals import ApprovalRules
from treadle.domain.graph import OUT


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
    emit: Callable[[str, Mapping[str, Any]], None] | None = None
    lookup: Mapping[str, Any] = field(default_factory=dict)
    """The expression names of this activity (`input`, `nodes`, …), for handlers that evaluate expressions themselves."""
    cancelled: bool = False
    """True once the result is no longer wanted; long handlers look at it and return."""

    @property
    def idempotency_key(self) -> str:
        scope = f"{self.scope}/" if self.scope else ""
        return f"{self.execution_id}/{scope}{self.node_id}#{self.visit}"

    def log(self, message: str, **fields: Any) -> None:
        """Say something about this activity; it goes to the worker's log."""
        if self.emit is not None:
            self.emit(message, fields)

    def progress(self, done: float, total: float | None = None, message: str = "") -> None:
        """Report how far the handler is; counts as a heartbeat."""
        if self.emit is not None:
            self.emit("progress", {"done": done, "total": total, "message": message})

    def heartbeat(self) -> None:
        """Say that the handler is alive."""

    def after(self, seconds: float) -> datetime:
        """The database's time that many seconds from the attempt's start."""
        return self.now + timedelta(seconds=seconds)
