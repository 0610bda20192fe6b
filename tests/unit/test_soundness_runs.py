"""Findings that come from playing the graph, and those on ways out, mutexes and forks."""

from __future__ import annotations

from typing import Any

import pytest

from treadle.activities.registry import built_in_registry
from treadle.domain.errors import Finding
from treadle.domain.graph_parser import parse_graph
from treadle.domain.soundness import check_graph, examine_graph
from unit.graph_samples import NODE_TYPES, drawn, node, parsed

IF: dict[str, Any] = {"type": "if", "config": {"condition": "true"}}
SET: dict[str, Any] = {"type": "set", "config": {"value": 1}}
APPROVAL: dict[str, Any] = {"type": "approval"}
TERMINATE: dict[str, Any] = {"type": "terminate"}
ALL: dict[str, Any] = {"join": "all"}


def gate(watched: str, state: str = "finished", **more: Any) -> dict[str, Any]:
    return {"type": "gate", "config": {"node": watched, "state": state}, **more}


def checked(graph: dict[str, Any]) -> list[Finding]:
    return check_graph(parsed(graph), NODE_TYPES)


def codes(graph: dict[str, Any]) -> set[str]:
    return {finding.code for finding in checked(graph)}


def only(graph: dict[str, Any], code: str) -> Finding:
    (finding,) = [finding for finding in checked(graph) if finding.code == code]
    return finding


def around(inner: dict[str, Any], **more: Any) -> dict[str, Any]:
    return node("each", "for_each", config={"items": [1], "graph": inner}, **more)


def with_edge(graph: dict[str, Any], number: int, **more: Any) -> dict[str, Any]:
    graph["edges"][number].update(more)
    return graph


# Runs that get stuck


@pytest.mark.parametrize(
    ("graph", "story"),
    [
        (drawn("s>i s>k i:true>j i:false>x k>j", i=IF, j=ALL), "'i' leaves through 'false'"),
        (drawn("s>i s>k i:true>j k>l l>j", i=IF, j=ALL), "'i' leaves through 'false'"),
        (drawn("s>a s>b a>j b>j b:error>h", b=SET, j=ALL), "'b' fails"),
        (with_edge(drawn("s>a s>b a>j b>j", j=ALL), 1, when="input"), "'s' is done, taking 's->a'"),
        (drawn("s>i s>k s>l i:true>j k:true>j l>j", i=IF, k=IF, j={"join": 2}), "'i' leaves through 'false'"),
    ],
)
def test_a_run_that_starves_is_a_warning_that_tells_the_run(graph: dict[str, Any], story: str) -> None:
    finding = only(graph, "may_starve")

    assert finding.severity == "warning"
    assert finding.path == f"nodes[{next(i for i, n in enumerate(graph['nodes']) if n['id'] == 'j')}]"
    assert story in finding.message
    assert finding.hint


@pytest.mark.parametrize(
    "graph",
    [
        drawn("s>i s>k i:true>j i:false>x k>j", i=IF),
        drawn("s>i s>k i:true>j i:false>x k>j", i=IF, j=ALL, x=TERMINATE),
        drawn("s>a s>b a>j b>j b:error>h h>j", b=SET, j={"join": 2}),
    ],
)
def test_a_graph_without_a_run_that_starves_is_not_reported(graph: dict[str, Any]) -> None:
    assert {"may_starve", "always_starves", "join_never_fires"}.isdisjoint(codes(graph))


def test_a_join_that_auto_would_mend_starves_no_more() -> None:
    starving = drawn("s>i s>k i:true>j i:false>x k>j", i=IF, j=ALL)
    mended = drawn("s>i s>k i:true>j i:false>x k>j", i=IF)

    assert "may_starve" in codes(starving)
    assert codes(mended) == set()


def test_tokens_that_are_left_over_before_an_all_join_are_told() -> None:
    graph = with_edge(drawn("s>a s>b a>j b>j", j=ALL), 0, tokens=2)

    finding = only(graph, "always_starves")

    assert (finding.severity, finding.path) == ("error", "nodes[3]")
    assert "in every run" in finding.message


def test_a_gate_that_holds_the_mutex_of_what_it_waits_for_may_deadlock() -> None:
    arrows = "i:false>g i:false>w i:true>w w>g"

    finding = only(drawn(arrows, i=IF, g=gate("w", mutex="desk", join="each"), w={"mutex": "desk"}), "may_deadlock")

    assert (finding.severity, finding.path) == ("warning", "nodes[1]")
    assert "'i' leaves through 'false'" in finding.message
    assert "may_deadlock" not in codes(drawn(arrows, i=IF, g=gate("w", join="each"), w={"mutex": "desk"}))


