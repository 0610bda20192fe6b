"""Node types that take a list and give back some of its items: filter, sort, unique, limit, batch."""

from __future__ import annotations

import random
from typing import Any

import pytest

from treadle.domain.expressions import Namespace
from unit.node_trials import failure_of, output_of

ROWS = [{"id": 1, "price": 5}, {"id": 2, "price": None}, {"id": 3, "price": 2}, {"id": 4, "price": 5}]


def ids(rows: list[dict[str, Any]]) -> list[int]:
    return [row["id"] for row in rows]


@pytest.mark.parametrize(("when", "kept"), [
    ("item.price == 5", [1, 4]), ("index % 2 == 0", [1, 3]), ("item.id > input.least", [3, 4]), (True, [1, 2, 3, 4]), (False, []),
])  # fmt: skip
def test_filter_keeps_what_its_condition_holds_for(when: Any, kept: list[int]) -> None:
    rows = output_of("data.filter", {"items": "input.rows", "when": when}, input={"rows": ROWS, "least": 2})

    assert ids(rows) == kept


def test_an_item_that_has_not_what_is_asked_for_is_named_by_its_place() -> None:
    kind, message = failure_of("data.filter", {"items": [{"price": 1}, {"prise": 1}], "when": "item.price > 0"})

    assert kind == "expression_error"
    assert message.startswith("items[1]: config.when: ")
    assert 'did you mean "prise"' in message


def test_a_name_that_is_not_there_is_answered_with_those_that_are() -> None:
    _, message = failure_of("data.filter", {"items": [1], "when": "itme > 0"}, input=1)

    assert 'no name "itme", did you mean "item"? The names are item, index, input' in message


def test_what_is_no_list_is_refused() -> None:
    assert failure_of("data.filter", {"items": "input", "when": "true"}, input={"rows": []}) == (
        "config", "config.items: must be a list, not an object",
    )  # fmt: skip


@pytest.mark.parametrize(("by", "order"), [
    ([{"key": "item.price"}], [3, 1, 4, 2]),
    ([{"key": "item.price", "order": "desc"}], [1, 4, 3, 2]),
    ([{"key": "item.price", "nulls": "first"}], [2, 3, 1, 4]),
    ([{"key": "item.price", "order": "desc", "nulls": "first"}], [2, 1, 4, 3]),
    ([{"key": "item.price"}, {"key": "item.id", "order": "desc"}], [3, 4, 1, 2]),
    ([{"key": "item.price == 5"}, {"key": "-item.id"}], [3, 2, 4, 1]),
])  # fmt: skip
def test_sort_goes_by_several_keys_and_leaves_equals_in_order(by: Any, order: list[int]) -> None:
    assert ids(output_of("data.sort", {"items": "input", "by": by}, input=ROWS)) == order


def test_sort_without_keys_goes_by_the_items() -> None:
    assert output_of("data.sort", {"items": ["b", None, "a"]}) == ["a", "b", None]
    assert output_of("data.sort", {"items": []}) == []


@pytest.mark.parametrize(("items", "said"), [
    ([1, 2, "a"], "items[2]: config.by[0].key is a text; keys must be all numbers, all texts or all booleans, and others are a number"),
    ([None, {}], "items[1]: config.by[0].key is an object; keys must be all numbers, all texts or all booleans"),
    (["a", True], "items[1]: config.by[0].key is a boolean; keys must be all numbers, all texts or all booleans, and others are a text"),
])  # fmt: skip
def test_sort_refuses_keys_that_have_no_order(items: list[Any], said: str) -> None:
    assert failure_of("data.sort", {"items": items}) == ("data", said)


