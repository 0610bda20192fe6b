from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from treadle.domain.errors import DefinitionError, Finding
from treadle.domain.graph import Graph
from treadle.domain.graph_configs import ConfigChecks
from treadle.domain.graph_parser import GRAPH_KEYS, graph_to_config, parse_graph
from treadle.domain.graph_predicate import certainly_valid
from treadle.domain.graph_react_flow import EDGE_KEYS, NODE_KEYS
from treadle.domain.graph_settings import CONCURRENCY_KEYS, DEBOUNCE_KEYS, RATE_LIMIT_KEYS, SETTINGS_KEYS
from treadle.domain.soundness import check_graph
from unit.graph_samples import FULL, NODE_TYPES, SAVED, edge, parsed

IDS = ("a", "b", "c", "d", "e")
WORDS = (
    "", "a", "b", "out", "error", "true", "noop", "if", "switch", "for_each", "http.request", "auto", "all", "first", "cancel",
    "5s", "soon", "input.x", "1 +", "{{ input.x }}", "{{", "nodes.a.output", "payload", "\0", "\ud800", "#/x", "[",
)  # fmt: skip
KEYS = (
    *GRAPH_KEYS, *SETTINGS_KEYS, *CONCURRENCY_KEYS, *DEBOUNCE_KEYS, *RATE_LIMIT_KEYS, *NODE_KEYS, *EDGE_KEYS, "data", "label", "graph", "cases", "any", "url", "sourceHandle",
    "x", "y", "max_attempts", "jitter", "properties", "$ref", "pattern", "default",
)  # fmt: skip

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(min_value=-(2**70), max_value=2**70), st.floats(), st.text(max_size=5),
    st.sampled_from(WORDS), st.dates(), st.binary(max_size=2),
)  # fmt: skip
keys = st.one_of(st.sampled_from(KEYS), st.text(max_size=5), st.integers(), st.none())
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5), max_leaves=25
)
quick = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def parse_or_refuse(config: object) -> Graph | tuple[Finding, ...]:
    """The graph or the findings; any other exception than DefinitionError fails the test."""
    try:
        return parse_graph(config, NODE_TYPES)
    except DefinitionError as error:
        return error.findings


def is_graph_or_refused(outcome: Graph | tuple[Finding, ...]) -> bool:
    """Whether a refusal has reasons, and a graph can be checked, written and read again."""
    if isinstance(outcome, tuple):
        return bool(outcome) and all(finding.message and finding.severity == "error" for finding in outcome)
    return isinstance(check_graph(outcome, NODE_TYPES), list) and parsed(graph_to_config(outcome)) == outcome


@quick
@given(anything)
def test_any_value_is_a_graph_or_refused(config: object) -> None:
    outcome = parse_or_refuse(config)

    assert is_graph_or_refused(outcome)


def objects_of(names: tuple[str, ...]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.dictionaries(st.sampled_from((*names, "data")), anything, max_size=5), max_size=3)


@quick
@given(objects_of(NODE_KEYS), objects_of(EDGE_KEYS))
def test_anything_in_the_place_of_nodes_and_edges_is_a_graph_or_refused(nodes: object, edges: object) -> None:
    outcome = parse_or_refuse({"nodes": nodes, "edges": edges})

    assert is_graph_or_refused(outcome)


@quick
@given(st.data())
def test_a_good_definition_with_one_part_replaced_is_a_graph_or_refused(data: st.DataObject) -> None:
    config = copy.deepcopy(data.draw(st.sampled_from([FULL, SAVED])))
    place: Any = config
    while True:
        options = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(options))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(anything)

    outcome = parse_or_refuse(config)

    assert is_graph_or_refused(outcome)


