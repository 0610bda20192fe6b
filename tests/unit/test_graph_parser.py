from __future__ import annotations

from typing import Any

import pytest

from treadle.domain.errors import DefinitionError
from treadle.domain.graph import Compensation, Concurrency, Debounce, Edge, Node, OnFailure, RateLimit, Settings, Timeouts
from treadle.domain.graph_parser import (
    MAX_EDGES,
    MAX_FINDINGS,
    MAX_NESTING,
    MAX_NODES,
    graph_to_config,
    inner_graphs,
    parse_graph,
)
from treadle.domain.retry import NO_RETRY, RetryPolicy
from unit.graph_samples import FULL, NODE_TYPES, choice, drawn, edge, node, parsed, refused


def test_every_key_of_a_node_is_read() -> None:
    graph = parsed(FULL)

    assert graph.node("fetch") == Node(
        index=0, id="fetch", type="http.request", name="Fetch order", config=FULL["nodes"][0]["config"],
        retry=RetryPolicy(3, 2.0, 3.0, 60.0, 0.1, ("bad_request",)), timeout=Timeouts(30.0), delivery="at_most_once",
        position={"x": 0.0, "y": 12.5}, notes="asks the shop",
    )  # fmt: skip
    assert graph.node("manager_ok") == Node(
        2, "manager_ok", "approval", config={"title": "Refund"}, queue="people", mutex="desk"
    )  # fmt: skip
    assert graph.node("tell") == Node(
        3, "tell", "noop", join=2, rest="cancel", on_error="continue", cancels=("manager_ok",), disabled=True,
        compensate=Compensation("set", {"value": 1}),
    )  # fmt: skip


def test_every_key_of_an_edge_is_read() -> None:
    graph = parsed(FULL)

    assert graph.edges == (
        Edge(0, "fetch->big", 0, 1),
        Edge(1, "big.true->manager_ok", 1, 2, "true", tokens=2),
        Edge(2, "big.false->tell", 1, 3, "false"),
        Edge(3, "ok", 2, 3, "approved", when="output.data == 1", take=2),
        Edge(4, "manager_ok.approved->tell", 2, 3, "approved", default=True, tokens="input.n"),
    )


def test_settings_schema_and_indexes_are_read() -> None:
    graph = parsed(FULL)

    assert graph.settings == Settings(604800.0, RetryPolicy(max_attempts=2), 500, "nodes.tell.output")
    assert graph.input_schema == FULL["input_schema"]
    assert graph.index_of == {"fetch": 0, "big": 1, "manager_ok": 2, "tell": 3}
    assert graph.outgoing == ((0,), (1, 2), (3, 4), ())
    assert graph.incoming == ((), (0,), (1,), (2, 3, 4))
    assert graph.edge_of["ok"] == 3


def test_what_is_left_out_or_null_has_its_default() -> None:
    nulls = dict.fromkeys(("name", "config", "retry", "timeout", "join", "rest", "cancels", "mutex", "position", "disabled"))
    config = {"nodes": [{**node("a"), **nulls}, node("b")], "edges": [edge("a", "b", port=None, when=None, take=None)]}

    graph = parsed({**config, "settings": None, "input_schema": None})

    assert graph.nodes == (Node(0, "a", "noop"), Node(1, "b", "noop"))
    assert graph.edges == (Edge(0, "a->b", 0, 1),)
    assert graph.settings == Settings(retry=NO_RETRY)
    assert graph == parsed(config)


def test_a_graph_without_edges_or_nodes_parses() -> None:
    assert parsed({"nodes": []}).nodes == ()
    assert parsed({"nodes": [node()]}).edges == ()


def test_the_definition_may_change_afterwards_without_changing_the_graph() -> None:
    config: dict[str, Any] = {"nodes": [node(node_type="set", config={"value": {"deep": [1]}})]}
    graph = parsed(config)

    config["nodes"][0]["config"]["value"]["deep"].append(2)

    assert graph.node("a").config == {"value": {"deep": [1]}}


def test_edges_without_id_get_one_that_no_other_edge_has() -> None:
    edges = [edge("a", "b"), edge("a", "b"), edge("b", "a", id="a->b#2"), edge("a", "b"), edge("a", "b", "error")]

    graph = parsed({"nodes": [node("a"), node("b")], "edges": edges})

    assert [e.id for e in graph.edges] == ["a->b", "a->b#3", "a->b#2", "a->b#4", "a.error->b"]


