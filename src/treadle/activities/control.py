"""Control: values, decisions, and the ways to end."""

# The parameters are the Handler protocol's; not every handler needs each of them.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treadle.activities.handler import Immediate
from treadle.domain.activity import Context, Done, Terminate
from treadle.domain.errors import Fatal
from treadle.domain.node_types import EMPTY_CONFIG, NodeType

DEFAULT = "default"
_TRUE, _FALSE = Done(True, "true"), Done(False, "false")


class Noop(Immediate):
    node_type = NodeType(
        type="noop",
        summary="Does nothing; a place to join branches or to fork.",
        category="flow",
        pure=True,
        config_schema=EMPTY_CONFIG,
        icon="circle",
        output="null",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> None:
        return None


class Set(Immediate):
    node_type = NodeType(
        type="set",
        summary="Makes a value from earlier results.",
        category="flow",
        example={"value": {"order": "{{ input.order_id }}", "rush": True}},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "value": {
                    "title": "Value",
                    "description": "Any JSON; {{ expressions }} inside it are replaced by their values.",
                }
            },
            "required": ["value"],
            "additionalProperties": False,
        },
        icon="pencil",
        output="the value",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        return Done(config["value"])


class If(Immediate):
    """Truth is JSON's as in Python: false, null, 0, and empty texts, lists and objects are false."""

    node_type = NodeType(
        type="if",
        summary="Goes one of two ways.",
        category="flow",
        example={"condition": "nodes.fetch.output.total > 100"},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "condition": {
                    "title": "Condition",
                    "description": "An expression, such as `input.total > 100`. False, null, 0 and empty values are false.",
                    "type": ["string", "boolean"],
                    "format": "expression",
                }
            },
            "required": ["condition"],
            "additionalProperties": False,
        },
        ports=("true", "false"),
        expressions=("condition",),
        icon="split",
        output="true or false",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        return _TRUE if config["condition"] else _FALSE


def switch_ports(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The ports of the cases in order, each once, then `default`. Takes any config, valid or not."""
    cases = config.get("cases")
    named = [case.get("port") for case in cases if isinstance(case, Mapping)] if isinstance(cases, list | tuple) else []
    return tuple(dict.fromkeys([*(port for port in named if isinstance(port, str) and port), DEFAULT]))


class Switch(Immediate):
    node_type = NodeType(
        type="switch",
        summary="Goes the way of the first case that holds, or of every one.",
        category="flow",
        example={"cases": [{"port": "large", "when": "input.total > 1000"}, {"port": "small", "when": "input.total < 10"}]},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "cases": {
                    "title": "Cases",
                    "description": "Looked at in order.",
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "properties": {
                            "port": {
                                "title": "Port",
                                "description": "The name of the exit; `error` and `default` are taken.",
                                "type": "string",
                                "minLength": 1,
                                "pattern": "^(?!(error|default)$)",
                            },
                            "when": {
                                "title": "When",
                                "description": "An expression that says whether this case holds.",
                                "type": ["string", "boolean"],
                                "format": "expression",
                            },
                        },
                        "required": ["port", "when"],
                        "additionalProperties": False,
                    },
                },
                "all": {
                    "title": "Every case that holds",
                    "description": "Take all of them at the same time, instead of the first.",
                    "type": "boolean",
                    "default": False,
                },
            },
            "required": ["cases"],
            "additionalProperties": False,
        },
        ports=(DEFAULT,),
        ports_of=switch_ports,
        expressions=("cases[].when",),
        icon="list-tree",
        output="the list of the ports taken",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        held = tuple(dict.fromkeys(case["port"] for case in config["cases"] if case["when"]))
        taken = held if config.get("all", False) else held[:1]
        return Done(list(taken), taken) if taken else Done([DEFAULT], DEFAULT)


class Fail(Immediate):
    node_type = NodeType(
        type="fail",
        summary="Fails on purpose, with an error of your own.",
        category="flow",
        example={"message": "no order {{ input.order_id }}", "type": "not_found"},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "message": {"title": "Message", "description": "What went wrong, for people.", "type": "string"},
                "type": {
                    "title": "Error type",
                    "description": "The error's `type`, which retry policies and error handlers look at.",
                    "type": "string",
                    "minLength": 1,
                    "default": "failed",
                },
            },
            "required": ["message"],
            "additionalProperties": False,
        },
        ports=(),
        icon="circle-x",
        output="none",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Done:
        raise Fatal(str(config["message"]), type=str(config.get("type") or "failed"))


class TerminateNode(Immediate):
    node_type = NodeType(
        type="terminate",
        summary="Ends the whole execution, or inside an inner graph its item, at once.",
        category="flow",
        example={"status": "cancelled"},
        pure=True,
        config_schema={
            "type": "object",
            "properties": {
                "status": {
                    "title": "Status",
                    "description": "How it ends.",
                    "enum": ["completed", "cancelled", "failed"],
                    "default": "completed",
                },
                "output": {"title": "Output", "description": "Any JSON: the output of the execution."},
            },
            "additionalProperties": False,
        },
        ports=(),
        icon="square",
        output="none",
    )

    def run(self, ctx: Context, config: Mapping[str, Any]) -> Terminate:
        return Terminate(config.get("status", "completed"), config.get("output"))


HANDLERS = (Noop(), Set(), If(), Switch(), Fail(), TerminateNode())
