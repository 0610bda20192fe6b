from __future__ import annotations

import copy
import math
import subprocess
import sys
from typing import Any

import pytest

from treadle.domain.schema import MAX_SCHEMA_FINDINGS, check_schema, check_value, with_defaults

DRAFT = "https://json-schema.org/draft/2020-12/schema"
ORDER = {
    "type": "object",
    "properties": {
        "order_id": {"type": "string", "minLength": 3},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        "kind": {"enum": ["refund", "exchange"]},
        "paid": {"const": True},
        "to": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["street"]}]},
        "ways": {"anyOf": [{"required": ["b"], "minProperties": 2}, {"maxProperties": 0}]},
        "one": {"minItems": 1, "minProperties": 1, "maxProperties": 2},
    },
    "required": ["order_id"],
    "additionalProperties": False,
    "$defs": {"line": {"type": "object", "properties": {"count": {"type": "integer", "minimum": 1}}}},
}


def test_a_valid_value_has_no_findings() -> None:
    value = {"order_id": "A-1", "lines": [{"count": 2.0}], "kind": "refund", "paid": True, "to": "home"}

    assert check_value(ORDER, value) == []


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        ([], "input", "an object, not an array"),
        ({}, "input", "'order_id' is missing"),
        ({"order_id": 7}, "input.order_id", "a string, not a number"),
        ({"order_id": "A"}, "input.order_id", "too short"),
        ({"order_id": "A-1", "lines": [{"count": 1}, {"count": 0}]}, "input.lines[1].count", "minimum"),
        ({"order_id": "A-1", "lines": [{"count": True}]}, "input.lines[0].count", "a whole number, not a boolean"),
        ({"order_id": "A-1", "kind": "gift"}, "input.kind", "'refund', 'exchange', not 'gift'"),
        ({"order_id": "A-1", "paid": False}, "input.paid", "must be true, not false"),
        ({"order_id": "A-1", "to": {}}, "input.to", "'street' is missing"),
        ({"order_id": "A-1", "to": 5}, "input.to", "must be a string or an object, not a number"),
        ({"order_id": "A-1", "ways": {"a": 1}}, "input.ways", "fits none of the 2 ways"),
        ({"order_id": "A-1", "x": math.nan}, "input.x", "not a JSON number"),
        ({"order_id": "A-1", "one": []}, "input.one", "must not be empty"),
        ({"order_id": "A-1", "one": {}}, "input.one", "must not be empty"),
        ({"order_id": "A-1", "one": {"a": 1, "b": 2, "c": 3}}, "input.one", "may have at most 2 keys, not 3"),
        ({"order_id": "A-1\0"}, "input.order_id", "NUL"),
    ],
)
def test_an_invalid_value_is_reported_where_it_is_wrong(value: object, path: str, words: str) -> None:
    (finding,) = check_value(ORDER, value)

    assert finding.path == path
    assert words in finding.message


def test_each_unknown_key_is_reported_with_the_nearest_known_one() -> None:
    value = {"order_id": "A-1", "lins": [], "a key": 1}

    findings = check_value(ORDER, value)

    assert [(f.code, f.path) for f in findings] == [("unknown_key", "input.lins"), ("unknown_key", "input['a key']")]
    assert findings[0].hint == "did you mean 'lines'?"


def test_all_errors_of_a_value_are_reported_but_not_without_end() -> None:
    schema = {"type": "array", "items": {"type": "string"}}

    few, many = check_value(schema, [1, 2]), check_value(schema, list(range(10_000)))

    assert [f.path for f in few] == ["input[0]", "input[1]"]
    assert len(many) == MAX_SCHEMA_FINDINGS


def test_a_long_value_does_not_make_a_long_message() -> None:
    (finding,) = check_value({"maxLength": 3}, "x" * 100_000)

    assert len(finding.message) < 300


def test_formats_are_not_checked() -> None:
    assert check_value({"type": "string", "format": "email"}, "not an address") == []


def test_a_remote_schema_is_refused_and_never_fetched() -> None:
    remote = {"$ref": "http://127.0.0.1:9/schema.json"}

    (wrong_schema,) = check_schema({"properties": {"a": remote}})
    (wrong_value,) = check_value(remote, {})

    assert wrong_schema.path == "input_schema.properties.a.$ref"
    assert "not part of this schema" in wrong_schema.message
    assert wrong_value.code == "schema_reference"


def test_a_schema_that_refers_to_itself_without_end_is_a_finding() -> None:
    (finding,) = check_value({"$ref": "#"}, {})

    assert "without end" in finding.message


@pytest.mark.parametrize(
    ("schema", "path", "words"),
    [
        ([], "input_schema", "must be an object, not an array"),
        (True, "input_schema", "must be an object, not a boolean"),
        ({"type": "strng"}, "input_schema.type", "not 'strng'"),
        ({"properties": {"a": 3}}, "input_schema.properties.a", "must be an object or true or false, not a number"),
        ({"items": {"pattern": "("}}, "input_schema.items.pattern", "not a regular expression"),
        ({"patternProperties": {"[": {}}}, "input_schema.patternProperties['[']", "not a regular expression"),
        ({"pattern": "a" * 1_001}, "input_schema.pattern", "the limit is 1,000"),
        (
            {"patternProperties": {"^x": {}}, "unevaluatedProperties": False},
            "input_schema",
            "unevaluatedProperties does not go with patternProperties",
        ),
        ({"required": "a"}, "input_schema.required", "must be an array, not a string"),
        ({"anyOf": [{}, {"$ref": "#/$defs/none"}]}, "input_schema.anyOf[1].$ref", "not part of this schema"),
        ({"$defs": {"a": {"minimum": math.inf}}}, "input_schema.$defs.a.minimum", "not a JSON number"),
    ],
)
def test_a_wrong_schema_is_reported_where_it_is_wrong(schema: object, path: str, words: str) -> None:
    findings = check_schema(schema)

    assert [f.path for f in findings] == [path]
    assert words in findings[0].message


