"""What the token game costs a node: `python benchmarks/marking.py [FOLDER]`.

FOLDER holds graphs as `{"nodes": [{"id", "runtime"}], "edges": [[from, to]]}`; they are played in the order their runtimes
give. The others complete in the order of fan-out, which is the order that punishes listing a join's incoming edges.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from typing import NamedTuple

from treadle.domain.graph import Edge, Graph, Node, Settings
from treadle.domain.marking import Activity, Marking

Duration = Callable[[int], float]


class Case(NamedTuple):
    """A graph, how long each node runs, how often its loop turns, and after how many activities to stop (0: at the end)."""

    name: str
    graph: Graph
    duration: Duration
    turns: int = 1
    most: int = 0


def graph_of(size: int, pairs: list[tuple[int, int]], join: str = "auto", *, sorted_by_flow: bool = True) -> Graph:
    """Where nodes are in the order of flow, edges that lead back get a port of their own."""
    outgoing: list[list[int]] = [[] for _ in range(size)]
    incoming: list[list[int]] = [[] for _ in range(size)]
    for index, (source, target) in enumerate(pairs):
        outgoing[source].append(index)
        incoming[target].append(index)
    ports = ["back" if sorted_by_flow and target <= source else "out" for source, target in pairs]
    return Graph(
        nodes=tuple(Node(index, f"n{index}", "noop", join=join) for index in range(size)),
        edges=tuple(Edge(i, f"e{i}", source, target, ports[i]) for i, (source, target) in enumerate(pairs)),
        settings=Settings(max_activities=10_000_000),
        input_schema=None,
        index_of={f"n{index}": index for index in range(size)},
        outgoing=tuple(map(tuple, outgoing)),
        incoming=tuple(map(tuple, incoming)),
        edge_of={f"e{index}": index for index in range(len(pairs))},
    )


def in_order(_node: int) -> float:
    return 1.0


def chain(size: int) -> Case:
    return Case(f"chain {size:,}", graph_of(size, [(i, i + 1) for i in range(size - 1)]), in_order)


def diamonds(count: int) -> Case:
    pairs = [pair for i in range(0, 3 * count, 3) for pair in ((i, i + 1), (i, i + 2), (i + 1, i + 3), (i + 2, i + 3))]
    return Case(f"{count:,} diamonds in a row", graph_of(3 * count + 1, pairs), in_order)


def fan(width: int, *, join: str = "auto") -> Case:
    pairs = [(0, i) for i in range(1, width + 1)] + [(i, width + 1) for i in range(1, width + 1)]
    return Case(f"fan-in {width:,} ({join})", graph_of(width + 2, pairs, join), in_order)


def deep_fan(width: int) -> Case:
    pairs = [(0, 2 * i + 1) for i in range(width)] + [(2 * i + 1, 2 * i + 2) for i in range(width)]
    pairs += [(2 * i + 2, 2 * width + 1) for i in range(width)]

    def one_branch_after_the_other(node: int) -> float:
        return 0.1 if node % 2 == 0 else node

    return Case(f"fan-in {width:,}, branches of 2", graph_of(2 * width + 2, pairs), one_branch_after_the_other)


def fan_in_loop(width: int, turns: int) -> Case:
    body = fan(width).graph
    pairs = [(e.source + 1, e.target + 1) for e in body.edges]
    last = width + 3
    pairs = [(0, 1), *pairs, (width + 2, last), (last, 1), (last, last + 1)]
    return Case(f"fan-in {width:,} inside a loop, {turns} turns", graph_of(last + 2, pairs), in_order, turns)


def waiting_joins(count: int) -> Case:
    """A chain, and as many joins that each wait for its end with one edge, the other having come at once."""
    pairs = [(i, i + 1) for i in range(count)]
    pairs += [(0, count + 1 + i) for i in range(count)] + [(count, count + 1 + i) for i in range(count)]
    return Case(f"{count:,} joins waiting for a chain of {count:,}", graph_of(2 * count + 1, pairs), in_order)


def irregular(size: int, *, loop: bool = False) -> Case:
    random = Random(7)
    pairs = []
    for node in range(1, size):
        near = range(max(0, node - 100), node)
        pairs += [(source, node) for source in sorted(random.sample(near, min(len(near), random.randint(1, 5))))]
    edges = len(pairs)
    if loop:
        has_successor = {source for source, _ in pairs}
        pairs += [(node, size) for node in range(size) if node not in has_successor]
        pairs = [(0, 1), *((s + 1, t + 1) for s, t in pairs), (size + 1, 1), (size + 1, size + 2)]
        return Case(f"irregular DAG {size:,} / {edges:,} edges in a loop, 2 turns", graph_of(size + 3, pairs), _scattered, 2)
    return Case(f"irregular DAG {size:,} / {edges:,} edges", graph_of(size, pairs), _scattered)


def tangled(size: int) -> Case:
    """Every node on cycles with most others, entered anywhere: the worst for reachability. Back edges are never taken."""
    forward = irregular(size).graph.edges
    random = Random(8)
    pairs = [(edge.source, edge.target) for edge in forward]
    pairs += [(node, random.randrange(1, node + 1)) for node in range(1, size) if random.random() < 0.3]
    return Case(f"tangle of {size:,} nodes, {len(pairs):,} edges", graph_of(size, pairs), _scattered, most=size)


def _scattered(node: int) -> float:
    return 1 + node * 7919 % 101 / 50


def from_file(path: Path) -> Case:
    form = json.loads(path.read_text())
    index = {node["id"]: i for i, node in enumerate(form["nodes"])}
    runtimes = [node["runtime"] for node in form["nodes"]]
    pairs = [(index[a], index[b]) for a, b in form["edges"]]
    return Case(path.stem, graph_of(len(runtimes), pairs, sorted_by_flow=False), runtimes.__getitem__)


def play(case: Case) -> tuple[float, int]:
    """Seconds spent in the marking, and activities. The queue that stands for the handlers is not counted."""
    graph = case.graph
    turns_left = case.turns - 1
    loops = {edge.source for edge in graph.edges if edge.port == "back"}
    starts = [node.index for node in graph.nodes if not graph.incoming[node.index]]
    running: list[tuple[float, int, Activity]] = []
    count = 0

    def begin(activities: list[Activity], now: float) -> None:
        nonlocal count
        for activity in activities:
            heappush(running, (now + case.duration(activity.node), count, activity))
            count += 1

    began = time.perf_counter()
    marking, effects = Marking.start(graph, starts)
    spent = time.perf_counter() - began
    begin(effects.run, 0.0)
    while running and not 0 < case.most <= count:
        now, _, activity = heappop(running)
        port = "out"
        if turns_left and activity.node in loops:
            turns_left -= 1
            port = "back"
        began = time.perf_counter()
        effects = marking.done(activity.node, activity.visit, port=port)
        spent += time.perf_counter() - began
        begin(effects.run, now)
    assert case.most or marking.state == "completed", (case.name, effects)
    return spent, count


def report(case: Case) -> None:
    first, count = play(case)
    again = min(play(case)[0] for _ in range(2))
    topology = next(iter(case.graph.cache["topology"].values()))
    sets = [topology._before, *(region._ancestors for region in topology._regions.values())]
    size = sum(sys.getsizeof(bits) for bits in {id(bits): bits for kept in sets for bits in kept.values()}.values())
    print(
        f"{case.name:58} {count:7,} nodes  first {first * 1000:8.1f} ms  again {again * 1000:8.1f} ms "
        f" {again / count * 1e6:6.2f} µs a node  sets {size / 1e6:5.1f} MB"
    )


def main() -> None:
    for folder in sys.argv[1:]:
        for path in sorted(Path(folder).glob("*.json")):
            report(from_file(path))
    for case in (
        chain(10_000),
        diamonds(3_000),
        *(fan(width) for width in (1_000, 10_000, 20_000)),
        *(fan(10_000, join=join) for join in ("all", "each", "first")),
        deep_fan(10_000),
        fan_in_loop(10_000, 2),
        waiting_joins(5_000),
        tangled(2_000),
        *(irregular(size, loop=loop) for loop in (False, True) for size in (2_000, 10_000)),
    ):
        report(case)


if __name__ == "__main__":
    main()
