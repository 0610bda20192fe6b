"""Executions that this worker has parked, kept as they were: whoever takes one again folds only the rows that are new.

Without it an execution that parks a thousand times would fold its journal a thousand times. Nothing depends on it: what is
not here, or no longer fits the journal, is read from its first row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from treadle.domain.records import Known, Loaded, MessageKind
from treadle.engine.execution_state import ExecutionState
from treadle.engine.history import MOVE, REWIND, rewind_of
from treadle.engine.mailbox import Mailbox

WORTH_KEEPING = 32
"""Rows; a shorter journal is folded in less time than it takes to look here."""
MOST_EXECUTIONS = 1_000
MOST_ROWS = 200_000
MOST_CHARACTERS = 64 << 20


@dataclass(frozen=True, slots=True)
class Parked:
    """`seen` is the last message that its owner had read."""

    state: ExecutionState
    mailbox: Mailbox
    seen: int


class Warm:
    """The most recently parked executions, up to a number of rows and of characters of results.

    The worker's loop keeps and takes; its duty thread looks, while the loop waits for it.
    """

    def __init__(self) -> None:
        self._parked: dict[str, Parked] = {}
        self._rows = 0
        self._characters = 0

    def keep(self, state: ExecutionState, mailbox: Mailbox, *, seen: int) -> None:
        self.take(state.execution_id)
        if state.seq < WORTH_KEEPING:
            return
        self._parked[state.execution_id] = Parked(state, mailbox, seen)
        self._rows += state.seq
        self._characters += state.characters
        while len(self._parked) > MOST_EXECUTIONS or self._rows > MOST_ROWS or self._characters > MOST_CHARACTERS:
            self.take(next(iter(self._parked)))

    def known(self, execution_ids: Iterable[str]) -> dict[str, Known]:
        """What need not be read again."""
        return {each: Known(p.state.seq, p.seen) for each in execution_ids if (p := self._parked.get(each)) is not None}

    def fits(self, loaded: Loaded) -> bool:
        """Whether what was read goes on from what is kept. If not, nothing is kept any more: it must be read whole."""
        parked = self._parked.get(loaded.record.id)
        is_other = any(row.status in (REWIND, MOVE) for row in loaded.rows) or any(
            each.kind is MessageKind.MOVE or rewind_of(each) for each in loaded.inbox
        )
        if parked is not None and loaded.rows and loaded.rows[0] == parked.state.last_row and not is_other:
            return True
        self.take(loaded.record.id)
        return False

    def is_parked(self, loaded: Loaded) -> bool:
        """Whether it is as it was when it was parked here."""
        return loaded.record.id in self._parked and len(loaded.rows) == 1

    def take(self, execution_id: str) -> Parked | None:
        parked = self._parked.pop(execution_id, None)
        if parked is not None:
            self._rows -= parked.state.seq
            self._characters -= parked.state.characters
        return parked
