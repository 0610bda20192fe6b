"""Well-structured graphs, all joins `auto`: how often each node fires does not depend on the order of completion."""

from __future__ import annotations

import os
from random import Random

import pytest

from treadle.domain.graph import Graph
from treadle.domain.marking import Effects, Marking
from unit.token_blocks import Structure, structured

GRAPHS = int(os.environ.get("TREADLE_TEST_SCALE", "1")) * 250
ORDERS = 3
MOST = 3_000


def played(graph: Graph, start: int, structure: Structure, random: Random) -> tuple[Marking, Effects, bool]:
    """Finished in random order; the last effects, and whether any tie had to be broken."""
    marking, effects = Marking.start(graph, [start])
    tied = bool(effects.notes)
    while marking.active:
        activity = random.choice(list(marking.active.values()))
        port, chosen = structure.decide(activity.node, activity.visit)
        taken = None if chosen is None or port != "out" else [(edge, 1) for edge in chosen]
        effects = marking.done(activity.node, activity.visit, port=port, taken=taken)
        tied |= bool(effects.notes)
    return marking, effects, tied


@pytest.mark.parametrize("part", range(4))
def test_every_node_of_a_structured_graph_fires_as_often_as_its_program_says(part: int) -> None:
    compared = 0
    for seed in range(part * GRAPHS, (part + 1) * GRAPHS):
        structure, whole = structured(Random(seed))
        graph = structure.graph()
        whole.run()
        if structure.fired.total() > MOST:
            continue

        for order in range(ORDERS):
            marking, effects, tied = played(graph, whole.entry, structure, Random(order))

            assert (effects.ended, tied, marking.visits) == ("completed", False, dict(structure.fired)), (seed, order)
            compared += 1
    assert compared > GRAPHS


def test_the_structures_are_deep_enough_to_tell_a_simpler_rule_apart() -> None:
    graphs = [structured(Random(seed)) for seed in range(GRAPHS)]

    loops = sum(bool(structure.loop_ports) for structure, _ in graphs)
    shared_exits = sum(any(len(ports) > 1 for ports in structure.loop_ports.values()) for structure, _ in graphs)
    large = sum(structure.nodes > 30 for structure, _ in graphs)

    assert min(loops, large) > GRAPHS // 10
    assert shared_exits > 0
