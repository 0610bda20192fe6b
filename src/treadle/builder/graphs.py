"""A graph under construction: the workflow's own, or the one inside of a map, a loop or a block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Unpack

from treadle.builder.errors import BuilderError, DuplicateNodeError
from treadle.builder.expressions import Expr, config_of, source_of
from treadle.builder.nodes import Composite, Node, NodeSettings, settings_form

Config = Mapping[str, Any] | None


class Graph:
    """Nodes and edges in the order they are made, which is graph order.

    `node` makes any node; the others are short for frequent types. A config may hold Exprs anywhere. What a config may
    have is in docs/node-types.md; it is checked when the workflow is saved, or by `Workflow.check`.
    """

    def __init__(self, taken: set[str] | None = None) -> None:
        self._taken = set() if taken is None else taken
        self._nodes: list[dict[str, Any]] = []
        self._edges: list[dict[str, Any]] = []

    item = Expr("item")
    index = Expr("index")
    previous = Expr("previous")
    outer = Expr("outer")

    def node(self, node_id: str, node_type: str, config: Config = None, **settings: Unpack[NodeSettings]) -> Node:
        """A node of any type. DuplicateNodeError when the workflow has a node of that id."""
        return Node(self, node_id, self._added(node_id, node_type, config or {}, settings))

    def call(self, node_id: str, handler: Callable[..., Any], **config: Any) -> Node:
        """A node that calls a function decorated with `@activity`; the keywords are its arguments."""
        declaration = getattr(handler, "activity", None)
        if declaration is None:
            raise BuilderError(f"{getattr(handler, '__name__', handler)!r} is no activity; decorate it: @activity(\"name\")")
        return self.node(node_id, declaration.type, config)

    def if_(self, node_id: str, condition: Expr | bool | str, **settings: Unpack[NodeSettings]) -> Node:
        """Goes through port `true` or `false`."""
        return self.node(node_id, "if", {"condition": _bare(condition)}, **settings)

    def switch(
        self, node_id: str, cases: Mapping[str, Expr | bool | str], *, every: bool = False, **settings: Unpack[NodeSettings]
    ) -> Node:
        """Goes through the port of the first case that holds (of each that holds with `every`), else through `default`."""
        config: dict[str, Any] = {"cases": [{"port": port, "when": _bare(when)} for port, when in cases.items()]}
        return self.node(node_id, "switch", config | ({"all": True} if every else {}), **settings)

    def set(self, node_id: str, value: Any, **settings: Unpack[NodeSettings]) -> Node:
        return self.node(node_id, "set", {"value": value}, **settings)

    def log(self, node_id: str, message: Any, **settings: Unpack[NodeSettings]) -> Node:
        return self.node(node_id, "log", {"message": message}, **settings)

    def wait(self, node_id: str, duration: Any = None, *, until: Any = None, **settings: Unpack[NodeSettings]) -> Node:
        """Wait for a duration such as `"2h"`, or until a time."""
        if (duration is None) == (until is None):
            raise BuilderError(f"node {node_id!r}: wait takes a duration or until, one of them")
        return self.node(node_id, "wait", {"until": until} if duration is None else {"duration": duration}, **settings)

    def signal(self, node_id: str, signal: Any, config: Config = None, **settings: Unpack[NodeSettings]) -> Node:
        """Wait for a signal; with a `timeout` in the config the ports are `out` and `timeout`."""
        return self.node(node_id, "signal.wait", {"signal": signal, **(config or {})}, **settings)

    def approval(self, node_id: str, title: Any, config: Config = None, **settings: Unpack[NodeSettings]) -> Node:
        """Ask people; the ports are `approved`, `rejected` and `expired`, or those of the config's `outcomes`."""
        return self.node(node_id, "approval", {"title": title, **(config or {})}, **settings)

    def http(self, node_id: str, method: str, url: Any, config: Config = None, **settings: Unpack[NodeSettings]) -> Node:
        return self.node(node_id, "http.request", {"method": method, "url": url, **(config or {})}, **settings)

    def subworkflow(
        self, node_id: str, workflow: str, input: Any = None, config: Config = None, **settings: Unpack[NodeSettings]
    ) -> Node:
        """Run another workflow and take its output."""
        return self.node(node_id, "workflow", {"workflow": workflow, "input": input, **(config or {})}, **settings)

    def for_each(
        self, node_id: str, items: Expr | Iterable[Any] | str, config: Config = None, **settings: Unpack[NodeSettings]
    ) -> Composite:
        """Run the graph `inside` for each item, which is `inside.item` there; the output is the list of results."""
        given = items if isinstance(items, Expr | str) else list(items)
        return self._composite(node_id, "for_each", {"items": _bare(given)} | dict(config or {}), settings)

    def while_(
        self, node_id: str, condition: Expr | str, config: Config = None, **settings: Unpack[NodeSettings]
    ) -> Composite:
        """Run the graph `inside` as long as the condition holds, which is asked before each turn."""
        return self._composite(node_id, "while", {"condition": _bare(condition)} | dict(config or {}), settings)

    def repeat(
        self, node_id: str, condition: Expr | str, config: Config = None, **settings: Unpack[NodeSettings]
    ) -> Composite:
        """Run the graph `inside` until the condition holds, which is asked after each turn."""
        return self._composite(node_id, "repeat", {"condition": _bare(condition)} | dict(config or {}), settings)

    def block(self, node_id: str, config: Config = None, **settings: Unpack[NodeSettings]) -> Composite:
        """Run the graph `inside` once, as one node: with a time-out, a retry policy or a compensation of its own."""
        return self._composite(node_id, "block", dict(config or {}), settings)

    def connect(self, source: Node, target: Node, edge: dict[str, Any]) -> None:
        """Add an edge; nodes of two graphs cannot be connected."""
        if source.graph is not self or target.graph is not self:
            mend = "edges stay within one graph; connect the node that contains it"
            raise BuilderError(f"{source.id!r} and {target.id!r} are in different graphs; {mend}")
        self._edges.append(edge)

    def form(self) -> dict[str, Any]:
        """Nodes and edges in the JSON form; inner graphs included."""
        return {"nodes": [_written(node) for node in self._nodes], "edges": [dict(edge) for edge in self._edges]}

    def _added(self, node_id: str, node_type: str, config: Mapping[str, Any], settings: NodeSettings) -> dict[str, Any]:
        if node_id in self._taken:
            raise DuplicateNodeError(node_id)
        self._taken.add(node_id)
        form: dict[str, Any] = {"id": node_id, "type": node_type}
        if config:
            form["config"] = config_of(config)
        form |= settings_form(settings)
        self._nodes.append(form)
        return form

    def _composite(self, node_id: str, node_type: str, config: dict[str, Any], settings: NodeSettings) -> Composite:
        form = self._added(node_id, node_type, config, settings)
        inside = Graph(self._taken)
        form.setdefault("config", {})["graph"] = inside
        return Composite(self, node_id, form, inside)


def _bare(value: Any) -> Any:
    """For fields that are an expression as a whole."""
    return source_of(value) if isinstance(value, Expr) else value


def _written(node: dict[str, Any]) -> dict[str, Any]:
    config = node.get("config", {})
    if isinstance(config.get("graph"), Graph):
        return node | {"config": config | {"graph": config["graph"].form()}}
    return dict(node)
