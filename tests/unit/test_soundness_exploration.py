"""The exploration leaves out orders that make no difference: here the same graphs are played in every order, and compared."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from treadle.domain.graph import ERROR, Graph
from treadle.domain.marking import Effects, Marking
from treadle.domain.soundness_choices import Choices
from treadle.domain.soundness_exploration import Budget, Exploration, explore
from treadle.domain.soundness_flow import Flow
from unit.graph_samples import NODE_TYPES, drawn, parsed

GRAPHS = 100
MOST_STATES = 400
MOST_VISITS = 3

TYPES: list[dict[str, Any]] = [
    *([{"type": "noop"}] * 5),
    {"type": "if", "config": {"condition": "true"}},
    {"type": "switch", "config": {"cases": [{"port": "p", "when": "true"}, {"port": "q", "when": "true"}], "all": True}},
    {"type": "terminate"},
]


def any_graph(random: Random) -> Graph:
    """Small, so that every order can be played; half of them without anything but plain joins and exits."""
    size = random.randint(3, 7)
    plain = random.random() < 0.5
    joins = ["auto", "auto", "all", "each"] if plain else ["auto", "auto", "all", "each", "first", 2]
    nodes = [{"id": f"n{i}", "join": random.choice(joins), **random.choice(TYPES)} for i in range(size)]
    for node in [] if plain else nodes:
        if node["join"] in ("first", 2):
            node["rest"] = random.choice(["ignore", "block", "cancel"])
        if random.random() < 0.15:
            node["cancels"] = [f"n{random.randrange(size)}"]
        if random.random() < 0.15:
            node["mutex"] = random.choice(["m", "w"])
        if random.random() < 0.1:
            node["disabled"] = True
    if not plain and random.random() < 0.4:
        config = {"node": f"n{random.randrange(size - 1)}", "state": random.choice(["active", "finished"])}
        nodes[-1] = {"id": f"n{size - 1}", "type": "gate", "config": config, "mutex": random.choice(["m", "w"])}
    edges = []
    for _ in range(random.randint(size - 1, 2 * size)):
        source, target = random.randrange(size), random.randrange(size)
        if source > target and random.random() < (1 if plain else 0.85):
            source, target = target, source
        if source == target:
            continue
        ports = NODE_TYPES[nodes[source]["type"]].ports_for(nodes[source].get("config", {}))
        port = random.choice([*ports, ERROR] if not ports or random.random() < 0.1 else ports)
        extras: list[dict[str, Any]] = [*([{}] * 9), {"when": "output"}, {"tokens": 2}, {"take": 2}]
        edges.append({"source": f"n{source}", "port": port, "target": f"n{target}", **random.choice(extras)})
    return parsed({"nodes": nodes, "edges": edges})


class EveryOrder:
    """Plays on from each state with every activity that could finish, in every way, nothing left out."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.choices = Choices(flow)
        self.found = Exploration()
        self.front: list[dict[str, Any]] = []
        self.seen: set[str] = set()
        for start in [[trigger] for trigger in flow.triggers] or [list(flow.starts)]:
            self.arrive(*Marking.start(flow.graph, start))
        while self.front and len(self.seen) < MOST_STATES:
            self.expand(self.front.pop(0))
        self.found.complete = self.found.complete and not self.front

    def expand(self, state: dict[str, Any]) -> None:
        marking = Marking.restore(self.flow.graph, state)
        for key, activity in list(marking.active.items()):
            if key in marking.gates or marking.in_line(activity):
                continue
            for leave in self.choices.of(activity.node):
                after = Marking.restore(self.flow.graph, state)
                for name in self.flow.graph.nodes[activity.node].cancels if leave.port != ERROR else ():
                    victim = self.flow.graph.index_of[name]
                    others = [k for k in after.active if k[0] == victim and k != key]
                    if others or any(after.tokens.on.get(edge) for edge in self.flow.graph.incoming[victim]):
                        self.found.withdrew.add((activity.node, victim))
                self.found.taken.update(edge for edge, _ in leave.taken)
                self.arrive(after, after.done(*key, port=leave.port, taken=leave.taken))

    def arrive(self, marking: Marking, effects: Effects) -> None:
        self.found.fired.update(marking.visits)
        self.found.opened.update(note.node for note in effects.notes if note.kind == "gate" and note.port == "out")
        self.found.completed |= marking.state == "completed"
        if effects.error is not None:
            self.found.deadlocks[effects.error[0], effects.error[2]] = None  # type: ignore[assignment]
        state = marking.snapshot()
        if marking.state == "running" and repr(state) not in self.seen:
            if max(marking.visits.values()) > MOST_VISITS:
                self.found.complete = False
                return
            self.seen.add(repr(state))
            self.front.append(state)


@pytest.mark.parametrize("part", range(5))
def test_the_exploration_sees_what_every_order_shows(part: int) -> None:
    both_complete = 0

    for seed in range(part * GRAPHS, (part + 1) * GRAPHS):
        graph = any_graph(Random(seed))
        flow = Flow(graph, NODE_TYPES)
        if not flow.starts:
            continue
        found, truth = explore(flow, Budget()), EveryOrder(flow).found

        if found.complete:
            assert truth.fired <= found.fired, seed
            assert truth.withdrew <= found.withdrew, seed
            assert truth.opened <= found.opened, seed
            assert truth.completed <= found.completed, seed
            assert truth.deadlocks.keys() <= found.deadlocks.keys(), seed
        if truth.complete:
            assert found.fired <= truth.fired, seed
            assert found.withdrew <= truth.withdrew, seed
            assert found.completed <= truth.completed, seed
            assert found.deadlocks.keys() <= truth.deadlocks.keys(), seed
        both_complete += found.complete and truth.complete

    assert both_complete > GRAPHS / 3


def test_many_choices_one_after_the_other_are_played_to_the_end() -> None:
    arrows = [f"i{n}:true>a{n} i{n}:false>b{n} a{n}>i{n + 1} b{n}>i{n + 1}" for n in range(60)]
    choices = {f"i{n}": {"type": "if", "config": {"condition": "true"}} for n in range(61)}

    found = explore(Flow(parsed(drawn(" ".join(arrows), **choices)), NODE_TYPES), Budget())

    assert (found.complete, found.completed, len(found.fired)) == (True, True, 181)


def test_long_branches_beside_a_loop_are_played_to_the_end() -> None:
    branches = [" ".join(f"{name}{n}>{name}{n + 1}" for n in range(12)) + f" s>{name}0 {name}12>j" for name in "abcd"]
    loop = "j>l l>i i:true>l i:false>end"

    graph = drawn(" ".join([*branches, loop]), i={"type": "if", "config": {"condition": "true"}}, j={"join": "all"})
    found = explore(Flow(parsed(graph), NODE_TYPES), Budget())

    assert (found.complete, found.completed) == (True, True)


def test_what_is_too_large_to_play_is_said_to_be_incomplete() -> None:
    forks = " ".join(f"s>i{n} i{n}:true>a i{n}:false>b" for n in range(40))
    graph = parsed(drawn(forks, **{f"i{n}": {"type": "if", "config": {"condition": "true"}} for n in range(40)}))

    found = explore(Flow(graph, NODE_TYPES), Budget())

    assert not found.complete
    assert found.completed


def test_the_budget_is_that_of_the_whole_definition() -> None:
    flow, budget = Flow(parsed(drawn("a>b b>c")), NODE_TYPES), Budget(left=3)

    first, second = explore(flow, budget), explore(flow, budget)

    assert (first.complete, second.complete) == (True, False)
