from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

from unit.graph_samples import choice, edge, node, refused

A, B = node("a"), node("b")


def with_node(**more: Any) -> dict[str, Any]:
    return {"nodes": [A, node("b", **more)]}


def with_edge(**more: Any) -> dict[str, Any]:
    return {"nodes": [A, B], "edges": [{"source": "a", "target": "b", **more}]}


def with_settings(**settings: Any) -> dict[str, Any]:
    return {"nodes": [A], "settings": settings}


def with_config(node_type: str, **config: Any) -> dict[str, Any]:
    return {"nodes": [node("a", node_type, config=config)]}


SWITCH = node("s", "switch", config={"cases": [{"port": "big", "when": "true"}]})
DEEP: list[Any] = []
for _ in range(5_000):
    DEEP = [DEEP]

Case = tuple[object, str, str]

FORM: list[Case] = [
    (None, "", "a graph must be an object, not null"),
    ([], "", "a graph must be an object, not an array"),
    ({}, "", "a graph needs the key 'nodes'"),
    ({"nodes": None}, "nodes", "nodes must be an array, not null"),
    ({"nodes": {}}, "nodes", "nodes must be an array, not an object"),
    ({"nodes": [], "edges": "no"}, "edges", "edges must be an array, not 'no'"),
    ({"nodes": [], "edegs": []}, "edegs", "unknown key 'edegs' in a graph"),
    ({"nodes": ["a"]}, "nodes[0]", "a node must be an object, not a string"),
    ({"nodes": [], "edges": [3]}, "edges[0]", "an edge must be an object, not a number"),
    ({"nodes": [], "input_schema": []}, "input_schema", "input_schema must be an object, not an array"),
    ({"nodes": [], "input_schema": {"type": "strng"}}, "input_schema.type", "'string', not 'strng'"),
    ({"nodes": [], "input_schema": {"$ref": "http://x/y"}}, "input_schema.$ref", "not part of this schema"),
]
NODES: list[Case] = [
    ({"nodes": [{"type": "noop"}]}, "nodes[0]", "a node needs the key 'id'"),
    ({"nodes": [{"id": "a"}]}, "nodes[0]", "a node needs the key 'type'"),
    (with_node(timout=3), "nodes[1].timout", "unknown key 'timout' in a node"),
    ({"nodes": [node("a b")]}, "nodes[0].id", "letters, digits and _"),
    ({"nodes": [node("1a")]}, "nodes[0].id", "letters, digits and _"),
    ({"nodes": [node("a\n")]}, "nodes[0].id", "letters, digits and _"),
    ({"nodes": [node("é")]}, "nodes[0].id", "letters, digits and _"),
    ({"nodes": [node("a" * 129)]}, "nodes[0].id", "at most 128 characters"),
    ({"nodes": [{"id": 7, "type": "noop"}]}, "nodes[0].id", "not 7"),
    ({"nodes": [A, B, A]}, "nodes[2].id", "the node id 'a' is used twice, first at nodes[0]"),
    ({"nodes": [node("a", "http.requst")]}, "nodes[0].type", "unknown node type 'http.requst'"),
    ({"nodes": [node("a", 3)]}, "nodes[0].type", "type must be a string, not 3"),  # type: ignore[arg-type]
    (with_node(name=3), "nodes[1].name", "name must be a string, not 3"),
    (with_node(notes=[]), "nodes[1].notes", "notes must be a string, not an array"),
    (with_node(config=[]), "nodes[1].config", "config must be an object, not an array"),
    (with_node(retry=3), "nodes[1].retry", "retry must be an object, not 3"),
    (with_node(retry={"attempts": 3}), "nodes[1].retry.attempts", "unknown key 'attempts' in retry"),
    (with_node(retry={"max_attempts": -1}), "nodes[1].retry.max_attempts", "a whole number of at least 0"),
    (with_node(retry={"max_attempts": 1.5}), "nodes[1].retry.max_attempts", "a whole number of at least 0, not 1.5"),
    (with_node(retry={"max_attempts": True}), "nodes[1].retry.max_attempts", "not true"),
    (with_node(retry={"backoff": 0.5}), "nodes[1].retry.backoff", "a number of at least 1, not 0.5"),
    (with_node(retry={"jitter": 1.5}), "nodes[1].retry.jitter", "a number from 0 to 1, not 1.5"),
    (with_node(retry={"initial_interval": "soon"}), "nodes[1].retry.initial_interval", "'soon' is not a duration"),
    (with_node(retry={"max_interval": []}), "nodes[1].retry.max_interval", "not a duration"),
    (with_node(retry={"non_retryable": "x"}), "nodes[1].retry.non_retryable", "a list of strings"),
    (with_node(retry={"non_retryable": ["x", 3]}), "nodes[1].retry.non_retryable[1]", "must be a string, not a number"),
    (with_node(timeout="5 min"), "nodes[1].timeout", "'5 min' is not a duration"),
    (with_node(timeout=0), "nodes[1].timeout", "a duration of more than 0"),
    (with_node(join="any"), "nodes[1].join", "auto, all, each, first, or a whole number of at least 1, not 'any'"),
    (with_node(join="2"), "nodes[1].join", "not '2'"),
    (with_node(join=0), "nodes[1].join", "not 0"),
    (with_node(join=True), "nodes[1].join", "not true"),
    (with_node(join=1.0), "nodes[1].join", "not 1.0"),
    (with_node(join=[]), "nodes[1].join", "not an array"),
    (with_node(join="first", rest="drop"), "nodes[1].rest", "ignore or block or cancel, not 'drop'"),
    (with_node(rest="cancel"), "nodes[1].rest", "has no meaning here"),
    (with_node(join="all", rest="block"), "nodes[1].rest", "has no meaning here"),
    (with_node(on_error="ignore"), "nodes[1].on_error", "fail or continue, not 'ignore'"),
    (with_node(on_error={}), "nodes[1].on_error", "fail or continue, not an object"),
    (with_node(cancels="a"), "nodes[1].cancels", "a list of strings, not 'a'"),
    (with_node(cancels=["a", "c"]), "nodes[1].cancels[1]", "unknown node 'c'"),
    (with_node(mutex=""), "nodes[1].mutex", "a string of 1 to 128 characters"),
    (with_node(queue=5), "nodes[1].queue", "a string of 1 to 128 characters"),
    (with_node(delivery="exactly_once"), "nodes[1].delivery", "at_least_once or at_most_once"),
    (with_node(disabled="yes"), "nodes[1].disabled", "true or false, not 'yes'"),
    (with_node(position=[1, 2]), "nodes[1].position", "position must be an object, not an array"),
    (with_node(position={"x": 1}), "nodes[1].position", "position needs the key 'y'"),
    (with_node(position={"x": "1", "y": 1}), "nodes[1].position.x", "not '1'"),
    (with_node(position={"x": 1, "y": 1, "z": 1}), "nodes[1].position.z", "unknown key 'z' in position"),
    (with_node(compensate="undo"), "nodes[1].compensate", "must be an object"),
    (with_node(compensate={"config": {}}), "nodes[1].compensate", "needs the key 'type'"),
    (with_node(compensate={"type": "nop"}), "nodes[1].compensate.type", "unknown node type 'nop'"),
    (with_node(compensate={"type": "set", "config": {}}), "nodes[1].compensate.config", "'value' is missing"),
    (with_node(compensate={"type": "if", "config": {"condition": "x"}}), "nodes[1].compensate.config.condition", "name 'x'"),
]
EDGES: list[Case] = [
    ({"nodes": [A], "edges": [{"target": "a"}]}, "edges[0]", "an edge needs the key 'source'"),
    ({"nodes": [A], "edges": [{"source": "a"}]}, "edges[0]", "an edge needs the key 'target'"),
    ({"nodes": [A], "edges": [edge("x", "a")]}, "edges[0].source", "unknown node 'x'"),
    ({"nodes": [A], "edges": [edge("a", "x")]}, "edges[0].target", "unknown node 'x'"),
    (with_edge(source=5), "edges[0].source", "source must be a node id, not 5"),
    (with_edge(whn="true"), "edges[0].whn", "unknown key 'whn' in an edge"),
    (with_edge(port="true"), "edges[0].port", "unknown port 'true' of node 'a'"),
    (with_edge(port=""), "edges[0].port", "a string of 1 to 128 characters"),
    ({"nodes": [choice("a"), B], "edges": [edge("a", "b")]}, "edges[0]", "unknown port 'out' of node 'a', a if"),
    ({"nodes": [SWITCH, B], "edges": [edge("s", "b", "small")]}, "edges[0].port", "unknown port 'small'"),
    ({"nodes": [node("a", "fail"), B], "edges": [edge("a", "b")]}, "edges[0]", "unknown port 'out'"),
    (with_edge(when=True), "edges[0].when", "an expression in a string, not true"),
    (with_edge(when="output >"), "edges[0].when", "(column"),
    (with_edge(when="x > 1"), "edges[0].when", "unknown name 'x'"),
    (with_edge(when="nodes.c.output"), "edges[0].when", "unknown node 'c'"),
    (with_edge(when="true", default=True), "edges[0].default", "either when or default"),
    (with_edge(default="yes"), "edges[0].default", "true or false"),
    (with_edge(tokens=0), "edges[0].tokens", "a whole number from 1 to 10,000, not 0"),
    (with_edge(tokens=10_001), "edges[0].tokens", "from 1 to 10,000"),
    (with_edge(tokens=1.5), "edges[0].tokens", "not 1.5"),
    (with_edge(tokens="n"), "edges[0].tokens", "unknown name 'n'"),
    (with_edge(take=0), "edges[0].take", "a whole number from 1 to 10,000, not 0"),
    (with_edge(take="1"), "edges[0].take", "not '1'"),
    (with_edge(id=""), "edges[0].id", "a string of 1 to 512 characters"),
    ({"nodes": [A], "edges": [edge("a", "a", id="e"), edge("a", "a", id="e")]}, "edges[1].id", "used twice, first at edges[0]"),
    (
        {"nodes": [A, B], "edges": [edge("a", "b", default=True), edge("a", "a", default=True)]},
        "edges[1].default",
        "port 'out' of node 'a' has a default edge already",
    ),
]
SETTINGS: list[Case] = [
    ({"nodes": [A], "settings": []}, "settings", "settings must be an object"),
    (with_settings(on_failure=3), "settings.on_failure", "on_failure must be an object"),
    (with_settings(on_failure=""), "settings.on_failure", "needs the key 'workflow'"),
    (with_settings(on_failure={"workflow": "x", "version": 0}), "settings.on_failure.version", "at least 1"),
    (with_settings(on_failure={"workflow": "w", "name": "x"}), "settings.on_failure.name", "unknown key 'name' in on_failure"),
    (with_settings(concurrency=0), "settings.concurrency.limit", "a whole number from 1"),
    (with_settings(concurrency=1.5), "settings.concurrency.limit", "a whole number from 1"),
    (with_settings(concurrency="1"), "settings.concurrency", "concurrency must be an object"),
    (with_settings(concurrency={}), "settings.concurrency", "needs the key 'limit'"),
    (with_settings(concurrency={"limit": 1, "on_limit": "queue"}), "settings.concurrency.on_limit", "wait or skip or cancel_oldest"),
    (with_settings(concurrency={"limit": 1, "key": "nodes.a.output"}), "settings.concurrency.key", "unknown name 'nodes'"),
    (with_settings(concurrency={"limit": 1, "key": "input."}), "settings.concurrency.key", ""),
    (with_settings(concurrency={"limit": 1, "shared": "x"}), "settings.concurrency.shared", "unknown key"),
    (with_settings(debounce="5s"), "settings.debounce", "debounce must be an object"),
    (with_settings(debounce={}), "settings.debounce", "needs the key 'wait'"),
    (with_settings(debounce={"wait": 0}), "settings.debounce.wait", "more than 0"),
    (with_settings(debounce={"wait": "5s", "max_wait": "1s"}), "settings.debounce.max_wait", "at least as long as wait"),
    (with_settings(rate_limits={}), "settings.rate_limits", "a list"),
    (with_settings(rate_limits=[3]), "settings.rate_limits[0]", "must be an object"),
    (with_settings(rate_limits=[{"limit": 1, "per": "1s"}]), "settings.rate_limits[0]", "either `type` or `node`"),
    (with_settings(rate_limits=[{"node": "a", "type": "noop", "limit": 1, "per": 1}]), "settings.rate_limits[0]", "either"),
    (with_settings(rate_limits=[{"node": "b", "limit": 1, "per": 1}]), "settings.rate_limits[0].node", "unknown node 'b'"),
    (with_settings(rate_limits=[{"type": "nop", "limit": 1, "per": 1}]), "settings.rate_limits[0].type", "unknown node type"),
    (with_settings(rate_limits=[{"node": "a", "per": 1}]), "settings.rate_limits[0]", "needs the key 'limit'"),
    (with_settings(rate_limits=[{"node": "a", "limit": 1}]), "settings.rate_limits[0]", "needs the key 'per'"),
    (with_settings(rate_limits=[{"node": "a", "limit": 1, "per": 1, "key": "nope"}]), "settings.rate_limits[0].key", "unknown name"),
    (with_settings(vars=[]), "settings.vars", "vars must be an object"),
    (with_settings(timeout=-1), "settings.timeout", "-1 is not a duration"),
    (with_settings(retry={"jitter": "x"}), "settings.retry.jitter", "a number from 0 to 1"),
    (with_settings(max_activities=0), "settings.max_activities", "a whole number of at least 1"),
    (with_settings(output=3), "settings.output", "output must be a string"),
    (with_settings(output="nodes.b.output"), "settings.output", "unknown node 'b'"),
]
CONFIGS: list[Case] = [
    (with_config("http.request"), "nodes[0].config", "the key 'url' is missing"),
    (with_config("http.request", url="x", ulr="y"), "nodes[0].config.ulr", "unknown key 'ulr'"),
    (with_config("http.request", url=3), "nodes[0].config.url", "must be a string, not a number"),
    (with_config("http.request", url="x", method="PUT"), "nodes[0].config.method", "must be one of 'GET', 'POST', not 'PUT'"),
    (with_config("http.request", url="x", ok=[200, "2xx"]), "nodes[0].config.ok[1]", "must be a whole number, not a string"),
    (with_config("http.request", url="x", headers={"X-Id": 3}), "nodes[0].config.headers.X-Id", "must be a string"),
    (with_config("http.request", url="x", retries=-1), "nodes[0].config.retries", "minimum"),
    (with_config("http.request", url="x", timeout="soon"), "nodes[0].config.timeout", "'soon' is not a duration"),
    (with_config("http.request", url="{{ input."), "nodes[0].config.url", '"{{" without "}}"'),
    (with_config("http.request", url="{{ inptu.x }}"), "nodes[0].config.url", "unknown name 'inptu'"),
    (with_config("http.request", url="{{ nodes.x.output }}"), "nodes[0].config.url", "unknown node 'x'"),
    (with_config("set", value={"deep": [1, "{{ 1 + }}"]}), "nodes[0].config.value.deep[1]", "(column"),
    (with_config("if", condition="1 +"), "nodes[0].config.condition", "(column"),
    (with_config("if", condition="payload"), "nodes[0].config.condition", "unknown name 'payload'"),
    (with_config("switch", cases=[{"port": "a", "when": "1 +"}]), "nodes[0].config.cases[0].when", "(column"),
    (with_config("switch", cases=[{"port": "a", "when": "x"}]), "nodes[0].config.cases[0].when", "unknown name 'x'"),
    (with_config("switch", cases=[{"port": "error", "when": "true"}]), "nodes[0].config", "'error' is taken"),
    (with_config("switch", cases=[{"port": "p" * 129, "when": "true"}]), "nodes[0].config", "a port needs a name"),
    (with_config("switch", cases="{{ input.cases }}"), "nodes[0].config", "cannot be told from its config"),
    (with_config("wait_any", any=[1]), "nodes[0].config", "cannot be told from its config"),
    (with_config("wait_any", any=[{"port": 3}]), "nodes[0].config", "a port needs a name"),
    (with_config("signal.wait", signal="x", when="payoad"), "nodes[0].config.when", "unknown name 'payoad'"),
    (with_config("for_each", graph="{{ input.graph }}"), "nodes[0].config.graph", "a graph must be an object, not a string"),
    (with_config("for_each", graph={"nodes": [choice("x", "y")]}), "nodes[0].config.graph.nodes[0].config.condition", "'y'"),
    (
        with_config("for_each", graph={"nodes": [A], "settings": {"timeout": 3}}),
        "nodes[0].config.graph.settings.timeout",
        "unknown key 'timeout' in settings",
    ),
]
VALUES: list[Case] = [
    (with_config("set", value=math.nan), "nodes[0].config.value", "nan is not a JSON number"),
    (with_config("set", value=[math.inf]), "nodes[0].config.value[0]", "inf is not a JSON number"),
    (with_config("set", value="a\0b"), "nodes[0].config.value", "contains a NUL character"),
    (with_config("set", value={"a\0b": 1}), "nodes[0].config.value['a\\x00b']", "contains a NUL character"),
    (with_config("set", value="\ud800"), "nodes[0].config.value", "half of a surrogate pair"),
    (with_config("set", value=2**63), "nodes[0].config.value", "beyond 64 bits"),
    (with_config("set", value=(1, 2)), "nodes[0].config.value", "a tuple is not a JSON value"),
    (with_config("set", value=date(2026, 1, 1)), "nodes[0].config.value", "a date is not a JSON value"),
    (with_config("set", value={1: 2}), "nodes[0].config.value", "the key 1 is not a string"),
    ({"nodes": [node(name="a\0")]}, "nodes[0].name", "contains a NUL character"),
]


