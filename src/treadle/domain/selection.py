"""Which executions a request is about that is about many of them."""

from __future__ import annotations

from dataclasses import dataclass

from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.execution_filter import EVERYTHING, ExecutionFilter

MOST_IDS = 10_000


@dataclass(frozen=True, slots=True)
class Selection:
    """What a filter selects; or these whole `ids`, in their order, whatever else is true of them."""

    wanted: ExecutionFilter = EVERYTHING
    ids: tuple[str, ...] | None = None

    def check(self) -> None:
        """DefinitionError."""
        if self.ids is None:
            return
        if len(self.ids) > MOST_IDS:
            raise DefinitionError([Finding("limit_exceeded", f"{len(self.ids):,} ids, the limit is {MOST_IDS:,}", "ids")])
        if self.wanted != EVERYTHING:
            message = "ids name the executions; there is nothing to search for besides"
            raise DefinitionError([Finding("two_ways", message, "ids", "leave out either ids or the filters")])
