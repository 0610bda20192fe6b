"""What an execution's activities have produced, and the names its expressions see.

An activity sees the result of the visit in its own past; without one, the latest that finished before it fired.
So an attempt after a crash reads the same values as the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from treadle.domain.expressions import Namespace
from treadle.domain.graph import OUT, Graph
from treadle.domain.marking import Activity, Producer
from treadle.domain.values import decode

_UNREAD = object()


@dataclass(slots=True)
class Result:
    """One finished visit. The JSON is parsed when an expression first asks for it."""

    visit: int
    seq: int
    inputs: tuple[Producer, ...]
    port: str
    output_json: str | None
    error_json: str | None
    _value: Any = field(default=_UNREAD, repr=False)

    @property
    def value(self) -> dict[str, Any]:
        """`{"output": …, "error": …}`, as expressions see it."""
        if self._value is _UNREAD:
            self._value = {
                "output": decode(self.output_json) if self.output_json else None,
                "error": seen_error(self.error_json) if self.error_json else None,
            }
        value: dict[str, Any] = self._value
        return value


class Results:
    """All finished visits of one execution, by node index, in order of finishing."""

    __slots__ = ("by_node", "graph")

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.by_node: dict[int, list[Result]] = {}

    def add(self, node: int, result: Result) -> None:
        self.by_node.setdefault(node, []).append(result)

    def visit(self, producer: Producer) -> Result | None:
        node, visit = producer
        return next((r for r in reversed(self.by_node.get(node, ())) if r.visit == visit), None)

    def seen_by(self, activity: Activity, fired_at: int, node: int) -> Result | None:
        """The result of `node` that an activity which fired at seq `fired_at` sees."""
        results = self.by_node.get(node)
        if not results:
            return None
        if len(results) == 1:
            return results[0] if results[0].seq <= fired_at else None
        return self._in_past(activity.inputs, node) or next((r for r in reversed(results) if r.seq <= fired_at), None)

    def _in_past(self, inputs: Iterable[Producer], node: int) -> Result | None:
        """The nearest visit of `node` among the ancestors, breadth first."""
        seen: set[Producer] = set()
        level = list(inputs)
        while level:
            found = [visit for ancestor, visit in level if ancestor == node]
            if found:
                return self.visit((node, max(found)))
            seen.update(level)
            results = [self.visit(producer) for producer in level]
            level = [p for result in results if result for p in result.inputs if p not in seen]
        return None


def seen_error(error_json: str) -> Any:
    """An error as expressions see it: its details beside its type and message, as in `error.status == 404`."""
    error = decode(error_json)
    details = error.get("details") if isinstance(error, dict) else None
    return {**details, **error} if isinstance(details, dict) else error


class NodesNamespace(Namespace):
    """`nodes` in an expression: the results one activity sees, those of the scopes around its own behind them.

    `outer` is None at the top; in a child execution that runs an inner graph, the values it was given.
    """

    def __init__(self, results: Results, activity: Activity, fired_at: int, outer: NodesNamespace | GivenNodes | None) -> None:
        self._results = results
        self._activity = activity
        self._fired_at = fired_at
        self._outer = outer

    def get_item(self, key: str) -> Any:
        index = self._results.graph.index_of.get(key)
        if index is None and self._outer is not None:
            return self._outer.get_item(key)
        result = None if index is None else self._results.seen_by(self._activity, self._fired_at, index)
        if result is None:
            raise KeyError(key)
        return result.value

    def output_texts(self) -> dict[str, str | None]:
        """The JSON of all outputs that are seen, by node id."""
        nodes, results = self._results.graph.nodes, self._results
        seen = ((nodes[i].id, results.seen_by(self._activity, self._fired_at, i)) for i in results.by_node)
        own = {node_id: result.output_json for node_id, result in seen if result is not None}
        return own if self._outer is None else {**self._outer.output_texts(), **own}

    def known(self) -> Iterable[str]:
        nodes = self._results.graph.nodes
        own = [nodes[i].id for i in self._results.by_node if self._results.seen_by(self._activity, self._fired_at, i)]
        return own if self._outer is None else [*own, *self._outer.known()]


class GivenNodes(Namespace):
    """Results of nodes that ran in another execution: `{id: {output, error}}`."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def get_item(self, key: str) -> Any:
        return self._given[key]

    def output_texts(self) -> dict[str, str | None]:
        return {node_id: orjson.dumps(value["output"]).decode() for node_id, value in self._given.items()}

    def known(self) -> Iterable[str]:
        return list(self._given)


def incoming(results: Results, activity: Activity) -> list[dict[str, Any]]:
    """The tokens an activity consumed, in graph order: `[{node, visit, port, output}]`."""
    found = ((producer, results.visit(producer)) for producer in activity.inputs)
    return [
        {
            "node": results.graph.nodes[node].id,
            "visit": visit,
            "port": result.port or OUT,
            "output": result.value["output"],
        }
        for (node, visit), result in found
        if result is not None
    ]


class Names(Mapping[str, Any]):
    """The names of one activity's expressions, each computed when it is first used."""

    __slots__ = ("_activity", "_fired_at", "_fixed", "_outer", "_results")

    def __init__(
        self,
        fixed: Mapping[str, Any],
        results: Results,
        activity: Activity,
        fired_at: int,
        outer: Callable[[], NodesNamespace | GivenNodes] | None = None,
    ) -> None:
        """`outer` makes the `nodes` of the scope around this one, if there is one."""
        self._fixed = fixed
        self._results = results
        self._activity = activity
        self._fired_at = fired_at
        self._outer = outer

    def __getitem__(self, key: str) -> Any:
        if key == "nodes":
            outer = None if self._outer is None else self._outer()
            return NodesNamespace(self._results, self._activity, self._fired_at, outer)
        if key == "incoming" and key not in self._fixed:
            return incoming(self._results, self._activity)
        value = self._fixed[key]
        return value() if callable(value) else value

    def __iter__(self) -> Any:
        yield from dict.fromkeys((*self._fixed, "nodes", "incoming"))

    def __len__(self) -> int:
        return len(self._fixed.keys() | {"nodes", "incoming"})

    def plus(self, **more: Any) -> Names:
        """The same names and some more."""
        return Names({**self._fixed, **more}, self._results, self._activity, self._fired_at, self._outer)
