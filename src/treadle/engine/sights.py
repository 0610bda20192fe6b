"""What a node sees, or would see: the names of its expressions with the values an execution recorded, or with given ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from treadle.domain.drafts import DrawnNode, drawn_settings, find_node
from treadle.domain.errors import ConflictError, MarkingError
from treadle.domain.expressions import Namespace
from treadle.engine.frames import TOP
from treadle.engine.plays import Plays
from treadle.engine.program import Programs
from treadle.engine.vocabulary import Vocabulary
from treadle.ports import Handlers, Store

ABSENT: Any = object()
"""Stands for an input that is not given."""
NOBODY = frozenset[str]()


@dataclass(frozen=True, slots=True)
class Question:
    """Whose names are asked for: those of `node`, such as `each[3]/fetch#2`, in a graph that may differ from what ran.

    `outputs` are outputs by node id, `names` other names with their values; both come before what the execution recorded.
    """

    node: str | None = None
    execution_id: str | None = None
    graph_config: object = None
    workflow: str = ""
    input: Any = ABSENT
    outputs: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sight:
    """`visit` is the place of the visit whose names these are; None: it has not run, and would see this now."""

    names: Mapping[str, Any]
    nodes: SeenNodes
    scope: str = TOP
    visit: str | None = None
    trigger: Any = None
    """What started the execution, as its trigger node puts it out."""


class SeenNodes(Namespace):
    """Results by node id, in layers: the first that has one counts. A layer may be limited to some nodes."""

    def __init__(self, *layers: tuple[Namespace | Mapping[str, Any], frozenset[str] | None]) -> None:
        self._layers = layers

    def get_item(self, key: str) -> Any:
        for layer, only in self._layers:
            if only is not None and key not in only:
                continue
            try:
                return layer.get_item(key) if isinstance(layer, Namespace) else layer[key]
            except KeyError:
                continue
        raise KeyError(key)

    def known(self) -> Iterable[str]:
        keys = (
            key
            for layer, only in self._layers
            for key in (layer.known() if isinstance(layer, Namespace) else layer)
            if only is None or key in only
        )
        return list(dict.fromkeys(keys))

    def has(self, key: str) -> bool:
        try:
            self.get_item(key)
        except KeyError:
            return False
        return True


class Sights:
    def __init__(self, store: Store, handlers: Handlers, programs: Programs) -> None:
        self._store = store
        self._handlers = handlers
        self._plays = Plays(store, programs)

    def drawn(self, asked: Question) -> DrawnNode | None:
        """The node in the graph of the question. NotFoundError, DefinitionError."""
        if asked.graph_config is None or asked.node is None:
            return None
        return find_node(asked.graph_config, asked.node, self._handlers.node_types)

    def of(self, asked: Question) -> Sight:
        """NotFoundError: the execution or the node. DefinitionError: the graph, or a version that cannot be read here."""
        drawn = self.drawn(asked)
        seen = self._recorded(asked, drawn) if asked.execution_id is not None else self._given(asked)
        names = dict(seen.names)
        if asked.input is not ABSENT:
            names["input"] = asked.input
        if asked.graph_config is not None:
            names["vars"] = drawn_settings(asked.graph_config).get("vars") or {}
        names["nodes"] = seen.nodes
        if drawn is not None and (seen.visit is None or asked.outputs):
            names["incoming"] = list(_incoming(drawn, seen.nodes))
        names.update(asked.names)
        return Sight(names, seen.nodes, seen.scope, seen.visit, seen.trigger)

    def _given(self, asked: Question) -> Sight:
        """Nothing has run: only what the question brings."""
        given = None if asked.input is ABSENT else asked.input
        execution = {"id": "test", "workflow": asked.workflow, "version": 0, "attempt": 1}
        names: dict[str, Any] = {"input": given, "trigger": given, "execution": execution, "vars": {}, "incoming": []}
        return Sight(names, SeenNodes((_results(asked.outputs), None)), trigger=given)

    def _recorded(self, asked: Question, drawn: DrawnNode | None) -> Sight:
        assert asked.execution_id is not None
        record = self._store.executions.get(asked.execution_id)
        try:
            played = self._plays.of(record)
        except MarkingError as error:
            words = f"what execution {record.id} recorded cannot be read: {error}"
            raise ConflictError(words, state=str(record.status)) from error
        frame, activity = played.find(asked.node, must_be_there=drawn is None)
        vocabulary = Vocabulary(record, played.state)
        now = vocabulary.of_scope(frame, played.state.seq)
        names = now if activity is None else vocabulary.of_activity(activity)
        # In a graph that has changed since, other nodes may come before this one.
        before = NOBODY if drawn is None else drawn.levels[-1].before(drawn.id)
        layers = (_results(asked.outputs), None), (names["nodes"], None), (now["nodes"], before)
        known = {name: names[name] for name in names if name != "nodes"}
        visit = None if activity is None else frame.place_of(activity)
        return Sight(known, SeenNodes(*layers), frame.path, visit, known["trigger"])


def _results(outputs: Mapping[str, Any]) -> dict[str, Any]:
    return {node_id: {"output": output, "error": None} for node_id, output in outputs.items()}


def _incoming(drawn: DrawnNode, nodes: SeenNodes) -> Iterator[dict[str, Any]]:
    """What would come over the edges as they are drawn."""
    for source, port in drawn.levels[-1].sources_of(drawn.id):
        if nodes.has(source):
            yield {"node": source, "visit": 1, "port": port, "output": nodes.get_item(source)["output"]}
