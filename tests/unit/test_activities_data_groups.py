"""Node types that make one value of many: group, aggregate, merge."""

from __future__ import annotations

from typing import Any

import pytest

from unit.node_trials import failure_of, output_of

SALES = [{"at": "x", "sum": 3}, {"at": "y", "sum": None}, {"at": "x", "sum": 4.5}, {"at": None, "sum": 1}]


@pytest.mark.parametrize(("do", "value"), [
    ("count", 3), ("sum", 8.5), ("avg", 8.5 / 3), ("min", 1), ("max", 4.5), ("first", 3), ("last", 1),
    ("collect", [3, None, 4.5, 1]), ("unique", [3, None, 4.5, 1]),
])  # fmt: skip
def test_each_summary_of_a_column(do: str, value: Any) -> None:
    config = {"items": "input", "aggregates": [{"name": "it", "do": do, "of": "item.sum"}]}

    assert output_of("data.aggregate", config, input=SALES) == {"it": value}


@pytest.mark.parametrize(("do", "value"), [
    ("count", 0), ("sum", 0), ("avg", None), ("min", None), ("max", None), ("first", None), ("last", None),
    ("collect", []), ("unique", []),
])  # fmt: skip
def test_each_summary_of_nothing(do: str, value: Any) -> None:
    assert output_of("data.aggregate", {"items": [], "aggregates": [{"name": "it", "do": do}]}) == {"it": value}


def test_a_summary_of_the_items_themselves_needs_no_expression() -> None:
    rules = [{"name": "n", "do": "count"}, {"name": "top", "do": "max"}, {"name": "all", "do": "unique"}]

    assert output_of("data.aggregate", {"items": ["b", "a", "b"], "aggregates": rules}) == {"n": 3, "top": "b", "all": ["b", "a"]}


@pytest.mark.parametrize(("do", "items", "error"), [
    ("sum", [1, "2"], ("data", "items[1]: config.aggregates[0].of is a text, and sum needs numbers")),
    ("avg", [True], ("data", "items[0]: config.aggregates[0].of is a boolean, and avg needs numbers")),
    ("max", [1, []], ("data", "items[1]: config.aggregates[0].of is a list, and max needs numbers or texts")),
    ("min", [1, "a"], ("config", "config.aggregates[0]: min compares only numbers or only texts, and a group has both")),
    ("sum", [2**62, 2**62], ("data", "config.aggregates[0]: the result is an integer beyond 64 bits")),
])  # fmt: skip
def test_a_summary_says_which_item_it_cannot_take(do: str, items: list[Any], error: tuple[str, str]) -> None:
    assert failure_of("data.aggregate", {"items": items, "aggregates": [{"name": "it", "do": do}]}) == error


def test_two_summaries_of_one_name_are_refused() -> None:
    rules = [{"name": "n", "do": "count"}, {"name": "n", "do": "count"}]

    _, message = failure_of("data.aggregate", {"items": [], "aggregates": rules})

    assert message == "config.aggregates[1].name: 'n' is taken; give each summary a name of its own"


def test_groups_come_in_the_order_of_their_first_items() -> None:
    groups = output_of("data.group", {"items": "input", "by": "item.at"}, input=SALES)

    assert [(group["key"], len(group["items"])) for group in groups] == [("x", 2), ("y", 1), (None, 1)]
    assert groups[0]["items"] == [SALES[0], SALES[2]]


def test_groups_are_summed_up_and_keys_may_be_any_value() -> None:
    rules = [{"name": "n", "do": "count"}, {"name": "total", "do": "sum", "of": "item.sum"}]

    groups = output_of("data.group", {"items": "input", "by": "[item.at, 1]", "aggregates": rules}, input=SALES)

    assert groups == [
        {"key": ["x", 1], "n": 2, "total": 7.5}, {"key": ["y", 1], "n": 1, "total": 0}, {"key": [None, 1], "n": 1, "total": 1},
    ]  # fmt: skip


def test_a_summary_cannot_take_the_name_of_the_key() -> None:
    _, message = failure_of("data.group", {"items": [], "by": "item", "aggregates": [{"name": "key", "do": "count"}]})

    assert "'key' is taken" in message


