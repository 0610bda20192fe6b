"""Small graphs for tests of the token game, written as `"a>b a:error>c"`: an edge is `source[:port]>target`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treadle.domain.graph import OUT, Edge, Graph, Node, Settings
from treadle.domain.marking import Activity, Effects, Marking


def graph_of(
    arrows: str,
    *,
    nodes: Mapping[str, Any] | None = None,
    edges: Mapping[str, Any] | None = None,
    order: str = "",
    max_activities: int = 100_000,
) -> Graph:
    """`nodes` and `edges` give further fields by node id and by arrow; `order` names nodes that come first in graph order."""
    names = list(dict.fromkeys(order.split()))
    parsed = []
    for arrow in arrows.split():
        left, _, target = arrow.partition(">")
        source, _, port = left.partition(":")
        names.extend(name for name in (source, target) if name and name not in names)
        if target:
            parsed.append((arrow, source, port or OUT, target))
    index_of = {name: index for index, name in enumerate(names)}
    fields, arrow_fields = nodes or {}, edges or {}
    return assembled(
        [Node(**{"index": index, "id": name, "type": "noop", **fields.get(name, {})}) for name, index in index_of.items()],
        [
            Edge(index, f"{arrow}#{index}", index_of[source], index_of[target], port, **arrow_fields.get(arrow, {}))
            for index, (arrow, source, port, target) in enumerate(parsed)
        ],
        max_activities=max_activities,
    )


def assembled(nodes: list[Node], edges: list[Edge], *, max_activities: int = 100_000) -> Graph:
    outgoing: list[list[int]] = [[] for _ in nodes]
    incoming: list[list[int]] = [[] for _ in nodes]
    for edge in edges:
        outgoing[edge.source].append(edge.index)
        incoming[edge.target].append(edge.index)
    return Graph(
        nodes=tuple(nodes),
        edges=tuple(edges),
        settings=Settings(max_activities=max_activities),
        input_schema=None,
        index_of={node.id: node.index for node in nodes},
        outgoing=tuple(map(tuple, outgoing)),
        incoming=tuple(map(tuple, incoming)),
        edge_of={edge.id: edge.index for edge in edges},
    )


class Game:
    """A marking played by name, for tests that read as stories."""

    def __init__(self, graph: Graph, *starts: str, marking: Marking | None = None) -> None:
        self.graph = graph
        self.history: list[str] = []
        if marking is not None:
            self.marking, self.effects = marking, Effects()
        else:
            sources = [node.index for node in graph.nodes if not graph.incoming[node.index]]
            self.marking, self.effects = Marking.start(graph, [graph.index_of[name] for name in starts] or sources)
        self._record()

    def done(self, name: str, port: str = OUT, to: str | None = None, tokens: int = 1) -> list[str]:
        """Finish an activity named `a` or `a#2`; `to` names the targets of the edges taken. What began to run, by name."""
        node, visit = self.named(name)
        taken = None
        if to is not None:
            targets = {self.graph.index_of[target] for target in to.split()}
            outgoing = [self.graph.edges[edge] for edge in self.graph.outgoing[node]]
            taken = [(edge.index, tokens) for edge in outgoing if edge.target in targets and edge.port == port]
        self.effects = self.marking.done(node, visit, port=port, taken=taken)
        self._record()
        return self.ran

    def named(self, name: str) -> tuple[int, int]:
        node_id, _, visit = name.partition("#")
        node = self.graph.index_of[node_id]
        if visit:
            return node, int(visit)
        return node, next((v for n, v in self.marking.active if n == node), 0)

    def name(self, activity: Activity | int | None) -> str:
        """`a#2`; of what `Blocked.because` says, `tokens before a` or `nobody` where that is no activity."""
        if activity is None:
            return "nobody"
        if isinstance(activity, int):
            return f"tokens before {self.graph.nodes[activity].id}"
        return f"{self.graph.nodes[activity.node].id}#{activity.visit}"

    @property
    def ran(self) -> list[str]:
        return [self.name(activity) for activity in self.effects.run]

    @property
    def withdrawn(self) -> list[str]:
        return [self.name(activity) for activity in self.effects.withdrawn]

    @property
    def active(self) -> list[str]:
        return [self.name(activity) for activity in self.marking.active.values()]

    @property
    def tokens(self) -> dict[str, int]:
        """How many tokens each edge holds, by `source>target`."""
        held = {}
        for index, queue in sorted(self.marking.tokens.on.items()):
            edge = self.graph.edges[index]
            held[f"{self.graph.nodes[edge.source].id}>{self.graph.nodes[edge.target].id}"] = len(queue)
        return held

    def fired(self, name: str) -> int:
        return self.marking.visits.get(self.graph.index_of[name], 0)

    def _record(self) -> None:
        self.history.extend(self.ran)
