"""Definitions written to crash, to hang or to fill the memory: each is refused with findings, or parsed, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.graph_findings import MAX_FINDINGS
from treadle.domain.graph_parser import parse_graph
from treadle.domain.soundness import check_graph
from treadle.domain.values import encode
from unit.graph_samples import NODE_TYPES, edge, node

BIG = 10**400


def nested(depth: int, inner: Any = None, *, key: str | None = None) -> Any:
    """A value inside of so many lists, or objects with one key."""
    for _ in range(depth):
        inner = [inner] if key is None else {key: inner}
    return inner


def cyclic() -> dict[str, Any]:
    graph: dict[str, Any] = {"nodes": [node("a")]}
    graph["nodes"][0]["config"] = graph
    return graph


def cyclic_list() -> list[Any]:
    items: list[Any] = []
    items.append(items)
    return items


def shared(levels: int) -> list[Any]:
    """A small value that is two to the power of `levels` large when it is written out."""
    items: list[Any] = [1]
    for _ in range(levels):
        items = [items, items]
    return items


def inner_graphs(depth: int) -> dict[str, Any]:
    graph: dict[str, Any] = {"nodes": [node("a")]}
    for _ in range(depth):
        graph = {"nodes": [node("m", "for_each", config={"items": "[1]", "graph": graph})]}
    return graph


def with_value(value: Any) -> dict[str, Any]:
    return {"nodes": [node("a", "set", config={"value": value})]}


def with_schema(schema: Any) -> dict[str, Any]:
    return {"nodes": [node("a")], "input_schema": schema}


def chain(size: int, **more: Any) -> dict[str, Any]:
    return {
        "nodes": [node(f"n{i}", **more) for i in range(size)],
        "edges": [edge(f"n{i}", f"n{i + 1}") for i in range(size - 1)],
    }


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no")

    __str__ = __repr__


REFUSED: dict[str, Any] = {
    "nothing": None,
    "a text": '{"nodes": []}',
    "bytes": b'{"nodes": []}',
    "a number": BIG,
    "not a number": float("nan"),
    "a tuple": ((), ()),
    "a set": {1, 2},
    "a class": dict,
    "an object that cannot be printed": Unprintable(),
    "lists a hundred thousand deep": nested(100_000),
    "objects a hundred thousand deep": nested(100_000, key="nodes"),
    "deep in a config": with_value(nested(5_000)),
    "deep objects in a config": with_value(nested(5_000, key="a")),
    "deep just above the limit": with_value(nested(101, "{{ 1 }}")),
    "a graph inside of itself": cyclic(),
    "a list inside of itself": with_value(cyclic_list()),
    "inner graphs without end": inner_graphs(400),
    "inner graphs one too deep": inner_graphs(21),
    "a million nodes": {"nodes": [None] * 1_000_000},
    "more nodes than allowed that are one": {"nodes": [node("a")] * 20_001},
    "more edges than allowed": {"nodes": [node("a")], "edges": [edge("a", "a")] * 100_001},
    "as many wrong nodes as are allowed": {"nodes": [{"id": i} for i in range(20_000)]},
    "as many duplicates as are allowed": {"nodes": [node("a")] * 20_000},
    "ten thousand edges to nowhere": {"nodes": [node("a")], "edges": [edge("a", f"b{i}") for i in range(10_000)]},
    "ten thousand unknown keys": {"nodes": [], **{f"k{i}": 1 for i in range(10_000)}},
    "ten thousand misspelt nodes in expressions": {
        **chain(300),
        "settings": {"output": "[" + ", ".join(f"nodes.m{i}" for i in range(450)) + "]"},
    },
    "a key of a million characters": {"nodes": [], "x" * 1_000_000: 1},
    "an id of a million characters": {"nodes": [node("x" * 1_000_000)]},
    "a type of a million characters": {"nodes": [node("a", "x" * 1_000_000)]},
    "an expression of a million characters": with_value("{{ " + "1 + " * 250_000 + "1 }}"),
    "a million open braces": with_value("{{" * 500_000),
    "brackets in braces": with_value("{{ " + "(" * 100_000 + " }}"),
    "a name with NUL": {"nodes": [node("a\0b")]},
    "NUL in a config": with_value("a\0b"),
    "NUL in a key": with_value({"a\0": 1}),
    "half a surrogate pair": with_value("\ud800"),
    "half a surrogate pair in a key": with_value({"\udfff": 1}),
    "half a surrogate pair as id": {"nodes": [node("\ud800")]},
    "an integer of 400 digits": with_value(BIG),
    "infinity": with_value(float("inf")),
    "keys that are no texts": with_value({1: 2, None: 3, (): 4}),
    "numbers as node ids": {"nodes": [node(5)]},  # type: ignore[arg-type]
    "true as a join": {"nodes": [node("a", join=True)]},
    "a join of 400 digits": {"nodes": [node("a", join=BIG)]},
    "a negative join": {"nodes": [node("a", join=-1)]},
    "endless timeouts": {"nodes": [node("a", timeout=1e308)]},
    "a timeout in the wrong alphabet": {"nodes": [node("a", timeout="٣s")]},
    "tokens without end": {"nodes": [node("a")], "edges": [edge("a", "a", tokens=BIG)]},
    "an expression for ports": {"nodes": [node("s", "switch", config={"cases": "{{ input.cases }}"})]},
    "ports without names": {"nodes": [node("s", "switch", config={"cases": [{"port": "", "when": "true"}]})]},
    "a port named error": {"nodes": [node("s", "switch", config={"cases": [{"port": "error", "when": "true"}]})]},
    "prototype keys": {"nodes": [node("a", __proto__={}, constructor={})]},
    "a schema that refers to the network": with_schema({"$ref": "http://127.0.0.1:1/schema"}),
    "a schema that reads a file": with_schema({"$ref": "file:///etc/passwd"}),
    "a schema that refers to nothing": with_schema({"$ref": "#/$defs/a"}),
    "a schema of deep objects": with_schema(nested(5_000, {}, key="not")),
    "a schema with a broken pattern": with_schema({"pattern": "("}),
    "a schema of the wrong type": with_schema({"type": 5}),
    "secrets with expressions": with_value({"a": {"secret": "x", "y": "{{ 1 + }}"}}),
    "a cancel without end": {"nodes": [node("a", cancels=["b"] * 10_000)]},
    "compensation of an unknown type": {"nodes": [node("a", compensate={"type": "x" * 10_000})]},
    "variables that are a list": {"nodes": [node("a")], "settings": {"vars": [1]}},
    "variables with NUL": {"nodes": [node("a")], "settings": {"vars": {"a": "\0"}}},
    "settings that are a list": {"nodes": [node("a")], "settings": [[]]},
    "retries without end": {"nodes": [node("a", retry={"max_attempts": BIG, "backoff": float("inf")})]},
}

ACCEPTED: dict[str, Any] = {
    "twenty inner graphs": inner_graphs(20),
    "a value shared many times": with_value(shared(12)),
    "a long chain": chain(2_000),
    "a hundred self-loops": {"nodes": [node("s"), node("a")], "edges": [edge("s", "a"), *[edge("a", "a", when="output")] * 100]},
    "every node to every node": {
        "nodes": [node("s"), *(node(f"n{i}") for i in range(40))],
        "edges": [edge("s", "n0"), *(edge(f"n{i}", f"n{j}", when="output") for i in range(40) for j in range(40))],
    },
    "a schema that refers to itself": with_schema({"properties": {"a": {"$ref": "#"}}}),
    "a schema that goes round": {
        **with_value("{{ input.a.b.c }}"),
        "input_schema": {"$ref": "#/$defs/x", "$defs": {"x": {"$ref": "#/$defs/y"}, "y": {"$ref": "#/$defs/x"}}},
    },
    "a schema with a slow pattern": with_schema({"properties": {"a": {"pattern": "(a+)+$"}}}),
    "names of other languages": {"nodes": [node("a", name="\u202e𝄞\u0301" * 100, notes="\n\t" * 100)]},
}  # fmt: skip


def outcome(config: object) -> str:
    """`parsed` or `refused`; findings must be storable and few."""
    try:
        found: Sequence[Finding] = check_graph(parse_graph(config, NODE_TYPES), NODE_TYPES)
        how = "parsed"
    except DefinitionError as error:
        found = error.findings
        how = "refused"
    assert len(found) <= MAX_FINDINGS + 1
    assert found or how == "parsed"
    encode([[f.message, f.path, f.hint] for f in found], limit=4 << 20, name="findings")
    return how


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_definition_is_refused(name: str) -> None:
    assert outcome(REFUSED[name]) == "refused"


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_large_or_odd_definition_is_parsed(name: str) -> None:
    assert outcome(ACCEPTED[name]) == "parsed"


def test_there_are_enough_hostile_definitions() -> None:
    assert len(REFUSED) + len(ACCEPTED) >= 60