# Joins, gates and cancels that wait or look in vain


@pytest.mark.parametrize(
    "graph",
    [
        with_edge(drawn("a>j"), 0, take=2),
        with_edge(drawn("a>b b>j a>j", j=ALL), 1, take=3),
        drawn("s>i i:true>a i:false>b a>m b>n m>j n>j", i=IF, j=ALL),
    ],
)
def test_a_node_that_never_gets_what_it_waits_for_is_an_error(graph: dict[str, Any]) -> None:
    finding = only(graph, "join_never_fires")

    assert finding.severity == "error"
    assert finding.path == f"nodes[{next(i for i, n in enumerate(graph['nodes']) if n['id'] == 'j')}].join"
    assert {"may_starve", "always_starves"}.isdisjoint(codes(graph))


@pytest.mark.parametrize(
    ("graph", "severity"),
    [
        (drawn("g>a", g=gate("a")), "error"),
        (drawn("g>a a>b", g=gate("b", "active")), "error"),
        (drawn("g>a g:missed>b", g=gate("a")), "warning"),
        (drawn("i:true>g i:false>a", i=IF, g=gate("a")), "error"),
        (drawn("a>g", a={}, g=gate("a", "active")), "error"),
        (drawn("t>g x>y", t={"type": "trigger.manual"}, g=gate("y")), "error"),
    ],
)
def test_a_gate_that_never_opens_is_reported(graph: dict[str, Any], severity: str) -> None:
    finding = only(graph, "gate_never_opens")

    assert finding.severity == severity
    assert finding.path.endswith(".config.node")
    assert {"may_starve", "always_starves"}.isdisjoint(codes(graph))


@pytest.mark.parametrize(
    "graph",
    [
        drawn("s>a s>g", g=gate("a")),
        drawn("s>a s>g", g=gate("a", "active")),
        drawn("a>g", g=gate("a")),
        drawn("s>i i:true>a i:false>g a>g", i=IF, g=gate("a")),
    ],
)
def test_a_gate_that_may_open_is_not_reported(graph: dict[str, Any]) -> None:
    assert "gate_never_opens" not in codes(graph)


@pytest.mark.parametrize(
    "graph",
    [
        drawn("a>b", b={"cancels": ["a"]}),
        drawn("a>b", b={"cancels": ["b"]}),
        drawn("a>b b>c", a={"cancels": ["c"]}),
        drawn("i:true>a i:false>b", i=IF, a={"cancels": ["b"]}),
        drawn("t>a x>y", t={"type": "trigger.manual"}, a={"cancels": ["y"]}),
    ],
)
def test_cancels_that_find_nothing_are_a_warning(graph: dict[str, Any]) -> None:
    finding = only(graph, "cancels_nothing")

    assert finding.severity == "warning"
    assert finding.path.endswith(".cancels[0]")


@pytest.mark.parametrize(
    "graph",
    [
        drawn("s>a s>b", a={"cancels": ["b"]}),
        drawn("s>a s>b b>c c>d", a={"cancels": ["c"]}),
        with_edge(drawn("s>a", a={"join": "each", "cancels": ["a"]}), 0, tokens=2),
    ],
)
def test_cancels_that_may_find_something_are_not_reported(graph: dict[str, Any]) -> None:
    assert "cancels_nothing" not in codes(graph)


# Ways out


def test_an_edge_for_failures_of_a_node_that_cannot_fail_is_a_warning() -> None:
    finding = only(drawn("a>b a:error>c"), "error_never_taken")

    assert (finding.severity, finding.path) == ("warning", "edges[1].port")
    assert "error_never_taken" not in codes(drawn("a>b a:error>c", a=SET))
    assert "error_never_taken" in codes(drawn("a>b a:error>c", a={**SET, "disabled": True}))


def test_an_expression_on_an_edge_may_fail_for_a_node_that_cannot() -> None:
    graph = with_edge(drawn("a>b a:error>c"), 0, when="input.x > 1")

    assert "error_never_taken" not in codes(graph)


def test_on_error_continue_beside_an_edge_for_failures_is_a_warning() -> None:
    graph = drawn("a>b a:error>c", a={**SET, "on_error": "continue"})

    assert only(graph, "continue_never_used").path == "nodes[0].on_error"
    assert "continue_never_used" not in codes(with_edge(graph, 1, when="error.type == 'x'"))


