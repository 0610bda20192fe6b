"""Random graphs for the token game, and a player that finishes their activities in random orders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from treadle.domain.graph import Edge, Graph, Node
from treadle.domain.marking import Effects, Marking
from unit.obvious_interpreter import ObviousMarking
from unit.token_graphs import assembled

JOINS = ("auto", "auto", "auto", "all", "each", "first", 2, 3)


@dataclass(frozen=True)
class Move:
    """One row: an activity left through a port, failed, or (`verb` retry) the scope was tried again."""

    verb: str
    node: int = 0
    visit: int = 0
    port: str = "out"
    taken: tuple[tuple[int, int], ...] | None = None


def unstructured(random: Random, *, max_nodes: int = 9) -> Graph:
    """Anything goes: every join and rest, several edges between two nodes, self-loops, cancels, takes, mutexes, gates."""
    size = random.randint(2, max_nodes)
    plain = random.random() < 0.4
    nodes = [_any_node(random, index, size, plain=plain) for index in range(size)]
    edges: list[Edge] = []
    for _ in range(random.randint(size - 1, size * 2 + 2)):
        source, target = random.randrange(size), random.randrange(size)
        if random.random() < 0.75 and source > target:
            source, target = target, source
        if target == 0 and random.random() < 0.8:
            continue
        edges.append(_any_edge(random, len(edges), source, target, nodes))
    if random.random() < 0.5:
        _stretch(random, nodes, edges)
    return assembled(nodes, edges, max_activities=60)


def _stretch(random: Random, nodes: list[Node], edges: list[Edge]) -> None:
    """Put chains of nodes into some edges."""
    for edge in list(edges):
        while random.random() < 0.35:
            nodes.append(Node(len(nodes), f"n{len(nodes)}", "noop"))
            edges.append(Edge(len(edges), f"e{len(edges)}", nodes[-1].index, edges[edge.index].target, take=edge.take))
            edges[edge.index] = replace(edges[edge.index], target=nodes[-1].index, take=1)


def _any_node(random: Random, index: int, size: int, *, plain: bool) -> Node:
    fields: dict[str, Any] = {"join": random.choice(JOINS), "rest": random.choice(("ignore", "block", "cancel"))}
    if plain:
        return Node(index, f"n{index}", "noop", **(fields if random.random() < 0.3 else {}))
    if random.random() < 0.12:
        fields["cancels"] = tuple({f"n{random.randrange(size)}" for _ in range(random.randint(1, 3))})
    if random.random() < 0.15:
        fields["mutex"] = random.choice(("m", "w"))
    kind = random.choices(("noop", "gate", "terminate", "trigger.manual"), (30, 3, 1, 1))[0]
    if kind == "gate":
        fields["config"] = {"node": f"n{random.randrange(size)}", "state": random.choice(("active", "finished"))}
    return Node(index, f"n{index}", kind, **fields)


def _any_edge(random: Random, index: int, source: int, target: int, nodes: list[Node]) -> Edge:
    port = random.choices(("out", "error", "missed"), (8, 1, 3 if nodes[source].type == "gate" else 0))[0]
    when = "some" if random.random() < 0.4 and nodes[source].type != "gate" else None
    take = 2 if random.random() < 0.06 else 1
    return Edge(
        index, f"e{index}", source, target, port, when=when, default=when is None and random.random() < 0.05,
        tokens=random.choice((1, 1, 1, 1, 1, 1, 2, 3)), take=take,
    )  # fmt: skip


def starts_of(graph: Graph, random: Random) -> list[int]:
    sources = [n.index for n in graph.nodes if n.type.startswith("trigger.")]
    sources = sources or [n.index for n in graph.nodes if not graph.incoming[n.index]]
    return sources if sources and random.random() < 0.8 else [random.randrange(len(graph.nodes))]


def random_move(graph: Graph, marking: Marking, random: Random) -> Move | None:
    """What some activity that could be running does next; None when none can."""
    if marking.state == "failed" and random.random() < 0.5:
        return Move("retry")
    if marking.state != "running":
        return None
    able = [a for key, a in marking.active.items() if key not in marking.gates and a.status != "waiting"]
    activity = random.choice(able)
    if random.random() < 0.01:
        return Move("failed", activity.node, activity.visit)
    edges = [graph.edges[index] for index in graph.outgoing[activity.node]]
    ports = sorted({edge.port for edge in edges}) or ["out"]
    port = random.choice(ports)
    there = [edge for edge in edges if edge.port == port]
    if any(edge.when for edge in there) or random.random() < 0.2:
        chosen = tuple((e.index, int(e.tokens)) for e in there if (e.when is None and not e.default) or random.random() < 0.6)
        return Move("done", activity.node, activity.visit, port, chosen)
    return Move("done", activity.node, activity.visit, port)


def step(marking: Marking, move: Move) -> Effects:
    if move.verb == "retry":
        return marking.retry()
    if move.verb == "failed":
        return marking.failed(move.node, move.visit)
    return marking.done(move.node, move.visit, port=move.port, taken=move.taken)


def step_obvious(obvious: ObviousMarking, move: Move) -> None:
    if move.verb == "retry":
        obvious.retry()
    elif move.verb == "failed":
        obvious.failed(move.node, move.visit)
    else:
        obvious.done(move.node, move.visit, move.port, move.taken)


def play(graph: Graph, marking: Marking, random: Random, *, most: int) -> Iterator[tuple[Move, Effects]]:
    """Random moves until the scope ends, or `most` have been made."""
    for _ in range(most):
        move = random_move(graph, marking, random)
        if move is None:
            return
        yield move, step(marking, move)


def view(marking: Marking) -> dict[str, Any]:
    """What the two interpreters must agree on."""
    over = marking.state in ("completed", "cancelled")
    return {
        "state": marking.state,
        "tokens": {edge: [visit for visit, _ in queue] for edge, queue in sorted(marking.tokens.on.items())},
        "active": {key: (a.inputs, str(a.status)) for key, a in marking.active.items()},
        "visits": {node: visits for node, visits in sorted(marking.visits.items()) if visits},
        "owed": {} if over else dict(sorted(marking.debts.owed.items())),
    }


def view_obvious(obvious: ObviousMarking) -> dict[str, Any]:
    over = obvious.state == "completed"
    active = {}
    for key, activity in obvious.active.items():
        status = activity["status"]
        if status == "queued" or (obvious.is_gate(key[0]) and status == "running"):
            status = "waiting"
        active[key] = (activity["inputs"], status)
    return {
        "state": obvious.state,
        "tokens": {edge: [visit for visit, _ in queue] for edge, queue in obvious.tokens.items() if queue},
        "active": active,
        "visits": {node: visits for node, visits in enumerate(obvious.visits) if visits},
        "owed": {} if over else {edge: owed for edge, owed in obvious.owed.items() if owed},
    }
