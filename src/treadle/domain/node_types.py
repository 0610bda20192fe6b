"""A node type as data: what the parser, the editor and the token game need to know of it without its handler."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from treadle.domain.graph import OUT

PortsOf = Callable[[Mapping[str, Any]], tuple[str, ...]]

ConfigCheck = Callable[[Mapping[str, Any]], Iterable[tuple[str, str]]]
"""What can never work in a config that fits its schema: paths in the config, and why. Templates are not filled in yet."""


@dataclass(frozen=True, slots=True)
class NodeType:
    """`ports` are the named exits in order, besides `error`, which every type has; `ports_of` where the config decides them.

    `expressions` are paths in the config, such as `condition` or `cases[].when`, that hold an expression and reach
    the handler as its value; `deferred` ones hold an expression that the engine evaluates later (`extra_names` adds
    names they may use, such as `payload`); `deferred_texts` are templates of that kind. Every other string in the config is
    a template.
    """

    type: str
    summary: str
    category: str
    config_schema: Mapping[str, Any]
    ports: tuple[str, ...] = (OUT,)
    ports_of: PortsOf | None = None
    closed_ports: PortsOf | None = None
    """Ports that no visit with this config leaves through, such as `timeout` where none is set; the soundness check uses it."""
    expressions: tuple[str, ...] = ()
    deferred: tuple[str, ...] = ()
    deferred_texts: tuple[str, ...] = ()
    extra_names: tuple[str, ...] = ()
    trigger: bool = False
    pure: bool = False
    """Whether its result follows from its config and from what expressions see: a replay works it out anew."""
    parks: bool = False
    """Whether the handler may wait for something from outside; the soundness hints use it."""
    heartbeat: float | None = None
    """Seconds between two signs of life at most, where the node says nothing else; None if its handler gives none."""
    check: ConfigCheck | None = None
    icon: str = ""
    output: str = "any JSON"
    example: Mapping[str, Any] | None = None
    """A config that works, for people who begin one; None where there is nothing to configure."""

    def ports_for(self, config: Mapping[str, Any]) -> tuple[str, ...]:
        return self.ports if self.ports_of is None else self.ports_of(config)


NodeTypes = Mapping[str, NodeType]

EMPTY_CONFIG: Mapping[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}

