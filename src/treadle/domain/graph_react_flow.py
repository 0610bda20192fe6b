"""Graphs as React Flow writes them, turned into the form of this project while the definition is read.

The mapping, exactly:

* A node with the key `data` is in React Flow's form.
  `data.label` is `name`. `data.config` is `config`, and the other keys of `data` are then node keys (`retry`, `join`, …).
  Without `data.config`, `data` itself holds the config: a key that the node type's config declares is config, any other
  node key is a node key, and the rest is config too (and so an error if the type does not know it).
* The node type is `type` if such a type exists, else `data.type`, else `data.nodeType`: `type` is often the name of a React
  component, such as `default` or `custom`.
* On an edge, `sourceHandle` is `port` (null is `out`), `targetHandle` and the edge's `type` and `label` are dropped, and
  the keys of `data` are edge keys (`when`, `default`, `tokens`, `take`).
* What only describes the drawing is dropped, on any node (`DRAWING_NODE_KEYS`), edge (`DRAWING_EDGE_KEYS`) and graph
  (`viewport`). A node's `position` stays.
* A key that is given in two places with different values is an error.
"""

from __future__ import annotations

from typing import Any

from treadle.domain.graph_fields import Fields
from treadle.domain.graph_findings import Findings, kind_of
from treadle.domain.graph_values import key_path
from treadle.domain.node_types import NodeTypes

NODE_KEYS = (
    "id", "type", "name", "config", "retry", "timeout", "join", "rest", "on_error", "cancels", "mutex", "compensate", "queue",
    "delivery", "disabled", "position", "notes",
)  # fmt: skip
EDGE_KEYS = ("id", "source", "target", "port", "when", "default", "tokens", "take")

DRAWING_GRAPH_KEYS = frozenset({"viewport"})

DRAWING_NODE_KEYS = frozenset({
    "width", "height", "initialWidth", "initialHeight", "measured", "selected", "dragging", "resizing", "positionAbsolute",
    "sourcePosition", "targetPosition", "style", "className", "draggable", "selectable", "connectable", "deletable",
    "focusable", "hidden", "zIndex", "extent", "parentId", "parentNode", "expandParent", "dragHandle", "handles", "origin",
    "ariaLabel", "ariaRole", "domAttributes", "handleBounds", "internals",
})  # fmt: skip

DRAWING_EDGE_KEYS = frozenset({
    "targetHandle", "type", "label", "animated", "style", "className", "markerStart", "markerEnd", "labelStyle", "labelShowBg",
    "labelBgStyle", "labelBgPadding", "labelBgBorderRadius", "selected", "selectable", "deletable", "focusable", "hidden",
    "zIndex", "interactionWidth", "pathOptions", "reconnectable", "updatable", "ariaLabel", "ariaRole", "domAttributes",
})  # fmt: skip

_TYPE_KEYS = ("type", "nodeType")


def graph_fields(value: dict[str, Any], *, path: str, findings: Findings) -> Fields:
    return Fields({key: item for key, item in value.items() if key not in DRAWING_GRAPH_KEYS}, path, findings)


def node_fields(value: dict[str, Any], *, path: str, node_types: NodeTypes, findings: Findings) -> Fields:
    """The node's keys, in this project's form, each knowing where it was written."""
    if not value.keys().isdisjoint(DRAWING_NODE_KEYS):
        value = {key: item for key, item in value.items() if key not in DRAWING_NODE_KEYS}
    if "data" not in value:
        return Fields(value, path, findings)
    merge = _Merge(value, path, findings)
    data = merge.data
    component = value.get("type")
    if not isinstance(component, str) or component not in node_types:
        merge.take_type(data)
    if "label" in data and not _declares(node_types, merge.values.get("type"), "label"):
        merge.put("name", data.pop("label"), origin="label")
    if "config" in data:
        for key in list(data):
            merge.put(key, data.pop(key), origin=key)
    else:
        for key in [key for key in data if key in NODE_KEYS and not _declares(node_types, merge.values.get("type"), key)]:
            merge.put(key, data.pop(key), origin=key)
        if data:
            merge.put("config", data, origin="")
    return merge.fields()


def edge_fields(value: dict[str, Any], *, path: str, findings: Findings) -> Fields:
    """The edge's keys, in this project's form, each knowing where it was written."""
    if not value.keys().isdisjoint(DRAWING_EDGE_KEYS):
        value = {key: item for key, item in value.items() if key not in DRAWING_EDGE_KEYS}
    if "data" not in value and "sourceHandle" not in value:
        return Fields(value, path, findings)
    merge = _Merge(value, path, findings)
    handle = merge.values.pop("sourceHandle", None)
    if handle is not None:
        merge.put("port", handle, origin=None, place=key_path(path, "sourceHandle"))
    for key, item in merge.data.items():
        if key != "label":
            merge.put(key, item, origin=key)
    return merge.fields()


class _Merge:
    """The keys of `data` on their way to the object that holds it."""

    def __init__(self, value: dict[str, Any], path: str, findings: Findings) -> None:
        self.values = {key: item for key, item in value.items() if key != "data"}
        self.path = path
        self.data: dict[str, Any] = {}
        self._findings = findings
        self._moved: dict[str, str] = {}
        data = value.get("data")
        if isinstance(data, dict):
            self.data = dict(data)
        elif data is not None:
            findings.error("wrong_value", f"data must be an object, not {kind_of(data)}", path=f"{path}.data")

    def put(self, key: str, value: Any, *, origin: str | None, place: str = "") -> None:
        """`origin` is the key inside `data`, empty for `data` itself."""
        if value is None:
            return
        place = place or (key_path(f"{self.path}.data", origin) if origin else f"{self.path}.data")
        present = self.values.get(key)
        if present is not None and present != value:
            message = f"{key} is given twice with different values, here and at {self._moved.get(key, f'{self.path}.{key}')}"
            self._findings.error("given_twice", message, path=place)
            return
        self.values[key] = value
        self._moved[key] = place

    def take_type(self, data: dict[str, Any]) -> None:
        for key in _TYPE_KEYS:
            if isinstance(data.get(key), str):
                self.values["type"] = data.pop(key)
                self._moved["type"] = f"{self.path}.data.{key}"
                return

    def fields(self) -> Fields:
        return Fields(self.values, self.path, self._findings, self._moved)


def _declares(node_types: NodeTypes, type_name: Any, key: str) -> bool:
    node_type = node_types.get(type_name) if isinstance(type_name, str) else None
    return node_type is not None and key in node_type.config_schema.get("properties", {})
