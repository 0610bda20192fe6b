"""What live streams need from the store: whether anything has changed, for as little as possible."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from treadle.domain.records import JournalRow


class Topic(StrEnum):
    """A list that somebody looks at."""

    EXECUTIONS = "executions"
    APPROVALS = "approvals"
    SCHEDULES = "schedules"
    WORKERS = "workers"
    WORKFLOWS = "workflows"


class Head(NamedTuple):
    """`seq` is the journal's last; `rest` is equal as long as nothing else that readers see has changed."""

    seq: int
    rest: Hashable


class LiveRow(NamedTuple):
    """A row whose result and detail are left out where they are `large`."""

    row: JournalRow
    large: bool


class LiveStore(Protocol):
    def heads(self, execution_ids: Sequence[str]) -> Mapping[str, Head]:
        """How far each is, in one statement; those that do not exist are left out."""
        ...

    def rows(self, execution_id: str, *, after: int, limit: int) -> Sequence[LiveRow]:
        """Rows with a seq above `after`, in order, without results of more than 2 KiB."""
        ...

    def topic(self, topic: Topic) -> Hashable:
        """Something that is another when something in this list has changed; it may miss what changed back."""
        ...

    def on_write(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back in some thread whenever this process has written, until the returned function is called."""
        ...