expressions = st.sampled_from(["input.x", "nodes.a.output > 1", "{{ input.list }}", "1"])
durations = st.one_of(st.integers(1, 10**6), st.floats(0.001, 10**6), st.sampled_from(["30s", "1h30m", "PT5M", "250ms"]))
retries = st.fixed_dictionaries(
    {},
    optional={
        "max_attempts": st.integers(0, 9),
        "initial_interval": durations,
        "backoff": st.floats(1, 9),
        "max_interval": durations,
        "jitter": st.floats(0, 1),
        "non_retryable": st.lists(st.sampled_from(["a", "b"])),
    },
)
typed = st.one_of(
    st.just({"type": "noop"}),
    st.fixed_dictionaries({"type": st.just("if"), "config": st.fixed_dictionaries({"condition": expressions})}),
    st.fixed_dictionaries({"type": st.just("set"), "config": st.fixed_dictionaries({"value": st.integers(-9, 9)})}),
)
more = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text("ab é", max_size=5),
        "retry": retries,
        "timeout": durations,
        "join": st.sampled_from(["auto", "all", "each", "first", 1, 2]),
        "on_error": st.sampled_from(["fail", "continue"]),
        "cancels": st.lists(st.just("a")),
        "mutex": st.just("m"),
        "disabled": st.booleans(),
        "position": st.fixed_dictionaries({"x": st.floats(-9, 9), "y": st.integers(-9, 9)}),
    },
)


@st.composite
def good_configs(draw: st.DrawFn) -> dict[str, Any]:
    ids = IDS[: draw(st.integers(1, len(IDS)))]
    nodes: list[dict[str, Any]] = [{"id": name, **draw(typed), **draw(more)} for name in ids]
    edges = []
    for _ in range(draw(st.integers(0, 8))):
        source = draw(st.sampled_from(nodes))
        ports = ["true", "false", "error"] if source["type"] == "if" else ["out", "error"]
        choices: list[dict[str, Any]] = [{}, {}, {"when": "output"}, {"tokens": 2}, {"tokens": "input.n", "take": 3}]
        ends = (source["id"], draw(st.sampled_from(ids)), draw(st.sampled_from(ports)))
        edges.append(edge(*ends, **draw(st.sampled_from(choices))))
    for number in draw(st.sets(st.integers(0, 7))):
        if number < len(edges):
            edges[number]["id"] = draw(st.sampled_from(["a->b", "a->b#2", "b->a"])) + f"{number}" * draw(st.integers(0, 1))
    declared = [e["id"] for e in edges if "id" in e]
    if len(set(declared)) < len(declared):
        for e in edges:
            e.pop("id", None)
    return {"nodes": nodes, "edges": edges}


@quick
@given(good_configs())
def test_a_graph_written_and_read_again_is_the_same(config: dict[str, Any]) -> None:
    graph = parsed(config)

    written = graph_to_config(graph)

    assert parsed(written) == graph
    assert parsed(json.loads(json.dumps(written, allow_nan=False))) == graph
    assert graph_to_config(parsed(written)) == written


@quick
@given(good_configs())
def test_every_index_of_a_graph_agrees_with_its_edges(config: dict[str, Any]) -> None:
    graph = parsed(config)

    assert [n.index for n in graph.nodes] == list(range(len(graph.nodes)))
    assert [e.index for e in graph.edges] == list(range(len(graph.edges)))
    assert sorted(i for edges in graph.outgoing for i in edges) == list(range(len(graph.edges)))
    assert sorted(i for edges in graph.incoming for i in edges) == list(range(len(graph.edges)))
    assert all(e.index in graph.outgoing[e.source] and e.index in graph.incoming[e.target] for e in graph.edges)
    assert [graph.edge_of[e.id] for e in graph.edges] == list(range(len(graph.edges)))


scalar_values = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.5, 2.0, "GET", "5s", "soon", "{{ x }}"])
names = st.sampled_from(["url", "a", "port", "when"])
config_values = st.recursive(
    scalar_values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=6
)


@quick
@given(st.data())
def test_the_quick_answer_never_calls_a_config_valid_that_the_full_check_refuses(data: st.DataObject) -> None:
    node_type = data.draw(st.sampled_from([t for t in NODE_TYPES.values() if t.config_schema["properties"]]))
    config = data.draw(st.dictionaries(st.sampled_from(sorted(node_type.config_schema["properties"])), config_values))
    # A rule the quick answer does not know, and that always holds, makes it leave the config to the full check.
    unknown_to_quick = replace(node_type, config_schema={**node_type.config_schema, "minProperties": 0})

    full = ConfigChecks().findings(unknown_to_quick, config, path="config")

    assert not (certainly_valid(node_type.config_schema)(config) and full)
