"""What a step costs, counted in executed lines of the token game, so that it does not depend on the machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from random import Random
from types import FrameType
from typing import Any

import pytest

from treadle.domain.graph import Graph
from treadle.domain.marking import Marking
from unit.lonely_worker import LonelyWorker
from unit.token_graphs import graph_of


def lines_run(action: Callable[[], object], layer: str = "domain") -> int:
    count = 0

    def trace(frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal count
        if layer not in frame.f_code.co_filename:
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
    return count


def cost_of(graph: Graph, loop_turns: int = 0) -> int:
    """The second play of a graph, in the order of firing; the first one fills what is kept with the version."""
    play(graph, loop_turns)
    return lines_run(lambda: play(graph, loop_turns))


def play(graph: Graph, loop_turns: int) -> None:
    marking, effects = Marking.start(graph, [0])
    queue = list(effects.run)
    for activity in queue:  # grows while it is walked
        name = graph.nodes[activity.node].id
        port = "back" if name == "x" and activity.visit <= loop_turns else "out"
        queue += marking.done(activity.node, activity.visit, port=port).run
    assert marking.state == "completed"


def chain(size: int) -> str:
    return " ".join(f"c{i}>c{i + 1}" for i in range(size))


def fan(width: int) -> str:
    return " ".join([*(f"s>b{i}" for i in range(width)), *(f"b{i}>j" for i in range(width))])


def waiting_joins(count: int) -> str:
    last = f"c{count}"
    return " ".join([chain(count), *(f"c0>j{i}" for i in range(count)), *(f"{last}>j{i}" for i in range(count))])


GRAPHS: dict[str, Callable[[int], Graph]] = {
    "a chain": lambda size: graph_of(chain(size)),
    "a fan-in": lambda size: graph_of(fan(size)),
    "a fan-in that needs all": lambda size: graph_of(fan(size), nodes={"j": {"join": "all"}}),
    "a fan-in for each": lambda size: graph_of(fan(size), nodes={"j": {"join": "each"}}),
    "a discriminator": lambda size: graph_of(fan(size), nodes={"j": {"join": "first"}}),
    "a blocking discriminator": lambda size: graph_of(fan(size), nodes={"j": {"join": "first", "rest": "block"}}),
    "a fan-in inside a loop": lambda size: graph_of(f"h>s {fan(size)} j>x x:back>h x>end"),
    "joins that wait for a long chain": lambda size: graph_of(waiting_joins(size)),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_twice_the_size_costs_twice_the_work_in_the_order_of_fan_out(name: str) -> None:
    turns = 1 if "loop" in name else 0

    half, full = cost_of(GRAPHS[name](150), turns), cost_of(GRAPHS[name](300), turns)

    assert full < 2.2 * half


def test_a_chain_takes_the_short_way_though_joins_wait_for_it() -> None:
    graph = GRAPHS["joins that wait for a long chain"](50)
    marking, _ = Marking.start(graph, [0])
    marking.done(0, 1)

    one_step = lines_run(lambda: marking.done(1, 1))

    assert len(marking.tokens.held) == 50
    assert one_step < 60


def test_no_set_is_searched_for_where_sources_are_live() -> None:
    graph = GRAPHS["a fan-in inside a loop"](50)

    play(graph, 1)

    (topology,) = graph.cache["topology"].values()
    joins = [n for n, incoming in enumerate(graph.incoming) if len(incoming) > 2]
    assert [graph.nodes[join].id for join in joins] == ["j"]
    assert not any(edge in topology._before for edge in graph.incoming[joins[0]])


def failing_items(count: int) -> LonelyWorker:
    """A map all of whose items are under way, and are going to fail."""
    inner = {"nodes": [{"id": "x", "type": "noop"}], "edges": []}
    config = {"count": count, "concurrency": count, "on_item_error": "continue", "graph": inner}
    worker = LonelyWorker({"nodes": [{"id": "each", "type": "for_each", "config": config}], "edges": []}, Random(1))
    worker.inline, worker.failing = 0.0, 1.0
    worker.take()
    while len(worker.running) < count:
        worker.commit()
    return worker


def test_items_that_fail_cost_as_much_each_however_many_there_are() -> None:
    few, many = failing_items(20), failing_items(200)

    cost_of_few = lines_run(lambda: few.finish(20), "engine")
    cost_of_many = lines_run(lambda: many.finish(200), "engine")

    assert cost_of_many < 13 * cost_of_few
