"""One node out of a graph that is being edited, in whatever state that is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from treadle.activities.registry import built_in_registry
from treadle.domain.drafts import draft_of, find_node, parse_node
from treadle.domain.errors import DefinitionError, NotFoundError, TreadleError
from treadle.domain.graph_parser import inner_graphs, parse_graph

TYPES = built_in_registry().node_types
REACT_FLOW = {
    "nodes": [
        {"id": "a", "type": "noop", "position": {"x": 0, "y": 0}, "width": 80},
        {"id": "b", "type": "default", "data": {"type": "set", "label": "B", "config": {"value": "{{ nodes.a.output }}"}}},
    ],
    "edges": [{"id": "e", "source": "a", "target": "b", "sourceHandle": None}],
}
NESTED = {
    "nodes": [
        {"id": "a", "type": "noop"},
        {"id": "test", "type": "for_each", "config": {"items": [1], "graph": {
            "nodes": [{"id": "in1", "type": "noop"}, {"id": "in2", "type": "set", "config": {"value": "{{ nodes.a.output }}"}}],
            "edges": [{"source": "in1", "target": "in2"}],
        }}},
    ],
    "settings": {"vars": {"k": 1}, "timeout": "1h", "concurrency": {"limit": 1},
                 "rate_limits": [{"type": "set", "limit": 1, "per": "1s"}, {"node": "a", "limit": 1, "per": "1s"}]},
}  # fmt: skip


def test_a_node_as_react_flow_writes_it_is_found() -> None:
    drawn = find_node(REACT_FLOW, "b", TYPES)

    node = parse_node(drawn, TYPES).nodes[0]

    assert (node.type, node.name, node.config) == ("set", "B", {"value": "{{ nodes.a.output }}"})
    assert drawn.levels[-1].sources_of("b") == [("a", "out")]


@pytest.mark.parametrize("place", ["test/in2", "test[3]/in2", "test#2[3]/in2#4"])
def test_a_node_inside_of_another_is_found_whatever_item_is_named(place: str) -> None:
    drawn = find_node(NESTED, place, TYPES)

    assert (drawn.id, drawn.path, drawn.seen) == ("in2", "nodes[1].config.graph.nodes[1]", frozenset({"a", "test", "in1", "in2"}))
    assert drawn.levels[-1].before("in2") == {"in1"}


def test_a_draft_holds_the_node_in_a_block_with_what_it_names_beside_it() -> None:
    drawn = find_node(NESTED, "test/in2", TYPES)

    config, holder = draft_of(drawn, parse_node(drawn, TYPES), {"a"})
    graph = parse_graph(config, TYPES)

    assert holder == "test_"
    assert [node.id for node in graph.nodes] == ["test_", "a"]
    assert [node.id for node in inner_graphs(graph)[0].nodes] == ["in2"]
    assert (graph.settings.vars, graph.settings.timeout, graph.settings.concurrency) == ({"k": 1}, 3600.0, None)
    assert [limit.type for limit in graph.settings.rate_limits] == ["set"]


def test_what_is_before_a_node_of_a_loop_ends() -> None:
    loop = {"nodes": [{"id": "a", "type": "noop"}, {"id": "b", "type": "noop"}],
            "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "a"}]}  # fmt: skip

    assert find_node(loop, "a", TYPES).levels[-1].before("a") == {"a", "b"}


def test_a_node_that_is_not_there_is_told_with_those_that_are_near() -> None:
    with pytest.raises(NotFoundError) as error:
        find_node(NESTED, "test/in3", TYPES)

    assert set(error.value.known) == {"in1", "in2"}


def test_a_mistake_in_the_node_is_told_where_it_stands_in_the_graph() -> None:
    broken = {"nodes": [7, {"id": "x"}, {"id": "w", "type": "wait", "config": {"duration": "soon"}, "retry": {"max_attempts": -1}}]}

    with pytest.raises(DefinitionError) as error:
        parse_node(find_node(broken, "w", TYPES), TYPES)

    assert {finding.path for finding in error.value.findings} == {"nodes[2].config.duration", "nodes[2].retry.max_attempts"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["a", "b", "noop", "set", "{{ nodes.a }}", "{{"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "type", "config", "data", "nodes", "edges", "source", "target", "graph", "settings", "vars",
                         "rate_limits", "timeout", "value", "node", "position", "cancels", "join"]), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip
NODES = st.fixed_dictionaries(
    {"id": st.just("a"), "type": st.sampled_from(["noop", "set", "for_each"])},
    optional=dict.fromkeys(("config", "data", "cancels", "join", "retry"), JSON),
)
GRAPHS = JSON | st.fixed_dictionaries({"nodes": st.lists(NODES | JSON, max_size=3)}, optional={"edges": JSON, "settings": JSON})


@given(graph=GRAPHS, place=st.sampled_from(["a", "a/a", "a[1]/b", "/", "a//", "#", "a#1"]))
@example(graph={"nodes": [{"id": "a", "type": "noop"}], "settings": {"rate_limits": 3, "vars": 4}}, place="a")
def test_whatever_a_graph_is_it_is_read_or_refused(graph: Any, place: str) -> None:
    try:
        drawn = find_node(graph, place, TYPES)
        config, _ = draft_of(drawn, parse_node(drawn, TYPES), set())
        parse_graph(config, TYPES, stored=True)
    except TreadleError:
        pass
