"""A scope played in every way that makes a difference, as far as a budget lasts.

The game is the real one; only the choices that data makes are tried out. States that differ in visit numbers alone are one
state. What is seen to happen can happen; what is not seen cannot, if the exploration is `complete`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from treadle.domain.errors import MarkingError
from treadle.domain.graph import ERROR, OUT
from treadle.domain.marking import Activity, Effects, Marking
from treadle.domain.rules import Kind, Rules
from treadle.domain.soundness_choices import Choices, Leave
from treadle.domain.soundness_flow import Flow
from treadle.domain.topology import Topology

MAX_WORK = 20_000
"""Work on one definition, inner graphs included: a step costs 1, and coming back to a state later `RETURNING` or more."""

RETURNING = 10

MAX_NODES = 2_000
"""Larger graphs are not played at all."""

STUCK = ("starved", "mutex_deadlock")

Story = tuple["Story", Leave] | None
"""The decisions that lead to a state, latest first, without those that leave no choice."""


@dataclass(slots=True)
class Budget:
    left: int = MAX_WORK


@dataclass(frozen=True, slots=True)
class Deadlock:
    """How a run gets stuck: `kind` is `starved` or `mutex_deadlock`, `story` says what was decided before."""

    kind: str
    nodes: tuple[str, ...]
    story: tuple[Leave, ...]


@dataclass(slots=True)
class Exploration:
    """`fired` nodes, `taken` edges, `opened` gates; `withdrew` are pairs of a node with `cancels` and what it found to cancel.

    `completed`: some run ends well. `complete`: every run was played.
    """

    fired: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    opened: set[int] = field(default_factory=set)
    withdrew: set[tuple[int, int]] = field(default_factory=set)
    deadlocks: dict[tuple[str, tuple[str, ...]], Deadlock] = field(default_factory=dict)
    completed: bool = False
    complete: bool = True


def explore(flow: Flow, budget: Budget) -> Exploration:
    """Play the scope from each of its starts. The same graph always gets as far with the same budget."""
    found = Exploration()
    if not flow.starts or len(flow.graph.nodes) > MAX_NODES or budget.left <= 0:
        found.complete = False
        return found
    try:
        _Player(flow, budget, found).play()
    except MarkingError:  # a config that only a run can tell, such as a gate's by template
        found.complete = False
    return found


class _Player:
    def __init__(self, flow: Flow, budget: Budget, found: Exploration) -> None:
        # A runaway loop must not end by the limit: all its states are the same few.
        self.graph = replace(flow.graph, settings=replace(flow.graph.settings, max_activities=1 << 60))
        self.flow = flow
        self.budget = budget
        self.found = found
        self.choices = Choices(flow)
        self.rules = Rules.of(self.graph)
        self.topology = Topology.of(self.graph, flow.starts)
        self.confluent = _is_confluent(flow, self.rules)
        self.quiet = frozenset() if self.confluent else frozenset(self._quiet_nodes())
        self.seen: set[str] = set()
        self.front: list[tuple[dict[str, Any], Story]] = []

    def play(self) -> None:
        for nodes in [[start] for start in self.flow.triggers] or [list(self.flow.starts)]:
            marking, effects = Marking.start(self.graph, nodes)
            self._note(marking, effects, None)
            self._keep(marking, None)
        while self.front and self.budget.left > 0:
            self._expand(*self.front.pop())
        self.found.complete = self.found.complete and not self.front and self.choices.exact

    def _expand(self, state: dict[str, Any], story: Story) -> None:
        marking = Marking.restore(self.graph, state)
        while (sure := self._undisturbed(marking)) and len(leaves := self.choices.of(sure[0].node)) == len(sure) == 1:
            self._step(marking, sure[0], leaves[0], story)
            if self.budget.left < 0:
                self.found.complete = False
                return
        state = marking.snapshot()
        for activity in sure or self._able(marking):
            leaves = self.choices.of(activity.node)
            for leave in reversed(leaves):
                if self.budget.left < 0:
                    self.found.complete = False
                    return
                branch = Marking.restore(self.graph, state)
                self.budget.left -= RETURNING + (len(marking.active) + marking.tokens.count) // 2
                told = story if len(leaves) == 1 else (story, leave)
                self._step(branch, activity, leave, told)
                self._keep(branch, told)

    def _able(self, marking: Marking) -> list[Activity]:
        """The activities that can finish. Not those whose every visit fails: that ends the game."""
        if marking.state != "running":
            return []
        able = [a for key, a in marking.active.items() if key not in marking.gates and not marking.in_line(a)]
        return [activity for activity in able if self.choices.of(activity.node)]

    def _undisturbed(self, marking: Marking) -> list[Activity]:
        """Activities of which one may be taken to be the next to finish, as none of the others can disturb it; or none."""
        able = self._able(marking)
        if self.confluent:
            # What terminates comes last: a run that it cuts short shows nothing that the whole run does not.
            return [activity for activity in able if not self.rules.nodes[activity.node].terminates][:1]
        return [activity for activity in able if activity.node in self.quiet][:1]

    def _step(self, marking: Marking, activity: Activity, leave: Leave, story: Story) -> None:
        node = activity.node
        for victim in self.rules.nodes[node].cancels if leave.port != ERROR else ():
            if victim in marking.tokens.held or marking.liveness.busy.get(victim, 0) > (victim == node):
                self.found.withdrew.add((node, victim))
        effects = marking.done(node, activity.visit, port=leave.port, taken=leave.taken)
        self.found.taken.update(edge for edge, _ in leave.taken)
        self.budget.left -= 1
        self._note(marking, effects, story)

    def _note(self, marking: Marking, effects: Effects, story: Story) -> None:
        found = self.found
        found.fired.update(marking.visits)
        found.opened.update(note.node for note in effects.notes if note.kind == "gate" and note.port == OUT)
        found.completed |= marking.state == "completed"
        if effects.error is not None:
            kind, _, nodes = effects.error
            found.complete &= kind in STUCK
            found.deadlocks.setdefault((kind, nodes), Deadlock(kind, nodes, tuple(_told(story))))

    def _keep(self, marking: Marking, story: Story) -> None:
        """Play on from here later, unless that has been done from an equal state."""
        if marking.state != "running":
            return
        state = marking.snapshot()
        state = state if self.topology.stamped else _without_visits(state)
        key = repr(state)
        if key not in self.seen:
            self.seen.add(key)
            self.front.append((state, story))

    def _quiet_nodes(self) -> Iterator[int]:
        """Nodes that only hand one token on to a node with no other way in, while nobody looks at either of the two.

        Whatever the others do before or after, it comes to the same, so no order needs to be tried.
        """
        graph = self.graph
        looked_at = {victim for rule in self.rules.nodes for victim in rule.cancels}
        looked_at.update(rule.gate.node for rule in self.rules.nodes if rule.gate is not None)
        looked_at.update(self.topology.barrier(node.index) for node in graph.nodes if len(graph.incoming[node.index]) > 1)
        for node, rule in enumerate(self.rules.nodes):
            leaves = self.choices.of(node)
            if node in looked_at or not rule.one_way or len(leaves) != 1 or len(leaves[0].taken) != 1:
                continue
            edge, tokens = leaves[0].taken[0]
            target = rule.edge_hops.get(edge)
            # A target that starts could close a cycle of such nodes, in which the others' turn never came.
            if tokens == 1 and target is not None and target not in looked_at and target not in self.flow.starts:
                yield node


def _is_confluent(flow: Flow, rules: Rules) -> bool:
    """Whether the order of completion makes no difference to what fires and how often.

    Without cycles, and with no join that counts and no node that looks at others or cancels them, each join gets the same
    number of tokens on each edge whoever is first: `all` fires as often as the scarcest edge has tokens, `each` as often as
    there are tokens, and `auto`, which waits for all that still comes, as often as the edge with the most has.
    """
    if any(kind is Kind.COUNT for kind in rules.kinds) or any(rule.cancels or rule.gate for rule in rules.nodes):
        return False
    return not any(flow.is_cycle(component) for component in flow.components if flow.reachable(component[0]))


def _without_visits(state: dict[str, Any]) -> dict[str, Any]:
    """The state with the visits of each node numbered from 1 again, and without the past."""
    fresh: dict[tuple[int, int], int] = {}
    count: dict[int, int] = {}
    for node, visit, *_ in sorted(state.get("a", ())):
        count[node] = fresh[node, visit] = count.get(node, 0) + 1
    kept: dict[str, Any] = {
        "a": sorted([node, fresh[node, visit], status, []] for node, visit, status, *_ in state.get("a", ())),
        "n": {str(node): visits for node, visits in sorted(count.items())},
        "t": {edge: [1] * len(visits) for edge, visits in state.get("t", {}).items()},
        "o": {edge: [1] * len(firings) for edge, firings in state.get("o", {}).items()},
        "m": {name: [part for key in _pairs(line) for part in (key[0], fresh[key])] for name, line in state.get("m", {}).items()},
    }
    return {**state, **kept, "f": 0}


def _pairs(line: list[int]) -> list[tuple[int, int]]:
    return list(zip(line[::2], line[1::2], strict=True))


def _told(story: Story) -> Iterator[Leave]:
    told = []
    while story is not None:
        story, leave = story
        told.append(leave)
    yield from reversed(told)
