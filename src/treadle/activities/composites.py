"""Nodes with a graph inside: a map over items, loops, and a block that runs once.

A handler only makes the plan; the engine plays the inner graph by it.
"""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from treadle.activities.handler import Immediate, refusals, refuse_config
from treadle.domain.activity import Context, Done
from treadle.domain.composites import DEFAULT_CONCURRENCY, Growth, LoopPlan, MapPlan
from treadle.domain.expressions import compile_expression
from treadle.domain.graph_findings import kind_of
from treadle.domain.node_types import NodeType

GRAPH = {
    "title": "Inner graph",
    "description": "Nodes and edges, as in a workflow; its expressions also see the results of the nodes before this one.",
    "type": "object",
    "format": "graph",
}
NAME = {"type": "string", "minLength": 1}
MOST_ITEMS = 1_000_000
"""A list of so many results fits into the largest one that is kept, if they are short."""
MAX_TURNS = {
    "title": "At most",
    "description": "How many turns at most. Should the loop want more, it fails with the error type `too_many_turns`.",
    "type": "integer",
    "minimum": 1,
}


def _never_works(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield from refusals(lambda: _growth(config))
    # A text is an expression.
    if isinstance(config.get("count"), int):
        yield from refusals(lambda: _items(config))


def _one_node(type: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """The inner graph of an example."""
    return {"nodes": [{"id": "step", "type": type, "config": config}], "edges": []}


class ForEach(Immediate):
    """Runs the inner graph, or a workflow, once for each item."""

    node_type = NodeType(
        type="for_each",
        summary="Runs an inner graph or a workflow for each item of a list.",
        category="flow",
        example={"items": "nodes.fetch.output.orders", "graph": _one_node("log", {"message": "{{ item }}"})},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "items": {
                    "title": "Items",
                    "description": "A list, or an expression that makes one, such as `nodes.fetch.output.orders`.",
                    "type": ["array", "string"],
                    "format": "expression",
                },
                "count": {
                    "title": "Count",
                    "description": "Instead of items: how many times; a number or an expression.",
                    "type": ["integer", "string"],
                    "minimum": 0,
                    "format": "expression",
                },
                "graph": GRAPH,
                "workflow": {
                    "title": "Workflow",
                    "description": "Instead of an inner graph: the workflow to run for each item, with the item as its input.",
                    "type": "string",
                    "minLength": 1,
                },
                "version": {
                    "title": "Version",
                    "description": "Of that workflow; the latest if not given.",
                    "type": "integer",
                    "minimum": 1,
                },
                "concurrency": {
                    "title": "Concurrency",
                    "description": "How many items run at the same time.",
                    "type": "integer",
                    "minimum": 1,
                    "default": DEFAULT_CONCURRENCY,
                },
                "on_item_error": {
                    "title": "When an item fails",
                    "description": "Fail this node; or go on, with null or with {error} in the item's place.",
                    "enum": ["fail", "continue", "collect"],
                    "default": "fail",
                },
                "complete_after": {
                    "title": "Complete after",
                    "description": "Go on when so many items have completed.",
                    "type": "integer",
                    "minimum": 1,
                },
                "complete_when": {
                    "title": "Complete when",
                    "description": (
                        "Go on when this expression holds after an item. It sees `output` and `index` of that item, the numbers "
                        "`completed`, `failed`, `ended` and `total`, and the list `results`."
                    ),
                    "type": "string",
                    "format": "expression",
                },
                "rest": {
                    "title": "The rest",
                    "description": "What becomes of items under way then: run to their end and ignored, or cancelled.",
                    "enum": ["ignore", "cancel"],
                    "default": "ignore",
                },
                "distribute": {
                    "title": "Distribute",
                    "description": "Run each item as an execution of its own, which any worker takes.",
                    "type": "boolean",
                    "default": False,
                },
                "wait": {
                    "title": "Wait for the items",
                    "description": "Otherwise go on at once; the execution still ends only after its items.",
                    "type": "boolean",
                    "default": True,
                },
                "more": {
                    "title": "More items by signal",
                    "description": "Signals that add an item, or a list of them, while it runs; it ends only after `close`.",
                    "type": "object",
                    "properties": {
                        "signal": {"title": "Add", "description": "The signal whose payload is added.", **NAME},
                        "close": {"title": "Close", "description": "The signal after which no more come.", **NAME},
                    },
                    "required": ["signal", "close"],
                    "additionalProperties": False,
                },
            },
            "allOf": [
                {"anyOf": [{"required": ["items"]}, {"required": ["count"]}]},
                {"anyOf": [{"required": ["graph"]}, {"required": ["workflow"]}]},
                {"not": {"required": ["items", "count"]}},
                {"not": {"required": ["graph", "workflow"]}},
            ],
            "additionalProperties": False,
        },
        expressions=("items", "count"),
        deferred=("graph", "complete_when"),
        extra_names=("output", "index", "completed", "failed", "ended", "total", "results"),
        parks=True,
        check=_never_works,
        icon="repeat",
        output="the items' outputs, in the order of the items; without waiting {items}",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> MapPlan:
        return MapPlan(
            items=_items(config),
            concurrency=config.get("concurrency", DEFAULT_CONCURRENCY),
            on_item_error=config.get("on_item_error", "fail"),
            complete_after=config.get("complete_after"),
            complete_when=config.get("complete_when"),
            rest=config.get("rest", "ignore"),
            wait=config.get("wait", True),
            more=_growth(config),
        )


def _growth(config: Mapping[str, Any]) -> Growth | None:
    more = config.get("more")
    if more and not config.get("wait", True):
        refuse_config("more", "goes only with `wait: true`: nobody is there to be told once the node has gone on")
    return Growth(more["signal"], more["close"]) if more else None


def _items(config: Mapping[str, Any]) -> tuple[Any, ...] | int:
    if "items" in config:
        items = config["items"]
        if not isinstance(items, list | tuple):
            refuse_config("items", f"must be a list, not {kind_of(items)}; an object's `values(…)` or `items(…)` is one")
        return tuple(items)
    count = config["count"]
    if not isinstance(count, int) or isinstance(count, bool):
        refuse_config("count", f"must be a whole number, not {kind_of(count)}")
    if not 0 <= count <= MOST_ITEMS:
        refuse_config("count", f"must be from 0 to {MOST_ITEMS:,}, not {count:,}")
    return count


class While(Immediate):
    node_type = NodeType(
        type="while",
        summary="Runs an inner graph as long as a condition holds.",
        category="flow",
        example={"condition": "index < 3", "graph": _one_node("log", {"message": "{{ index }}"})},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "condition": {
                    "title": "While",
                    "description": (
                        "Looked at before each turn. It sees `output` of the turn before (null at first) and `index`, the number "
                        "of turns so far."
                    ),
                    "type": ["string", "boolean"],
                    "format": "expression",
                },
                "graph": GRAPH,
                "max": MAX_TURNS,
            },
            "required": ["condition", "graph"],
            "additionalProperties": False,
        },
        deferred=("graph", "condition"),
        extra_names=("output", "index"),
        parks=True,
        icon="repeat-1",
        output="the last turn's output; null without a turn",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done | LoopPlan:
        condition = config["condition"]
        source = condition if isinstance(condition, str) else str(bool(condition))
        if not compile_expression(source).evaluate({**ctx.lookup, "output": None, "index": 0}):
            return Done(None)
        return LoopPlan(again=source, max=config.get("max"))


