"""Undoing what an execution has done: the compensations of its completed activities, one after another, the latest first.

They are nodes of a chain that is made from the journal: a scope of its own, played like any other, so that each has its
retries, its time-out and its rows. One that fails for good does not keep the others from running.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from treadle.domain.graph import OUT, Edge, Graph, Settings
from treadle.domain.marking import Effects, Marking
from treadle.engine.data import Results
from treadle.engine.frames import Frame, Key, place
from treadle.engine.program import Program

UNDO = "undo"
"""The path of the scope in which compensations run."""


@dataclass(frozen=True, slots=True)
class Undoable:
    """A completed activity that can be undone: its scope, and the visit."""

    frame: Frame
    key: Key

    @property
    def place(self) -> str:
        node, visit = self.key
        return place(self.frame.path, self.frame.program.graph.nodes[node].id, visit)


def undoing(done: Sequence[Undoable], program: Program) -> tuple[Frame, Effects]:
    """The scope that undoes these, begun."""
    chain = chain_of(done, program)
    frame = Frame(UNDO, chain, Results(chain.graph))
    frame.marking, begun = Marking.start(chain.graph, chain.starts, home=frame)
    return frame, begun


def chain_of(done: Sequence[Undoable], program: Program) -> Program:
    """A program that undoes these, the last one first."""
    steps = []
    for index, undoable in enumerate(reversed(done)):
        step = undoable.frame.program.undo[undoable.key[0]]
        steps.append(replace(step, node=replace(step.node, index=index, id=undoable.place)))
    nodes = tuple(step.node for step in steps)
    edges: list[Edge] = []
    ways: list[tuple[int, ...]] = []
    for index, step in enumerate(steps[:-1]):  # whatever port it leaves through, the next one follows
        ports = sorted(step.ports | {OUT})
        own = tuple(range(len(edges), len(edges) + len(ports)))
        edges.extend(Edge(edge, f"{index}.{port}", index, index + 1, port) for edge, port in zip(own, ports, strict=True))
        ways.append(own)
    graph = Graph(
        nodes=nodes,
        edges=tuple(edges),
        settings=Settings(max_activities=len(nodes)),
        input_schema=None,
        index_of={node.id: node.index for node in nodes},
        outgoing=(*ways, ()),
        incoming=((), *ways),
        edge_of={edge.id: edge.index for edge in edges},
    )
    return program.chain(graph, steps)
