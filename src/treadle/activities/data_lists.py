"""Lists: keep some items, order them, remove doubles."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from treadle.activities.handler import Immediate
from treadle.activities.item_expressions import ITEM_NAMES, ITEMS, ItemExpressions, items_of, refuse_data, storable
from treadle.domain.activity import Context, Done
from treadle.domain.expression_frame import kind_of
from treadle.domain.expression_lists import identity_of
from treadle.domain.expression_operators import NUMBERS
from treadle.domain.node_types import NodeType

_ORDERED = frozenset({str, bool})


class Filter(Immediate):
    mode = "thread"
    node_type = NodeType(
        type="data.filter",
        summary="Keeps the items of a list for which a condition holds.",
        category="data",
        example={"items": "nodes.fetch.output.rows", "when": "item.price > 10"},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "items": ITEMS,
                "when": {
                    "title": "When",
                    "description": "An expression over `item` and `index`, such as `item.total > 100`.",
                    "type": ["string", "boolean"],
                    "format": "expression",
                },
            },
            "required": ["items", "when"],
            "additionalProperties": False,
        },
        expressions=("items",),
        deferred=("when",),
        extra_names=ITEM_NAMES,
        icon="filter",
        output="the items that are kept, in their order",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        items = items_of(config)
        held = ItemExpressions(ctx).values("when", config["when"], items)
        return Done(storable([item for item, holds in zip(items, held, strict=True) if holds]))


class Sort(Immediate):
    """Items that are equal in every key stay in their order."""

    mode = "thread"
    node_type = NodeType(
        type="data.sort",
        summary="Sorts a list by one or several keys.",
        category="data",
        example={"items": "nodes.fetch.output.rows", "by": [{"key": "item.price", "order": "desc"}]},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "items": ITEMS,
                "by": {
                    "title": "By",
                    "description": "The keys, the most important first; without one, the items themselves.",
                    "type": "array",
                    "items": {
                        "type": "object",
                        "properties": {
                            "key": {
                                "title": "Key",
                                "description": 'An expression over `item` and `index`, such as `item.price` or `get(item, "age")`.',
                                "type": "string",
                                "format": "expression",
                                "minLength": 1,
                            },
                            "order": {
                                "title": "Order",
                                "description": "Rising or falling.",
                                "enum": ["asc", "desc"],
                                "default": "asc",
                            },
                            "nulls": {
                                "title": "Nulls",
                                "description": "Where items go whose key is null.",
                                "enum": ["last", "first"],
                                "default": "last",
                            },
                        },
                        "required": ["key"],
                        "additionalProperties": False,
                    },
                },
            },
            "required": ["items"],
            "additionalProperties": False,
        },
        expressions=("items",),
        deferred=("by[].key",),
        extra_names=ITEM_NAMES,
        icon="arrow-down-up",
        output="the sorted list",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        items = items_of(config)
        expressions = ItemExpressions(ctx)
        places = list(range(len(items)))
        # Sorting is stable, so the least important key goes first.
        for number, rule in reversed([*enumerate(config.get("by") or [{"key": "item"}])]):
            field = f"by[{number}].key"
            keys = list(expressions.values(field, rule["key"], items))
            _check_comparable(keys, field)
            present = sorted((p for p in places if keys[p] is not None), key=keys.__getitem__, reverse=rule.get("order") == "desc")
            absent = [p for p in places if keys[p] is None]
            places = absent + present if rule.get("nulls") == "first" else present + absent
        return Done(storable([items[place] for place in places]))


class Unique(Immediate):
    mode = "thread"
    node_type = NodeType(
        type="data.unique",
        summary="Removes items of a list that equal another.",
        category="data",
        example={"items": "nodes.fetch.output.rows", "by": "item.email"},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "items": ITEMS,
                "by": {
                    "title": "By",
                    "description": "What must be equal: an expression over `item` and `index`, such as `[item.name, item.city]`.",
                    "type": "string",
                    "format": "expression",
                    "default": "item",
                },
                "keep": {
                    "title": "Keep",
                    "description": "Which of equal items stays, at its place.",
                    "enum": ["first", "last"],
                    "default": "first",
                },
            },
            "required": ["items"],
            "additionalProperties": False,
        },
        expressions=("items",),
        deferred=("by",),
        extra_names=ITEM_NAMES,
        icon="copy-minus",
        output="the list without doubles",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        items = items_of(config)
        place_of: dict[Any, int] = {}
        keep_last = config.get("keep") == "last"
        for place, key in enumerate(ItemExpressions(ctx).values("by", config.get("by", "item"), items)):
            identity = identity_of(key)
            if keep_last or identity not in place_of:
                place_of[identity] = place
        return Done(storable([items[place] for place in sorted(place_of.values())]))


def _check_comparable(keys: Sequence[Any], field: str) -> None:
    """Keys must be all numbers, all texts or all booleans; nulls stand aside."""
    kinds = set(map(type, keys)) - {type(None)}
    if kinds <= NUMBERS or (len(kinds) == 1 and kinds <= _ORDERED):
        return
    first = next(key for key in keys if key is not None)
    alike = NUMBERS if type(first) in NUMBERS else {type(first)} & _ORDERED
    place = next(place for place, key in enumerate(keys) if key is not None and type(key) not in alike)
    reason = f"config.{field} is {kind_of(keys[place])}; keys must be all numbers, all texts or all booleans"
    refuse_data(f"items[{place}]", reason if place == keys.index(first) else f"{reason}, and others are {kind_of(first)}")


HANDLERS = (Filter(), Sort(), Unique())
