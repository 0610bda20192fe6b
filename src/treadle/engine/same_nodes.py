"""Which nodes of two graphs are the same, looked up once for each place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from treadle.domain.graph import ERROR, OUT, Node
from treadle.domain.records import JournalRow
from treadle.domain.values import decode
from treadle.engine.fitting import program_at
from treadle.engine.program import Program


class SameNodes:
    """Of a past graph and another. Scopes are paths of frames, numbers and all."""

    def __init__(self, program: Program, target: Program) -> None:
        self._program = program
        self._target = target
        self._pairs: dict[str, tuple[Program | None, Program | None]] = {}
        self._known: dict[tuple[Callable[..., bool], str, str], bool] = {}

    def type(self, scope: str, node_id: str) -> bool:
        """Whether it is there in both, with one type."""
        return self._ask(_same_type, scope, node_id)

    def config(self, scope: str, node_id: str) -> bool:
        """Whether it would be given the same, if what it reads is the same."""
        return self._ask(_same_config, scope, node_id)

    def exits(self, scope: str, node_id: str) -> bool:
        return self._ask(_same_exits, scope, node_id)

    def failing(self, scope: str, node_id: str) -> bool:
        """Whether a failure leads to the same."""
        return self._ask(_same_failing, scope, node_id) and self.exits(scope, node_id)

    def graph(self, scope: str, node_id: str) -> bool:
        """Of a composite: whether it would be played in the same way."""
        return self._ask(_same_graph, scope, node_id) and self.failing(scope, node_id) and self.config(scope, node_id)

    def has_port(self, row: JournalRow) -> bool:
        """Whether the exit that was taken is there: a pure node chooses anew."""
        target = self._pair(row.scope)[1]
        if row.port is None or target is None or row.node_id not in target.graph.index_of:
            return True
        step = target.steps[target.graph.index_of[row.node_id]]
        ports = step.ports | {OUT, ERROR}
        return step.handler.node_type.pure or row.port in ports or all(port in ports for port in row.port.split(","))

    def taken(self, row: JournalRow, *, anew: bool = False) -> Mapping[str, int]:
        """The edges that a row took and that both graphs have, with their tokens."""
        program, target = self._pair(row.scope)
        if program is None or target is None:
            return {}
        own, other = (target, program) if anew else (program, target)
        taken = decode(row.taken_json) if row.taken_json is not None else _plain_edges(own, row)
        return {edge: count for edge, count in taken.items() if edge in other.graph.edge_of and edge in own.graph.edge_of}

    def _pair(self, scope: str) -> tuple[Program | None, Program | None]:
        pair = self._pairs.get(scope)
        if pair is None:
            pair = self._pairs[scope] = program_at(self._program, scope), program_at(self._target, scope)
        return pair

    def _ask(self, question: Callable[[Program, int, Program, int], bool], scope: str, node_id: str) -> bool:
        key = (question, scope, node_id)
        known = self._known.get(key)
        if known is None:
            program, target = self._pair(scope)
            there = program is not None and target is not None
            if not there or node_id not in program.graph.index_of or node_id not in target.graph.index_of:  # type: ignore[union-attr]
                known = False
            else:
                assert program is not None
                assert target is not None
                known = question(program, program.graph.index_of[node_id], target, target.graph.index_of[node_id])
            self._known[key] = known
        return known


def _same_type(program: Program, node: int, target: Program, other: int) -> bool:
    return program.graph.nodes[node].type == target.graph.nodes[other].type


def _same_config(program: Program, node: int, target: Program, other: int) -> bool:
    return _asked(program.graph.nodes[node]) == _asked(target.graph.nodes[other])


def _same_exits(program: Program, node: int, target: Program, other: int) -> bool:
    return _exits(program, node) == _exits(target, other)


def _same_failing(program: Program, node: int, target: Program, other: int) -> bool:
    was, now = program.graph.nodes[node], target.graph.nodes[other]
    return (was.retry, was.on_error) == (now.retry, now.on_error)


def _same_graph(program: Program, node: int, target: Program, other: int) -> bool:
    return program.graph.nodes[node].config.get("graph") == target.graph.nodes[other].config.get("graph")


def _asked(node: Node) -> tuple[object, ...]:
    return node.disabled, {key: value for key, value in node.config.items() if key != "graph"}


def _exits(program: Program, node: int) -> list[tuple[object, ...]]:
    edges = [program.graph.edges[index] for index in program.graph.outgoing[node]]
    return [(edge.id, edge.port, edge.when, edge.default, edge.tokens) for edge in edges]


def _plain_edges(program: Program, row: JournalRow) -> dict[str, int]:
    index = program.graph.index_of.get(row.node_id)
    leaving = None if index is None or row.port is None else program.steps[index].exits.get(row.port)
    edges = [] if leaving is None else [program.graph.edges[each] for each in leaving.always]
    return {edge.id: edge.tokens for edge in edges if isinstance(edge.tokens, int)}