def test_a_default_beside_a_condition_that_always_holds_can_never_be_taken() -> None:
    graph = with_edge(with_edge(drawn("a>b a>c"), 0, when="true"), 1, default=True)

    assert only(graph, "default_never_taken").path == "edges[1].default"


def test_a_disabled_node_is_left_through_its_first_port_only() -> None:
    disabled = {**IF, "disabled": True}

    finding = only(drawn("i:true>a i:false>b", i=disabled), "unreachable")

    assert finding.path == "nodes[2]"
    assert "unreachable" not in codes(drawn("i:true>a i:false>b", i=IF))


# Mutexes


def test_two_mutexes_that_are_taken_in_either_order_are_a_warning() -> None:
    one = around({"nodes": [node("x", mutex="door")]}, mutex="desk")
    other = around({"nodes": [node("y", mutex="desk")]}, mutex="door") | {"id": "other"}

    finding = only({"nodes": [one, other]}, "mutex_order")

    assert (finding.severity, finding.path) == ("warning", "nodes[0].config.graph.nodes[0].mutex")
    assert codes({"nodes": [one, {**other, "mutex": "hall"}]}) == set()


def test_a_circle_of_three_mutexes_is_one_warning() -> None:
    names = ["a", "b", "c", "a"]
    nodes = [around({"nodes": [node("x", mutex=names[n + 1])]}, mutex=names[n]) | {"id": f"n{n}"} for n in range(3)]

    assert "in a circle" in only({"nodes": nodes}, "mutex_order").message


def test_a_mutex_two_graphs_further_in_is_inside_itself_all_the_same() -> None:
    deep = around({"nodes": [around({"nodes": [node("x", mutex="desk")]})]}, mutex="desk")

    finding = only({"nodes": [deep]}, "mutex_inside_itself")

    assert finding.path == "nodes[0].config.graph.nodes[0].config.graph.nodes[0].mutex"


# Inner graphs, and what is only said when asked


@pytest.mark.parametrize(
    ("inner", "code", "place"),
    [
        (drawn("a>b c>d d>c"), "unreachable", "nodes[2]"),
        (drawn("s>i s>k i:true>j k>j", i=IF, j=ALL), "may_starve", "nodes[3]"),
        (drawn("g>a", g=gate("a")), "gate_never_opens", "nodes[0].config.node"),
        (drawn("a>b", b={"cancels": ["a"]}), "cancels_nothing", "nodes[1].cancels[0]"),
        (drawn("a>b b>b"), "endless_cycle", "nodes[1]"),
    ],
)
def test_inner_graphs_are_played_too_and_the_path_leads_there(inner: dict[str, Any], code: str, place: str) -> None:
    graph = {"nodes": [node("a"), around({"nodes": [around(inner)]})]}

    assert next(f.path for f in checked(graph) if f.code == code) == f"nodes[1].config.graph.nodes[0].config.graph.{place}"


def test_a_save_says_nothing_of_branches_that_end_by_themselves_but_an_examination_does() -> None:
    graph = parsed(drawn("s>a s>b s>c a>d b>d"))

    assert check_graph(graph, NODE_TYPES) == []
    assert [(f.code, f.severity, f.path) for f in examine_graph(graph, NODE_TYPES)] == [
        ("branch_not_collected", "info", "nodes[0]")
    ]


def test_an_examination_says_when_not_every_run_could_be_tried() -> None:
    forks = " ".join(f"s>i{n} i{n}:true>a i{n}:false>b" for n in range(40))
    graph = parsed(drawn(forks, **{f"i{n}": IF for n in range(40)}))

    assert "partial_check" in {finding.code for finding in examine_graph(graph, NODE_TYPES)}
    assert "partial_check" not in {finding.code for finding in check_graph(graph, NODE_TYPES)}


@pytest.mark.parametrize(
    ("inside", "hinted"), [(drawn("a>b"), False), (drawn("a>w", w={"type": "wait", "config": {"duration": "2d"}}), True)]
)
def test_a_branch_with_an_inner_graph_is_slow_if_something_in_it_waits(inside: dict[str, Any], hinted: bool) -> None:
    node_types = built_in_registry().node_types
    each = {"type": "for_each", "config": {"count": 2, "graph": inside}}
    graph = parse_graph(drawn("s>work s>each work>end each>end", each=each), node_types)

    assert ("waits_for_slow_branch" in {finding.code for finding in check_graph(graph, node_types)}) is hinted