def test_unique_goes_by_json_equality_and_keeps_the_first_or_the_last() -> None:
    items = [1, 1.0, True, {"a": 1, "b": 2}, {"b": 2, "a": 1.0}, "1"]
    rows = [{"id": 1, "city": "x"}, {"id": 2, "city": "y"}, {"id": 3, "city": "x"}]

    assert output_of("data.unique", {"items": items}) == [1, True, {"a": 1, "b": 2}, "1"]
    assert ids(output_of("data.unique", {"items": rows, "by": "item.city"})) == [1, 2]
    assert ids(output_of("data.unique", {"items": rows, "by": "item.city", "keep": "last"})) == [2, 3]


@pytest.mark.parametrize(("config", "taken"), [
    ({"count": 2}, [1, 2]), ({"count": 2, "skip": 1}, [2, 3]), ({"count": 0}, []), ({"count": 9}, [1, 2, 3, 4]),
    ({"count": 2, "from": "end"}, [3, 4]), ({"count": 2, "skip": 1, "from": "end"}, [2, 3]),
    ({"count": 2, "skip": 9, "from": "end"}, []), ({"count": 9, "skip": 3, "from": "end"}, [1]),
    ({"count": "{{ input }}"}, [1, 2, 3]),
])  # fmt: skip
def test_limit_takes_from_either_end(config: dict[str, Any], taken: list[int]) -> None:
    assert output_of("data.limit", {"items": [1, 2, 3, 4], **config}, input=3) == taken


def test_batch_cuts_a_list_and_loses_nothing() -> None:
    assert output_of("data.batch", {"items": [1, 2, 3, 4, 5], "size": 2}) == [[1, 2], [3, 4], [5]]
    assert output_of("data.batch", {"items": [], "size": 2}) == []


@pytest.mark.parametrize("size", ["{{ 0 }}", "{{ 1.5 }}", "{{ true }}", "two"])
def test_a_size_that_is_no_size_is_refused(size: str) -> None:
    assert failure_of("data.batch", {"items": [1], "size": size}) == (
        "config", "config.size: must be a whole number of at least 1",
    )  # fmt: skip


def test_a_hundred_thousand_items_are_no_trouble() -> None:
    numbers = list(range(100_000))
    shuffled = random.Random(7).sample(numbers, len(numbers))

    kept = output_of("data.filter", {"items": "input", "when": "item % 2 == 0"}, input=shuffled)
    ordered = output_of("data.sort", {"items": "input", "by": [{"key": "item"}]}, input=shuffled)
    distinct = output_of("data.unique", {"items": "input", "by": "item // 10"}, input=shuffled)

    assert len(kept) == 50_000
    assert ordered == numbers
    assert len(distinct) == 10_000


def test_a_loop_in_a_loop_ends_with_an_error_that_says_so() -> None:
    kind, message = failure_of("data.filter", {"items": "input", "when": "sum(input) > item"}, input=list(range(20_000)))

    assert kind == "expression_error"
    assert "more work than all evaluations may do together (10,000,000 steps)" in message


def test_values_too_large_to_keep_end_before_they_fill_the_memory() -> None:
    kind, message = failure_of("data.sort", {"items": "input", "by": [{"key": '"x" * 1000000'}]}, input=list(range(1_000)))

    assert (kind, message) == (
        "data", "items[16]: config.by[0].key: the values of all items weigh more than 16,777,216 characters together",
    )  # fmt: skip


def test_an_output_too_large_to_be_stored_is_refused() -> None:
    big = "x" * 600_000

    kind, message = failure_of("data.sort", {"items": "input"}, input=[big, big])

    assert kind == "result_too_large"
    assert "1,048,576 characters" in message


def test_what_is_around_the_node_is_looked_up_once() -> None:
    asked = []

    class Nodes(Namespace):
        def get_item(self, key: str) -> Any:
            asked.append(key)
            return {"output": 2}

        def known(self) -> list[str]:
            return ["limit"]

    kept = output_of("data.filter", {"items": [1, 2, 3], "when": "item > nodes.limit.output"}, nodes=Nodes())

    assert (kept, asked) == ([3], ["limit"])
