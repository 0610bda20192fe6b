from __future__ import annotations

from typing import Any

import pytest

from treadle.domain.graph import Edge, Node, Timeouts
from treadle.domain.graph_parser import graph_to_config
from treadle.domain.graph_react_flow import DRAWING_EDGE_KEYS, DRAWING_NODE_KEYS
from unit.graph_samples import SAVED, edge, node, parsed, refused


def test_a_graph_as_react_flow_saves_it_is_read() -> None:
    graph = parsed(SAVED)

    fetch, big, ask = graph.nodes
    assert fetch == Node(
        0, "fetch", "http.request", "Fetch order", {"url": "x", "timeout": "5s"}, timeout=Timeouts(30.0), position={"x": 10.0, "y": 20.0}
    )
    assert (big.name, big.type, big.config) == ("Big?", "if", {"condition": "input.n > 1"})
    assert (ask.type, ask.config, ask.retry and ask.retry.max_attempts) == ("approval", {"title": "Refund"}, 2)
    assert graph.edges == (
        Edge(0, "reactflow__edge-1", 0, 1),
        Edge(1, "e2", 1, 2, "true", when="output", tokens=2),
    )


def test_what_react_flow_saved_is_written_in_this_projects_form() -> None:
    graph = parsed(SAVED)

    written = graph_to_config(graph)

    assert written["nodes"][1] == {
        "id": "big", "type": "if", "name": "Big?", "config": {"condition": "input.n > 1"}, "position": {"x": 1.0, "y": 2.0},
    }  # fmt: skip
    assert written["edges"][1] == {
        "id": "e2", "source": "big", "port": "true", "target": "ask", "when": "output", "tokens": 2,
    }  # fmt: skip
    assert parsed(written) == graph


@pytest.mark.parametrize(
    ("data", "config", "timeout"),
    [
        ({"url": "x", "timeout": "5s"}, {"url": "x", "timeout": "5s"}, None),
        ({"config": {"url": "x"}, "timeout": "5s"}, {"url": "x"}, 5.0),
    ],
)
def test_a_key_that_node_and_config_share_is_config_where_data_is_the_config(
    data: dict[str, Any], config: dict[str, Any], timeout: float | None
) -> None:
    graph = parsed({"nodes": [{"id": "a", "type": "http.request", "data": data}]})

    assert graph.node("a").config == config
    assert graph.node("a").timeout == Timeouts(timeout)


def test_the_type_field_of_a_config_is_not_mistaken_for_the_node_type() -> None:
    graph = parsed({"nodes": [{"id": "a", "type": "fail", "data": {"message": "no", "type": "noop"}}]})

    assert (graph.node("a").type, graph.node("a").config) == ("fail", {"message": "no", "type": "noop"})


def test_what_only_describes_the_drawing_is_dropped() -> None:
    nodes = [{**node("a"), **dict.fromkeys(DRAWING_NODE_KEYS, 1)}]
    edges = [{**edge("a", "a"), **dict.fromkeys(DRAWING_EDGE_KEYS, 1)}]

    graph = parsed({"nodes": nodes, "edges": edges, "viewport": {}})

    assert graph == parsed({"nodes": [node("a")], "edges": [edge("a", "a")]})


@pytest.mark.parametrize(
    ("saved", "path", "words"),
    [
        ({"id": "a", "type": "default", "data": {}}, "nodes[0].type", "unknown node type 'default'"),
        ({"id": "a", "data": {"type": "nop"}}, "nodes[0].data.type", "unknown node type 'nop'"),
        ({"id": "a", "type": {}, "data": {}}, "nodes[0].type", "type must be a string"),
        ({"id": "a", "type": "noop", "data": 3}, "nodes[0].data", "data must be an object, not a number"),
        ({"id": "a", "type": "noop", "data": {"label": 3}}, "nodes[0].data.label", "name must be a string, not 3"),
        ({"id": "a", "type": "noop", "data": {"icon": 3}}, "nodes[0].data.icon", "unknown key 'icon'"),
        ({"id": "a", "type": "noop", "data": {"icon": 3, "config": {}}}, "nodes[0].data.icon", "unknown key 'icon' in a node"),
        ({"id": "a", "type": "if", "data": {"condition": "1 +"}}, "nodes[0].data.condition", "(column"),
        ({"id": "a", "type": "if", "data": {"config": {"condition": "x"}}}, "nodes[0].data.config.condition", "unknown name"),
        ({"id": "a", "type": "noop", "name": "A", "data": {"label": "B"}}, "nodes[0].data.label", "given twice"),
        ({"id": "a", "type": "noop", "data": {"config": {}, "join": "any"}}, "nodes[0].data.join", "join must be"),
    ],
)
def test_a_mistake_is_reported_where_react_flow_has_it(saved: dict[str, Any], path: str, words: str) -> None:
    (finding,) = refused({"nodes": [saved]})

    assert finding.path == path
    assert words in finding.message


@pytest.mark.parametrize(
    ("saved", "path", "words"),
    [
        ({"sourceHandle": "yes"}, "edges[0].sourceHandle", "unknown port 'yes'"),
        ({"sourceHandle": 3}, "edges[0].sourceHandle", "port must be a string"),
        ({"sourceHandle": "error", "port": "out"}, "edges[0].sourceHandle", "given twice"),
        ({"data": {"when": "x"}}, "edges[0].data.when", "unknown name 'x'"),
        ({"data": {"colour": "red"}}, "edges[0].data.colour", "unknown key 'colour' in an edge"),
        ({"data": []}, "edges[0].data", "data must be an object, not an array"),
    ],
)
def test_a_mistake_of_an_edge_is_reported_where_react_flow_has_it(saved: dict[str, Any], path: str, words: str) -> None:
    (finding,) = refused({"nodes": [node("a")], "edges": [{"source": "a", "target": "a", **saved}]})

    assert finding.path == path
    assert words in finding.message


def test_the_same_value_given_twice_is_accepted() -> None:
    saved = {"id": "a", "type": "noop", "name": "A", "data": {"label": "A", "type": "noop", "config": {}}}

    graph = parsed({"nodes": [saved], "edges": [{"source": "a", "target": "a", "port": "error", "sourceHandle": "error"}]})

    assert graph.node("a").name == "A"
    assert graph.edges[0].port == "error"
