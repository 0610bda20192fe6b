"""Node types that shape objects: pick, map, split."""

from __future__ import annotations

from typing import Any

import pytest

from unit.node_trials import failure_of, output_of

ROW = {"id": 7, "name": "ann", "city": "Ulm"}


@pytest.mark.parametrize(("config", "picked"), [
    ({}, ROW),
    ({"keep": ["name", "id"]}, {"name": "ann", "id": 7}),
    ({"drop": ["city", "street"]}, {"id": 7, "name": "ann"}),
    ({"rename": {"id": "no", "name": "id"}}, {"no": 7, "id": "ann", "city": "Ulm"}),
    ({"keep": ["id"], "rename": {"id": "no"}}, {"no": 7}),
    ({"keep": ["id"], "set": [{"field": "who", "to": "upper(item.name)"}, {"field": "n", "to": 3}]}, {"id": 7, "who": "ANN", "n": 3}),
    ({"set": [{"field": "id", "to": "item.id + 1"}, {"field": "was", "to": "item.id"}]}, {**ROW, "id": 8, "was": 7}),
    ({"keep": ["id", "zip"], "missing": "skip"}, {"id": 7}),
    ({"keep": ["id", "zip"], "missing": "null"}, {"id": 7, "zip": None}),
    ({"keep": ["id"], "rename": {"zip": "code"}, "missing": "null"}, {"id": 7, "code": None}),
    ({"keep": ["id"], "rename": {"zip": "code"}, "missing": "skip"}, {"id": 7}),
])  # fmt: skip
def test_pick_shapes_an_object_and_each_object_of_a_list(config: dict[str, Any], picked: dict[str, Any]) -> None:
    one = output_of("data.pick", {"value": "input", **config}, input=ROW)
    many = output_of("data.pick", {"value": "input", **config}, input=[ROW, ROW])

    assert one == picked
    assert list(one) == list(picked)
    assert many == [picked, picked]


def test_pick_leaves_its_input_as_it_was() -> None:
    row = dict(ROW)

    output_of("data.pick", {"value": "input", "set": [{"field": "id", "to": "0"}]}, input=[row])

    assert row == ROW


@pytest.mark.parametrize(("value", "config", "error"), [
    ([ROW, {}], {"keep": ["name"]}, ("data", 'value[1].name: no field "name"; the object has nothing')),
    (ROW, {"keep": ["nmae"]}, ("data", 'value.nmae: no field "nmae", did you mean "name"? The object has id, name, city')),
    ([ROW, 3], {}, ("data", "value[1]: must be an object, not a number")),
    (ROW, {"rename": {"id": "name"}}, ("config", "config.rename: two fields of value would be named 'name'; drop one of them")),
])  # fmt: skip
def test_pick_says_which_field_of_which_object_is_wrong(value: Any, config: dict[str, Any], error: tuple[str, str]) -> None:
    assert failure_of("data.pick", {"value": "input", **config}, input=value) == error


def test_map_makes_a_value_of_each_item() -> None:
    made = output_of("data.map", {"items": [3, 4], "to": '{"n": item * input, "at": index}'}, input=10)

    assert made == [{"n": 30, "at": 0}, {"n": 40, "at": 1}]


def test_split_takes_the_elements_out_with_or_without_the_other_fields() -> None:
    orders = [{"id": 1, "lines": ["a", "b"]}, {"id": 2, "lines": []}, {"id": 3, "lines": ["c"]}]

    assert output_of("data.split", {"value": "input", "field": "lines"}, input=orders) == ["a", "b", "c"]
    assert output_of("data.split", {"value": "input", "field": "lines"}, input=orders[0]) == ["a", "b"]
    assert output_of("data.split", {"value": "input", "field": "lines", "others": True}, input=orders) == [
        {"id": 1, "lines": "a"}, {"id": 1, "lines": "b"}, {"id": 3, "lines": "c"},
    ]  # fmt: skip


def test_many_fields_repeated_for_many_elements_end_before_they_fill_the_memory() -> None:
    wide = {f"field_{number}": 0 for number in range(5_000)}

    kind, message = failure_of("data.split", {"value": "input", "field": "lines", "others": True}, input={**wide, "lines": [0] * 5_000})

    assert kind == "data"
    assert message == "value.lines: with it the result has more than 524,288 items and fields"


def test_more_fields_than_the_objects_allow_are_refused() -> None:
    config = {"value": "input", "keep": [f"field_{number}" for number in range(1_001)], "missing": "null"}

    assert failure_of("data.pick", config, input=[{}] * 10_000) == (
        "config", "config.value: has 10,000 objects, too many for 1,001 fields each",
    )  # fmt: skip


@pytest.mark.parametrize(("value", "said"), [
    ([{"lines": []}, {"lines": "a"}], "value[1].lines: must be a list, not a text"),
    ({"line": []}, 'value.lines: no field "lines", did you mean "line"? The object has line'),
])  # fmt: skip
def test_split_names_the_place_that_has_no_list(value: Any, said: str) -> None:
    assert failure_of("data.split", {"value": "input", "field": "lines"}, input=value) == ("data", said)