@pytest.mark.parametrize(("config", "path", "words"), FORM + NODES + EDGES + SETTINGS + CONFIGS + VALUES)
def test_each_mistake_is_reported_once_at_its_place(config: object, path: str, words: str) -> None:
    (finding,) = refused(config)

    assert finding.path == path
    assert words in finding.message
    assert finding.severity == "error"


MODULE_NOT_NAMED = "`treadle nodes list` has all; one of your own is there when its module is named in TREADLE_ACTIVITIES"


@pytest.mark.parametrize(
    ("config", "hint"),
    [
        ({"nodes": [], "edegs": []}, "did you mean 'edges'?"),
        ({"nodes": [], "zzz": []}, "known: edges, input_schema, nodes, settings"),
        (with_node(timout=3), "did you mean 'timeout'?"),
        ({"nodes": [node("a", "http.requst")]}, "did you mean 'http.request'?"),
        ({"nodes": [node("a", "words.count")]}, MODULE_NOT_NAMED),
        ({"nodes": [node("fetch"), B], "edges": [edge("fech", "b")]}, "did you mean 'fetch'?"),
        ({"nodes": [node("a", "approval"), B], "edges": [edge("a", "b", "aproved")]}, "did you mean 'approved'?"),
        ({"nodes": [choice("a"), B], "edges": [edge("a", "b")]}, "known: error, false, true"),
        (with_node(cancels=["A"]), "known: a, b"),
        (with_config("http.request", url="x", ulr="y"), "did you mean 'url'?"),
        (with_config("set", value="{{ inptu.x }}"), "did you mean 'input'?"),
        (with_config("set", value="{{ a.output }}"), "write nodes.a.output"),
        ({"nodes": [node("my-node")]}, "for instance 'my_node'"),
        ({"nodes": [{"id": 1, "type": "noop"}]}, "for instance 'node_1'"),
        (with_node(retry=3), '{"max_attempts": 3}'),
        (with_node(join="2"), "without quotes: 2"),
        (with_node(cancels="a"), '["a"]'),
        (with_edge(when=True), '"true"'),
        (with_config("set", value=date(2026, 1, 1)), "put it in quotes"),
    ],
)
def test_a_mistake_comes_with_a_hint_how_to_mend_it(config: object, hint: str) -> None:
    (finding,) = refused(config)

    assert finding.hint == hint


