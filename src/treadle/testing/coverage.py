"""Which nodes and edges of a graph have run, in one execution or in all executions of a test suite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from treadle.domain.graph import OUT, Edge
from treadle.domain.records import JournalRow, RowKind
from treadle.domain.values import decode
from treadle.engine.program import Program

if TYPE_CHECKING:
    from treadle.testing.results import Result

_ROUND = re.compile(r"(?:#\d+)?(?:\[\d+\])?$")
_LEAVES = frozenset({RowKind.DONE, RowKind.FAILED})
_GATE = "gate"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Nodes and edges in graph order; those of inner graphs after the ids of the nodes around them, as `each/fetch`."""

    nodes: tuple[str, ...] = ()
    edges: tuple[str, ...] = ()
    ran: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()

    @property
    def not_run(self) -> list[str]:
        return [node for node in self.nodes if node not in self.ran]

    @property
    def not_taken(self) -> list[str]:
        return [edge for edge in self.edges if edge not in self.taken]

    @property
    def percent(self) -> float:
        """Of nodes and edges together; 100 only if all have run."""
        total = len(self.nodes) + len(self.edges)
        missing = len(self.not_run) + len(self.not_taken)
        return 100.0 if not total else 100.0 * (total - missing) / total

    def within(self, workflow: str) -> Coverage:
        """The same with the workflow's name before each node and edge."""
        def named(names: Iterable[str]) -> tuple[str, ...]:
            return tuple(f"{workflow}: {name}" for name in names)

        return Coverage(named(self.nodes), named(self.edges), frozenset(named(self.ran)), frozenset(named(self.taken)))

    def __or__(self, other: Coverage) -> Coverage:
        nodes = tuple(dict.fromkeys((*self.nodes, *other.nodes)))
        edges = tuple(dict.fromkeys((*self.edges, *other.edges)))
        return Coverage(nodes, edges, self.ran | other.ran, self.taken | other.taken)

    def __str__(self) -> str:
        lines = [f"{self.percent:.0f} % of {len(self.nodes)} nodes and {len(self.edges)} edges have run"]
        lines += [f"  never ran    {node}" for node in self.not_run]
        lines += [f"  never taken  {edge}" for edge in self.not_taken]
        return "\n".join(lines)


def coverage(results: Iterable[Result]) -> Coverage:
    """What the executions ran together, their children's included. Names say the workflow if there are several."""
    every = list(_with_children(results))
    several = len({result.workflow for result in every}) > 1
    total = Coverage()
    for result in every:
        total |= result.coverage.within(result.workflow) if several else result.coverage
    return total


def coverage_of(program: Program, journal: Sequence[JournalRow]) -> Coverage:
    """What one execution ran of its program."""
    whole = dict(_programs(program))
    nodes = [label(place, node.id) for place, each in whole.items() for node in each.graph.nodes]
    edges = [edge_label(each, edge) for each in whole.values() for edge in each.graph.edges]
    ran: set[str] = set()
    taken: set[str] = set()
    for row in journal:
        each = whole.get((*program.place, *places_of(row.scope)))
        if each is None or row.node_id not in each.graph.index_of:
            continue
        gate = row.kind == RowKind.NOTE and row.status == _GATE
        if gate or (row.kind in _LEAVES and row.status != "skipped"):
            ran.add(label(each.place, row.node_id))
        if gate or row.kind in _LEAVES:
            taken.update(edge_label(each, edge) for edge in _taken(each, row))
    return Coverage(tuple(nodes), tuple(edges), frozenset(ran), frozenset(taken))


def node_ids(program: Program) -> list[str]:
    """Of the program and all inside of it."""
    return [node.id for _, each in _programs(program) for node in each.graph.nodes]


def places_of(scope: str) -> tuple[str, ...]:
    """The ids of the composite nodes around a scope: `each[1]/retry#2[0]` is in `each` and `retry`."""
    return tuple(_ROUND.sub("", part) for part in scope.split("/")) if scope else ()


def label(place: Sequence[str], name: str) -> str:
    return "/".join((*place, name))


def edge_label(program: Program, edge: Edge) -> str:
    """Such as `big.true -> manager_ok`; two edges between the same ports have their ids."""
    graph = program.graph
    nodes = graph.nodes
    port = "" if edge.port == OUT else f".{edge.port}"
    ends = (edge.source, edge.port, edge.target)
    outgoing = (graph.edges[index] for index in graph.outgoing[edge.source])
    incoming = (graph.edges[index] for index in graph.incoming[edge.target])
    few = outgoing if len(graph.outgoing[edge.source]) <= len(graph.incoming[edge.target]) else incoming
    alike = [each for each in few if (each.source, each.port, each.target) == ends]
    tag = f" ({edge.id})" if len(alike) > 1 else ""
    return label(program.place, f"{nodes[edge.source].id}{port} -> {nodes[edge.target].id}{tag}")


def _programs(program: Program) -> Iterator[tuple[tuple[str, ...], Program]]:
    """It and those inside of it, by the ids of the nodes around them. Maps of workflows have nothing of their own inside."""
    yield program.place, program
    for node in program.graph.nodes:
        inner = program.parts.get(node.id) or program.inner.get(node.index)
        if inner is not None and "workflow" not in node.config:
            yield from _programs(inner)


def _taken(program: Program, row: JournalRow) -> Iterator[Edge]:
    """The edges that a row says were taken: those it names, or all plain ones of its ports."""
    graph = program.graph
    if row.taken_json is not None:
        for edge_id, tokens in decode(row.taken_json).items():
            if tokens:
                yield graph.edges[graph.edge_of[edge_id]]
    elif row.port is not None or row.kind == RowKind.NOTE:
        ports = (row.port or OUT).split(",")
        exits = program.steps[graph.index_of[row.node_id]].exits
        for port in ports:
            for index in exits[port].always if port in exits else ():
                yield graph.edges[index]


def _with_children(results: Iterable[Result]) -> Iterator[Result]:
    for result in results:
        yield result
        yield from _with_children(result.children)
