"""Expressions as a node sees them: what an execution recorded, and what is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import House, graph, node, open_house, value
from treadle.domain.errors import DefinitionError, NotFoundError
from treadle.engine.previews import Preview
from treadle.engine.sights import Question

LOOP = graph(
    [value("a", {"total": 7}), value("b", "b"),
     node("each", "for_each", {"items": ["x", "y", "z"], "concurrency": 1, "graph": graph(
         [value("one", "{{ [item, index] }}"), value("two", "{{ nodes.one.output }}")], "one -> two")}),
     value("end", 1)],
    "a -> each", "each -> end",
    settings={"vars": {"k": 1}},
)  # fmt: skip


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


@pytest.fixture
def ran(house: House) -> str:
    return house.run(LOOP, input={"n": 3}).record.id


def preview(house: House, expression: str, **fields: Any) -> Preview:
    return house.engine.previews.preview(Question(**fields), expression=expression)


def seen(house: House, expression: str, **fields: Any) -> Any:
    found = preview(house, expression, **fields)
    assert found.error is None, found.error
    return found.value


def test_a_node_sees_what_it_saw_when_it_ran(house: House, ran: str) -> None:
    assert seen(house, "nodes.a.output.total + vars.k + input.n", node="each", execution_id=ran) == 11
    assert seen(house, "incoming[0].node", node="each", execution_id=ran) == "a"
    assert preview(house, "nodes.end.output", node="each", execution_id=ran).error is not None


def test_a_node_of_a_map_sees_the_item_it_is_asked_for_or_the_last(house: House, ran: str) -> None:
    inside = [seen(house, "[item, index, nodes.one.output]", node=f"{scope}/two", execution_id=ran) for scope in ("each[1]", "each")]

    assert inside == [["y", 1, ["y", 1]], ["z", 2, ["z", 2]]]


def test_without_a_node_the_end_is_seen(house: House, ran: str) -> None:
    assert seen(house, "[nodes.end.output, nodes.each.output[0]]", execution_id=ran) == [1, ["x", 0]]


def test_an_earlier_visit_of_a_loop_can_be_asked_for(house: House) -> None:
    loop = graph(
        [value("s", 0), value("n", '{{ get(nodes, ["n", "output"], 0) + 1 }}'), node("again", "if", {"condition": "nodes.n.output < 3"})],
        "s -> n", "n -> again", "again.true -> n",
    )  # fmt: skip
    ran = house.run(loop).record.id

    visits = [seen(house, "nodes.n.output", node=f"again{visit}", execution_id=ran) for visit in ("#1", "#2", "")]

    assert visits == [1, 2, 3]
    with pytest.raises(NotFoundError):
        preview(house, "1", node="again#9", execution_id=ran)


def test_in_an_edited_graph_a_node_also_sees_what_now_comes_before_it(house: House, ran: str) -> None:
    edited = {**LOOP, "edges": [*LOOP["edges"], {"source": "end", "target": "b"}], "settings": {"vars": {"k": 50}}}

    before = preview(house, "nodes.end.output", node="b", execution_id=ran)
    after = seen(house, "nodes.end.output + vars.k", node="b", execution_id=ran, graph_config=edited)

    assert before.error is not None
    assert after == 51


def test_a_new_node_sees_all_results_and_its_new_edges(house: House, ran: str) -> None:
    edited = {**LOOP, "nodes": [*LOOP["nodes"], value("new", "")], "edges": [*LOOP["edges"], {"source": "end", "target": "new"}]}

    found = seen(house, "[nodes.end.output, incoming[0].output]", node="new", execution_id=ran, graph_config=edited)

    assert found == [1, 1]


def test_given_values_come_first_and_need_no_execution(house: House, ran: str) -> None:
    over = seen(house, "[nodes.a.output, input]", node="end", execution_id=ran, outputs={"a": 9}, input=None)
    alone = seen(house, "[nodes.a.output, input, item]", outputs={"a": 9}, input=2, names={"item": "i"})

    assert (over, alone) == ([9, None], [9, 2, "i"])


def test_a_running_execution_is_seen_as_far_as_it_is(house: House) -> None:
    waiting = house.start(graph([value("a", 1), node("w", "signal.wait", {"signal": "go"}), value("b", 2)], "a -> w", "w -> b"))
    house.until_parked(waiting)

    assert seen(house, "nodes.a.output", node="w", execution_id=waiting) == 1
    assert seen(house, "nodes.a.output", node="b", execution_id=waiting) == 1
    assert "no key" in str(preview(house, "nodes.w.output", node="b", execution_id=waiting).error)


def test_what_was_seen_before_is_seen_anew_when_more_has_happened(house: House) -> None:
    waiting = house.start(graph([node("w", "signal.wait", {"signal": "go"}), node("f", "test.flaky")], "w -> f"))
    house.until_parked(waiting)
    before = preview(house, "nodes.w.output", execution_id=waiting)
    house.engine.signal(waiting, "go", 1)
    house.until_status(waiting, "failed")
    failed = seen(house, "[nodes.w.output, nodes.f.error.type]", execution_id=waiting)

    house.engine.retry(waiting, from_node="w")
    house.until_parked(waiting)
    again = preview(house, "nodes.w.output", execution_id=waiting)

    assert before.error is not None
    assert failed == [1, "flaky"]
    assert again.error is not None


@pytest.mark.parametrize(
    ("expression", "column", "hint"),
    [
        ("nodes.a.output.totl", 16, 'did you mean "total"?'),
        ("{{ nodes.a.output.totl }}", 19, 'did you mean "total"?'),
        ("  1 +", None, None),
        ("nodes.b2.output", 7, "node 'b2' has no result that is seen here in"),
        ("item", 1, "'item' exists inside of the graph of a for_each"),
        ("nodes", 1, None),
        ("1 / 0", 3, None),
        ("", None, None),
        ("[x for x in range(100000) if [y for y in range(100000)]]", None, None),
        ("__import__('os')", None, None),
        ("{{", None, None),
    ],
)
def test_a_mistake_is_told_with_its_column_and_what_mends_it(
    house: House, ran: str, expression: str, column: int | None, hint: str | None
) -> None:
    found = preview(house, expression, node="end", execution_id=ran)

    assert found.error is not None
    assert found.error.message
    if column is not None:
        assert found.error.column == column
    if hint is not None:
        assert hint in str(found.error.hint)


def test_a_template_tells_the_column_in_the_whole_text(house: House) -> None:
    previews = house.engine.previews
    asked = Question(input={"name": "Ada"})

    fine = previews.preview(asked, template="Dear {{ input.name }},")
    alone = previews.preview(asked, template="{{ input }}")
    wrong = previews.preview(asked, template="Dear {{ input.nam }},")

    assert (fine.value, fine.type, alone.value, alone.type) == ("Dear Ada,", "text", {"name": "Ada"}, "object")
    assert wrong.error is not None
    assert (wrong.error.column, wrong.error.hint) == (15, 'did you mean "name"?')


def test_a_large_value_is_cut(house: House) -> None:
    found = preview(house, "input", input="ä" * 100_000)

    assert (found.type, found.value["truncated"], found.value["bytes"]) == ("text", True, 200_002)
    assert found.value["head"].startswith('"ää')
    assert len(found.value["head"]) <= 64 << 10


def test_one_of_expression_and_template_is_needed(house: House) -> None:
    for fields in ({}, {"expression": "1", "template": "1"}):
        with pytest.raises(DefinitionError):
            house.engine.previews.preview(Question(), **fields)


def test_a_scope_has_every_name_with_its_value(house: House, ran: str) -> None:
    scope = house.engine.previews.scope(Question(node="each[1]/two", execution_id=ran))

    assert (scope.scope, scope.visit, scope.node_count) == ("each[1]", "each[1]/two", 2)
    assert scope.nodes == {"one": {"output": ["y", 1], "error": None}, "a": {"output": {"total": 7}, "error": None}}
    assert {name: scope.names[name] for name in ("input", "item", "index", "vars")} == {
        "input": {"n": 3}, "item": "y", "index": 1, "vars": {"k": 1},
    }  # fmt: skip


def test_a_scope_of_what_is_not_there_names_what_is(house: House, ran: str) -> None:
    with pytest.raises(NotFoundError) as no_node:
        house.engine.previews.scope(Question(node="ech", execution_id=ran))
    with pytest.raises(NotFoundError) as no_item:
        house.engine.previews.scope(Question(node="each[7]/two", execution_id=ran))

    assert "each" in no_node.value.known
    assert "each[0]" in no_item.value.known


def test_many_large_values_stay_a_bounded_answer(house: House) -> None:
    ran = house.run(graph([value("big", "{{ input }}")]), input="x" * 300_000).record.id

    scope = house.engine.previews.scope(Question(execution_id=ran, outputs={f"o{number}": "y" * 65_000 for number in range(60)}))

    heads = [result["output"] for result in scope.nodes.values()]
    assert scope.node_count == 61
    assert sum(len(str(head)) for head in heads) < 3 << 20
    assert heads[-1]["truncated"]