EVERYWHERE = {"execution", "incoming", "input", "nodes", "trigger", "vars"}
FILTER = {"signal": "x", "when": "zzz"}


@pytest.mark.parametrize(
    ("config", "more"),
    [
        (with_config("set", value="{{ zzz }}"), set()),
        (with_edge(when="zzz"), {"output"}),
        (with_edge(port="error", tokens="zzz"), {"output", "error"}),
        (with_node(compensate={"type": "set", "config": {"value": "{{ zzz }}"}}), {"output", "error"}),
        (with_config("signal.wait", **FILTER), {"payload"}),
        (with_config("for_each", graph={"nodes": [choice("x", "zzz")]}), {"item", "index", "outer"}),
        (with_settings(output="zzz"), set()),
    ],
)
def test_an_unknown_name_is_answered_with_the_names_that_there_are_at_its_place(config: object, more: set[str]) -> None:
    (finding,) = refused(config)

    assert finding.hint == f"known: {', '.join(sorted(EVERYWHERE | more))}"


def test_all_mistakes_are_reported_at_once() -> None:
    config = {
        "nodes": [
            node("a", "http.request", joyn=1, config={"url": "{{ x }}", "json": {"a": "{{ 1 + }}", "b": "{{ y }}"}, "bad": 1}),
            node("a", "nop", timeout="soon"),
        ],
        "edges": [edge("a", "c", when="output >"), edge("b", "a", "true", take=0)],
        "settings": {"output": "1 +", "speed": 1},
    }

    found = {finding.path for finding in refused(config)}

    assert found == {
        "nodes[0].joyn", "nodes[0].config.bad", "nodes[0].config.url", "nodes[0].config.json.a", "nodes[0].config.json.b",
        "nodes[1].id", "nodes[1].type", "nodes[1].timeout", "edges[0].target", "edges[0].when", "edges[1].source",
        "edges[1].take", "settings.output", "settings.speed",
    }  # fmt: skip


def test_a_refused_node_id_is_not_reported_again_for_its_edges() -> None:
    config = {"nodes": [node("node-1"), B], "edges": [edge("node-1", "b")]}

    (finding,) = refused(config)

    assert finding.path == "nodes[0].id"


@pytest.mark.parametrize(
    "config",
    [DEEP, {"nodes": DEEP}, {"nodes": [], "input_schema": {"not": DEEP}}, with_config("set", value=DEEP)],
    ids=["graph", "nodes", "schema", "config"],
)
def test_a_definition_nested_without_end_is_refused(config: object) -> None:
    findings = refused(config)

    assert "too_deep" in {finding.code for finding in findings}


def test_a_config_deeper_than_templates_go_is_refused() -> None:
    value: Any = "{{ input }}"
    for _ in range(150):
        value = [value]

    (finding,) = refused(with_config("set", value=value))

    assert finding.path == "nodes[0].config"
    assert "nested deeper" in finding.message


def test_a_definition_that_contains_itself_is_refused() -> None:
    circle: dict[str, Any] = {"nodes": []}
    circle["nodes"].append(circle)

    findings = refused(circle)

    assert "too_deep" in {finding.code for finding in findings}
