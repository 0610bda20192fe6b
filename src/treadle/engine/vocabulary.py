"""The names that an execution's expressions see, in each of its scopes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from treadle.domain.marking import Activity
from treadle.domain.records import ExecutionRecord
from treadle.domain.states import ActivityStatus
from treadle.domain.values import RESULT_LIMIT, decode, encode
from treadle.engine.compensation import UNDO
from treadle.engine.data import GivenNodes, Names, NodesNamespace, seen_error
from treadle.engine.execution_state import ExecutionState
from treadle.engine.frames import Frame
from treadle.engine.program import PART

OF_THE_SCOPE = ("item", "index", "outer")
OF_A_PART = (*OF_THE_SCOPE, "previous")
INCOMING = "incoming"


class Vocabulary:
    """Of one execution. An inner scope sees what the scope around it sees, and names of its own."""

    __slots__ = ("_incoming", "_record", "_state")

    def __init__(self, record: ExecutionRecord, state: ExecutionState) -> None:
        self._record = record
        self._state = state
        self._incoming = _part_of(record).get(INCOMING)

    def of_activity(self, activity: Activity) -> Names:
        frame: Frame = activity.home
        if frame.path == UNDO:
            return self._of_undo(activity)
        names = Names(self._names(frame), frame.results, activity, activity.fired_at, self._outer(frame))
        return names if self._incoming is None or frame.parent is not None else names.plus(incoming=self._incoming)

    def _of_undo(self, activity: Activity) -> Names:
        """A compensation sees what the activity it undoes has seen, that one's `output`, and the `error` it is undone for."""
        state = self._state
        undone = state.undoable[len(state.undoable) - 1 - activity.node]
        seen_from = Activity(-1, 0, ActivityStatus.COMPLETED, (undone.key,))
        frame = undone.frame
        result = frame.results.visit(undone.key)
        names = Names(self._names(frame), frame.results, seen_from, state.undo_seq, self._outer(frame))
        error = seen_error(state.failure_json) if state.failure_json is not None and not state.control.cancelled else None
        return names.plus(output=lambda: result.value["output"] if result else None, error=error)

    def of_scope(self, frame: Frame, seq: int) -> Names:
        """What is seen from its end, after that row."""
        nobody = Activity(-1, 0, ActivityStatus.COMPLETED, ())
        return Names(self._names(frame), frame.results, nobody, seq, self._outer(frame))

    def output_json(self, frame: Frame, seq: int) -> str:
        """What a completed scope puts out: its `settings.output`, or the output of its only end, or an object by node id.

        ExpressionError, UnstorableValueError, LimitExceededError.
        """
        if frame.terminated is not None:
            return frame.terminated.output_json or "null"
        if frame.program.output is not None:
            return encode(frame.program.output.evaluate(self.of_scope(frame, seq)), limit=RESULT_LIMIT, name="output")
        ends = frame.ends
        if len(ends) == 1:
            return next(iter(ends.values())) or "null"
        if not ends:
            return "null"
        return encode({node: decode(text) if text else None for node, text in ends.items()}, limit=RESULT_LIMIT, name="output")

    def part(self, activity: Activity) -> dict[str, Any]:
        """What the child execution that runs this item of a map must know: its place in the workflow, and its names."""
        frame: Frame = activity.home
        assert frame.parent is not None, "only a map's items are parts"
        place = frame.program.place
        seen = NodesNamespace(frame.results, activity, activity.fired_at, self._nodes_around(frame))
        nodes = {}
        for node_id in sorted(frame.parent.program.parts[place[-1]].outer_nodes()):
            try:
                nodes[node_id] = seen.get_item(node_id)
            except KeyError:  # it has not run: the item's own expression says so, if it gets there
                continue
        names = self._names(frame)
        return {"place": list(place), "nodes": nodes, **{name: names[name] for name in OF_A_PART if name in names}}

    def _names(self, frame: Frame) -> Mapping[str, Any]:
        if not frame.given and frame.parent is not None:
            return self._names(frame.parent)
        if frame.names is None:
            frame.names = self._top(frame) if frame.parent is None else self._inner(frame, frame.parent)
        return frame.names

    def _top(self, frame: Frame) -> dict[str, Any]:
        record = self._record
        trigger = decode(record.trigger_json)
        part = trigger.get("part", {})
        return {
            "input": decode(record.input_json or "null"),
            "trigger": trigger.get("payload", {}),
            "execution": {"id": record.id, "workflow": record.workflow, "version": record.version, "attempt": record.attempt},
            "vars": frame.program.settings.vars,
            **{name: part[name] for name in OF_A_PART if name in part},
        }

    def _inner(self, frame: Frame, parent: Frame) -> dict[str, Any]:
        around = self._names(parent)
        return {**around, **frame.given, "outer": {name: around.get(name) for name in OF_THE_SCOPE}}

    def _outer(self, frame: Frame) -> Callable[[], NodesNamespace | GivenNodes] | None:
        if frame.parent is None and "part" not in self._record.trigger_json:
            return None
        return lambda: self._nodes_around(frame)

    def _nodes_around(self, frame: Frame) -> NodesNamespace | GivenNodes:
        if frame.parent is None or frame.around is None:
            return GivenNodes(decode(self._record.trigger_json).get("part", {}).get("nodes", {}))
        return NodesNamespace(frame.parent.results, frame.around, frame.around.fired_at, self._nodes_around(frame.parent))


def _part_of(record: ExecutionRecord) -> Mapping[str, Any]:
    """What an execution was given that runs a part of a graph: an item of a map, or a node that is tried."""
    if PART not in record.trigger_json:
        return {}
    found: Mapping[str, Any] = decode(record.trigger_json).get("part") or {}
    return found
