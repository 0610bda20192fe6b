"""Two values made one: lists end to end, by key, or by position, and objects deeply."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from treadle.activities.handler import Immediate, refuse_config
from treadle.activities.item_expressions import ITEM_NAMES, MOST_ITEMS, ItemExpressions, asked, items_of, refuse_data, storable
from treadle.domain.activity import Context, Done
from treadle.domain.expression_frame import kind_of
from treadle.domain.expression_lists import identity_of
from treadle.domain.expression_objects import merge_deep
from treadle.domain.node_types import NodeType

_BY_KEY = ("inner", "left", "outer")
_SIDE = {"type": ["string", "array", "object"], "format": "expression"}
_KEY = {"type": "string", "format": "expression", "minLength": 1}

Pair = tuple[int | None, int | None]
"""The places of what belongs together; None where one side has nothing."""


class Merge(Immediate):
    """A null key equals nothing, as in SQL. Of a field that both sides have, the right one's value stays."""

    mode = "thread"
    node_type = NodeType(
        type="data.merge",
        summary="Makes one of two lists, or of two objects.",
        category="data",
        example={"left": "nodes.fetch.output.orders", "right": "nodes.fetch.output.people", "how": "left", "key": "item.person"},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "left": {"title": "Left", "description": "The first list or object, as an expression or a value.", **_SIDE},
                "right": {"title": "Right", "description": "The second one.", **_SIDE},
                "how": {
                    "title": "How",
                    "description": "`append`: one after the other. `inner`, `left`, `outer`: items with equal keys together; "
                    "`left` keeps left items without a partner, `outer` those of both sides. `position`: the first with the "
                    "first, and so on. `deep`: two objects, and the objects inside them.",
                    "enum": ["append", *_BY_KEY, "position", "deep"],
                    "default": "append",
                },
                "key": {
                    "title": "Key",
                    "description": "What must be equal: an expression over `item` and `index`, such as `item.id`.",
                    **_KEY,
                },
                "right_key": {"title": "Key on the right", "description": "If it is not the same as on the left.", **_KEY},
                "pairs": {
                    "title": "Keep them apart",
                    "description": "Give `{left, right}` for each pair instead of one object with the fields of both.",
                    "type": "boolean",
                    "default": False,
                },
            },
            "required": ["left", "right"],
            "additionalProperties": False,
        },
        expressions=("left", "right"),
        deferred=("key", "right_key"),
        extra_names=ITEM_NAMES,
        icon="merge",
        output="the list, or the object",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        how = config.get("how", "append")
        if how == "deep":
            return Done(storable(asked("right", merge_deep, _object(config, "left"), _object(config, "right"))))
        left, right = items_of(config, "left"), items_of(config, "right")
        if how == "append":
            return Done(storable(left + right))
        pairs = _by_key(ctx, config, how) if how in _BY_KEY else zip_longest(_places(left), _places(right))
        together = _apart if config.get("pairs") else _joined
        result = []
        size = 0
        for one, other in pairs:
            result.append(together(left, one, right, other))
            size += 1 + len(result[-1])
            if size > MOST_ITEMS:
                refuse_config("key", f"the result would have more than {MOST_ITEMS:,} rows and fields; is it the right key?")
        return Done(storable(result))


def _places(items: list[Any]) -> range:
    return range(len(items))


def _by_key(ctx: Context, config: Mapping[str, Any], how: str) -> Iterator[Pair]:
    """In the order of the left items; right ones without a partner at the end."""
    if config.get("key") is None:
        refuse_config("key", f"is missing: {how} needs what must be equal, such as `item.id`")
    left, right = config["left"], config["right"]
    field = "right_key" if config.get("right_key") is not None else "key"
    right_places: dict[Any, list[int]] = {}
    for place, key in enumerate(ItemExpressions(ctx, place="right").values(field, config[field], right)):
        if key is not None:
            right_places.setdefault(identity_of(key), []).append(place)
    met: set[Any] = set()
    for place, key in enumerate(ItemExpressions(ctx, place="left").values("key", config["key"], left)):
        identity = identity_of(key)
        partners = right_places.get(identity, []) if key is not None else []
        if partners:
            met.add(identity)
            yield from ((place, partner) for partner in partners)
        elif how != "inner":
            yield place, None
    if how == "outer":
        partnered = {place for identity in met for place in right_places[identity]}
        yield from ((None, place) for place in _places(right) if place not in partnered)


def _apart(left: list[Any], one: int | None, right: list[Any], other: int | None) -> dict[str, Any]:
    return {"left": None if one is None else left[one], "right": None if other is None else right[other]}


def _joined(left: list[Any], one: int | None, right: list[Any], other: int | None) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for side, items, place in (("left", left, one), ("right", right, other)):
        if place is None:
            continue
        if not isinstance(items[place], dict):
            reason = f"must be an object, not {kind_of(items[place])}; `pairs: true` takes anything"
            refuse_data(f"{side}[{place}]", reason)
        result.update(items[place])
    return result


def _object(config: Mapping[str, Any], field: str) -> dict[str, Any]:
    value = config[field]
    if not isinstance(value, dict):
        refuse_config(field, f"must be an object for a deep merge, not {kind_of(value)}")
    return value


HANDLERS = (Merge(),)
