"""Every expression of a parsed graph against what it can see when it is evaluated: nodes that have run, names, keys of the input.

An error is certain: the expression fails whenever it gets to that place. A warning is likely a mistake.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from treadle.domain.errors import Finding
from treadle.domain.expression_frame import no_such, shown
from treadle.domain.expression_reads import Read
from treadle.domain.expressions import Expression, compile_expression
from treadle.domain.graph import ERROR, Edge, Graph, Node, Settings
from treadle.domain.graph_expressions import is_deferred
from treadle.domain.graph_names import ALWAYS, OF_A_COMPENSATION, names_inside, names_of_edge
from treadle.domain.graph_order import Order, RunOrder
from treadle.domain.graph_parser import INNER_GRAPH, inner_graphs
from treadle.domain.input_reads import finding_of
from treadle.domain.node_types import NodeType, NodeTypes
from treadle.domain.soundness_flow import Flow
from treadle.domain.templates import compile_template

_PLACES = {
    "item": "inside of the graph of a for_each",
    "index": "inside of the graph of a for_each, while or repeat",
    "previous": "inside of the graph of a while or repeat",
    "outer": "inside of the graph of a for_each, while or repeat",
    "output": "in `when` and `tokens` of edges",
    "error": "in `when` and `tokens` of edges that leave through error",
}
_MENDS = {"output": "write nodes.<id>.output", "error": "write nodes.<id>.error"}
_EXECUTION = ("id", "workflow", "version", "attempt")
_RESULT = ("output", "error")
_INCOMING = ("node", "visit", "port", "output")
_OUTER = ("item", "index", "outer")
_MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class Level:
    """One graph: the definition's, or that of the node `holder` in the graph of the level `around`.

    `names` are those its expressions have; `depth` is how many items and turns it lies inside of.
    """

    order: RunOrder
    path: str
    around: Level | None = None
    holder: int = -1
    names: frozenset[str] = ALWAYS
    depth: int = 0

    @property
    def graph(self) -> Graph:
        return self.order.flow.graph

    def inside(self, holder: int, order: RunOrder) -> Level:
        """The level of the graph that a node of this one holds."""
        own = names_inside(self.graph.nodes[holder].type)
        path = f"{self.path}nodes[{holder}].config.{INNER_GRAPH}."
        return Level(order, path, self, holder, self.names | own, self.depth + bool(own))


@dataclass(frozen=True, slots=True)
class Site:
    """Where an expression stands. `reader` is the node that sees results as it does; -1 for what is evaluated at the end.

    `own` when the reader's own result is there too; `offset` is how far into the text at `path` the expression begins.
    """

    level: Level
    path: str
    reader: int
    names: frozenset[str]
    edge: Edge | None = None
    own: bool = False
    offset: int = 0


def check_reads(graph: Graph, node_types: NodeTypes) -> Iterator[Finding]:
    """The findings on the expressions of a parsed graph and its inner graphs, in graph order."""
    checks = _Checks(graph, node_types)
    yield from checks.level(Level(RunOrder(Flow(graph, node_types)), ""))


class _Checks:
    """The checks of one definition."""

    def __init__(self, graph: Graph, node_types: NodeTypes) -> None:
        self._node_types = node_types
        self._schema = graph.input_schema
        self._variables: Mapping[str, Any] = graph.settings.vars

    def level(self, level: Level) -> Iterator[Finding]:
        for node in level.graph.nodes:
            yield from self._node(level, node)
        for edge in level.graph.edges:
            names = level.names | names_of_edge(edge.port, error_port=ERROR)
            for key, source in (("when", edge.when), ("tokens", edge.tokens)):
                if isinstance(source, str):
                    site = Site(level, f"{level.path}edges[{edge.index}].{key}", edge.source, names, edge=edge)
                    yield from self._expression(compile_expression(source), site)
        if level.graph.settings.output is not None:
            site = Site(level, f"{level.path}settings.output", -1, level.names)
            yield from self._expression(compile_expression(level.graph.settings.output), site)
        for limit, source in _limit_keys(level.graph.settings):
            if source is not None:
                yield from self._key(compile_expression(source), Site(level, f"{level.path}settings.{limit}.key", -1, ALWAYS))
        for index, inner in inner_graphs(level.graph).items():
            yield from self.level(level.inside(index, RunOrder(Flow(inner, self._node_types, inner=True))))

    def _node(self, level: Level, node: Node) -> Iterator[Finding]:
        place = f"{level.path}nodes[{node.index}]"
        site = Site(level, f"{place}.config", node.index, level.names)
        yield from self._config(node.config, self._node_types.get(node.type), site)
        if node.compensate is not None:
            site = Site(level, f"{place}.compensate.config", -1, level.names | OF_A_COMPENSATION, own=True)
            yield from self._config(node.compensate.config, self._node_types.get(node.compensate.type), site)

    def _config(self, config: Mapping[str, Any], node_type: NodeType | None, site: Site) -> Iterator[Finding]:
        if node_type is None:
            return
        own = {key: value for key, value in config.items() if key != INNER_GRAPH} if INNER_GRAPH in config else config
        template = compile_template(own, node_type)
        for path, expression, offset in template.expressions:
            extra = node_type.extra_names if node_type.extra_names and is_deferred(node_type, path) else ()
            names = site.names.union(extra) if extra else site.names
            yield from self._expression(expression, replace(site, path=f"{site.path}.{path}", names=names, offset=offset))

    def _expression(self, expression: Expression, site: Site) -> Iterator[Finding]:
        asked = {read.name for read in expression.reads if not read.keys}
        found: dict[tuple[str, object], Finding] = {}
        for read in expression.reads:
            finding = self._read(read, site, guarded=read.name in asked or (read.conditional and read.name == "nodes"))
            if finding is not None:
                found.setdefault((finding.code, read.keys[:1]), finding)
        yield from found.values()

    def _key(self, expression: Expression, site: Site) -> Iterator[Finding]:
        """The key of a limit: who evaluates it knows its names, and the parser has refused others."""
        for read in expression.reads:
            if read.name in ("input", "vars", "execution"):
                finding = self._read(read, site, guarded=False)
                if finding is not None:
                    yield finding

    def _read(self, read: Read, site: Site, *, guarded: bool) -> Finding | None:
        if read.name not in site.names:
            return _absent(read, site)
        if not read.keys:
            return None
        if read.name == "nodes":
            return _node_read(read, site, guarded=guarded)
        if read.name == "input" and self._schema is not None:
            return finding_of(_moved(read, site.offset), self._schema, path=site.path, guarded=guarded)
        if read.name == "vars":
            return self._variable(read, site)
        if read.name == "execution":
            return _unknown_key(read, 0, _EXECUTION, site)
        if read.name == "incoming" and isinstance(read.keys[0], int):
            return _unknown_key(read, 1, _INCOMING, site)
        if read.name == "outer":
            return _outer_read(read, site)
        return None

    def _variable(self, read: Read, site: Site) -> Finding | None:
        hint = "add it to settings.vars" if self._variables else 'declare it: "settings": {"vars": {…}}'
        return _unknown_key(read, 0, self._variables, site, hint=hint)


def _limit_keys(settings: Settings) -> Iterator[tuple[str, str | None]]:
    if settings.concurrency is not None:
        yield "concurrency", settings.concurrency.key
    if settings.debounce is not None:
        yield "debounce", settings.debounce.key
    for number, limit in enumerate(settings.rate_limits):
        yield f"rate_limits[{number}]", limit.key


def _absent(read: Read, site: Site) -> Finding | None:
    """A name that is not there at this place; None for names that the parser has refused."""
    if read.name not in _PLACES:
        return None
    message = f"there is no {read.name!r} here: it exists {_PLACES[read.name]}{_column(read, 0, site)}"
    return Finding("unknown_name", message, site.path, _MENDS.get(read.name))


def _outer_read(read: Read, site: Site) -> Finding | None:
    """`outer` is what the names are around this item or turn; all of them are null where nothing is around but the workflow."""
    for place, key in enumerate(read.keys):
        if key not in _OUTER:
            return _unknown_key(read, place, _OUTER, site)
        if site.level.depth - place == 1:
            certain = len(read.keys) > place + 1
            way = ".".join(map(str, ("outer", *read.keys[: place + 1])))
            message = f"{way} is null: nothing is around this graph but the workflow{_column(read, place + 1, site)}"
            hint = "outer is for an inner graph inside of another one; input and vars are seen everywhere"
            return Finding("unknown_name", message, site.path, hint, severity="error" if certain else "warning")
        if key != "outer":
            return None
    return None


def _node_read(read: Read, site: Site, *, guarded: bool) -> Finding | None:
    name = read.keys[0]
    if not isinstance(name, str):
        return None
    level: Level | None = site.level
    reader = site.reader
    while level is not None and name not in level.graph.index_of:
        # What is around sees as the node does that holds this graph.
        reader, level = level.holder, level.around
    if level is None:
        return None
    node = level.graph.index_of[name]
    order = Order.BEFORE if level.order.flow.reachable(node) else Order.NEVER
    if reader >= 0:
        order = level.order.of(node, seen_by=reader)
    if order is Order.BEFORE:
        return _unknown_key(read, 1, _RESULT, site)
    return _out_of_order(read, site, order, level=level, reader=reader, guarded=guarded)


def _out_of_order(read: Read, site: Site, order: Order, *, level: Level, reader: int, guarded: bool) -> Finding | None:
    name = read.keys[0]
    there = level.graph.nodes[reader].id if reader >= 0 else ""
    where = _column(read, 1, site)
    certain = order in (Order.AFTER, Order.OTHERWISE, Order.NEVER) and not guarded
    if guarded and order in (Order.BESIDE, Order.LATER_ROUNDS):
        return _unknown_key(read, 1, _RESULT, site)
    if name == there and level is site.level and site.edge is not None:
        message = f"on its own edges node {name!r} has no result yet, or that of its round before{where}"
        return Finding("cannot_have_run", message, site.path, "write output", severity="error" if certain else "warning")
    if order is Order.NEVER:
        message, hint = f"node {name!r} can never run: no way leads to it from a start{where}", "connect it, or leave this out"
    elif order is Order.OTHERWISE:
        message = f"node {name!r} does not run when {there!r} does: they are on different ways of one choice{where}"
        hint = _before(level, reader)
    elif order is Order.AFTER:
        when = "has no result while it runs" if name == there else f"runs only after {there!r}"
        message, hint = f"node {name!r} {when}{where}", _before(level, reader)
    elif order is Order.LATER_ROUNDS:
        message = f"node {name!r} has not run yet when {there!r} runs for the first time{where}"
        hint = f'for the first round: get(nodes, ["{name}", "output"], default)'
    else:
        message = f"node {name!r} is on a branch beside {there!r}: whether it has run by then is left to chance{where}"
        hint = f'draw an edge from it, or write get(nodes, ["{name}", "output"], default)'
    code = "cannot_have_run" if order in (Order.AFTER, Order.OTHERWISE, Order.NEVER) else "may_not_have_run"
    return Finding(code, message, site.path, hint, severity="error" if certain else "warning")


def _before(level: Level, reader: int) -> str:
    names = level.order.known_before(reader)
    if not names:
        return f"nothing runs before {level.graph.nodes[reader].id!r}"
    listed = ", ".join(names[-_MOST_LISTED:])
    return f"what may have run before it: {'…, ' if len(names) > _MOST_LISTED else ''}{listed}"


def _unknown_key(read: Read, place: int, known: Collection[str], site: Site, *, hint: str | None = None) -> Finding | None:
    """The finding when the key at that place is not among those there are."""
    if len(read.keys) <= place or read.keys[place] in known:
        return None
    key = str(read.keys[place])
    way = ".".join([read.name, *map(str, read.keys[:place])])
    sentence = no_such("key", key, known=known, among="there are" if known else "there is")
    if hint is None and read.name == "nodes" and "did you mean" not in sentence and key.isidentifier():
        hint = f"write nodes.{read.keys[0]}.output.{key}"
    return Finding("unknown_key", f"in {shown(way)[1:-1]}: {sentence}{_column(read, place + 1, site)}", site.path, hint)


def _moved(read: Read, offset: int) -> Read:
    return read._replace(columns=tuple(None if column is None else column + offset for column in read.columns)) if offset else read


def _column(read: Read, place: int, site: Site) -> str:
    column = read.columns[place] if place < len(read.columns) else None
    return "" if column is None else f" (column {column + site.offset})"
