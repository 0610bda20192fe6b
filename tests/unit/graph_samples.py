"""Node types and graphs for tests of the graph form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.graph import Graph
from treadle.domain.graph_parser import parse_graph
from treadle.domain.node_types import EMPTY_CONFIG, NodeType

TEXT = {"type": "string"}
NAME = {"type": "string", "minLength": 1}
DURATION = {"type": ["string", "number"], "format": "duration"}


def _object(required: Sequence[str] = (), **properties: Any) -> Mapping[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


CASES = {"type": "array", "items": _object(["port", "when"], port=NAME, when=TEXT)}


def _switch_ports(config: Mapping[str, Any]) -> tuple[str, ...]:
    return (*(case["port"] for case in config["cases"]), "default")


def _any_ports(config: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(way["port"] for way in config["any"])


def _type(name: str, schema: Mapping[str, Any] = EMPTY_CONFIG, **more: Any) -> NodeType:
    return NodeType(type=name, summary=name, category="test", config_schema=schema, **more)


_REQUEST = _object(
    ["url"],
    method={"enum": ["GET", "POST"]},
    url=TEXT,
    headers={"type": "object", "additionalProperties": TEXT},
    json={},
    ok={"type": "array", "items": {"type": "integer"}},
    retries={"type": "integer", "minimum": 0, "multipleOf": 1},
    timeout=DURATION,
)
_SIGNAL = _object(["signal"], signal=NAME, timeout=DURATION, keep={"type": "boolean"}, when=TEXT)
_ITEMS = _object(items={"type": ["string", "array"]}, graph={"type": "object"}, concurrency={"type": "integer"})
_SWITCH = _object(["cases"], cases=CASES, all={"type": "boolean"})

NODE_TYPES: Mapping[str, NodeType] = {
    node_type.type: node_type
    for node_type in (
        _type("trigger.manual", trigger=True),
        _type("trigger.schedule", trigger=True),
        _type("noop"),
        _type("set", _object(["value"], value={})),
        _type("if", _object(["condition"], condition=TEXT), ports=("true", "false"), expressions=("condition",)),
        _type("switch", _SWITCH, ports_of=_switch_ports, expressions=("cases[].when",)),
        _type("wait", _object(duration=DURATION), parks=True),
        _type("signal.wait", _SIGNAL, ports=("out", "timeout"), deferred=("when",), extra_names=("payload",), parks=True),
        _type("wait_any", _object(["any"], any={"type": "array"}), ports_of=_any_ports, parks=True),
        _type("approval", _object(title=TEXT), ports=("approved", "rejected", "expired"), parks=True),
        _type("for_each", _ITEMS, expressions=("items",), deferred=("graph",)),
        _type("workflow", _object(["workflow"], workflow=NAME), parks=True),
        _type("gate", _object(["node"], node=NAME, state={"enum": ["active", "finished"]}), ports=("out", "missed"), parks=True),
        _type("http.request", _REQUEST),
        _type("fail", _object(message=TEXT, type=TEXT), ports=()),
        _type("terminate", _object(status=TEXT), ports=()),
    )
}  # fmt: skip

FULL: dict[str, Any] = {
    "nodes": [
        {
            "id": "fetch",
            "type": "http.request",
            "name": "Fetch order",
            "config": {"url": "https://api.example.com/orders/{{ input.order_id }}", "timeout": "5s"},
            "retry": {"max_attempts": 3, "initial_interval": "2s", "backoff": 3, "max_interval": "1m", "jitter": 0.1,
                      "non_retryable": ["bad_request"]},
            "timeout": "30s",
            "delivery": "at_most_once",
            "position": {"x": 0, "y": 12.5},
            "notes": "asks the shop",
        },
        {"id": "big", "type": "if", "config": {"condition": "nodes.fetch.output.body.total > 100"}},
        {"id": "manager_ok", "type": "approval", "config": {"title": "Refund"}, "queue": "people", "mutex": "desk"},
        {"id": "tell", "join": 2, "rest": "cancel", "on_error": "continue", "cancels": ["manager_ok"], "disabled": True,
         "type": "noop", "compensate": {"type": "set", "config": {"value": 1}}},
    ],
    "edges": [
        {"source": "fetch", "target": "big"},
        {"source": "big", "port": "true", "target": "manager_ok", "tokens": 2},
        {"source": "big", "port": "false", "target": "tell"},
        {"id": "ok", "source": "manager_ok", "port": "approved", "target": "tell", "when": "output.data == 1", "take": 2},
        {"source": "manager_ok", "port": "approved", "target": "tell", "default": True, "tokens": "input.n"},
    ],
    "settings": {"timeout": "7d", "retry": {"max_attempts": 2}, "max_activities": 500, "output": "nodes.tell.output"},
    "input_schema": {"type": "object", "properties": {"order_id": {"type": "string"}}},
}  # fmt: skip
"""Every key of the form, used once."""

SAVED: dict[str, Any] = {
    "nodes": [
        {
            "id": "fetch", "type": "custom", "position": {"x": 10, "y": 20}, "width": 150, "height": 40, "selected": True,
            "dragging": False, "measured": {"width": 150, "height": 40}, "positionAbsolute": {"x": 10, "y": 20},
            "sourcePosition": "right", "targetPosition": "left", "style": {"color": "red"},
            "data": {"label": "Fetch order", "type": "http.request", "timeout": "30s", "config": {"url": "x", "timeout": "5s"}},
        },
        {"id": "big", "type": "if", "position": {"x": 1, "y": 2}, "data": {"label": "Big?", "condition": "input.n > 1"}},
        {"id": "ask", "type": "default", "data": {"nodeType": "approval", "title": "Refund", "retry": {"max_attempts": 2}}},
    ],
    "edges": [
        {"id": "reactflow__edge-1", "source": "fetch", "sourceHandle": None, "target": "big", "targetHandle": None,
         "type": "smoothstep", "animated": True, "markerEnd": {"type": "arrow"}, "style": {}, "label": "then"},
        {"id": "e2", "source": "big", "sourceHandle": "true", "target": "ask", "targetHandle": "in",
         "data": {"when": "output", "tokens": 2, "label": "yes"}},
    ],
    "viewport": {"x": 0, "y": 0, "zoom": 1.5},
}  # fmt: skip
"""A graph as React Flow saves it."""


def parsed(config: object) -> Graph:
    return parse_graph(config, NODE_TYPES)


def refused(config: object) -> tuple[Finding, ...]:
    """The findings of a definition that must not parse."""
    try:
        graph = parsed(config)
    except DefinitionError as error:
        return error.findings
    raise AssertionError(f"parsed, though it should not: {graph}")


def node(node_id: str = "a", node_type: str = "noop", **more: Any) -> dict[str, Any]:
    return {"id": node_id, "type": node_type, **more}


def edge(source: str, target: str, port: str | None = None, **more: Any) -> dict[str, Any]:
    return {"source": source, "target": target, **({} if port is None else {"port": port}), **more}


def choice(node_id: str, condition: str = "true", **more: Any) -> dict[str, Any]:
    return node(node_id, "if", config={"condition": condition}, **more)


def drawn(arrows: str, **nodes: Mapping[str, Any]) -> dict[str, Any]:
    """A graph from `"a>b a:true>c"`, in the order of appearance; `nodes` gives further keys, type included, by id."""
    names: dict[str, None] = {}
    edges = []
    for arrow in arrows.split():
        left, _, target = arrow.partition(">")
        source, _, port = left.partition(":")
        names.update(dict.fromkeys(name for name in (source, target) if name))
        if target:
            edges.append(edge(source, target, port or None))
    return {"nodes": [{"id": name, "type": "noop", **nodes.get(name, {})} for name in names], "edges": edges}
