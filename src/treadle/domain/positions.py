"""Where the nodes of a graph are drawn. Moving a box changes nothing of what a graph does, so it makes no version.

Graphs are in the form that `graph_to_config` writes; places are node ids with those of the composites around: `each/fetch`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from treadle.domain.values import decode

if TYPE_CHECKING:
    from treadle.domain.records import WorkflowVersion

Positions = Mapping[str, Mapping[str, float]]
Graph = Mapping[str, Any]

HOLDERS = frozenset({"for_each", "while", "repeat", "block"})
"""The node types whose `config.graph` is a graph that is drawn too."""


def positions_of(graph: Graph) -> dict[str, Mapping[str, float]]:
    """By place; nodes that are not drawn anywhere are left out."""
    found: dict[str, Mapping[str, float]] = {}

    def note(place: str, node: dict[str, Any]) -> None:
        if node.get("position") is not None:
            found[place] = node["position"]

    _each_node(graph, "", note)
    return found


def without_positions(graph: Graph) -> dict[str, Any]:
    """What the graph means: equal for two graphs that are only drawn differently."""
    return _each_node(graph, "", lambda _, node: node.pop("position", None))


def with_positions(graph: Graph, positions: Positions) -> dict[str, Any]:
    """The graph drawn so, and not as it was before."""

    def draw(place: str, node: dict[str, Any]) -> None:
        node.pop("position", None)
        if place in positions:
            node["position"] = dict(positions[place])

    return _each_node(graph, "", draw)


def placed_graph(version: WorkflowVersion) -> dict[str, Any]:
    """A version's graph, its nodes where they were drawn last."""
    graph: dict[str, Any] = decode(version.graph_json)
    return graph if version.positions_json is None else with_positions(graph, decode(version.positions_json))


def _each_node(graph: Graph, path: str, change: Callable[[str, dict[str, Any]], Any]) -> dict[str, Any]:
    """A copy of the graph, down to its nodes, after `change` of each."""
    nodes = []
    for node in graph["nodes"]:
        copy = dict(node)
        place = f"{path}{copy['id']}"
        change(place, copy)
        inner = inner_graph(copy)
        if inner is not None:
            copy["config"] = {**copy["config"], "graph": _each_node(inner, f"{place}/", change)}
        nodes.append(copy)
    return {**graph, "nodes": nodes}


def inner_graph(node: Mapping[str, Any]) -> Graph | None:
    """The graph that a node holds."""
    inner = node.get("config", {}).get("graph") if node.get("type") in HOLDERS else None
    return inner if isinstance(inner, dict) and isinstance(inner.get("nodes"), list) else None
