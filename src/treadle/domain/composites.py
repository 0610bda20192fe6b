"""An activity with an inner graph: which items or turns run now, and when it is over. Pure, as the token game is.

A map runs its graph once for each item, a loop turn after turn. Both are the same thing: a row of numbered runs, some of
which are under way. Everything that depends on data or time comes from outside, in journal rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from treadle.domain.values import decode

OnItemError = Literal["fail", "continue", "collect"]
DEFAULT_CONCURRENCY = 10


@dataclass(frozen=True, slots=True)
class Growth:
    """Signals that add items to a map while it runs; the map ends only after `close`."""

    signal: str
    close: str


@dataclass(frozen=True, slots=True)
class MapPlan:
    """Run the inner graph once for each item.

    `items` is the list, or how many runs. `complete_after` ends it after so many completed items, `complete_when`, an
    expression, when it holds after an item; `rest` says what becomes of the items under way then. `wait` False: go on at once.
    """

    items: tuple[Any, ...] | int
    concurrency: int = DEFAULT_CONCURRENCY
    on_item_error: OnItemError = "fail"
    complete_after: int | None = None
    complete_when: str | None = None
    rest: Literal["ignore", "cancel"] = "ignore"
    wait: bool = True
    more: Growth | None = None

    def to_json(self) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "kind": "map",
            "items": self.items if isinstance(self.items, int) else list(self.items),
            "concurrency": self.concurrency,
            "on_item_error": self.on_item_error,
            "complete_after": self.complete_after,
            "complete_when": self.complete_when,
            "rest": self.rest,
            "wait": self.wait,
            "more": {"signal": self.more.signal, "close": self.more.close} if self.more else None,
        }
        return {key: value for key, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True)
class LoopPlan:
    """Run the inner graph turn after turn.

    Another turn follows while `again`, an expression over the turn's `output`, holds; None: as long as `max` allows.
    With an `again` that still holds after `max` turns the loop fails.
    """

    again: str | None = None
    max: int | None = None

    @property
    def is_block(self) -> bool:
        """Whether it is one turn only: no loop at all."""
        return self.again is None and self.max == 1

    def to_json(self) -> dict[str, Any]:
        fields = {"kind": "loop", "again": self.again, "max": self.max}
        return {key: value for key, value in fields.items() if value is not None}


Plan = MapPlan | LoopPlan


def plan_from_json(fields: Mapping[str, Any]) -> Plan:
    if fields["kind"] == "loop":
        return LoopPlan(fields.get("again"), fields.get("max"))
    items, more = fields["items"], fields.get("more")
    return MapPlan(
        items=items if isinstance(items, int) else tuple(items),
        concurrency=fields["concurrency"],
        on_item_error=fields["on_item_error"],
        complete_after=fields.get("complete_after"),
        complete_when=fields.get("complete_when"),
        rest=fields["rest"],
        wait=fields["wait"],
        more=Growth(more["signal"], more["close"]) if more else None,
    )


@dataclass(slots=True, eq=False)
class Composite:
    """One composite activity under way.

    `total` runs are known, the first `begun` of them have been begun, and `running` maps the number of each that is under
    way to whatever plays it. `outputs` are the JSON texts of those that have ended, `errors` those of failed ones.
    """

    plan: Plan
    items: list[Any] | None = None
    began_at: datetime | None = None
    total: int = 0
    begun: int = 0
    closed: bool = False
    satisfied: bool = False
    """Whether a condition has ended it before all its runs have."""
    starved: bool = False
    """Whether a run could not begin, because the execution may have no more activities."""
    running: dict[int, Any] = field(default_factory=dict)
    outputs: dict[int, str | None] = field(default_factory=dict)
    errors: dict[int, str | None] = field(default_factory=dict)
    completed: int = 0
    spare: int = 0
    """How many runs may be under way beyond the plan's `concurrency`."""

    @classmethod
    def of(cls, plan: Plan, *, began_at: datetime | None = None) -> Composite:
        if isinstance(plan, LoopPlan):
            return cls(plan, total=1, began_at=began_at)
        if isinstance(plan.items, int):
            return cls(plan, total=plan.items, closed=plan.more is None, began_at=began_at)
        return cls(plan, items=list(plan.items), total=len(plan.items), closed=plan.more is None, began_at=began_at)

    @property
    def ended(self) -> int:
        return len(self.outputs)

    @property
    def failed(self) -> int:
        return len(self.errors)

    @property
    def over(self) -> bool:
        """Whether its activity can leave. Of a map that nobody waits for: at once."""
        if isinstance(self.plan, MapPlan) and not self.plan.wait:
            return True
        return self.satisfied or self._all_ended()

    @property
    def idle(self) -> bool:
        """Whether nothing of it runs and nothing will."""
        return not self.running and (self.satisfied or self._all_ended())

    def next(self) -> int | None:
        """The number of the next run to begin now, if any."""
        limit = self.plan.concurrency if isinstance(self.plan, MapPlan) else 1
        if self.satisfied or self.begun >= self.total or len(self.running) >= limit + self.spare:
            return None
        return self.begun

    def begin(self, index: int, player: object) -> None:
        self.begun = index + 1
        self.running[index] = player

    def item(self, index: int) -> Any:
        return self.items[index] if self.items is not None else index

    def end(self, index: int, *, output_json: str | None, error_json: str | None, cancelled: bool = False) -> None:
        """One run has ended, failed if there is an error."""
        del self.running[index]
        self.outputs[index] = output_json
        if error_json is not None:
            self.errors[index] = error_json
            return
        if cancelled:
            return
        self.completed += 1
        if isinstance(self.plan, MapPlan) and self.plan.complete_after is not None:
            self.satisfied = self.satisfied or self.completed >= self.plan.complete_after

    def again(self, *, more: bool) -> None:
        """A loop's turn has ended, and another follows or not."""
        self.total += more
        self.closed = not more

    def add(self, items: Sequence[Any]) -> None:
        if self.items is None:
            self.items = list(range(self.total))
        self.items.extend(items)
        self.total += len(items)

    def drop_the_rest(self) -> None:
        """What has not begun never will."""
        self.satisfied = True

    def result_json(self) -> str:
        """A map's list in the order of its items, null where there is no result; a loop's last output."""
        if isinstance(self.plan, LoopPlan):
            return self.outputs.get(self.ended - 1) or "null"
        return f"[{','.join(self._entry(index) for index in range(self.total))}]"

    def last_output(self) -> Any:
        """The output of a loop's latest turn, None before the first has ended."""
        return decode(self.outputs.get(self.ended - 1) or "null")

    def results(self) -> list[Any]:
        """The same as values."""
        return [decode(self._entry(index)) for index in range(self.total)]

    def _entry(self, index: int) -> str:
        error = self.errors.get(index)
        if error is not None and isinstance(self.plan, MapPlan) and self.plan.on_item_error == "collect":
            return f'{{"error":{error}}}'
        return self.outputs.get(index) or "null"

    def _all_ended(self) -> bool:
        return self.closed and self.ended == self.total
