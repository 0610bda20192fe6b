"""Waits for the first of several things, gates, and data nodes in their threads, run by a worker on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import IN_LOOP, House, graph, node, open_house, until, value

WAYS = [
    {"port": "paid", "signal": "payment", "when": "payload.id == 7"},
    {"port": "late", "duration": "2d"},
    {"port": "late", "duration": "1h"},
    {"port": "decided", "approval": {"title": "Waive {{ input }}?"}},
]
RACE = graph(
    [node("race", "wait_any", {"any": WAYS}),
     *[value(port, [port, "{{ nodes.race.output }}"]) for port in ("paid", "late", "decided")]],
    "race.paid -> paid", "race.late -> late", "race.decided -> decided",
)  # fmt: skip


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def test_a_signal_that_fits_wins(house: House) -> None:
    started = house.start(RACE)
    house.until_parked(started)

    house.engine.signal(started, "payment", {"id": 6})
    house.engine.signal(started, "payment", {"id": 7})

    assert house.ended(started).output == ["paid", {"id": 7}]


def test_the_earliest_time_wins_and_the_approval_is_closed(house: House) -> None:
    started = house.start(RACE)
    house.until_parked(started)

    house.clock.advance(3_700)

    port, time = house.ended(started).output
    [approval] = house.store.executions.approvals(execution_id=started).items
    assert port == "late"
    assert time.endswith("Z")
    assert approval.status != "open"


def test_a_decision_wins_over_a_signal_that_does_not_fit(house: House) -> None:
    started = house.start(RACE, input="fee")
    house.until_parked(started)
    [approval] = house.store.executions.approvals(execution_id=started).items

    house.engine.signal(started, "payment", {"id": 6})
    house.engine.decide(approval.id, "approved", by="ann", comment="ok")

    assert approval.title == "Waive fee?"
    assert house.ended(started).output == ["decided", {"decision": "approved", "by": "ann", "comment": "ok", "data": None}]


def test_a_gate_opens_while_another_node_is_at_work_and_is_missed_when_it_never_is(house: House) -> None:
    def gated(edges: str) -> dict[str, Any]:
        door = node("door", "gate", {"node": "work", "state": "active"})
        nodes = [value("start", 1), node("work", IN_LOOP), door, value("through", "through"), value("missed", "missed")]
        settings = {"output": '[has(nodes, "through"), has(nodes, "missed")]'}
        return graph(nodes, *edges.split(", "), "door -> through", "door.missed -> missed", settings=settings)

    opens = house.start(gated("start -> work, start -> door"))
    house.until_begun("work")
    until(lambda: house.engine.show(opens).nodes["through"].status == "completed")
    house.steering.opened["work"].set()
    misses = house.run(gated("start -> door, missed -> work"), name="misses")

    assert house.ended(opens).output == [True, False]
    assert misses.output == [False, True]


def test_data_is_shaped_with_the_results_of_other_nodes(house: House) -> None:
    shaped = house.run(
        graph(
            [value("limit", 50),
             node("big", "data.filter", {"items": "input", "when": "item > nodes.limit.output"}),
             node("sum", "data.aggregate", {"items": "nodes.big.output", "aggregates": [{"name": "n", "do": "count"}]}),
             node("text", "template.render", {"template": "{{ nodes.sum.output.n }}/{{ item }}", "each": "nodes.big.output[:2]"})],
            "limit -> big", "big -> sum", "sum -> text",
        ),
        input=list(range(100)),
    )  # fmt: skip

    assert shaped.output == "49/51\n49/52"
