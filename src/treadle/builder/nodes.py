"""Boxes and arrows: `a >> b` is an edge, `a["port"] >> b` one from a named port, `a >> [b, c]` and `[a, b] >> c` several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Union

from treadle.builder.errors import BuilderError
from treadle.builder.expressions import Expr, config_of, source_of

if TYPE_CHECKING:
    from treadle.builder.graphs import Graph

OUT = "out"
Target = TypeVar("Target", bound=Union["Node", Sequence["Node"]])


class NodeSettings(TypedDict, total=False):
    """What any node may have besides its config; docs/control-flow.md says what each does. Durations: seconds, or `"1.5s"`."""

    name: str
    notes: str
    retry: Mapping[str, Any]
    timeout: float | str | Mapping[str, Any]
    join: str | int
    rest: str
    on_error: str
    cancels: Iterable[Node | str]
    mutex: str
    compensate: Mapping[str, Any]
    queue: str
    delivery: str
    disabled: bool


class Node:
    """A box. `output` and `error` are what it gave when it ran last; the arrows of `node >> other` leave its port `out`."""

    def __init__(self, graph: Graph, node_id: str, form: dict[str, Any]) -> None:
        self.graph = graph
        self.id = node_id
        self.output = Expr(f"nodes.{node_id}.output")
        self.error = Expr(f"nodes.{node_id}.error")
        self._form = form

    def set(self, settings: NodeSettings) -> Node:
        """Change settings of the node, such as `{"retry": {"max_attempts": 3}}`; returns the node."""
        self._form |= settings_form(settings)
        return self

    def __getitem__(self, port: str) -> Port:
        if not isinstance(port, str):
            raise BuilderError(f'node {self.id!r}: a port is a text, such as ["true"]; what the node gave is .output')
        return Port(self, port)

    def __iter__(self) -> Iterable[Any]:
        raise BuilderError(f"node {self.id!r} is one node; what it gave is .output")

    def to(
        self,
        target: Node,
        *,
        when: Expr | str | bool | None = None,
        default: bool = False,
        tokens: Expr | int | str | None = None,
        take: int | None = None,
    ) -> Node:
        """An edge from the port `out`, as `Port.to` makes it."""
        return Port(self, OUT).to(target, when=when, default=default, tokens=tokens, take=take)

    def __rshift__(self, target: Target) -> Target:
        return Port(self, OUT) >> target

    def __rrshift__(self, sources: Iterable[Node | Port]) -> Node:
        for source in sources:
            source.to(self)
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id} ({self._form['type']})>"


class Port:
    """A named exit of a node."""

    __slots__ = ("name", "node")

    def __init__(self, node: Node, name: str) -> None:
        self.node = node
        self.name = name

    def to(
        self,
        target: Node,
        *,
        when: Expr | str | bool | None = None,
        default: bool = False,
        tokens: Expr | int | str | None = None,
        take: int | None = None,
    ) -> Node:
        """An edge with conditions. `when` and `tokens` see the node's result as `output`: `when=expr("output.total > 100")`.

        Returns the target, so that `a.to(b, when=…) >> c` goes on from there.
        """
        edge: dict[str, Any] = {"source": self.node.id, "target": target.id}
        if self.name != OUT:
            edge["port"] = self.name
        if when is not None:
            edge["when"] = source_of(when) if isinstance(when, Expr) else when
        if default:
            edge["default"] = True
        if tokens is not None:
            edge["tokens"] = source_of(tokens) if isinstance(tokens, Expr) else tokens
        if take is not None:
            edge["take"] = take
        self.node.graph.connect(self.node, target, edge)
        return target

    def __rshift__(self, target: Target) -> Target:
        for each in [target] if isinstance(target, Node) else target:
            if not isinstance(each, Node):
                raise BuilderError(f"an edge from {self.node.id!r} leads to a node or to several, not to {each!r}")
            self.to(each)
        return target

    def __rrshift__(self, _: object) -> Port:
        wrong = f"… >> {self.node.id}[{self.name!r}]"
        raise BuilderError(f"edges leave ports and enter nodes: write `… >> {self.node.id}`, not `{wrong}`")


class Composite(Node):
    """A node with a graph inside; its nodes are made with `inside`."""

    def __init__(self, graph: Graph, node_id: str, form: dict[str, Any], inside: Graph) -> None:
        super().__init__(graph, node_id, form)
        self.inside = inside


def settings_form(settings: NodeSettings) -> dict[str, Any]:
    """The settings as keys of the JSON form."""
    form = {key: config_of(value) for key, value in settings.items() if key != "cancels"}
    if "cancels" in settings:
        form["cancels"] = [each.id if isinstance(each, Node) else each for each in settings["cancels"]]
    return form
