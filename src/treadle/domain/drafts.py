"""One node of a graph that is being edited: found in it, whatever else of the graph is wrong, and made a graph of its own.

The graph of its own holds the node inside a block, so that it runs as an item of a map does: with what it reads from around
given to it. Nodes that it names stand beside the block and never run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from treadle.domain.errors import DefinitionError, Finding, NotFoundError
from treadle.domain.graph import OUT, Graph, Node
from treadle.domain.graph_findings import Findings
from treadle.domain.graph_parser import graph_to_config, parse_graph
from treadle.domain.graph_react_flow import edge_fields, node_fields
from treadle.domain.node_types import NodeTypes

HOLDER = "test"
KEPT_SETTINGS = ("vars", "timeout", "max_activities")

_VISIT = re.compile(r"#[0-9]+|\[[0-9]+\]")


@dataclass(frozen=True, slots=True)
class Level:
    """What can be told of the nodes and edges of a graph, whatever is wrong in it; `places` are the paths of its nodes."""

    nodes: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, str]
    edges: Sequence[Mapping[str, Any]]

    def sources_of(self, node_id: str) -> list[tuple[str, str]]:
        """(node, port) of the edges into a node, in graph order."""
        return [(edge["source"], edge.get("port") or OUT) for edge in self.edges if edge["target"] == node_id]

    def before(self, node_id: str) -> frozenset[str]:
        """The nodes from which a way leads to this one."""
        sources: dict[str, set[str]] = {}
        for edge in self.edges:
            sources.setdefault(edge["target"], set()).add(edge["source"])
        found: set[str] = set()
        waiting = [node_id]
        while waiting:
            new = sources.get(waiting.pop(), set()) - found
            found |= new
            waiting.extend(new)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class DrawnNode:
    """A node where it is drawn: `levels` are the graphs around it, the outermost first."""

    id: str
    levels: tuple[Level, ...]
    settings: Mapping[str, Any]

    @property
    def value(self) -> Mapping[str, Any]:
        return self.levels[-1].nodes[self.id]

    @property
    def path(self) -> str:
        return self.levels[-1].places[self.id]

    @property
    def seen(self) -> frozenset[str]:
        """The ids of all nodes of the graphs it is in."""
        return frozenset(node_id for level in self.levels for node_id in level.nodes)


def drawn_settings(graph_config: object) -> Mapping[str, Any]:
    settings = graph_config.get("settings") if isinstance(graph_config, dict) else None
    return settings if isinstance(settings, dict) else {}


def find_node(graph_config: object, place: str, node_types: NodeTypes) -> DrawnNode:
    """The node at `fetch`, or at `each/fetch` inside of another; items and visits, `each[3]/fetch#2`, may be named.

    NotFoundError with the nearest ids. DefinitionError if it is no graph.
    """
    graph, path = graph_config, ""
    levels: list[Level] = []
    *around, node_id = _VISIT.sub("", place).split("/")
    for holder in (*around, None):
        level = _level(graph, path, node_types)
        levels.append(level)
        wanted = node_id if holder is None else holder
        if wanted not in level.nodes:
            known = get_close_matches(wanted, level.nodes, n=3, cutoff=0.5) or list(level.nodes)[:10]
            raise NotFoundError("node", place, known=known)
        config = level.nodes[wanted].get("config")
        graph = config.get("graph") if isinstance(config, dict) else None
        path = f"{level.places[wanted]}.config.graph."
    return DrawnNode(node_id, tuple(levels), drawn_settings(graph_config))


def parse_node(drawn: DrawnNode, node_types: NodeTypes) -> Graph:
    """A graph of this node alone. DefinitionError with what is wrong in it, at its place in the whole graph."""
    value = {key: item for key, item in drawn.value.items() if key not in ("cancels", "position")}
    if value.get("type") == "gate":
        message = "a gate watches another node and cannot be tried by itself"
        raise DefinitionError([Finding("not_testable", message, f"{drawn.path}.type", "try the node it watches")])
    try:
        graph = parse_graph({"nodes": [value], "edges": []}, node_types, enclosing=drawn.seen)
    except DefinitionError as error:
        raise DefinitionError([replace(found, path=_moved(found.path, drawn.path)) for found in error.findings]) from error
    return replace(graph, nodes=(_alone(graph.nodes[0]),))


def draft_of(drawn: DrawnNode, node: Graph, named: Collection[str]) -> tuple[dict[str, Any], str]:
    """The graph that runs only this node, and the id of the block it is in. `named` are the nodes around that it reads."""
    holder = HOLDER
    while holder in drawn.seen:
        holder += "_"
    inner = {key: value for key, value in graph_to_config(node).items() if key in ("nodes", "edges")}
    block = {"id": holder, "type": "block", "config": {"graph": inner}}
    beside = [{"id": each, "type": "noop"} for each in sorted(named)]
    settings = {key: drawn.settings[key] for key in KEPT_SETTINGS if drawn.settings.get(key) is not None}
    given = drawn.settings.get("rate_limits")
    limits = [limit for limit in given if _concerns(limit, node.nodes[0])] if isinstance(given, list) else []
    config: dict[str, Any] = {"nodes": [block, *beside], "edges": []}
    if settings or limits:
        config["settings"] = settings | ({"rate_limits": limits} if limits else {})
    return config, holder


def _level(graph: object, path: str, node_types: NodeTypes) -> Level:
    if not isinstance(graph, dict) or not isinstance(graph.get("nodes"), list):
        raise DefinitionError([Finding("wrong_value", "a graph with a list of nodes is expected", f"{path}nodes")])
    findings = Findings()
    nodes: dict[str, Mapping[str, Any]] = {}
    places: dict[str, str] = {}
    for number, value in enumerate(graph["nodes"]):
        if isinstance(value, dict) and isinstance(value.get("id"), str):
            place = f"{path}nodes[{number}]"
            nodes[value["id"]] = node_fields(value, path=place, node_types=node_types, findings=findings).values
            places[value["id"]] = place
    given = graph.get("edges")
    values = [value for value in given if isinstance(value, dict)] if isinstance(given, list) else []
    edges = [edge_fields(value, path=path, findings=findings).values for value in values]
    usable = [edge for edge in edges if isinstance(edge.get("source"), str) and isinstance(edge.get("target"), str)]
    return Level(nodes, places, usable)


def _alone(node: Node) -> Node:
    """Without what is about other nodes, or would hide how it ends: one attempt, whose failure is the end."""
    return replace(
        node, join="auto", rest="ignore", on_error="fail", mutex=None, compensate=None, retry=None, disabled=False
    )


def _moved(path: str, place: str) -> str:
    return place + path.removeprefix("nodes[0]") if path.startswith("nodes[0]") else place


def _concerns(limit: object, node: Node) -> bool:
    return isinstance(limit, dict) and (limit.get("node") == node.id or limit.get("type") == node.type)


