"""One entry of the nodes array, read into a `Node`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from treadle.domain.graph import Compensation, Join, Node
from treadle.domain.graph_fields import MAX_NAME, Fields
from treadle.domain.graph_findings import Findings
from treadle.domain.graph_react_flow import NODE_KEYS, node_fields
from treadle.domain.graph_timeouts import read_timeouts
from treadle.domain.node_types import NodeType, NodeTypes

JOINS = ("auto", "all", "each", "first")
RESTS = ("ignore", "block", "cancel")
COMPENSATE_KEYS = frozenset({"type", "config", "retry", "timeout"})
NO_UNDO = frozenset({"gate", "terminate"})
"""Node types that the token game plays, which cannot undo anything."""

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_]+")


@dataclass(slots=True)
class NodeDraft:
    """A node as far as it can be read alone; config, cancels and an undeclared join need the rest of the graph."""

    node: Node
    type: NodeType | None
    fields: Fields
    declares_join: bool
    ports: tuple[str, ...] | None = None
    """The exits besides `error`; None when they cannot be told because the config is wrong."""


def read_node(value: dict[str, Any], index: int, *, path: str, node_types: NodeTypes, findings: Findings) -> NodeDraft:
    fields = node_fields(value, path=path, node_types=node_types, findings=findings)
    fields.refuse_unknown(NODE_KEYS, what="a node")
    node_type = _node_type(fields, node_types)
    join = _join(fields)
    node = Node(
        index=index,
        id=_id(fields),
        type=fields.text("type"),
        name=fields.text("name"),
        config=fields.object("config") or {},
        retry=fields.retry("retry"),
        timeout=read_timeouts(fields),
        join=join or "auto",
        rest=_rest(fields, join),
        on_error=fields.choice("on_error", ("fail", "continue")),
        cancels=fields.texts("cancels"),
        mutex=fields.name("mutex"),
        compensate=_compensate(fields, node_types),
        queue=fields.name("queue"),
        delivery=fields.choice("delivery", ("at_least_once", "at_most_once")),
        disabled=fields.flag("disabled"),
        position=_position(fields),
        notes=fields.text("notes"),
    )
    return NodeDraft(node=node, type=node_type, fields=fields, declares_join=join is not None)


def _id(fields: Fields) -> str:
    """The id, or an empty string after a finding."""
    if not fields.given("id"):
        fields.missing("id", what="a node")
        return ""
    node_id = fields.values["id"]
    if isinstance(node_id, str) and len(node_id) <= MAX_NAME and _ID.fullmatch(node_id):
        return node_id
    hint = None
    if isinstance(node_id, str | int) and not isinstance(node_id, bool):
        hint = f"for instance {_usable_id(node_id)!r}"
    expected = f"a name of letters, digits and _ that does not start with a digit, at most {MAX_NAME} characters"
    fields.wrong("id", expected, hint=hint)
    return ""


def _usable_id(node_id: str | int) -> str:
    name = _NOT_IN_IDS.sub("_", str(node_id)[:MAX_NAME])
    return (name if _ID.fullmatch(name) else f"node_{name}")[:MAX_NAME]


def _node_type(fields: Fields, node_types: NodeTypes) -> NodeType | None:
    if not fields.given("type"):
        fields.missing("type", what="a node")
        return None
    name = fields.values["type"]
    if not isinstance(name, str):
        return None
    if name not in node_types:
        fields.findings.unknown_type(name, path=fields.at("type"), known=node_types)
    return node_types.get(name)


def _join(fields: Fields) -> Join | None:
    """The declared join, None when there is none."""
    join = fields.values.get("join")
    if join is None:
        return None
    if (isinstance(join, str) and join in JOINS) or (isinstance(join, int) and not isinstance(join, bool) and join >= 1):
        return join
    hint = join if isinstance(join, str) and join.isdecimal() and join.isascii() and len(join) < MAX_NAME else None
    fields.wrong("join", f"{', '.join(JOINS)}, or a whole number of at least 1", hint=hint and f"without quotes: {hint}")
    return None


def _rest(fields: Fields, join: Join | None) -> str:
    rest = fields.choice("rest", RESTS)
    if rest != "ignore" and not isinstance(join, int) and join != "first":
        hint = 'add "join": "first" or a number, or leave rest out'
        message = f"rest: {rest} has no meaning here, only joins that are first or a number leave branches over"
        fields.findings.error("rest_without_count", message, path=fields.at("rest"), hint=hint)
    return rest


def _compensate(fields: Fields, node_types: NodeTypes) -> Compensation | None:
    inner = fields.nested("compensate")
    if inner is None:
        return None
    inner.refuse_unknown(COMPENSATE_KEYS, what="compensate")
    node_type = _node_type(inner, node_types)
    if node_type is not None and _is_played(node_type):
        hint = "use one that does something by itself; a node of type `workflow` can run a whole graph"
        message = f"a node of type {node_type.type!r} cannot undo another"
        inner.findings.error("wrong_value", message, path=inner.at("type"), hint=hint)
    return Compensation(
        type=inner.text("type"),
        config=inner.object("config") or {},
        retry=inner.retry("retry"),
        timeout=read_timeouts(inner),
    )


def _is_played(node_type: NodeType) -> bool:
    """Whether the token game does what nodes of this type are for."""
    return node_type.trigger or node_type.type in NO_UNDO or "graph" in node_type.config_schema.get("properties", {})


def _position(fields: Fields) -> dict[str, float] | None:
    inner = fields.nested("position")
    if inner is None:
        return None
    inner.refuse_unknown(("x", "y"), what="position")
    for axis in ("x", "y"):
        if not inner.given(axis):
            inner.missing(axis, what="position")
    return {axis: inner.number(axis, 0.0, least=-math.inf) for axis in ("x", "y")}
