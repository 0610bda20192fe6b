"""Immediate dominators in almost linear time, also where thousands of paths of unequal length meet in one node.

Lengauer and Tarjan, "A fast algorithm for finding dominators in a flowgraph" (1979), the simple version.
"""

from __future__ import annotations

from collections.abc import Sequence

Vertex = int


class DominatorTree:
    """`order` is a depth-first preorder from the root; `number` the place of a vertex in it, -1 where no path leads;
    `parents` the place of each one's parent in the depth-first tree.

    A dominator's number is smaller than that of what it dominates; `dominator` of the root is itself.
    """

    def __init__(self, root: Vertex, successors: Sequence[Sequence[Vertex]]) -> None:
        self.root = root
        self.number = [-1] * len(successors)
        self.order: list[Vertex] = []
        self.parents = self._walk(root, successors)
        predecessors: list[list[int]] = [[] for _ in self.order]
        for place, vertex in enumerate(self.order):
            for target in successors[vertex]:
                predecessors[self.number[target]].append(place)
        places = _dominators(self.parents, predecessors)
        self.dominator = [-1] * len(successors)
        for place, vertex in enumerate(self.order):
            self.dominator[vertex] = self.order[places[place]]
        self._entered, self._left = self._intervals()

    def dominates(self, above: Vertex, below: Vertex) -> bool:
        """Whether every path from the root to `below` passes through `above`; both must be reachable."""
        return self._entered[above] <= self._entered[below] and self._left[below] <= self._left[above]

    def _walk(self, root: Vertex, successors: Sequence[Sequence[Vertex]]) -> list[int]:
        """Number the vertices depth first; the places of their parents in that order."""
        self.number[root] = 0
        self.order.append(root)
        parents = [0]
        path = [(0, iter(successors[root]))]
        while path:
            place, ahead = path[-1]
            for target in ahead:
                if self.number[target] < 0:
                    self.number[target] = len(self.order)
                    self.order.append(target)
                    parents.append(place)
                    path.append((self.number[target], iter(successors[target])))
                    break
            else:
                path.pop()
        return parents

    def _intervals(self) -> tuple[list[int], list[int]]:
        """For each vertex the first and last place of its part of the dominator tree, in a preorder of that tree."""
        sizes = [1] * len(self.dominator)
        for vertex in reversed(self.order[1:]):
            sizes[self.dominator[vertex]] += sizes[vertex]
        entered, left = [-1] * len(sizes), [-1] * len(sizes)
        free = [0] * len(sizes)
        for vertex in self.order:
            above = self.dominator[vertex]
            entered[vertex] = 0 if vertex == self.root else free[above]
            free[above] += sizes[vertex]
            free[vertex] = entered[vertex] + 1
            left[vertex] = entered[vertex] + sizes[vertex] - 1
        return entered, left


def _dominators(parents: Sequence[int], predecessors: Sequence[Sequence[int]]) -> list[int]:
    """All in places of a depth-first preorder; 0 is the root."""
    count = len(parents)
    forest = _Forest(count)
    semi = forest.semi
    dominator = [0] * count
    buckets: list[list[int]] = [[] for _ in parents]
    for place in range(count - 1, 0, -1):
        for before in predecessors[place]:
            semi[place] = min(semi[place], semi[forest.least(before)])
        buckets[semi[place]].append(place)
        parent = parents[place]
        forest.link(parent, place)
        for waiting in buckets[parent]:
            least = forest.least(waiting)
            dominator[waiting] = least if semi[least] < parent else parent
        buckets[parent].clear()
    for place in range(1, count):
        if dominator[place] != semi[place]:
            dominator[place] = dominator[dominator[place]]
    return dominator


class _Forest:
    """The part of the depth-first tree already linked, with compressed paths; `least` is the EVAL of the paper."""

    def __init__(self, count: int) -> None:
        self.semi = list(range(count))
        self._label = list(range(count))
        self._above = [-1] * count

    def link(self, parent: int, place: int) -> None:
        self._above[place] = parent

    def least(self, place: int) -> int:
        """The place with the smallest semidominator on the linked path above `place`, its root left out."""
        above, label, semi = self._above, self._label, self.semi
        path: list[int] = []
        while above[place] >= 0 and above[above[place]] >= 0:
            path.append(place)
            place = above[place]
        bottom = path[0] if path else place
        for lower in reversed(path):
            upper = above[lower]
            if semi[label[upper]] < semi[label[lower]]:
                label[lower] = label[upper]
            above[lower] = above[upper]
        return label[bottom]
