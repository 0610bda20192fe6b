"""A workflow version made ready to run: its graph, and each node's handler, template and outgoing edges."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from treadle.domain.errors import DefinitionError, ExpressionError, Finding
from treadle.domain.expressions import Expression, compile_expression
from treadle.domain.graph import ERROR, OUT, Edge, Graph, Node, RateLimit, Settings
from treadle.domain.graph_parser import inner_graphs, parse_graph
from treadle.domain.records import ExecutionRecord
from treadle.domain.retry import NO_RETRY, RetryPolicy
from treadle.domain.secret_references import SecretReference, references
from treadle.domain.templates import Template, compile_template
from treadle.domain.values import decode
from treadle.ports import Handler, Handlers

CHILD = "workflow"
"""The node type that runs a child execution."""
PART = '"part":'
ITEM = "item"
"""The id of the node that runs an item of a map as a child execution."""

Taken = tuple[tuple[int, int], ...]
"""(edge index, tokens) of the edges an activity takes."""


@dataclass(frozen=True, slots=True)
class Exit:
    """The edges behind one port. `plain` is True when all of them are always taken, with a constant number of tokens."""

    plain: bool
    always: tuple[int, ...]
    conditional: tuple[tuple[Edge, Expression | None, Expression | None], ...]
    default: int | None


@dataclass(frozen=True, slots=True)
class Rate:
    """A limit on how often a node may start. `purpose` tells its keys from those of other limits."""

    purpose: str
    key: Expression | None
    limit: int
    per: float


@dataclass(frozen=True, slots=True)
class Step:
    """One node, compiled."""

    node: Node
    handler: Handler
    template: Template
    ports: frozenset[str]
    exits: Mapping[str, Exit]
    retry: RetryPolicy
    rates: tuple[Rate, ...] = ()
    secrets: tuple[SecretReference, ...] = ()
    """Those that its config, as it was saved, refers to."""


NO_EXIT = Exit(plain=True, always=(), conditional=(), default=None)


class Program:
    """A compiled graph; immutable, shared by all executions of it.

    `place` are the ids of the composite nodes around it, the outermost first: () for a whole workflow. `inner` are the
    programs that composite nodes run, by node index; `parts` those that only child executions run, by node id. `settings` are
    the whole workflow's.
    """

    __slots__ = (
        "graph", "inner", "output", "parts", "place", "settings", "starts", "starts_children", "steps", "undo", "version",
        "workflow",
    )  # fmt: skip

    def __init__(
        self,
        workflow: str,
        version: int,
        graph: Graph,
        handlers: Handlers,
        *,
        place: tuple[str, ...] = (),
        settings: Settings | None = None,
    ) -> None:
        self.workflow = workflow
        self.version = version
        self.graph = graph
        self.place = place
        self.settings = settings or graph.settings
        self.steps = tuple(_compile_step(graph, node, handlers, self.settings.rate_limits) for node in graph.nodes)
        self.starts = tuple(node.index for node in graph.nodes if not graph.incoming[node.index])
        self.undo = {node.index: _compile_undo(node, handlers) for node in graph.nodes if node.compensate is not None}
        self.output = compile_expression(graph.settings.output) if graph.settings.output else None
        self.inner: dict[int, Program] = {}
        self.parts: dict[str, Program] = {}
        self._compile_inner(handlers)
        self.starts_children: bool = any(step.handler.node_type.type == CHILD for step in self.steps) or any(
            program.starts_children for program in self.inner.values()
        )

    def chain(self, graph: Graph, steps: Sequence[Step]) -> Program:
        """A program of steps that are compiled already, one after another."""
        program: Program = object.__new__(Program)
        program.workflow, program.version, program.settings, program.place = self.workflow, self.version, self.settings, ()
        program.graph, program.starts, program.output, program.starts_children = graph, (0,), None, False
        program.steps = tuple(replace(step, exits=_compile_exits(graph, step.node)) for step in steps)
        program.undo, program.inner, program.parts = {}, {}, {}
        return program

    def at(self, place: Sequence[str]) -> Program:
        """The program of an inner graph; DefinitionError when there is none at that place."""
        if not place:
            return self
        node_id, *rest = place
        found = self.parts.get(node_id) or self.inner.get(self.graph.index_of.get(node_id, -1))
        if found is None:
            raise DefinitionError([Finding("no_inner_graph", f"{self.workflow} v{self.version} has no inner graph at {node_id!r}")])
        return found.at(rest)

    def outer_nodes(self) -> frozenset[str]:
        """The ids of nodes outside of this graph whose results its expressions read, inner graphs included."""
        found = {ref for step in self.steps for each in step.template.expressions for ref in each.expression.node_refs}
        for step in self.steps:
            for leaving in step.exits.values():
                found.update(ref for _, when, count in leaving.conditional for e in (when, count) if e for ref in e.node_refs)
        if self.output is not None:
            found |= self.output.node_refs
        for program in (*self.inner.values(), *self.parts.values()):
            found |= program.outer_nodes()
        return frozenset(found - self.graph.index_of.keys())

    def _compile_inner(self, handlers: Handlers) -> None:
        graphs = inner_graphs(self.graph)
        for node in self.graph.nodes:
            place = (*self.place, node.id)
            child = _child_config(node)
            if node.index in graphs:
                program = self._part(graphs[node.index], handlers, place)
                if child is None:
                    self.inner[node.index] = program
                else:
                    self.parts[node.id] = program
            if child is not None:
                self.inner[node.index] = self._part(_one_node(Node(0, ITEM, CHILD, config=child)), handlers, place)

    def _part(self, graph: Graph, handlers: Handlers, place: tuple[str, ...]) -> Program:
        return Program(self.workflow, self.version, graph, handlers, place=place, settings=self.settings)

    def leave(self, node: int, ports: Iterable[str], names: Callable[[], Mapping[str, Any]]) -> Taken | None:
        """The edges to take from these ports, or None for "every plain edge", the usual case.

        `names` is asked only if an edge has a condition; it must contain `output`.
        ExpressionError when a `when` or `tokens` raises.
        """
        exits = [self.steps[node].exits.get(port, NO_EXIT) for port in ports]
        if len(exits) == 1 and exits[0].plain:
            return None
        seen = names()
        return tuple(taken for leaving in exits for taken in _take(leaving, self.graph, seen))

    def leads_on(self, node: int, port: str, taken: Taken | None) -> bool:
        """Whether leaving so puts a token anywhere."""
        return bool(taken) if taken is not None else bool(self.steps[node].exits.get(port, NO_EXIT).always)

    def error_edges(self, node: int) -> bool:
        return ERROR in self.steps[node].exits


class Programs:
    """Compiled versions by (workflow, version), the most recently used kept. Safe to use from any thread."""

    def __init__(self, handlers: Handlers, *, keep: int = 256) -> None:
        self._handlers = handlers
        self._keep = keep
        self._lock = threading.Lock()
        self._programs: dict[tuple[str, int], Program] = {}

    def get(self, workflow: str, version: int, graph_json: str) -> Program:
        """DefinitionError when this worker cannot run it: a node type it does not have, for instance."""
        key = (workflow, version)
        with self._lock:
            program = self._programs.pop(key, None)
            if program is None:
                graph = parse_graph(decode(graph_json), self._handlers.node_types, stored=True)
                program = Program(workflow, version, graph, self._handlers)
                while len(self._programs) >= self._keep:
                    del self._programs[next(iter(self._programs))]
            self._programs[key] = program
            return program

    def of(self, record: ExecutionRecord, graph_json: str) -> Program:
        """What an execution runs: its version's program, or the part of it that an item of a distributed map is."""
        program = self.get(record.workflow, record.version, graph_json)
        part = decode(record.trigger_json).get("part") if PART in record.trigger_json else None
        return program.at(part["place"]) if part else program


