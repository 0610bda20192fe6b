"""Summaries: one value of many items, over a whole list or for each group."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from treadle.activities.handler import Immediate, refuse_config
from treadle.activities.item_expressions import ITEM_NAMES, ITEMS, STEPS, ItemExpressions, items_of, refuse_data, storable
from treadle.domain.activity import Context, Done
from treadle.domain.errors import Fatal
from treadle.domain.expression_frame import FaultError, kind_of
from treadle.domain.expression_lists import identity_of
from treadle.domain.expression_operators import NUMBERS, number
from treadle.domain.node_types import NodeType

KEY, MEMBERS = "key", "items"


def _sum(values: Sequence[Any]) -> Any:
    return number(sum(values))


def _average(values: Sequence[Any]) -> Any:
    return number(sum(values) / len(values)) if values else None


def _unique(values: Sequence[Any]) -> list[Any]:
    found: dict[Any, Any] = {}
    for value in values:
        found.setdefault(identity_of(value), value)
    return list(found.values())


_SUMMARIES: Mapping[str, Callable[[Sequence[Any]], Any]] = {
    "count": len,
    "sum": _sum,
    "avg": _average,
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "first": lambda values: values[0] if values else None,
    "last": lambda values: values[-1] if values else None,
    "collect": list,
    "unique": _unique,
}
_OF_NUMBERS = frozenset({"sum", "avg"})
_OF_COMPARABLE = frozenset({"min", "max"})
_WITH_NULLS = frozenset({"first", "last", "collect", "unique"})

AGGREGATES: Mapping[str, Any] = {
    "title": "Summaries",
    "description": "What to work out.",
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": {"title": "Name", "description": "The field it becomes.", "type": "string", "minLength": 1},
            "do": {
                "title": "Do",
                "description": "`count`, `sum`, `avg`, `min` and `max` pass over null; the others keep it.",
                "enum": list(_SUMMARIES),
            },
            "of": {
                "title": "Of",
                "description": "An expression over `item` and `index`, such as `item.price`.",
                "type": "string",
                "format": "expression",
                "default": "item",
            },
        },
        "required": ["name", "do"],
        "additionalProperties": False,
    },
}


class Aggregate(Immediate):
    mode = "thread"
    node_type = NodeType(
        type="data.aggregate",
        summary="Makes one object of a list: counts, sums, averages, extremes, collections.",
        category="data",
        example={"items": "nodes.fetch.output.rows", "aggregates": [{"name": "total", "do": "sum", "of": "item.price"}]},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {"items": ITEMS, "aggregates": {**AGGREGATES, "minItems": 1}},
            "required": ["items", "aggregates"],
            "additionalProperties": False,
        },
        expressions=("items",),
        deferred=("aggregates[].of",),
        extra_names=ITEM_NAMES,
        icon="sigma",
        output="an object with a field for each summary",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        items = items_of(config)
        summaries = _Summaries(config["aggregates"], ItemExpressions(ctx), items, taken=())
        return Done(storable(summaries.over(range(len(items)))))


class Group(Immediate):
    mode = "thread"
    node_type = NodeType(
        type="data.group",
        summary="Puts the items of a list into groups, and sums each up.",
        category="data",
        example={"items": "nodes.fetch.output.rows", "by": "item.country"},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "items": ITEMS,
                "by": {
                    "title": "By",
                    "description": "What the items of a group share: an expression over `item`, such as `item.country`.",
                    "type": "string",
                    "format": "expression",
                    "minLength": 1,
                },
                "aggregates": {
                    **AGGREGATES,
                    "description": "What to work out for each group; without any, a group has its items.",
                },
            },
            "required": ["items", "by"],
            "additionalProperties": False,
        },
        expressions=("items",),
        deferred=("by", "aggregates[].of"),
        extra_names=ITEM_NAMES,
        icon="group",
        output="[{key, items}], or [{key, …summaries}], in the order in which the keys first come",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        items = items_of(config)
        expressions = ItemExpressions(ctx)
        places_of: dict[Any, list[int]] = {}
        key_of: dict[Any, Any] = {}
        for place, key in enumerate(expressions.values("by", config["by"], items)):
            identity = identity_of(key)
            key_of.setdefault(identity, key)
            places_of.setdefault(identity, []).append(place)
        rules = config.get("aggregates") or ()
        if not rules:
            groups = [{KEY: key_of[i], MEMBERS: [items[p] for p in places]} for i, places in places_of.items()]
            return Done(storable(groups))
        summaries = _Summaries(rules, expressions, items, taken=(KEY,))
        return Done(storable([{KEY: key_of[i], **summaries.over(places)} for i, places in places_of.items()]))


class _Summaries:
    """The summaries of a config, with the values of their expressions for every item."""

    def __init__(
        self, rules: Sequence[Mapping[str, Any]], expressions: ItemExpressions, items: Sequence[Any], *, taken: Sequence[str]
    ) -> None:
        self._columns: dict[str, tuple[str, str, Sequence[Any]]] = {}
        if len(rules) * len(items) > STEPS:
            refuse_config("aggregates", f"has {len(rules):,} summaries, too many for {len(items):,} items")
        for number_, rule in enumerate(rules):
            name, field = str(rule["name"]), f"aggregates[{number_}]"
            if name in self._columns or name in taken:
                refuse_config(f"{field}.name", f"{name!r} is taken; give each summary a name of its own")
            source = rule.get("of", "item")
            values = items if source == "item" else list(expressions.values(f"{field}.of", source, items))
            _check(values, rule["do"], f"{field}.of")
            self._columns[name] = (field, rule["do"], values)

    def over(self, places: Sequence[int]) -> dict[str, Any]:
        """The summaries of the items at these places."""
        result: dict[str, Any] = {}
        for name, (field, do, values) in self._columns.items():
            chosen = [values[place] for place in places]
            if do not in _WITH_NULLS:
                chosen = [value for value in chosen if value is not None]
            try:
                result[name] = _SUMMARIES[do](chosen)
            except FaultError as fault:
                raise Fatal(f"config.{field}: {fault}", type="data") from None
            except TypeError:
                refuse_config(field, f"{do} compares only numbers or only texts, and a group has both")
        return result


def _check(values: Sequence[Any], do: str, field: str) -> None:
    """Refuse, with its place, the first value that the summary cannot work with."""
    if do not in _OF_NUMBERS and do not in _OF_COMPARABLE:
        return
    allowed = NUMBERS if do in _OF_NUMBERS else NUMBERS | {str}
    for place, value in enumerate(values):
        if value is not None and type(value) not in allowed:
            wanted = "numbers" if do in _OF_NUMBERS else "numbers or texts"
            refuse_data(f"items[{place}]", f"config.{field} is {kind_of(value)}, and {do} needs {wanted}")


HANDLERS = (Aggregate(), Group())
