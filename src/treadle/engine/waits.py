"""What a parked activity waits for, as it stands in the journal, and which message or time ends it."""

from __future__ import annotations

import hashlib
from collections import ChainMap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from treadle.domain.activity import Event, Park, Wait
from treadle.domain.expressions import compile_expression
from treadle.domain.records import InboxRow, MessageKind
from treadle.domain.values import decode
from treadle.engine.system import TIME_PREFIX

TIME = "time"
ATTEMPT, TOTAL = "!timeout", "!timeout.total"
"""The names of the waits that a node's own `timeout` adds to a park; no handler can use them: they are no identifiers."""
LIMITS = frozenset({ATTEMPT, TOTAL})
LINGERS = "lingers"
"""Of a child that its parent's end waits for."""
KIND_OF_MESSAGE = {MessageKind.SIGNAL: "signal", MessageKind.DECISION: "approval", MessageKind.CHILD: "child"}


@dataclass(frozen=True, slots=True)
class PendingWait:
    """One way a park can end. `approval` and `child` are ids; `when` is an expression over `payload`."""

    name: str
    until: datetime | None = None
    signal: str | None = None
    when: str | None = None
    keep: bool = True
    approval: str | None = None
    child: str | None = None
    title: str | None = None
    on_end: str = "cancel"
    """Of a child: what becomes of it when nobody waits for it any more: cancel, abandon or wait."""

    def matches(self, message: InboxRow, *, after: int, names: Mapping[str, Any]) -> bool:
        """Whether the message ends this wait. ExpressionError when the filter raises; `names` are its activity's."""
        if message.kind is MessageKind.SIGNAL:
            return self.signal == message.name and (self.keep or message.seq > after) and self._passes(message, names)
        if message.kind is MessageKind.DECISION:
            return self.approval == message.name
        return message.kind is MessageKind.CHILD and self.child == message.name

    def _passes(self, message: InboxRow, names: Mapping[str, Any]) -> bool:
        if self.when is None:
            return True
        return bool(compile_expression(self.when).evaluate(ChainMap({"payload": decode(message.payload_json)}, names)))  # type: ignore[arg-type]

    def to_json(self) -> dict[str, Any]:
        fields = {
            "name": self.name,
            "until": self.until.isoformat() if self.until else None,
            "signal": self.signal,
            "when": self.when,
            "keep": None if self.keep else False,
            "approval": self.approval,
            "child": self.child,
            "title": self.title,
            "on_end": self.on_end if self.on_end != "cancel" else None,
        }
        return {key: value for key, value in fields.items() if value is not None and value != ""}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> PendingWait:
        until = fields.get("until")
        return cls(
            name=fields.get("name", ""),
            until=datetime.fromisoformat(until) if until else None,
            signal=fields.get("signal"),
            when=fields.get("when"),
            keep=fields.get("keep", True),
            approval=fields.get("approval"),
            child=fields.get("child"),
            title=fields.get("title"),
            on_end=fields.get("on_end", "cancel"),
        )


@dataclass(frozen=True, slots=True)
class ActiveWait:
    """A parked activity. `after` is the inbox seq its owner had read when the wait began."""

    waits: tuple[PendingWait, ...]
    after: int
    started_at: datetime | None

    @property
    def wake_at(self) -> datetime | None:
        return min((w.until for w in self.waits if w.until is not None), default=None)

    def due(self, now: datetime) -> int | None:
        """The index of the earliest wait whose time has come."""
        due = [(w.until, i) for i, w in enumerate(self.waits) if w.until is not None and w.until <= now]
        return min(due)[1] if due else None

    def ended_by(self, messages: Iterable[InboxRow], names: Mapping[str, Any]) -> tuple[int, InboxRow] | None:
        """The first message that ends one of the waits, and which. `names` are what the activity's expressions see."""
        for message in messages:
            for index, wait in enumerate(self.waits):
                if wait.matches(message, after=self.after, names=names):
                    return index, message
        return None

    def event(self, index: int, message: InboxRow | None, now: datetime) -> Event:
        wait = self.waits[index]
        if message is None:
            return Event(index, wait.name, TIME, None, wait.until or now, self.started_at)
        payload = decode(message.payload_json)
        return Event(index, wait.name, KIND_OF_MESSAGE[message.kind], payload, message.created_at, self.started_at)

    def limited(self, ends: Mapping[str, datetime]) -> ActiveWait:
        """The same, but for the time-outs of these names."""
        others = tuple(w for w in self.waits if w.name not in ends)
        return replace(self, waits=(*others, *_time_outs(ends)))

    def limit_only(self) -> ActiveWait:
        """The same, but for the time-outs alone."""
        return replace(self, waits=tuple(w for w in self.waits if w.name in LIMITS))

    def lingering(self) -> Iterable[str]:
        """The children that the end of the whole execution waits for."""
        return (wait.child for wait in self.waits if wait.child is not None and wait.on_end == "wait")

    def sources(self) -> Iterable[tuple[str, str]]:
        """The kinds and names of messages that may end it."""
        for wait in self.waits:
            for kind, name in (("signal", wait.signal), ("approval", wait.approval), ("child", wait.child)):
                if name is not None:
                    yield kind, name

    def to_json(self) -> dict[str, Any]:
        return {"waits": [w.to_json() for w in self.waits], "after": self.after}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any], started_at: datetime | None) -> ActiveWait:
        return cls(tuple(PendingWait.from_json(w) for w in fields["waits"]), fields["after"], started_at)


def begin_wait(
    park: Park, *, address: str, execution_id: str, after: int, started_at: datetime,
    ends: Mapping[str, datetime] | None = None,
) -> ActiveWait:
    """The wait a park begins; `ends` are the node's time-outs by name.

    Ids of approvals and children come from the address, so a repetition opens no second one.
    """
    waits = tuple(_pending(wait, index, address, execution_id) for index, wait in enumerate(park.waits))
    return ActiveWait((*waits, *_time_outs(ends or {})), after, started_at)


def _time_outs(ends: Mapping[str, datetime]) -> Iterable[PendingWait]:
    return (PendingWait(name, until=until) for name, until in ends.items())


def _pending(wait: Wait, index: int, address: str, execution_id: str) -> PendingWait:
    key = f"{execution_id}/{address}/{index}"
    return PendingWait(
        name=wait.name,
        until=wait.until,
        signal=wait.signal,
        when=wait.when,
        keep=wait.keep,
        approval=f"appr-{digest(key)}" if wait.approval else None,
        child=child_id(execution_id, f"{address}/{index}") if wait.child else None,
        title=wait.approval.title if wait.approval else None,
        on_end=wait.child.on_parent_end if wait.child else "cancel",
    )


def digest(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=10).hexdigest()


def child_id(execution_id: str, address: str) -> str:
    """The id of the child that an activity starts: the same at every repetition."""
    return f"exec-{execution_id.removeprefix('exec-')[:TIME_PREFIX]}{digest(f'{execution_id}/{address}')[:16]}"