@pytest.mark.parametrize(
    ("arrows", "declared", "join"),
    [
        ("a:error>h b:error>h", {}, "each"),
        ("a:error>h b>h", {}, "auto"),
        ("a:error>h b:error>h", {"join": "auto"}, "auto"),
        ("a:error>h b:error>h", {"join": "all"}, "all"),
        ("h>a", {}, "auto"),
    ],
)
def test_a_node_that_only_handles_errors_is_each_unless_it_says_otherwise(
    arrows: str, declared: dict[str, Any], join: str
) -> None:
    graph = parsed(drawn(arrows, h=declared))

    assert graph.node("h").join == join
    assert parsed(graph_to_config(graph)) == graph


def test_an_implied_join_is_not_written_and_a_declared_one_is() -> None:
    implied = graph_to_config(parsed(drawn("a:error>h")))
    declared = graph_to_config(parsed(drawn("a:error>h", h={"join": "auto"})))

    assert implied["nodes"][1] == {"id": "h", "type": "noop"}
    assert declared["nodes"][1] == {"id": "h", "type": "noop", "join": "auto"}


def test_what_is_written_leaves_defaults_out_and_keeps_the_order_of_keys() -> None:
    written = graph_to_config(parsed(FULL))

    assert list(written) == ["nodes", "edges", "settings", "input_schema"]
    assert list(written["nodes"][0]) == [
        "id", "type", "name", "config", "retry", "timeout", "delivery", "position", "notes",
    ]  # fmt: skip
    assert written["nodes"][0]["timeout"] == "30s"
    assert written["nodes"][1] == FULL["nodes"][1]
    assert written["edges"][0] == {"source": "fetch", "target": "big"}
    assert written["settings"] == FULL["settings"]
    assert parsed(written) == parsed(FULL)


def test_a_duration_that_no_short_form_says_exactly_is_written_as_a_number() -> None:
    graph = parsed({"nodes": [node(timeout=1 / 3)]})

    written = graph_to_config(graph)

    assert written["nodes"][0]["timeout"] == 1 / 3
    assert parsed(written) == graph


def test_templates_pass_wherever_another_type_is_asked_for() -> None:
    config = {"url": "{{ input.url }}", "method": "{{ input.method }}", "ok": "{{ input.ok }}", "retries": "{{ input.n }}",
              "headers": "{{ input.headers }}", "timeout": "{{ input.t }}"}  # fmt: skip
    nested = {"url": "x", "ok": [200, "{{ input.ok }}"], "headers": {"A": "{{ input.a }}"}, "retries": "{{ 1 }}"}

    graph = parsed({"nodes": [node("a", "http.request", config=config), node("b", "http.request", config=nested)]})

    assert [n.config for n in graph.nodes] == [config, nested]


def test_expressions_may_stand_in_braces_and_are_kept_without_them() -> None:
    edges = [edge("a", "b", when="{{ output > 1 }}", tokens="{{ input.n }}")]

    graph = parsed({"nodes": [node("a"), node("b")], "edges": edges, "settings": {"output": " {{ nodes.a.output }} "}})

    assert graph.edges[0].when == "output > 1"
    assert graph.edges[0].tokens == "input.n"
    assert graph.settings.output == "nodes.a.output"


def test_a_deferred_field_may_use_the_names_its_type_adds() -> None:
    waiting = node("a", "signal.wait", config={"signal": "paid", "when": "payload.sum > nodes.a.visits"})
    elsewhere = node("b", "set", config={"value": "{{ payload }}"})

    graph = parsed({"nodes": [waiting]})
    (finding,) = refused({"nodes": [elsewhere]})

    assert graph.node("a").config["when"] == "payload.sum > nodes.a.visits"
    assert (finding.code, finding.path) == ("unknown_name", "nodes[0].config.value")


def test_an_inner_graph_is_parsed_and_may_name_the_nodes_around_it() -> None:
    inner = {
        "nodes": [choice("x", "nodes.before.output > item"), {"id": "y", "data": {"type": "noop"}}],
        "edges": [{"source": "x", "target": "y", "sourceHandle": "true"}],
        "settings": {"output": "nodes.x.output"},
    }
    outer = {"nodes": [node("before"), node("all", "for_each", config={"items": "input.list", "graph": inner})]}

    graph = parsed(outer)

    below = inner_graphs(graph)[1]
    assert [n.id for n in below.nodes] == ["x", "y"]
    assert below.settings.output == "nodes.x.output"
    assert graph.node("all").config["graph"] == graph_to_config(below)
    assert graph.node("all").config["graph"]["nodes"][1] == {"id": "y", "type": "noop"}
    assert parsed(graph_to_config(graph)) == graph


