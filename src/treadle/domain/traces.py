"""Which trace and which span an execution and its activities are: computed, never drawn.

Whichever worker ends an activity gives its span the id that its handler was told, and the parent that nobody has to remember.
The headers are those of W3C Trace Context.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

TRACE = "trace"
"""Where an execution's trigger keeps the headers of who started it."""
TRACEPARENT, TRACESTATE = "traceparent", "tracestate"
STATE_LIMIT = 512
"""Characters of a `tracestate`; a longer one is dropped, as the standard allows."""
SAMPLED = 1

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_STATE = re.compile(r"[\x20-\x7e]*")
_INDEX = re.compile(r"\[\d+\]$")


@dataclass(frozen=True, slots=True)
class SpanContext:
    """A span as others see it. `state` is what tracing systems pass along."""

    trace_id: int
    span_id: int
    sampled: bool
    state: str = ""

    def headers(self) -> dict[str, str]:
        parent = f"00-{self.trace_id:032x}-{self.span_id:016x}-{'01' if self.sampled else '00'}"
        return {TRACEPARENT: parent, TRACESTATE: self.state} if self.state else {TRACEPARENT: parent}


def read_headers(headers: Mapping[str, str]) -> SpanContext | None:
    """The caller's span; None if there is none, or if what is there is not valid: the standard wants that ignored."""
    found = _TRACEPARENT.fullmatch(headers.get(TRACEPARENT, "").strip())
    if found is None:
        return None
    version, trace, span, flags, more = found.groups()
    trace_id, span_id = int(trace, 16), int(span, 16)
    if version == "ff" or (version == "00" and more) or not (trace_id and span_id):
        return None
    state = headers.get(TRACESTATE, "").strip()
    kept = state if len(state) <= STATE_LIMIT and _STATE.fullmatch(state) else ""
    return SpanContext(trace_id, span_id, bool(int(flags, 16) & SAMPLED), kept)


@dataclass(frozen=True, slots=True)
class ExecutionTrace:
    """The trace of one attempt of an execution. `parent` is the span of who started it, `own` that of the execution."""

    execution_id: str
    attempt: int
    parent: SpanContext | None
    own: SpanContext

    @classmethod
    def of(cls, execution_id: str, attempt: int, parent: SpanContext | None, *, sampled: bool) -> ExecutionTrace:
        trace_id = parent.trace_id if parent is not None else trace_id_of(execution_id)
        own = SpanContext(trace_id, _span_id(execution_id, attempt, ""), sampled, parent.state if parent is not None else "")
        return cls(execution_id, attempt, parent, own)

    def activity(self, scope: str, node_id: str, visit: int, attempt: int | None) -> SpanContext:
        """The span of an attempt. `attempt` None: of a composite node, which has one span for all of them."""
        tried = "" if attempt is None else f"@{attempt}"
        return self._span(f"{scope}/{node_id}#{visit}{tried}")

    def around(self, scope: str) -> SpanContext:
        """The parent of what runs in a scope: the composite node that the scope is an item or turn of, or the execution."""
        place = _INDEX.sub("", scope)
        if place == scope:
            return self.own
        outer, _, last = place.rpartition("/")
        node_id, _, visit = last.partition("#")
        return self.activity(outer, node_id, int(visit or 1), None)

    def _span(self, address: str) -> SpanContext:
        own = self.own
        return SpanContext(own.trace_id, _span_id(self.execution_id, self.attempt, address), own.sampled, own.state)


def trace_id_of(execution_id: str) -> int:
    """The trace of an execution that nobody else's trace has begun."""
    return int.from_bytes(blake2b(execution_id.encode(), digest_size=16, person=b"treadle.trace").digest()) or 1


def _span_id(execution_id: str, attempt: int, address: str) -> int:
    said = f"{execution_id}\0{attempt}\0{address}"
    return int.from_bytes(blake2b(said.encode(), digest_size=8, person=b"treadle.span").digest()) or 1


@dataclass(frozen=True, slots=True)
class SpanError:
    """`trace` is where it was raised, if known."""

    type: str
    message: str
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that has ended. `kind` is internal, client or consumer."""

    name: str
    context: SpanContext
    parent: SpanContext | None
    kind: str
    started_at: datetime
    ended_at: datetime
    attributes: Mapping[str, str | int] = field(default_factory=dict)
    error: SpanError | None = None
