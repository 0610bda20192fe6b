"""Fields of objects: choose, rename and compute them, and take them out of their object."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from treadle.activities.handler import Immediate, refuse_config
from treadle.activities.item_expressions import (
    ITEM_NAMES,
    ITEMS,
    MOST_ITEMS,
    STEPS,
    ItemExpressions,
    items_of,
    refuse_data,
    storable,
)
from treadle.domain.activity import Context, Done
from treadle.domain.expression_frame import kind_of, no_such
from treadle.domain.node_types import NodeType

_NAMES: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}


class Pick(Immediate):
    """Keeps or drops, then renames, then sets; each step sees the one before."""

    mode = "thread"
    node_type = NodeType(
        type="data.pick",
        summary="Keeps, drops, renames and sets fields of an object, or of each object in a list.",
        category="data",
        example={"value": "nodes.fetch.output.customer", "keep": ["name", "email"]},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "value": {
                    "title": "Value",
                    "description": "An object or a list of objects: an expression such as `nodes.fetch.output`, or the value.",
                    "type": ["string", "object", "array"],
                    "format": "expression",
                },
                "keep": {"title": "Keep", "description": "Only these fields, in this order; all if not given.", **_NAMES},
                "drop": {"title": "Drop", "description": "All but these fields; those that are missing are no error.", **_NAMES},
                "rename": {
                    "title": "Rename",
                    "description": "New names by old name.",
                    "type": "object",
                    "additionalProperties": {"type": "string", "minLength": 1},
                },
                "set": {
                    "title": "Set",
                    "description": "Fields to add or replace.",
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "field": {"title": "Field", "description": "Its name.", "type": "string", "minLength": 1},
                            "to": {
                                "title": "To",
                                "description": "An expression over `item` (the object as it came in) and `index`.",
                                "type": ["string", "number", "boolean", "null"],
                                "format": "expression",
                            },
                        },
                        "required": ["field", "to"],
                        "additionalProperties": False,
                    },
                },
                "missing": {
                    "title": "Missing fields",
                    "description": "What to do when a field to keep or rename is not there.",
                    "enum": ["fail", "skip", "null"],
                    "default": "fail",
                },
            },
            "required": ["value"],
            "additionalProperties": False,
        },
        expressions=("value",),
        deferred=("set[].to",),
        extra_names=ITEM_NAMES,
        icon="list-checks",
        output="the object or the list, with the fields chosen",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        value = config["value"]
        objects = value if isinstance(value, list) else [value]
        rules = sum(len(config.get(part) or ()) for part in ("keep", "rename", "set"))
        if rules * len(objects) > STEPS:
            refuse_config("value", f"has {len(objects):,} objects, too many for {rules:,} fields each")
        picked = [_picked(item, config, _place(value, index)) for index, item in enumerate(objects)]
        expressions = ItemExpressions(ctx, place="value")
        for number, rule in enumerate(config.get("set", ())):
            for item, new in zip(picked, expressions.values(f"set[{number}].to", rule["to"], objects), strict=True):
                item[str(rule["field"])] = new
        return Done(storable(picked if isinstance(value, list) else picked[0]))


class Map(Immediate):
    mode = "thread"
    node_type = NodeType(
        type="data.map",
        summary="Makes a new value of each item of a list.",
        category="data",
        example={"items": "nodes.fetch.output.rows", "to": '{"name": item.name}'},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "items": ITEMS,
                "to": {
                    "title": "To",
                    "description": 'An expression over `item` and `index`, such as `{"id": item.id, "sum": item.price * item.n}`.',
                    "type": "string",
                    "format": "expression",
                    "minLength": 1,
                },
            },
            "required": ["items", "to"],
            "additionalProperties": False,
        },
        expressions=("items",),
        deferred=("to",),
        extra_names=ITEM_NAMES,
        icon="arrow-right-left",
        output="the list of the new values",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        return Done(storable(list(ItemExpressions(ctx).values("to", config["to"], items_of(config)))))


class SplitOut(Immediate):
    mode = "thread"
    node_type = NodeType(
        type="data.split",
        summary="Takes a list out of a field of an object, or of each object in a list: one item for each element.",
        category="data",
        example={"value": "nodes.fetch.output", "field": "lines"},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "value": Pick.node_type.config_schema["properties"]["value"],
                "field": {"title": "Field", "description": "The field that holds a list.", "type": "string", "minLength": 1},
                "others": {
                    "title": "Keep the other fields",
                    "description": "Each item becomes an object: the other fields, and the element under the name of the field.",
                    "type": "boolean",
                    "default": False,
                },
            },
            "required": ["value", "field"],
            "additionalProperties": False,
        },
        expressions=("value",),
        icon="ungroup",
        output="the list of the elements",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        value, field = config["value"], str(config["field"])
        found: list[Any] = []
        size = 0
        for index, item in enumerate(value if isinstance(value, list) else [value]):
            place = _place(value, index)
            elements = _object(item, place).get(field)
            if not isinstance(elements, list):
                reason = f"must be a list, not {kind_of(elements)}" if field in item else _missing(item, field)
                refuse_data(f"{place}.{field}", reason)
            size += len(elements) * (1 + len(item) if config.get("others") else 1)
            if size > MOST_ITEMS:
                refuse_data(f"{place}.{field}", f"with it the result has more than {MOST_ITEMS:,} items and fields")
            if config.get("others"):
                rest = {name: other for name, other in item.items() if name != field}
                elements = [{**rest, field: element} for element in elements]
            found.extend(elements)
        return Done(storable(found))


def _picked(item: Any, config: Mapping[str, Any], place: str) -> dict[str, Any]:
    result: dict[str, Any] = dict(_object(item, place))
    keep = config.get("keep")
    if keep is not None:
        result = _kept(result, [str(name) for name in keep], config, place)
    for name in config.get("drop", ()):
        result.pop(str(name), None)
    rename = config.get("rename")
    return _renamed(result, rename, config, place) if rename else result


def _kept(item: dict[str, Any], names: Sequence[str], config: Mapping[str, Any], place: str) -> dict[str, Any]:
    if config.get("missing") == "null":
        return {name: item.get(name) for name in names}
    _check_missing(item, names, config, place)
    return {name: item[name] for name in names if name in item}


def _renamed(item: dict[str, Any], rename: Mapping[str, Any], config: Mapping[str, Any], place: str) -> dict[str, Any]:
    """The fields stay in their places; a new name that another field has is refused, as one of them would be lost."""
    _check_missing(item, rename, config, place)
    if config.get("missing") == "null":
        item = {**item, **{old: None for old in rename if old not in item}}
    result: dict[str, Any] = {}
    for old, value in item.items():
        new = str(rename.get(old, old))
        if new in result:
            refuse_config("rename", f"two fields of {place} would be named {new!r}; drop one of them")
        result[new] = value
    return result


def _check_missing(item: Mapping[str, Any], names: Iterable[str], config: Mapping[str, Any], place: str) -> None:
    if config.get("missing", "fail") == "fail":
        for name in names:
            if name not in item:
                refuse_data(f"{place}.{name}", _missing(item, name))


def _place(value: Any, index: int) -> str:
    return f"value[{index}]" if isinstance(value, list) else "value"


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        refuse_data(place, f"must be an object, not {kind_of(value)}")
    return value


def _missing(item: Mapping[str, Any], name: str) -> str:
    return no_such("field", name, known=item, among="the object has")


HANDLERS = (Pick(), Map(), SplitOut())