@pytest.mark.parametrize(
    "schema",
    [
        {},
        ORDER,
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {}}},
        {"$ref": "#here", "$defs": {"a": {"$anchor": "here"}}},
        {"prefixItems": [{}, True], "items": False},
        {"$ref": "#/prefixItems/0", "prefixItems": [{}]},
        {"$ref": "#/$defs/a~1b", "$defs": {"a/b": {}}},
    ],
)
def test_a_right_schema_has_no_findings(schema: object) -> None:
    assert check_schema(schema) == []


SLOW = "(a|aa)+$"
ENDLESS = "a" * 60 + "!"


@pytest.mark.parametrize(
    ("schema", "value", "path"),
    [
        ({"pattern": SLOW}, ENDLESS, "input"),
        ({"properties": {"a": {"items": {"pattern": SLOW}}}}, {"a": ["aa", ENDLESS]}, "input.a[1]"),
        ({"not": {"pattern": SLOW}}, ENDLESS, "input"),
        ({"patternProperties": {SLOW: {}}}, {"b": 1, ENDLESS: 2}, f"input['{ENDLESS}']"),
        ({"patternProperties": {SLOW: {}}, "additionalProperties": False}, {ENDLESS: 2}, f"input['{ENDLESS}']"),
        ({"propertyNames": {"pattern": SLOW}}, {ENDLESS: 2}, f"input['{ENDLESS}']"),
        ({"items": {"anyOf": [{"type": "null"}, {"pattern": SLOW}]}}, [f"{ENDLESS}{n}" for n in range(1_000)], "input[0]"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"$schema": DRAFT, "pattern": SLOW}}}, ENDLESS, "input"),
    ],
)
def test_a_pattern_that_does_not_end_is_a_finding_where_the_value_is(schema: dict[str, Any], value: object, path: str) -> None:
    (finding,) = check_value(schema, value)

    assert (finding.code, finding.path) == ("too_slow", path)
    assert f"the pattern '{SLOW}' takes too long for this value" in finding.message


def test_a_pattern_of_repetitions_ends() -> None:
    (finding,) = check_value({"pattern": "^([a-z]+)*$"}, "a" * 40 + "!")

    assert "does not match the pattern '^([a-z]+)*$'" in finding.message


def test_a_schema_whose_choices_double_at_each_step_is_a_finding() -> None:
    parts = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 2} for n in range(40)}

    (finding,) = check_value({"$ref": "#/$defs/a0", "$defs": {**parts, "a40": {"type": "object"}}}, {})

    assert finding.code == "too_slow"
    assert "the schema asks too much" in finding.message


def test_items_of_a_long_list_are_compared_in_one_pass() -> None:
    items = [{"id": n, "tags": [n]} for n in range(100_000)]

    assert check_value({"uniqueItems": True}, items) == []
    assert "the same item twice, at 7 and at 100000" in check_value({"uniqueItems": True}, [*items, {"tags": [7], "id": 7}])[0].message


@pytest.mark.parametrize(("items", "unique"), [([1, True, "1", [1], None, 0, False], True), ([1, 1.0], False), ([{}, {}], False)])
def test_items_are_the_same_when_they_are_equal_as_json(items: list[Any], unique: bool) -> None:
    assert (check_value({"uniqueItems": True}, items) == []) is unique


def test_defaults_fill_what_is_missing_at_every_depth() -> None:
    schema: dict[str, Any] = {
        "properties": {
            "limit": {"default": 10},
            "tags": {"default": []},
            "note": {"type": "string"},
            "ship": {"properties": {"by": {"default": "post"}}},
            "lines": {"items": {"$ref": "#/$defs/line"}},
            "absent": {"properties": {"x": {"default": 1}}},
        },
        "$defs": {"line": {"properties": {"count": {"default": 1}}}},
    }

    filled = with_defaults(schema, {"limit": 3, "ship": {}, "lines": [{}, {"count": 5}], "other": None})

    assert filled == {
        "limit": 3, "ship": {"by": "post"}, "lines": [{"count": 1}, {"count": 5}], "other": None, "tags": [],
    }  # fmt: skip


def test_neither_the_value_nor_the_schema_changes_when_defaults_are_filled_in() -> None:
    schema: dict[str, Any] = {"properties": {"tags": {"default": []}, "ship": {"properties": {"by": {"default": "post"}}}}}
    value: dict[str, Any] = {"ship": {}}
    before = copy.deepcopy((schema, value))

    with_defaults(schema, value)["tags"].append("mine")

    assert (schema, value) == before


@pytest.mark.parametrize("value", [None, 3, "text", [], [1]])
def test_a_value_that_is_no_object_stays_as_it_is(value: object) -> None:
    assert with_defaults({"properties": {"a": {"default": 1}}}, value) == value


def test_defaults_of_a_schema_in_a_circle_end() -> None:
    circle = {"properties": {"a": {"default": 1}, "next": {"$ref": "#"}}}

    assert with_defaults(circle, {"next": {"next": {}}}) == {"a": 1, "next": {"a": 1, "next": {"a": 1}}}
    assert with_defaults({"$ref": "#"}, {}) == {}


def test_importing_the_parser_does_not_import_jsonschema() -> None:
    source = "import sys, treadle.domain.graph_parser, treadle.domain.soundness; print('jsonschema' in sys.modules)"

    said = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True).stdout

    assert said.strip() == "False"
