"""What follows when a run of an inner graph has ended: its `item` row, and in the end the composite's own row.

Conditions are evaluated here, once, and their answer stands in the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from treadle.domain.composites import Composite, LoopPlan, MapPlan
from treadle.domain.errors import ExpressionError, LimitExceededError, UnstorableValueError
from treadle.domain.expressions import compile_expression
from treadle.domain.marking import Activity
from treadle.domain.records import JournalRow
from treadle.domain.states import ActivityStatus
from treadle.domain.values import MAP_RESULT_LIMIT, decode
from treadle.engine.execution_state import ExecutionState
from treadle.engine.frames import Frame
from treadle.engine.outcomes import Failure, Finished
from treadle.engine.rows import RowMaker
from treadle.engine.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class _End:
    """How one run ended; `error` is what went wrong, as `{type, message, …}`."""

    status: ActivityStatus
    output_json: str | None = None
    error_json: str | None = None


class Conclusions:
    __slots__ = ("_rows", "_state", "_vocabulary")

    def __init__(self, state: ExecutionState, rows: RowMaker, vocabulary: Vocabulary) -> None:
        self._state = state
        self._rows = rows
        self._vocabulary = vocabulary

    def next(self, now: datetime) -> JournalRow | None:
        """The row that is due now, if any: fold it, and ask again."""
        frames = self._state.frames
        for activity in frames.leaving:  # first: no run that ends now may fail what is over
            if activity.home.goes_on:
                return self.left(activity, now)
        for frame in frames.ripe:
            assert frame.around is not None
            if frame.around.home.goes_on:
                return self.ended(frame, frame.around, now)
        return None

    def of(self, activity: Activity, index: int | None, now: datetime) -> JournalRow | None:
        """What is due of one composite: of its run with that number, or, if None, the row that ends it. For replays."""
        frames = self._state.frames
        if index is None and activity in frames.leaving:
            return self.left(activity, now)
        ripe = [frame for frame in frames.ripe if frame.around is activity and index in (None, frame.index)]
        failed = [frame for frame in ripe if frame.failure_json is not None]
        chosen = (failed if index is None else ripe)[:1]
        return self.ended(chosen[0], activity, now) if chosen else None

    def ended(self, frame: Frame, activity: Activity, now: datetime) -> JournalRow:
        """The row of a run that has ended; of the composite itself, if that makes it fail."""
        composite = self._state.frames.composites[activity]
        end = self._end_of(frame)
        plan = composite.plan
        if end.error_json is not None and (isinstance(plan, LoopPlan) or self._fails_for_an_item(activity, plan)):
            return self._failed(activity, _passed_on(end.error_json, frame), now)
        try:
            decided = self._decide(activity, composite, frame.index, end)
        except ExpressionError as error:
            field = "condition" if isinstance(plan, LoopPlan) else "complete_when"
            return self._failed(activity, Failure("expression_error", f"{field}: {error}", retryable=False), now)
        if decided is None:
            assert isinstance(plan, LoopPlan)
            words = f"after {plan.max} turns the loop was not at its end; raise `max`, or look at its condition"
            return self._failed(activity, Failure("too_many_turns", words, retryable=False), now)
        return self._rows.item(
            activity, frame.index, end.status, now=now, output_json=end.output_json, error_json=end.error_json, **decided
        )

    def _end_of(self, frame: Frame) -> _End:
        if frame.marking.state == "failed" or frame.failure_json is not None:
            return _End(ActivityStatus.FAILED, error_json=frame.failure_json)
        if frame.terminated is not None and frame.terminated.status != ActivityStatus.COMPLETED:
            if frame.terminated.status == ActivityStatus.CANCELLED:
                return _End(ActivityStatus.CANCELLED)
            failure = Failure("terminated", f"ended by node {frame.terminated.node_id}")
            return _End(ActivityStatus.FAILED, error_json=failure.to_json(frame.terminated.node_id))
        try:
            return _End(ActivityStatus.COMPLETED, output_json=self._vocabulary.output_json(frame, self._state.seq))
        except (ExpressionError, UnstorableValueError, LimitExceededError) as error:
            kind = "expression_error" if isinstance(error, ExpressionError) else "unstorable"
            return _End(ActivityStatus.FAILED, error_json=Failure(kind, f"settings.output: {error}").to_json(""))

    def _fails_for_an_item(self, activity: Activity, plan: MapPlan) -> bool:
        home: Frame = activity.home
        return plan.on_item_error == "fail" and home.detached.get((activity.node, activity.visit)) is not activity

    def _decide(self, activity: Activity, composite: Composite, index: int, end: _End) -> dict[str, bool] | None:
        """What follows this end; None: a loop that wants more turns than it may have."""
        plan = composite.plan
        if isinstance(plan, MapPlan):
            if plan.complete_when is None or composite.satisfied:
                return {}
            names = self._rows.names(activity).plus(**_map_names(composite, index, end))
            return {"enough": True} if compile_expression(plan.complete_when).evaluate(names) else {}
        turns = index + 1
        if plan.again is None:
            return {"again": turns < (plan.max or 1)}
        names = self._rows.names(activity).plus(output=lambda: decode(end.output_json or "null"), index=turns)
        again = bool(compile_expression(plan.again).evaluate(names))
        return None if again and plan.max is not None and turns >= plan.max else {"again": again}

    def left(self, activity: Activity, now: datetime) -> JournalRow:
        """The composite is over: its runs' results are its output."""
        composite = self._state.frames.composites[activity]
        if composite.starved:
            words = "more activities than `settings.max_activities` allows"
            return self._failed(activity, Failure("max_activities", words, retryable=False), now)
        if isinstance(composite.plan, MapPlan) and not composite.plan.wait:
            output_json = f'{{"items":{composite.total}}}'
        else:
            output_json = composite.result_json()
        if len(output_json) > MAP_RESULT_LIMIT:
            words = f"the results of its {composite.total:,} items are larger than {MAP_RESULT_LIMIT >> 20} MiB together"
            return self._failed(activity, Failure("result_too_large", words, retryable=False), now)
        outcome = Finished(output_json, ("out",), lambda: decode(output_json))
        return self._rows.finished(activity, outcome, started_at=composite.began_at, now=now)

    def _failed(self, activity: Activity, failure: Failure, now: datetime) -> JournalRow:
        began_at = self._state.frames.composites[activity].began_at
        return self._rows.failed(activity, failure, started_at=began_at, now=now)


def _passed_on(error_json: str, frame: Frame) -> Failure:
    """The composite's own failure, because of one of its runs: a run that came to its end would only end so again."""
    error: Mapping[str, Any] = decode(error_json)
    place = frame.path.rpartition("/")[2]
    details = {**error.get("details", {}), "scope": frame.path, "node_id": error.get("node_id")}
    again = frame.marking.state == "failed"
    return Failure(str(error.get("type", "failed")), f"{place}: {error.get('message', '')}", retryable=again, details=details)


def _map_names(composite: Composite, index: int, end: _End) -> dict[str, Any]:
    """The names of `complete_when`, with this end counted."""
    failed = end.error_json is not None

    def results() -> list[Any]:
        listed = composite.results()
        listed[index] = decode(end.output_json or "null")
        return listed

    return {
        "output": lambda: decode(end.output_json or "null"),
        "index": index,
        "completed": composite.completed + (not failed),
        "failed": composite.failed + failed,
        "ended": composite.ended + 1,
        "total": composite.total,
        "results": results,
    }
