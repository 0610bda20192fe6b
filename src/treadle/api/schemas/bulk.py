"""What is sent and answered about many executions at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from treadle.api.patterns import VISIBLE
from treadle.api.schemas.fields import Answer, Body, Cursor, Key, Prose, SearchText, Text
from treadle.domain.execution_filter import ExecutionFilter
from treadle.domain.search import parse_search
from treadle.domain.selection import MOST_IDS, Selection
from treadle.engine.bulk import DEFAULT_LIMIT, MOST, Action, Order

StatusName = Literal["running", "waiting", "paused", "completed", "failed", "cancelled"]
Id = Annotated[str, Field(min_length=1, max_length=200, pattern=VISIBLE)]
WHERE = "a search, such as `status:failed since:24h refund`"


class Steering(Body):
    """How far one call goes."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MOST, description="executions that one call looks at")
    cursor: Cursor | None = Field(default=None, description="`next` of the call before")
    dry_run: bool = Field(default=False, description="only say how many, and who would be refused")


class SteerMany(Steering):
    """With neither filters nor `ids`: every execution that the action fits."""

    action: Literal["retry", "cancel", "pause", "resume", "signal"]
    status: StatusName | list[StatusName] | None = Field(default=None, description="left out: those that the action fits")
    workflow: Text | None = None
    parent: Text | None = None
    q: SearchText | None = Field(default=None, description=WHERE)
    ids: list[Id] | None = Field(default=None, max_length=MOST_IDS, description="whole ids, without any filter")
    reason: Prose = Field(default="", description="of a cancel")
    compensate: bool = Field(default=False, description="of a cancel: first undo what has been done")
    signal: Key | None = Field(default=None, description="the signal's name")
    payload: Any = None
    signal_id: Key | None = Field(default=None, description="two signals with the same one count once in each execution")
    waiting: bool = Field(default=False, description="a signal only for those that wait for it now")
    idempotency_key: Key | None = Field(default=None, description="the same request again counts once in each execution")

    def selection(self, now: Callable[[], datetime]) -> Selection:
        """DefinitionError: the search."""
        wanted = _wanted(self.q, self.status, now=now, path="q").narrowed(workflow=self.workflow, parent=self.parent)
        return Selection(wanted, None if self.ids is None else tuple(self.ids))

    def order(self, key: str | None) -> Order:
        """`key` makes it count once."""
        action = Action(self.action)
        return Order(action, self.reason, self.compensate, self.signal or "", self.payload, self.waiting, key)


class Broadcast(Steering):
    payload: Any = None
    signal_id: Key | None = Field(default=None, description="two signals with the same one count once in each execution")
    status: StatusName | list[StatusName] | None = Field(default=None, description="left out: those that are open")
    workflow: Text | None = None
    where: SearchText | None = Field(default=None, description=WHERE)
    waiting: bool = Field(default=False, description="only those that wait for it now")

    def selection(self, now: Callable[[], datetime]) -> Selection:
        """DefinitionError: the search."""
        return Selection(_wanted(self.where, self.status, now=now, path="where").narrowed(workflow=self.workflow))


class Refusal(Answer):
    id: str
    state: str
    detail: str


class Steered(Answer):
    """`matched` executions were looked at, `done` told now or before; of `refused_count`, `refused` has the first hundred."""

    matched: int
    done: int
    refused: list[Refusal]
    refused_count: int
    next: str | None


def _wanted(
    text: str | None, status: StatusName | list[StatusName] | None, *, now: Callable[[], datetime], path: str
) -> ExecutionFilter:
    wanted = parse_search(text or "", now=now, path=path)
    if status is None:
        return wanted
    given = [status] if isinstance(status, str) else status
    return replace(wanted, statuses=tuple(each for each in wanted.statuses if each in given))