class Repeat(Immediate):
    node_type = NodeType(
        type="repeat",
        summary="Runs an inner graph until a condition holds, at least once.",
        category="flow",
        example={"condition": "output.done", "max": 10, "graph": _one_node("set", {"value": {"done": True}})},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "condition": {
                    "title": "Until",
                    "description": (
                        "Looked at after each turn. It sees `output` of that turn and `index`, the number of turns so far."
                    ),
                    "type": ["string", "boolean"],
                    "format": "expression",
                },
                "graph": GRAPH,
                "max": {**MAX_TURNS, "description": "How many turns at most; without a condition, how many."},
            },
            "required": ["graph"],
            "anyOf": [{"required": ["condition"]}, {"required": ["max"]}],
            "additionalProperties": False,
        },
        deferred=("graph", "condition"),
        extra_names=("output", "index"),
        parks=True,
        icon="rotate-cw",
        output="the last turn's output",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> LoopPlan:
        condition = config.get("condition")
        if condition is None:
            return LoopPlan(max=config["max"])
        source = condition if isinstance(condition, str) else str(bool(condition))
        return LoopPlan(again=f"not ({source})", max=config.get("max"))


class Block(Immediate):
    node_type = NodeType(
        type="block",
        summary="Runs an inner graph once: a group of nodes with one mutex, timeout, retry or error exit.",
        category="flow",
        example={"graph": _one_node("log", {"message": "inside"})},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {"graph": GRAPH},
            "required": ["graph"],
            "additionalProperties": False,
        },
        deferred=("graph",),
        parks=True,
        icon="box",
        output="the inner graph's output",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> LoopPlan:
        return LoopPlan(max=1)


HANDLERS = (ForEach(), While(), Repeat(), Block())
