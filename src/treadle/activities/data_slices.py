"""Parts of lists, by place: a few items of one end, or pieces of one size."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treadle.activities.handler import Immediate, refuse_config
from treadle.activities.item_expressions import ITEMS, items_of
from treadle.domain.activity import Context, Done
from treadle.domain.node_types import NodeType


class Limit(Immediate):
    node_type = NodeType(
        type="data.limit",
        summary="Takes a few items from the start or the end of a list.",
        category="data",
        example={"items": "nodes.fetch.output.rows", "count": 10},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "items": ITEMS,
                "count": {"title": "Count", "description": "How many, at most.", "type": "integer", "minimum": 0},
                "skip": {
                    "title": "Skip",
                    "description": "How many are left out before them, counted from the same end.",
                    "type": "integer",
                    "minimum": 0,
                    "default": 0,
                },
                "from": {
                    "title": "From",
                    "description": "The end of the list they are taken from; their order stays.",
                    "enum": ["start", "end"],
                    "default": "start",
                },
            },
            "required": ["items", "count"],
            "additionalProperties": False,
        },
        expressions=("items",),
        icon="scissors",
        output="the items taken, in their order",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        items = items_of(config)
        count, skip = _whole(config, "count", least=0), _whole(config, "skip", least=0)
        if config.get("from") == "end":
            stop = max(0, len(items) - skip)
            return Done(items[max(0, stop - count) : stop])
        return Done(items[skip : skip + count])


class Batch(Immediate):
    node_type = NodeType(
        type="data.batch",
        summary="Cuts a list into lists of a given size.",
        category="data",
        example={"items": "nodes.fetch.output.rows", "size": 100},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "items": ITEMS,
                "size": {"title": "Size", "description": "Items in each; the last may be short.", "type": "integer", "minimum": 1},
            },
            "required": ["items", "size"],
            "additionalProperties": False,
        },
        expressions=("items",),
        icon="rows-3",
        output="a list of lists",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        items, size = items_of(config), _whole(config, "size", least=1)
        return Done([items[start : start + size] for start in range(0, len(items), size)])


def _whole(config: Mapping[str, Any], field: str, *, least: int) -> int:
    """A number that may have come from a template, and so may be anything."""
    value = config.get(field, 0)
    if type(value) is not int or value < least:
        refuse_config(field, f"must be a whole number of at least {least}")
    return value


HANDLERS = (Limit(), Batch())
