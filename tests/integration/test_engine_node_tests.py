"""One node of a graph that is not saved, run alone by a worker with what it reads given to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import House, graph, node, open_house, value
from treadle.domain.errors import ConflictError, DefinitionError, NotFoundError
from treadle.domain.values import decode
from treadle.engine.node_tests import NodeTest
from treadle.engine.sights import Question
from treadle.engine.views import ExecutionView

CHAIN = graph(
    [value("a", "{{ input.n * 2 }}"), value("b", "{{ nodes.a.output + vars.k }}"), node("c", config={"value": 3})],
    "a -> b", "b -> c",
    settings={"vars": {"k": 1}},
)  # fmt: skip


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def tried(house: House, node_id: str, graph_config: Any, **fields: Any) -> tuple[NodeTest, ExecutionView]:
    fields = {"workflow": "w", **fields}
    started = house.engine.test_node(Question(node=node_id, graph_config=graph_config, **fields))
    return started, house.ended(started.id)


def refused(house: House, node_id: str, graph_config: Any, **fields: Any) -> list[tuple[str, str, str]]:
    """(code, path, hint) of the findings."""
    with pytest.raises(DefinitionError) as error:
        tried(house, node_id, graph_config, **fields)
    return [(finding.code, finding.path, finding.hint or "") for finding in error.value.findings]


def map_of(*inner: dict[str, Any], edges: tuple[str, ...] = (), **config: Any) -> dict[str, Any]:
    return node("each", "for_each", {"items": "nodes.a.output", "graph": graph(list(inner), *edges), **config})


def test_a_node_runs_alone_with_the_outputs_of_an_execution(house: House) -> None:
    source = house.run(CHAIN, input={"n": 5}).record.id
    edited = {**CHAIN, "nodes": [CHAIN["nodes"][0], value("b", "{{ [nodes.a.output, input.n, vars.k] }}"), CHAIN["nodes"][2]]}

    started, ended = tried(house, "b", edited, execution_id=source)

    assert ended.output == [10, 5, 1]
    assert started.reused == ("a",)
    assert list(ended.nodes) == ["b"]
    assert {row.node_id for row in house.journal(started.id)} == {"b"}
    trigger = decode(ended.record.trigger_json)
    assert (trigger["type"], trigger["test"]) == ("test", {"node_id": "b", "execution_id": source})


def test_given_outputs_and_input_come_before_those_of_the_execution(house: House) -> None:
    source = house.run(CHAIN, input={"n": 5}).record.id

    _, ended = tried(house, "b", CHAIN, execution_id=source, outputs={"a": 100})
    _, first = tried(house, "a", CHAIN, execution_id=source, input={"n": 7})

    assert (ended.output, first.output) == (101, 14)


def test_a_node_of_a_workflow_that_was_never_saved_can_be_tried(house: House) -> None:
    started, ended = tried(house, "b", CHAIN, outputs={"a": 1}, workflow="new one")

    assert (ended.output, started.reused) == (2, ("a",))
    with pytest.raises(NotFoundError):
        house.store.workflows.get("new one")


def test_an_output_that_is_lacking_is_named_with_what_mends_it(house: House) -> None:
    waiting = house.start(graph([node("w", "signal.wait", {"signal": "go"}), value("a", 1)], "w -> a"))

    alone = refused(house, "b", CHAIN)
    beside = refused(house, "b", CHAIN, execution_id=waiting)

    assert [(code, path) for code, path, _ in (*alone, *beside)] == [("no_output", "outputs.a")] * 2
    assert '"outputs": {"a": …}' in alone[0][2]


def test_an_output_that_is_read_only_if_it_is_there_need_not_be_given(house: House) -> None:
    careful = graph([value("a", 1), value("b", '{{ get(nodes, ["a", "output"], "none") }}')], "a -> b")

    _, without = tried(house, "b", careful)
    _, given = tried(house, "b", careful, outputs={"a": 8})

    assert (without.output, given.output) == ("none", 8)


def test_a_node_is_checked_as_it_stands_in_the_graph_whatever_else_is_wrong(house: House) -> None:
    broken = graph(
        [
            node("x", "no.such.type"),
            value("ok", 1, join=7, cancels=["x"], mutex="m"),
            node("bad", "if"),
            value("typo", "{{ nodes.okk.output }}"),
        ],
        "ok -> nowhere",
    )

    _, ended = tried(house, "ok", broken)

    assert ended.output == 1
    assert [found[:2] for found in refused(house, "x", broken)] == [("unknown_type", "nodes[0].type")]
    assert [found[:2] for found in refused(house, "bad", broken)] == [("missing_key", "nodes[2].config")]
    assert refused(house, "typo", broken) == [("unknown_node", "nodes[3].config.value", "did you mean 'ok'?")]


def test_what_is_not_there_is_named(house: House) -> None:
    with pytest.raises(NotFoundError) as error:
        tried(house, "bb", CHAIN)
    with pytest.raises(NotFoundError, match="exec-0"):
        tried(house, "b", CHAIN, execution_id="exec-0")

    assert error.value.known == ("b",)
    assert refused(house, "b", CHAIN, outputs={"aa": 1}) == [("unknown_node", "outputs.aa", "did you mean 'a'?")]
    assert refused(house, "b", [1])[0][:2] == ("wrong_value", "nodes")
    assert refused(house, "b", None)[0][:2] == ("wrong_value", "nodes")


def test_a_node_that_fails_ends_the_test_after_one_attempt(house: House) -> None:
    failing = graph(
        [node("f", "fail", {"message": "no luck"}, retry={"max_attempts": 5, "initial_interval": "1h"}, on_error="continue"),
         node("after")],
        "f.error -> after",
        settings={"on_failure": {"workflow": "w"}, "concurrency": {"limit": 1}, "retry": {"max_attempts": 3}},
    )  # fmt: skip

    started, ended = tried(house, "f", failing)

    assert (ended.record.status, ended.error["message"], ended.error["node_id"]) == ("failed", "no luck", "f")
    assert [row.kind for row in house.journal(started.id)] == ["failed"]
    assert ended.record.slot_key is None


def test_incoming_is_what_comes_over_the_edges_as_they_are_drawn(house: House) -> None:
    joined = graph([value("a", 1), value("b", 2), value("j", "{{ [t.output for t in incoming] }}")], "a -> j", "b -> j")
    source = house.run(graph([value("a", 10), value("b", 20)])).record.id

    _, ended = tried(house, "j", joined, execution_id=source)
    _, given = tried(house, "j", joined, outputs={"b": "given"})

    assert (ended.output, given.output) == ([10, 20], ["given"])


@pytest.mark.parametrize("distribute", [False, True])
def test_a_map_is_tried_whole(house: House, distribute: bool) -> None:
    inner = value("one", "{{ item * 10 + nodes.k.output }}"), value("two", "{{ nodes.one.output + 1 }}")
    edited = graph([value("a", [1]), value("k", 5), map_of(*inner, edges=("one -> two",), distribute=distribute)])

    started, ended = tried(house, "each", edited, outputs={"a": [1, 2, 3], "k": 7})

    assert ended.output == [18, 28, 38]
    children = house.store.executions.list(parent=started.id).items
    assert [decode(child.trigger_json)["type"] for child in children] == (["test"] * 3 if distribute else [])
    assert started.reused == ("a", "k")


def test_a_node_inside_of_a_map_is_tried_with_an_item_of_the_execution(house: House) -> None:
    inner = value("one", "{{ item }}"), value("two", "{{ [nodes.one.output, index] }}")
    edited = graph([value("a", ["x", "y"]), map_of(*inner, edges=("one -> two",))], "a -> each")
    source = house.run(edited).record.id

    _, second = tried(house, "each[1]/two", edited, execution_id=source)
    _, given = tried(house, "each/two", edited, outputs={"one": "z"}, names={"index": 9})

    assert (second.output, given.output) == (["y", 1], ["z", 9])


def test_a_waiting_node_waits_and_takes_its_signal(house: House) -> None:
    door = graph([node("w", "signal.wait", {"signal": "go"}), node("after")], "w -> after")

    started = house.engine.test_node(Question(node="w", graph_config=door, workflow="w"))
    house.until_parked(started.id)
    house.engine.signal(started.id, "go", 7)

    assert house.ended(started.id).output == 7


def test_a_gate_cannot_be_tried(house: House) -> None:
    watched = graph([node("a"), node("g", "gate", {"node": "a", "state": "active"})])

    assert refused(house, "g", watched) == [("not_testable", "nodes[1].type", "try the node it watches")]


def test_a_failed_test_can_be_tried_again(house: House) -> None:
    flaky = graph([node("f", "test.flaky", {"fail": 1})])
    started, ended = tried(house, "f", flaky)
    assert ended.record.status == "failed"

    house.engine.retry(started.id)
    house.until_status(started.id, "completed")

    assert house.ended(started.id).record.status == "completed"


def test_what_an_execution_recorded_wrongly_is_a_refusal(house: House) -> None:
    source = house.run(CHAIN, input={"n": 5}).record.id
    house.sql("DELETE FROM journal WHERE execution_id = ? AND seq = 1", source)

    with pytest.raises(ConflictError, match="cannot be read"):
        tried(house, "b", CHAIN, execution_id=source)
