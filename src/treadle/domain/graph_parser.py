"""The JSON form of a graph, parsed: every mistake is reported at once, each with its JSON path and how to mend it.

Graphs in React Flow's form are accepted; `graph_react_flow` says how they are read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from treadle.domain.errors import Finding
from treadle.domain.graph import ERROR, Edge, Graph, Node, Settings
from treadle.domain.graph_configs import ConfigChecks
from treadle.domain.graph_edges import MAX_TOKENS, EdgeReader
from treadle.domain.graph_expressions import ExpressionChecks
from treadle.domain.graph_fields import MAX_NAME, Fields
from treadle.domain.graph_findings import MAX_FINDINGS, Findings, kind_of
from treadle.domain.graph_names import ALWAYS, NAMES, OF_A_COMPENSATION, names_inside
from treadle.domain.graph_nodes import NodeDraft, read_node
from treadle.domain.graph_react_flow import graph_fields
from treadle.domain.graph_settings import SettingsReader
from treadle.domain.graph_values import json_copy
from treadle.domain.graph_writer import graph_to_config, implied_join
from treadle.domain.node_types import NodeType, NodeTypes
from treadle.domain.schema import check_schema
from treadle.domain.values import DEFINITION_LIMIT

__all__ = [
    "DEFINITION_LIMIT", "MAX_EDGES", "MAX_FINDINGS", "MAX_NAME", "MAX_NESTING", "MAX_NODES", "MAX_TOKENS", "NAMES",
    "graph_to_config", "inner_graphs", "parse_graph",
]  # fmt: skip

MAX_NODES = 20_000
MAX_EDGES = 100_000
MAX_NESTING = 20
"""How deeply inner graphs may nest."""

INNER_GRAPH = "graph"
"""The config field that holds an inner graph, in node types whose schema declares it."""

GATE = "gate"
"""The node type whose config names another node of the same graph."""

GRAPH_KEYS = ("nodes", "edges", "settings", "input_schema")
INNER_GRAPH_KEYS = ("nodes", "edges", "settings")


def parse_graph(config: object, node_types: NodeTypes, *, enclosing: Collection[str] = (), stored: bool = False) -> Graph:
    """The graph, or DefinitionError with all findings; no other exception, whatever `config` is.

    `enclosing` is for an inner graph on its own: the node ids of the graphs around it, which its expressions may name.
    `stored`: it was saved before, perhaps by a release that let pass what the checks of node types refuse now.
    """
    findings = Findings()
    document = json_copy(config, findings, path="")
    parse = _Parse(findings, node_types, stored=stored)
    around = _Around(frozenset(enclosing), NAMES if enclosing else ALWAYS, depth=1 if enclosing else 0)
    graph = parse.graph(document, path="", around=around)
    findings.raise_any()
    return graph


def inner_graphs(graph: Graph) -> Mapping[int, Graph]:
    """The parsed inner graphs of composite nodes, by node index."""
    found: Mapping[int, Graph] = graph.cache.get("inner_graphs", {})
    return found


@dataclass(frozen=True, slots=True)
class _Around:
    """What a graph sees of the graphs around it: their node ids and names; `depth` is how many there are."""

    ids: frozenset[str]
    names: frozenset[str]
    depth: int

    def inside(self, ids: frozenset[str], node_type: str) -> _Around:
        """What the graph in a node of that type sees."""
        return _Around(ids, self.names | names_inside(node_type), self.depth + 1)


class _Parse:
    """One definition being read; inner graphs share its findings."""

    def __init__(self, findings: Findings, node_types: NodeTypes, *, stored: bool) -> None:
        self._stored = stored
        self._findings = findings
        self._node_types = node_types
        self._configs = ConfigChecks()

    def graph(self, document: Any, *, path: str, around: _Around) -> Graph:
        """The graph as far as it can be read; only meaningful when there are no findings."""
        if not isinstance(document, dict):
            self._findings.error("wrong_value", f"a graph must be an object, not {kind_of(document)}", path=path)
            return _assembled([], (), Settings(), None)
        fields = graph_fields(document, path=path, findings=self._findings)
        keys, what = (INNER_GRAPH_KEYS, "an inner graph") if around.depth else (GRAPH_KEYS, "a graph")
        fields.refuse_unknown(keys, what=what)
        drafts = self._nodes(fields)
        index_of = self._index_of(drafts)
        visible = around.ids | index_of.keys()
        expressions = ExpressionChecks(self._findings, visible, around.names)
        inner = self._finish_nodes(drafts, index_of, expressions, visible=visible, around=around)
        reader = EdgeReader(drafts, index_of, self._findings)
        edges = reader.read(self._array(fields, "edges", MAX_EDGES), path=fields.at("edges"), expressions=expressions)
        within = SettingsReader(expressions, node_types=self._node_types, ids=index_of.keys() | _ids_of(inner.values()))
        settings = within.read(fields.nested("settings"), inner=around.depth > 0)
        graph = _assembled(drafts, edges, settings, self._input_schema(fields))
        if inner:
            graph.cache["inner_graphs"] = inner
        return graph

    def _array(self, fields: Fields, key: str, most: int) -> list[Any]:
        values = fields.values.get(key)
        if values is None:
            return []
        if not isinstance(values, list):
            fields.wrong(key, "an array")
            return []
        if len(values) > most:
            message = f"{len(values):,} {key}, the limit is {most:,}"
            self._findings.error("limit_exceeded", message, path=fields.at(key), hint="move parts into workflows of their own")
            return []
        return values

    def _nodes(self, fields: Fields) -> list[NodeDraft]:
        if "nodes" in fields.values and not fields.given("nodes"):
            fields.wrong("nodes", "an array", hint="write [] for a graph without nodes")
        elif not fields.given("nodes"):
            fields.missing("nodes", what="a graph")
        drafts: list[NodeDraft] = []
        for number, value in enumerate(self._array(fields, "nodes", MAX_NODES)):
            path = f"{fields.at('nodes')}[{number}]"
            if isinstance(value, dict):
                drafts.append(read_node(value, len(drafts), path=path, node_types=self._node_types, findings=self._findings))
            else:
                self._findings.error("wrong_value", f"a node must be an object, not {kind_of(value)}", path=path)
        return drafts

    def _index_of(self, drafts: list[NodeDraft]) -> dict[str, int]:
        index_of: dict[str, int] = {}
        for draft in drafts:
            first = index_of.setdefault(draft.node.id, draft.node.index) if draft.node.id else draft.node.index
            if first != draft.node.index:
                message = f"the node id {draft.node.id!r} is used twice, first at {drafts[first].fields.path}"
                self._findings.error("duplicate_id", message, path=draft.fields.at("id"))
        for draft in drafts:
            # A refused id is known all the same, so that the edges that name it are not reported too.
            refused = draft.fields.values.get("id")
            if isinstance(refused, str):
                index_of.setdefault(refused, draft.node.index)
        return index_of

    def _finish_nodes(
        self, drafts: list[NodeDraft], index_of: Mapping[str, int], expressions: ExpressionChecks, *, visible: frozenset[str],
        around: _Around,
    ) -> dict[int, Graph]:  # fmt: skip
        """Check what needs all node ids, find the ports, and parse the inner graphs."""
        inner: dict[int, Graph] = {}
        for draft in drafts:
            self._check_cancels(draft, index_of)
            self._check_gate(draft, index_of)
            self._check_compensate(draft, expressions)
            if draft.type is None or not self._check_config(draft.type, draft.node.config, draft.fields, expressions):
                continue
            draft.ports = self._ports(draft.type, draft)
            declared = INNER_GRAPH in draft.type.config_schema.get("properties", {})
            if declared and draft.node.config.get(INNER_GRAPH) is not None:
                graph = self._inner_graph(draft, around.inside(visible, draft.type.type))
                inner[draft.node.index] = graph
                draft.node = replace(draft.node, config={**draft.node.config, INNER_GRAPH: graph_to_config(graph)})
        return inner

    def _inner_graph(self, draft: NodeDraft, around: _Around) -> Graph:
        path = f"{draft.fields.at('config')}.{INNER_GRAPH}"
        if around.depth > MAX_NESTING:
            self._findings.error("limit_exceeded", f"inner graphs nest deeper than {MAX_NESTING}", path=path)
            return _assembled([], (), Settings(), None)
        return self.graph(draft.node.config[INNER_GRAPH], path=path, around=around)

    def _check_config(
        self, node_type: NodeType, config: Mapping[str, Any], fields: Fields, expressions: ExpressionChecks,
        extra: frozenset[str] = frozenset(),
    ) -> bool:  # fmt: skip
        """Whether the config fits its type; its expressions are checked in any case."""
        path = fields.at("config")
        found = self._configs.findings(node_type, config, path=path)
        if not found and node_type.check is not None and not self._stored:
            found = [Finding("wrong_value", message, f"{path}.{place}") for place, message in node_type.check(config)]
        self._findings.extend(found)
        own = {key: value for key, value in config.items() if key != INNER_GRAPH} if INNER_GRAPH in config else config
        expressions.config(own, node_type, path=path, extra=extra)
        return not found

    def _check_cancels(self, draft: NodeDraft, index_of: Mapping[str, int]) -> None:
        for number, node_id in enumerate(draft.node.cancels):
            if node_id not in index_of:
                place = f"{draft.fields.at('cancels')}[{number}]"
                self._findings.unknown("unknown_node", "node", node_id, path=place, known=index_of)

    def _check_gate(self, draft: NodeDraft, index_of: Mapping[str, int]) -> None:
        """The token game plays it by its config as it is written: no template is filled in."""
        if draft.node.type != GATE:
            return
        path = draft.fields.at("config")
        watched, state = draft.node.config.get("node"), draft.node.config.get("state")
        if isinstance(watched, str) and watched not in index_of:
            self._findings.unknown("unknown_node", "node", watched, path=f"{path}.node", known=index_of)
        elif isinstance(watched, str) and index_of[watched] == draft.node.index:
            hint = "name the node whose state opens it"
            self._findings.error("wrong_value", "a gate cannot watch itself", path=f"{path}.node", hint=hint)
        if isinstance(state, str) and "{{" in state:
            message = "the state of a gate is `active` or `finished`, and no template"
            self._findings.error("wrong_value", message, path=f"{path}.state")

    def _check_compensate(self, draft: NodeDraft, expressions: ExpressionChecks) -> None:
        compensate = draft.node.compensate
        node_type = self._node_types.get(compensate.type) if compensate else None
        if compensate is not None and node_type is not None:
            fields = Fields({"config": compensate.config}, draft.fields.at("compensate"), self._findings)
            self._check_config(node_type, compensate.config, fields, expressions, OF_A_COMPENSATION)

    def _ports(self, node_type: NodeType, draft: NodeDraft) -> tuple[str, ...] | None:
        path = draft.fields.at("config")
        try:
            ports = node_type.ports_for(draft.node.config)
        except (LookupError, TypeError, ValueError, AttributeError):
            hint = "write out what names them instead of a template"
            self._findings.error("unknown_ports", "the ports of this node cannot be told from its config", path=path, hint=hint)
            return None
        for port in ports:
            if not isinstance(port, str) or not 0 < len(port) <= MAX_NAME:
                self._findings.error("wrong_port", f"a port needs a name of 1 to {MAX_NAME} characters", path=path)
                return None
            if port == ERROR:
                self._findings.error("wrong_port", f"the port name {ERROR!r} is taken by failures", path=path)
        return ports

    def _input_schema(self, fields: Fields) -> dict[str, Any] | None:
        schema = fields.object("input_schema")
        if schema is not None:
            self._findings.extend(check_schema(schema, path=fields.at("input_schema")))
        return schema


def _ids_of(graphs: Iterable[Graph]) -> set[str]:
    """The node ids of graphs and of all graphs inside them."""
    return {node_id for graph in graphs for node_id in (*graph.index_of, *_ids_of(inner_graphs(graph).values()))}


def _assembled(
    drafts: list[NodeDraft], edges: tuple[Edge, ...], settings: Settings, input_schema: Mapping[str, Any] | None
) -> Graph:
    outgoing: list[list[int]] = [[] for _ in drafts]
    incoming: list[list[int]] = [[] for _ in drafts]
    for edge in edges:
        outgoing[edge.source].append(edge.index)
        incoming[edge.target].append(edge.index)
    nodes = tuple(_with_join(draft, [edges[edge].port for edge in incoming[draft.node.index]]) for draft in drafts)
    return Graph(
        nodes=nodes,
        edges=edges,
        settings=settings,
        input_schema=input_schema,
        index_of={node.id: node.index for node in nodes},
        outgoing=tuple(map(tuple, outgoing)),
        incoming=tuple(map(tuple, incoming)),
        edge_of={edge.id: edge.index for edge in edges},
    )


def _with_join(draft: NodeDraft, ports: list[str]) -> Node:
    if draft.declares_join:
        return draft.node
    join = implied_join(ports)
    return draft.node if join == draft.node.join else replace(draft.node, join=join)