def _child_config(node: Node) -> dict[str, Any] | None:
    """The config of the `workflow` node that runs each item, where a map's items are executions of their own."""
    if node.type != "for_each":
        return None
    if "workflow" in node.config:
        config = {"workflow": node.config["workflow"], "input": "{{ item }}"}
        return config | ({"version": node.config["version"]} if "version" in node.config else {})
    return {"workflow": "-", "inner": True} if node.config.get("distribute") else None


def _one_node(node: Node) -> Graph:
    return Graph((node,), (), Settings(), None, {node.id: 0}, ((),), ((),), {})


def _compile_step(graph: Graph, node: Node, handlers: Handlers, rate_limits: Sequence[RateLimit]) -> Step:
    handler = handlers.get(node.type)
    assert handler is not None, "parse_graph refuses unknown node types"
    return Step(
        node=node,
        handler=handler,
        template=compile_template(node.config, handler.node_type),
        ports=frozenset(handler.node_type.ports_for(node.config)),
        exits=_compile_exits(graph, node),
        retry=node.retry or NO_RETRY,
        rates=tuple(_compile_rate(limit) for limit in rate_limits if node.id == limit.node or node.type == limit.type),
        secrets=tuple(references(node.config)),
    )


def _compile_undo(node: Node, handlers: Handlers) -> Step:
    compensation = node.compensate
    assert compensation is not None
    handler = handlers.get(compensation.type)
    assert handler is not None, "parse_graph refuses unknown node types"
    undo = Node(
        0,
        node.id,
        compensation.type,
        config=compensation.config,
        retry=compensation.retry,
        timeout=compensation.timeout,
        on_error="continue",
    )
    ports = frozenset(handler.node_type.ports_for(undo.config))
    template, secrets = compile_template(undo.config, handler.node_type), tuple(references(undo.config))
    return Step(undo, handler, template, ports, {}, undo.retry or NO_RETRY, secrets=secrets)


