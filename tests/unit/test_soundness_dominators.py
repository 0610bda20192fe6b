from __future__ import annotations

from random import Random

import pytest

from treadle.domain.soundness_dominators import DominatorTree


def reachable(successors: list[list[int]], *, without: int | None = None) -> set[int]:
    """What can be reached from vertex 0."""
    found = set() if without == 0 else {0}
    front = list(found)
    while front:
        for target in successors[front.pop()]:
            if target not in found and target != without:
                found.add(target)
                front.append(target)
    return found


def any_graph(random: Random) -> list[list[int]]:
    size = random.randint(1, 12)
    successors: list[list[int]] = [[] for _ in range(size)]
    for _ in range(random.randint(0, size * 3)):
        successors[random.randrange(size)].append(random.randrange(size))
    return successors


@pytest.mark.parametrize("seed", range(300))
def test_one_vertex_dominates_another_exactly_if_nothing_gets_there_without_it(seed: int) -> None:
    successors = any_graph(Random(seed))

    tree = DominatorTree(0, successors)

    everything = reachable(successors)
    assert {vertex for vertex, number in enumerate(tree.number) if number >= 0} == everything
    for above in everything:
        lost = everything - reachable(successors, without=above)
        assert {below for below in everything if tree.dominates(above, below)} == lost


@pytest.mark.parametrize("seed", range(100))
def test_the_immediate_dominator_is_the_nearest_one_above(seed: int) -> None:
    successors = any_graph(Random(seed))

    tree = DominatorTree(0, successors)

    for vertex in reachable(successors) - {0}:
        nearest = tree.dominator[vertex]
        others = [v for v in reachable(successors) if v not in (vertex, nearest) and tree.dominates(v, vertex)]
        assert nearest != vertex
        assert all(tree.dominates(other, nearest) for other in others)
        assert tree.number[nearest] < tree.number[vertex]


def test_a_long_chain_does_not_need_a_deep_stack() -> None:
    size = 50_000
    successors = [[i + 1, size - 1] if i + 1 < size else [] for i in range(size)]

    tree = DominatorTree(0, successors)

    assert tree.dominator[size - 1] == 0
    assert tree.dominator[size - 2] == size - 3
