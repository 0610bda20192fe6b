"""Loops with an inner graph, and blocks: turns, conditions, limits, failures and critical sections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import House, graph, node, open_house, until, value


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


COUNT_UP = graph([value("n", "{{ (previous or 0) + 1 }}")])


def loop(type: str, inner: dict[str, Any] = COUNT_UP, **config: Any) -> dict[str, Any]:
    return node("loop", type, {"graph": inner, **config})


def test_while_looks_before_each_turn(house: House) -> None:
    ended = house.run(graph([loop("while", condition="(output or 0) < 4")]))

    assert ended.output == 4
    assert [row.scope for row in house.rows(ended.record.id, "n")] == [f"loop[{i}]" for i in range(4)]


def test_while_may_not_turn_at_all(house: House) -> None:
    ended = house.run(graph([loop("while", condition="input.go")]), input={"go": False})

    assert (ended.output, house.rows(ended.record.id, "n")) == (None, [])


def test_repeat_turns_at_least_once_and_until_its_condition_holds(house: House) -> None:
    once = house.run(graph([loop("repeat", condition="true")]), "once")
    thrice = house.run(graph([loop("repeat", condition="index >= 3")]), "thrice")

    assert (once.output, thrice.output) == (1, 3)


def test_repeat_without_a_condition_turns_so_often(house: House) -> None:
    assert house.run(graph([loop("repeat", max=5)])).output == 5


def test_a_loop_that_wants_too_many_turns_fails(house: House) -> None:
    ended = house.run(graph([loop("while", condition="true", max=3)]))

    assert (ended.record.status, ended.error["type"]) == ("failed", "too_many_turns")
    assert len(house.rows(ended.record.id, "n")) == 3


def test_a_condition_that_raises_fails_the_loop_with_its_words(house: House) -> None:
    ended = house.run(graph([loop("repeat", condition="output.missing > 1")]))

    assert (ended.error["type"], ended.error["node_id"]) == ("expression_error", "loop")


def test_a_turn_that_fails_fails_the_loop(house: House) -> None:
    ended = house.run(graph([loop("repeat", graph([node("bad", "fail", {"message": "no", "type": "odd"})]), max=3)]))

    assert (ended.error["type"], ended.error["message"]) == ("odd", "loop[0]: no")


def test_a_turn_waits_for_signals_like_any_node(house: House) -> None:
    ask = graph([node("ask", "signal.wait", {"signal": "word"})])
    execution_id = house.start(graph([loop("repeat", ask, condition="output == 'stop'")]))
    for word in ("go", "on", "stop"):
        house.engine.signal(execution_id, "word", word)

    ended = house.ended(execution_id)

    assert ended.output == "stop"
    assert [row.status for row in house.rows(execution_id, "ask")] == ["waiting", "completed"] * 3


def test_a_diamond_in_a_loop_in_a_map(house: House) -> None:
    diamond = graph(
        [value("a", "{{ (previous or item) + 1 }}"), value("b", "{{ nodes.a.output }}"), value("c", "{{ nodes.a.output }}"),
         value("d", "{{ (nodes.b.output + nodes.c.output) // 2 }}")],
        "a -> b", "a -> c", "b -> d", "c -> d",
    )  # fmt: skip
    inner = graph([node("loop", "repeat", {"graph": diamond, "max": 3})])

    ended = house.run(graph([node("each", "for_each", {"items": [10, 20], "graph": inner})]))

    assert ended.output == [13, 23]
    assert len(house.rows(ended.record.id, "d")) == 6
    assert house.rows(ended.record.id, "d")[0].scope == "each[0]/loop[0]"


def test_a_block_runs_once_and_sees_what_its_surroundings_see(house: House) -> None:
    block = node("block", "block", {"graph": graph([value("x", "{{ item }}"), value("y", "{{ [nodes.x.output, index] }}")], "x -> y")})

    ended = house.run(graph([node("each", "for_each", {"items": ["a", "b"], "graph": graph([block])})]))

    assert ended.output == [["a", 0], ["b", 1]]


def test_blocks_with_one_mutex_are_never_active_together(house: House) -> None:
    def section(name: str) -> dict[str, Any]:
        inner = graph([node(f"{name}1", "signal.wait", {"signal": f"{name}1"}), node(f"{name}2", "signal.wait", {"signal": f"{name}2"})],
                      f"{name}1 -> {name}2")
        return node(name, "block", {"graph": inner}, mutex="one")

    execution_id = house.start(graph([value("s", 1), section("a"), section("b"), value("e", 1)], "s -> a", "s -> b", "a -> e", "b -> e"))
    for name in ("b1", "b2", "a1", "a2"):
        house.engine.signal(execution_id, name)

    ended = house.ended(execution_id)

    order = [row.node_id for row in house.journal(execution_id) if row.kind == "done" and row.scope]
    assert ended.record.status == "completed"
    assert order == ["a1", "a2", "b1", "b2"]


def test_mutexes_held_around_each_other_are_a_deadlock_and_said_to_be_one(house: House) -> None:
    def section(name: str, outer: str, inner: str) -> dict[str, Any]:
        second = node(f"{name}2", "noop", mutex=inner)
        return node(name, "block", {"graph": graph([node(f"{name}1", "signal.wait", {"signal": name}), second], f"{name}1 -> {name}2")}, mutex=outer)

    execution_id = house.start(graph([section("a", "m", "n"), section("b", "n", "m")]))
    until(lambda: len(house.journal(execution_id)) == 4)
    house.engine.signal(execution_id, "a")
    house.engine.signal(execution_id, "b")

    ended = house.ended(execution_id)

    assert (ended.record.status, ended.error["type"]) == ("failed", "mutex_deadlock")


def test_another_visit_of_a_loop_has_an_address_of_its_own(house: House) -> None:
    twice = {"source": "s", "target": "loop", "tokens": 2}
    flow = graph([value("s", 0), node("loop", "repeat", {"graph": COUNT_UP, "max": 2}, join="each")], twice)

    ended = house.run(flow)

    assert {row.scope for row in house.rows(ended.record.id, "n")} == {"loop[0]", "loop[1]", "loop#2[0]", "loop#2[1]"}


def test_a_crash_in_the_middle_of_a_loop_goes_on_at_its_turn(house: House) -> None:
    ask = graph([value("n", "{{ (previous or 0) + 1 }}"), node("ask", "signal.wait", {"signal": "on"}), value("out", "{{ nodes.n.output }}")],
                "n -> ask", "ask -> out")
    execution_id = house.start(graph([loop("repeat", ask, max=3)]))
    for _ in range(3):
        house.until_parked(execution_id)
        house.evict_all()
        house.engine.signal(execution_id, "on")

    ended = house.ended(execution_id)

    assert ended.output == 3
    assert len(house.outputs(execution_id, "n")) == 3
