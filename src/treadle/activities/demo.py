"""Activities for the shipped examples: they need no network and can be made to fail."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from treadle.activities.handler import Immediate, refuse_config
from treadle.activities.waits import DURATION
from treadle.domain.activity import Context, Done
from treadle.domain.durations import parse_duration
from treadle.domain.errors import ActivityError, DefinitionError, Fatal
from treadle.domain.node_types import NodeType


class Flaky(Immediate):
    node_type = NodeType(
        type="demo.flaky",
        summary="Fails its first attempts, then works: to watch retries.",
        category="demo",
        example={"fail_times": 2, "value": "worked"},
        config_schema={
            "type": "object",
            "properties": {
                "fail_times": {
                    "title": "Failures",
                    "description": "How many attempts fail.",
                    "type": "integer",
                    "minimum": 0,
                    "default": 1,
                },
                "value": {"title": "Value", "description": "Any JSON: the output once it works."},
            },
            "additionalProperties": False,
        },
        icon="dice-5",
        output="the value",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        failures = config.get("fail_times", 1)
        if ctx.attempt <= failures:
            raise ActivityError(f"failing on purpose ({ctx.attempt} of {failures})", type="demo.flaky")
        return Done(config.get("value"))


class Order(Immediate):
    mode = "thread"
    node_type = NodeType(
        type="demo.order",
        summary="Reads one of a few sample orders.",
        category="demo",
        example={"order_id": "A-1001"},
        config_schema={
            "type": "object",
            "properties": {"order_id": {"title": "Order", "description": "Such as A-1001.", "type": "string"}},
            "required": ["order_id"],
            "additionalProperties": False,
        },
        icon="package",
        output="{order_id, customer, total, currency, items}",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        orders = _orders()
        wanted = config["order_id"]
        if wanted not in orders:
            raise Fatal(f"no order {wanted!r}; there are {', '.join(orders)}", type="not_found")
        return Done(orders[wanted])


class Work(Immediate):
    mode = "async"
    node_type = NodeType(
        type="demo.work",
        summary="Takes its time: to watch work in progress.",
        category="demo",
        example={"seconds": "3s"},
        config_schema={
            "type": "object",
            "properties": {"seconds": {"title": "Seconds", "description": "How long it takes.", "default": 1, **DURATION}},
            "additionalProperties": False,
        },
        icon="loader",
        output="{seconds}",
    )

    async def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        try:
            seconds = parse_duration(config.get("seconds", 1))
        except DefinitionError as error:
            refuse_config("seconds", str(error))
        await asyncio.sleep(seconds)
        return Done({"seconds": seconds})


@cache
def _orders() -> dict[str, Any]:
    found = orjson.loads(files("treadle.activities").joinpath("demo_orders.json").read_bytes())
    return {order["order_id"]: order for order in found}


HANDLERS = (Flaky(), Order(), Work())