LEFT = [{"id": 1, "a": "x"}, {"id": 2, "a": "y"}, {"id": None, "a": "z"}]
RIGHT = [{"id": 2, "b": 20}, {"id": 3, "b": 30}, {"id": 2, "b": 21}, {"id": None, "b": 40}]
BOTH = [{"id": 2, "a": "y", "b": 20}, {"id": 2, "a": "y", "b": 21}]


@pytest.mark.parametrize(("how", "rows"), [
    ("append", LEFT + RIGHT),
    ("inner", BOTH),
    ("left", [LEFT[0], *BOTH, LEFT[2]]),
    ("outer", [LEFT[0], *BOTH, LEFT[2], RIGHT[1], RIGHT[3]]),
    ("position", [{"id": 2, "a": "x", "b": 20}, {"id": 3, "a": "y", "b": 30}, {"id": 2, "a": "z", "b": 21}, RIGHT[3]]),
])  # fmt: skip
def test_merge_joins_lists_and_null_keys_match_nothing(how: str, rows: list[Any]) -> None:
    merged = output_of("data.merge", {"left": "input.l", "right": "input.r", "how": how, "key": "item.id"},
                       input={"l": LEFT, "r": RIGHT})  # fmt: skip

    assert merged == rows


def test_merge_keeps_pairs_apart_and_takes_another_key_on_the_right() -> None:
    config = {"left": [1, 2], "right": [{"ref": 1}], "how": "left", "key": "item", "right_key": "item.ref", "pairs": True}

    assert output_of("data.merge", config) == [{"left": 1, "right": {"ref": 1}}, {"left": 2, "right": None}]


def test_a_deep_merge_goes_into_objects_and_replaces_everything_else() -> None:
    left = {"a": {"b": 1, "c": [1, 2]}, "d": 1, "e": {"f": 1}}
    right = {"a": {"c": [3], "g": 4}, "d": {"h": 1}, "e": None}

    merged = output_of("data.merge", {"left": "input[0]", "right": "input[1]", "how": "deep"}, input=[left, right])

    assert merged == {"a": {"b": 1, "c": [3], "g": 4}, "d": {"h": 1}, "e": None}
    assert left["a"] == {"b": 1, "c": [1, 2]}


@pytest.mark.parametrize(("config", "error"), [
    ({"left": [], "right": [], "how": "inner"}, ("config", "config.key: is missing: inner needs what must be equal, such as `item.id`")),
    ({"left": [1], "right": [{}], "how": "position"},
     ("data", "left[0]: must be an object, not a number; `pairs: true` takes anything")),
    ({"left": [], "right": {}, "how": "deep"}, ("config", "config.left: must be an object for a deep merge, not a list")),
    ({"left": [], "right": {}}, ("config", "config.right: must be a list, not an object")),
])  # fmt: skip
def test_merge_says_what_it_cannot_merge(config: dict[str, Any], error: tuple[str, str]) -> None:
    assert failure_of("data.merge", config) == error


def test_a_key_that_everything_shares_ends_before_it_fills_the_memory() -> None:
    rows = [{"n": number} for number in range(2_000)]

    kind, message = failure_of("data.merge", {"left": "input", "right": "input", "how": "inner", "key": "1"}, input=rows)

    assert kind == "config"
    assert message == "config.key: the result would have more than 524,288 rows and fields; is it the right key?"


def test_more_summaries_than_the_items_allow_are_refused() -> None:
    rules = [{"name": f"n{number}", "do": "collect"} for number in range(1_001)]

    _, message = failure_of("data.aggregate", {"items": "input", "aggregates": rules}, input=[1] * 10_000)

    assert message == "config.aggregates: has 1,001 summaries, too many for 10,000 items"


def test_a_hundred_thousand_items_are_no_trouble() -> None:
    numbers = list(range(100_000))

    groups = output_of("data.group", {
        "items": "input", "by": "item % 1000", "aggregates": [{"name": "total", "do": "sum", "of": "item * 2"}],
    }, input=numbers)  # fmt: skip

    assert len(groups) == 1000
    assert sum(group["total"] for group in groups) == 2 * sum(numbers)