def test_an_inner_graph_on_its_own_is_parsed_with_the_ids_around_it() -> None:
    inner = {"nodes": [choice("x", "nodes.before.output")]}

    graph = parse_graph(inner, NODE_TYPES, enclosing={"before"})

    assert graph.node("x").type == "if"
    with pytest.raises(DefinitionError, match="unknown node 'before'"):
        parse_graph(inner, NODE_TYPES)


def test_inner_graphs_report_the_whole_path_and_nest_only_so_deep() -> None:
    def nested(depth: int) -> dict[str, Any]:
        graph: dict[str, Any] = {"nodes": [node("leaf")]}
        for _ in range(depth):
            graph = {"nodes": [node("all", "for_each", config={"graph": graph})]}
        return graph

    wrong = {"nodes": [node("all", "for_each", config={"graph": {"nodes": [node("x", "nop")], "input_schema": {}}})]}
    (unknown_key, unknown_type) = refused(wrong)
    (too_deep,) = refused(nested(MAX_NESTING + 1))

    assert parsed(nested(MAX_NESTING)).node("all").type == "for_each"
    assert unknown_key.path == "nodes[0].config.graph.input_schema"
    assert unknown_type.path == "nodes[0].config.graph.nodes[0].type"
    assert (too_deep.code, too_deep.path.count("graph")) == ("limit_exceeded", MAX_NESTING + 1)


def test_graphs_at_the_limits_parse_and_beyond_them_do_not() -> None:
    many = [node(f"n{i}") for i in range(MAX_NODES)]
    edges = [edge("n0", "n1", id=str(i)) for i in range(MAX_EDGES)]

    graph = parsed({"nodes": many, "edges": edges})
    (nodes_refused,) = refused({"nodes": [*many, node("more")]})
    (edges_refused,) = refused({"nodes": many, "edges": [*edges, edge("n0", "n1")]})

    assert (len(graph.nodes), len(graph.edges)) == (MAX_NODES, MAX_EDGES)
    assert (nodes_refused.code, nodes_refused.path) == ("limit_exceeded", "nodes")
    assert (edges_refused.code, edges_refused.path) == ("limit_exceeded", "edges")


def test_thousands_of_mistakes_are_counted_and_not_all_listed() -> None:
    findings = refused({"nodes": [node()], "edges": [edge(f"x{i}", "a") for i in range(5_000)]})

    assert len(findings) == MAX_FINDINGS + 1
    assert findings[-1].message == "and 4,000 more findings"


LIMITS = {
    "vars": {"region": "eu", "most": [1, 2]},
    "concurrency": {"key": "input.customer", "limit": 5, "on_limit": "cancel_oldest"},
    "debounce": {"key": "trigger.path", "wait": "10s", "max_wait": "1m"},
    "rate_limits": [
        {"type": "noop", "limit": 3, "per": "1s"},
        {"node": "a", "key": "nodes.a.output", "limit": 100, "per": "1h"},
    ],
    "on_failure": {"workflow": "repair", "version": 2},
    "queue": "reports",
    "retention": {"completed": "7d", "failed": "forever"},
}


def test_limits_across_executions_are_read_and_written_as_they_were() -> None:
    graph = parsed({"nodes": [node("a")], "settings": LIMITS})

    assert graph.settings.vars == LIMITS["vars"]
    assert graph.settings.concurrency == Concurrency(5, "input.customer", "cancel_oldest")
    assert graph.settings.debounce == Debounce(10.0, "trigger.path", 60.0)
    assert graph.settings.rate_limits == (RateLimit(3, 1.0, type="noop"), RateLimit(100, 3600.0, node="a", key="nodes.a.output"))
    assert graph.settings.on_failure == OnFailure("repair", 2)
    assert graph.settings.queue == "reports"
    assert graph.settings.retention == {"completed": 7 * 86_400.0, "failed": None}
    assert graph_to_config(graph)["settings"] == LIMITS


def test_a_number_is_a_concurrency_limit_and_a_name_a_failure_workflow() -> None:
    graph = parsed({"nodes": [node("a")], "settings": {"concurrency": 3, "on_failure": "repair"}})

    assert (graph.settings.concurrency, graph.settings.on_failure) == (Concurrency(3), OnFailure("repair"))
    assert graph_to_config(graph)["settings"] == {"concurrency": {"limit": 3}, "on_failure": {"workflow": "repair"}}
