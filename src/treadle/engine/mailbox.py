"""The messages an execution has been told and nothing has used yet, and who waits for which.

A message ends one wait: of several that it fits, the one that began first. A wait takes the earliest message that fits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from treadle.domain.errors import ExpressionError
from treadle.domain.marking import Activity
from treadle.domain.records import InboxRow
from treadle.domain.values import decode
from treadle.engine.execution_state import ExecutionState
from treadle.engine.waits import KIND_OF_MESSAGE, ActiveWait

NamesOf = Callable[[Activity], Mapping[str, Any]]
"""What the expressions of an activity see."""

Source = tuple[str, str]
"""The kind and name of a message: `("signal", "paid")`."""


@dataclass(frozen=True, slots=True)
class Match:
    """A message that ends a wait, or an error: the wait's filter raised."""

    activity: Activity
    wait: ActiveWait
    index: int = 0
    message: InboxRow | None = None
    error: ExpressionError | None = None


class Mailbox:
    def __init__(self) -> None:
        self._kept: dict[Source, dict[int, InboxRow]] = {}
        self._listeners: dict[Source, dict[Activity, None]] = {}
        self._arrived: deque[InboxRow] = deque()

    @property
    def has_arrived(self) -> bool:
        """Whether there are messages that nobody has been offered."""
        return bool(self._arrived)

    def put(self, message: InboxRow) -> None:
        self._kept.setdefault(_source(message), {})[message.seq] = message
        self._arrived.append(message)

    def drop(self, seqs: Iterable[int]) -> None:
        """These have been used by another owner."""
        used = set(seqs)
        for kept in self._kept.values():
            for seq in used.intersection(kept):
                del kept[seq]

    def forget(self, activity: Activity, wait: ActiveWait) -> None:
        """The wait is over, however it ended: nothing of the activity is held here any more."""
        for source in wait.sources():
            listeners = self._listeners.get(source, {})
            listeners.pop(activity, None)
            if not listeners:
                self._listeners.pop(source, None)

    def next(self, state: ExecutionState, names: NamesOf) -> Match | None:
        """The next message that ends a wait, taken out."""
        while state.fresh:
            found = self._look_through(state.fresh.popleft(), state, names)
            if found is not None:
                return found
        while self._arrived:
            message = self._arrived[0]
            found = self._offer(message, state, names)
            if found is None or found.message is not None:
                self._arrived.popleft()
            if found is not None:
                return found
        return None

    def _look_through(self, activity: Activity, state: ExecutionState, names: NamesOf) -> Match | None:
        wait = state.waits.get(activity)
        if wait is None or not state.is_active(activity):
            return None
        candidates: dict[int, InboxRow] = {}
        new = self._arrived[0].seq if self._arrived else None  # offered to all, those that began to wait before this one first
        for source in wait.sources():
            self._listeners.setdefault(source, {})[activity] = None
            candidates.update((seq, kept) for seq, kept in self._kept.get(source, {}).items() if new is None or seq < new)
        if not candidates:
            return None
        return self._try(activity, wait, [candidates[seq] for seq in sorted(candidates)], names)

    def _offer(self, message: InboxRow, state: ExecutionState, names: NamesOf) -> Match | None:
        source = _source(message)
        if message.seq not in self._kept.get(source, {}):
            return None
        listeners = self._listeners.get(source, {})
        for activity in list(listeners):
            wait = state.waits.get(activity)
            if wait is None:
                del listeners[activity]
                continue
            if not state.is_active(activity):
                continue
            found = self._try(activity, wait, [message], names)
            if found is not None:
                return found
        return None

    def _try(self, activity: Activity, wait: ActiveWait, messages: list[InboxRow], names: NamesOf) -> Match | None:
        try:
            hit = wait.ended_by(messages, names(activity))
        except ExpressionError as error:
            return Match(activity, wait, error=error)
        if hit is None:
            return None
        index, message = hit
        kept = self._kept[_source(message)]
        del kept[message.seq]
        if not kept:
            del self._kept[_source(message)]
        return Match(activity, wait, index, message)


def fields_of(message: InboxRow) -> dict[str, Any]:
    """What a message about the whole execution says."""
    payload: Any = decode(message.payload_json)
    return payload if isinstance(payload, dict) else {}


def _source(message: InboxRow) -> Source:
    return KIND_OF_MESSAGE[message.kind], message.name