def _compile_rate(limit: RateLimit) -> Rate:
    purpose = f"rate:node {limit.node}" if limit.node is not None else f"rate:type {limit.type}"
    return Rate(purpose, compile_expression(limit.key) if limit.key is not None else None, limit.limit, limit.per)


def _compile_exits(graph: Graph, node: Node) -> Mapping[str, Exit]:
    by_port: dict[str, list[Edge]] = {}
    for index in graph.outgoing[node.index]:
        edge = graph.edges[index]
        by_port.setdefault(edge.port, []).append(edge)
    return {port: _compile_exit(edges) for port, edges in by_port.items()}


def _compile_exit(edges: list[Edge]) -> Exit:
    chosen = [e for e in edges if not e.default]
    default = next((e.index for e in edges if e.default), None)
    plain = default is None and all(e.when is None and isinstance(e.tokens, int) for e in chosen)
    conditional = tuple(
        (
            e,
            compile_expression(e.when) if e.when else None,
            compile_expression(e.tokens) if isinstance(e.tokens, str) else None,
        )
        for e in chosen
    )
    return Exit(plain=plain, always=tuple(e.index for e in chosen if e.when is None), conditional=conditional, default=default)


def _take(leaving: Exit, graph: Graph, names: Mapping[str, Any]) -> list[tuple[int, int]]:
    taken = []
    for edge, when, tokens in leaving.conditional:
        if when is not None and not when.evaluate(names):
            continue
        taken.append((edge.index, _count(edge, tokens, names)))
    if not taken and leaving.default is not None:
        edge = graph.edges[leaving.default]
        tokens = compile_expression(edge.tokens) if isinstance(edge.tokens, str) else None
        taken.append((edge.index, _count(edge, tokens, names)))
    return [(index, count) for index, count in taken if count]


def _count(edge: Edge, tokens: Expression | None, names: Mapping[str, Any]) -> int:
    if tokens is None:
        assert isinstance(edge.tokens, int)
        return edge.tokens
    count = tokens.evaluate(names)
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= 10_000:
        raise ExpressionError(
            f"`tokens` of edge {edge.id} must be a whole number from 0 to 10,000, not {count!r}", source=tokens.source
        )
    return count


def port_of(ports: str | tuple[str, ...]) -> tuple[str, ...]:
    """One port or several, as a tuple."""
    return (ports,) if isinstance(ports, str) else ports


def journal_port(ports: tuple[str, ...]) -> str:
    """How several ports at once stand in one journal row."""
    return ports[0] if len(ports) == 1 else (",".join(ports) or OUT)
