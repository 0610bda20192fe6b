"""The messages an execution has been told and nothing has used yet, and who waits for which.

A message ends one wait: of several that it fits, the one that began first. A wait takes the earliest message that fits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from treadle.domain.errors import ExpressionError
from treadle.domain.marking import Activity
from treadle.domain.records import InboxRow
from treadle.engine.waits import KIND_OF_MESSAGE, ActiveWait

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

    def put(self, message: InboxRow) -> None:
        self._kept.setdefault(_source(message), {})[message.seq] = message
        self._arrived.append(message)

    def drop(self, seqs: Iterable[int]) -> None:
        """These have been used by another owner."""
        used = set(seqs)
        for kept in self._kept.values():
            for seq in used.intersection(kept):
                del kept[seq]

    def next(
        self, fresh: deque[Activity], waits: Mapping[Activity, ActiveWait], is_active: Callable[[Activity], bool]
    ) -> Match | None:
        """The next message that ends a wait, taken out; `fresh` are activities whose wait has not been looked at."""
        while fresh:
            found = self._look_through(fresh.popleft(), waits, is_active)
            if found is not None:
                return found
        while self._arrived:
            message = self._arrived[0]
            found = self._offer(message, waits, is_active)
            if found is None or found.message is not None:
                self._arrived.popleft()
            if found is not None:
                return found
        return None

    def _look_through(
        self, activity: Activity, waits: Mapping[Activity, ActiveWait], is_active: Callable[[Activity], bool]
    ) -> Match | None:
        wait = waits.get(activity)
        if wait is None or not is_active(activity):
            return None
        candidates: dict[int, InboxRow] = {}
        for source in wait.sources():
            self._listeners.setdefault(source, {})[activity] = None
            candidates.update(self._kept.get(source, {}))
        if not candidates:
            return None
        return self._try(activity, wait, [candidates[seq] for seq in sorted(candidates)])

    def _offer(
        self, message: InboxRow, waits: Mapping[Activity, ActiveWait], is_active: Callable[[Activity], bool]
    ) -> Match | None:
        source = _source(message)
        if message.seq not in self._kept.get(source, {}):
            return None
        listeners = self._listeners.get(source, {})
        for activity in list(listeners):
            wait = waits.get(activity)
            if wait is None:
                del listeners[activity]
                continue
            if not is_active(activity):
                continue
            found = self._try(activity, wait, [message])
            if found is not None:
                return found
        return None

    def _try(self, activity: Activity, wait: ActiveWait, messages: list[InboxRow]) -> Match | None:
        try:
            hit = wait.ended_by(messages)
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


def _source(message: InboxRow) -> Source:
    return KIND_OF_MESSAGE[message.kind], message.name
