"""Random well-structured graphs: sequences, AND, XOR, OR and loops nested in each other, and how often each node must fire.

A decision depends on the node and the number of its visit only, so what must happen does not depend on the order of completion.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from treadle.domain.graph import Edge, Graph, Node
from unit.token_graphs import assembled

Run = Callable[[], None]


@dataclass
class Block:
    """A part of the graph with one way in and one way out; `run` counts what one passage through it fires."""

    entry: int
    exit: int
    run: Run


@dataclass
class Structure:
    """Builds the graph and, beside it, the recursive program it stands for."""

    random: Random
    nodes: int = 0
    edges: list[tuple[int, str, int, bool]] = field(default_factory=list)
    loop_ports: dict[int, list[str]] = field(default_factory=dict)
    chosen: dict[int, list[int]] = field(default_factory=dict)
    fired: Counter[int] = field(default_factory=Counter)
    left_by: dict[int, str] = field(default_factory=dict)

    def graph(self) -> Graph:
        return assembled(
            [Node(index, f"n{index}", "noop") for index in range(self.nodes)],
            [
                Edge(index, f"e{index}", source, target, port, when="chosen" if conditional else None)
                for index, (source, port, target, conditional) in enumerate(self.edges)
            ],
        )

    def decide(self, node: int, visit: int) -> tuple[str, list[int] | None]:
        """The port, and the edges where an OR or XOR split chooses among them."""
        dice = Random(node * 1000 + visit)
        ports = self.loop_ports.get(node, [])
        if ports and dice.random() < 0.45:
            return dice.choice(ports), None
        edges = self.chosen.get(node)
        if edges is None:
            return "out", None
        if dice.random() < 0.5:
            return "out", [dice.choice(edges)]
        some = [edge for edge in edges if dice.random() < 0.6]
        return "out", some or [dice.choice(edges)]

    def block(self, depth: int) -> Block:
        kind = self.random.choice(("task", "sequence", "and", "xor", "or", "loop")) if depth else "task"
        if kind == "task":
            node = self._node()
            return Block(node, node, lambda: self._count(node))
        if kind == "sequence":
            return self.sequence([self.block(depth - 1) for _ in range(self.random.randint(2, 3))])
        if kind == "loop":
            return self._loop(depth)
        return self._split(kind, depth)

    def sequence(self, parts: list[Block]) -> Block:
        for one, other in pairwise(parts):
            self._edge(one.exit, "out", other.entry)

        def run() -> None:
            for part in parts:
                part.run()

        return Block(parts[0].entry, parts[-1].exit, run)

    def _split(self, kind: str, depth: int) -> Block:
        split = self._node()
        branches = [self.block(depth - 1) for _ in range(self.random.randint(2, 3))]
        join = self._node()
        run_of = {self._edge(split, "out", branch.entry, conditional=kind != "and"): branch.run for branch in branches}
        for branch in branches:
            self._edge(branch.exit, "out", join)
        if kind != "and" and self.random.random() < 0.3:
            run_of[self._edge(split, "out", join, conditional=True)] = lambda: None
        if kind != "and":
            self.chosen[split] = list(run_of)

        def run() -> None:
            visit = self._fire(split)
            _, chosen = self.decide(split, visit)
            for edge, run_branch in run_of.items():
                if chosen is None or edge in chosen:
                    run_branch()
            self._fire(join)

        return Block(split, join, run)

    def _loop(self, depth: int) -> Block:
        """With a head and a deciding node of its own, or straight from the body's exit back to its entry."""
        body = self.block(depth - 1)
        if self.random.random() < 0.5:
            head, decider = self._node(), self._node()
            self._edge(head, "out", body.entry)
            self._edge(body.exit, "out", decider)
            inner = body

            def once() -> None:
                self._fire(head)
                inner.run()
                self._fire(decider)

            body = Block(head, decider, once)
        port = f"back{len(self.loop_ports.setdefault(body.exit, []))}"
        self.loop_ports[body.exit].append(port)
        self._edge(body.exit, port, body.entry)

        def run() -> None:
            body.run()
            while self.left_by[body.exit] == port:
                body.run()

        return Block(body.entry, body.exit, run)

    def _node(self) -> int:
        self.nodes += 1
        return self.nodes - 1

    def _edge(self, source: int, port: str, target: int, *, conditional: bool = False) -> int:
        self.edges.append((source, port, target, conditional))
        return len(self.edges) - 1

    def _count(self, node: int) -> None:
        self._fire(node)

    def _fire(self, node: int) -> int:
        self.fired[node] += 1
        self.left_by[node] = self.decide(node, self.fired[node])[0]
        return self.fired[node]


def structured(random: Random, *, depth: int = 4) -> tuple[Structure, Block]:
    """A structure, and its whole: a block between two tasks."""
    structure = Structure(random)
    first, inner, last = structure.block(0), structure.block(depth), structure.block(0)
    return structure, structure.sequence([first, inner, last])
