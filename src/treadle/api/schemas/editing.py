"""What is sent and answered while a graph is edited."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from treadle.api.patterns import VISIBLE
from treadle.api.schemas.fields import Answer, Body, Key, Query, VersionNumber
from treadle.api.schemas.workflows import GRAPH

Place = Annotated[str, StringConstraints(min_length=1, max_length=2_000, pattern=VISIBLE)]
Source = Annotated[str, StringConstraints(max_length=100_000)]
GivenName = Literal["item", "index", "previous", "outer", "output", "error", "payload"]

NODE = "such as `fetch`, or `each[3]/fetch` inside of a map; `fetch#2` is its second visit"
EARLIER = "an execution whose results are reused"
OUTPUTS = "outputs by node id, which come before those of the execution"
NAMES = "other names with their values, such as `item` inside of a map"


class DiffQuery(Query):
    before: VersionNumber | None = Field(default=None, alias="from", description="the one before `to` if left out")
    after: VersionNumber | None = Field(default=None, alias="to", description="the latest if left out")


class Part(Answer):
    id: str
    value: dict[str, Any]


class Parts(Answer):
    nodes: list[Part]
    edges: list[Part]


class Change(Answer):
    """`before` or `after` is null where there is nothing."""

    place: str
    before: Any
    after: Any
    node: str | None
    edge: str | None


class Diff(Answer):
    """`text` is a unified diff of the YAML forms. Where nodes are drawn does not count."""

    name: str
    before: int = Field(alias="from")
    after: int = Field(alias="to")
    added: Parts
    removed: Parts
    changed: list[Change]
    text: str


class NodeToTest(Body):
    graph_config: Any = Field(description=GRAPH)
    node_id: Place = Field(description=NODE)
    execution_id: Key | None = Field(default=None, description=EARLIER)
    input: Any = Field(default=None, description="in place of the input of that execution")
    outputs: dict[str, Any] = Field(default_factory=dict, description=OUTPUTS)
    names: dict[GivenName, Any] = Field(default_factory=dict, description=NAMES)
    by: Key | None = Field(default=None, description="who tries it")


class StartedTest(Answer):
    """`reused` are the nodes whose results it was given."""

    id: str
    status: str
    url: str
    reused: list[str]


class ExpressionToPreview(Body):
    expression: Source | None = None
    template: Source | None = Field(default=None, description="a text with {{ expressions }} in it")
    graph_config: Any = Field(default=None, description=f"{GRAPH}; that of the execution if left out")
    node_id: Place | None = Field(default=None, description=NODE)
    execution_id: Key | None = Field(default=None, description=EARLIER)
    input: Any = Field(default=None, description="in place of the input of that execution")
    outputs: dict[str, Any] = Field(default_factory=dict, description=OUTPUTS)
    names: dict[GivenName, Any] = Field(default_factory=dict, description=NAMES)


class Mistake(Answer):
    message: str
    column: int | None
    hint: str | None


class Previewed(Answer):
    """A value over 64 KiB is `{truncated, bytes, head}`; `type` is null, boolean, number, text, list or object."""

    ok: bool
    value: Any
    type: str | None
    error: Mistake | None


class ScopeQuery(Query):
    node: Place | None = Field(default=None, description=f"{NODE}; what is seen at the end if left out")
    scope: Place | None = Field(default=None, description="the item or turn, such as `each[3]`, if `node` does not say it")


class Seen(Answer):
    output: Any
    error: Any


class SeenScope(Answer):
    """`visit` is null when the node has not run. Large values are `{truncated, bytes, head}`."""

    scope: str
    visit: str | None
    names: dict[str, Any]
    nodes: dict[str, Seen]
    node_count: int


class ConfigForPorts(Body):
    config: dict[str, Any] = Field(default_factory=dict)


class Ports(Answer):
    """In order; every node has `error` besides."""

    ports: list[str]
