from __future__ import annotations

from typing import Any

import pytest

from treadle.domain.errors import Finding
from treadle.domain.graph import Graph
from treadle.domain.soundness import MAX_OF_ONE_CODE, check_graph
from unit.graph_samples import NODE_TYPES, drawn, edge, node, parsed

IF: dict[str, Any] = {"type": "if", "config": {"condition": "true"}}
ALL: dict[str, Any] = {"join": "all"}
TRIGGER: dict[str, Any] = {"type": "trigger.manual"}
SCHEDULE: dict[str, Any] = {"type": "trigger.schedule"}
SET: dict[str, Any] = {"type": "set", "config": {"value": 1}}
WAIT: dict[str, Any] = {"type": "wait"}
APPROVAL: dict[str, Any] = {"type": "approval"}
SWITCH: dict[str, Any] = {
    "type": "switch",
    "config": {"cases": [{"port": "p", "when": "true"}, {"port": "q", "when": "true"}]},
}
SWITCH_ALL: dict[str, Any] = {**SWITCH, "config": {**SWITCH["config"], "all": True}}


def checked(graph: Graph | dict[str, Any]) -> list[Finding]:
    return check_graph(graph if isinstance(graph, Graph) else parsed(graph), NODE_TYPES)


def codes(graph: dict[str, Any]) -> set[str]:
    return {finding.code for finding in checked(graph)}


def only(graph: dict[str, Any], code: str) -> Finding:
    (finding,) = [finding for finding in checked(graph) if finding.code == code]
    return finding


@pytest.mark.parametrize(
    "graph",
    [
        drawn("a>b b>c"),
        drawn("t>a a>b", t=TRIGGER),
        drawn("t>b u>b", t=TRIGGER, u=SCHEDULE),
        drawn("a>b a>c b>d c>d", d=ALL),
        drawn("a>i i:true>b i:false>c b>d c>d", i=IF),
        drawn("a>i i:true>b i:false>c b>d c>d", i=IF, d={"join": "each"}),
        drawn("s>a a>i i:true>a i:false>b", i=IF),
        drawn("a>b b:error>b b>c", b=SET),
    ],
)
def test_a_sound_graph_has_no_findings(graph: dict[str, Any]) -> None:
    assert checked(graph) == []


def test_the_example_of_the_design_has_no_findings() -> None:
    arrows = "fetch>big big:true>manager_ok big:false>tell manager_ok:approved>tell"

    assert checked(drawn(arrows, big=IF, manager_ok=APPROVAL)) == []


@pytest.mark.parametrize("graph", [{"nodes": []}, drawn("a>a"), drawn("a>b b>a")])
def test_a_graph_in_which_nothing_can_start_is_an_error(graph: dict[str, Any]) -> None:
    finding = only(graph, "no_start")

    assert (finding.severity, finding.path) == ("error", "nodes")
    assert finding.hint


def test_a_trigger_with_an_incoming_edge_is_a_start_all_the_same() -> None:
    assert "no_start" not in codes(drawn("t>a a>t", t=TRIGGER))


def test_nodes_no_way_leads_to_are_reported() -> None:
    findings = checked(drawn("a>b c>d d>c"))

    assert [(f.code, f.path, f.severity) for f in findings] == [
        ("unreachable", "nodes[2]", "warning"),
        ("unreachable", "nodes[3]", "warning"),
    ]


def test_sources_beside_a_trigger_are_reported() -> None:
    findings = checked(drawn("t>a b>c", t=TRIGGER))

    assert [(f.code, f.path, f.severity) for f in findings] == [
        ("unconnected", "nodes[2]", "warning"),
        ("unreachable", "nodes[3]", "warning"),
    ]


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (drawn("i:true>j i:false>j", i=IF, j=ALL), "'i' leaves through one of its ports"),
        (drawn("s>i i:true>a i:false>b a>j b>j", i=IF, j=ALL), "'i' leaves through one of its ports"),
        (drawn("i:true>a i:false>b a>x a>y x>j y>j b>j", i=IF, j=ALL), "waits for 3 edges, but at most 2"),
        (drawn("s>i s>k i:true>j i:false>j k>j", i=IF, j=ALL), "waits for 3 edges, but at most 2"),
        (drawn("i:true>k k:true>j k:false>j", i=IF, k=IF, j=ALL), "'k' leaves"),
        (drawn("i:true>k i:false>l k:true>j l:true>j", i=IF, k=IF, l=IF, j=ALL), "'i' leaves"),
        (drawn("a:approved>j a:expired>j", a=APPROVAL, j=ALL), "'a' leaves"),
        (drawn("w>j w:timeout>j", w={"type": "signal.wait", "config": {"signal": "s"}}, j=ALL), "'w' leaves"),
        (drawn("g>j g:missed>j", g={"type": "gate", "config": {"node": "j"}}, j=ALL), "'g' leaves"),
        (drawn("s:p>j s:q>j", s=SWITCH, j=ALL), "'s' leaves"),
        (drawn("a>j a:error>j", j=ALL), "'a' leaves"),
        (drawn("a>b a:error>c b>j c>j", j=ALL), "'a' leaves"),
        (drawn("i:true>j i:false>j i:false>k k>j", i=IF, j={"join": 3}), "waits for 3 edges, but at most 2"),
        (drawn("x>x x>i s>i i:true>j i:false>j", i=IF, j=ALL), "'i' leaves"),
        (drawn("t>j u>j", t=TRIGGER, u=SCHEDULE, j=ALL), "different triggers"),
        (drawn("t>a u>b a>j b>j", t=TRIGGER, u=SCHEDULE, j=ALL), "different triggers"),
        (drawn("t>j u>j v>j", t=TRIGGER, u=SCHEDULE, v=TRIGGER, j={"join": 2}), "different triggers"),
        (drawn("a>j j>j", j=ALL), "'j->j' comes only after this node"),
        (drawn("a>j j>b b>j", j=ALL), "'b->j' comes only after this node"),
        (drawn("a>j j>j j>b b>j", j={"join": 2}), "comes only after this node"),
        (drawn("a>j x>x x>j", j=ALL), "'x->j' can never be taken"),
        (drawn("t>j x>j", t=TRIGGER, j=ALL), "'x->j' can never be taken"),
        (drawn("a>j b>j", j={"join": 3}), "has 2 incoming"),
    ],
)
def test_a_join_that_can_never_fire_is_an_error(graph: dict[str, Any], words: str) -> None:
    finding = only(graph, "join_never_fires")

    assert finding.severity == "error"
    assert finding.path == f"nodes[{next(i for i, n in enumerate(graph['nodes']) if n['id'] == 'j')}].join"
    assert words in finding.message
    assert finding.hint


@pytest.mark.parametrize(
    "graph",
    [
        drawn("s:p>j s:q>j", s=SWITCH_ALL, j=ALL),
        drawn("i:true>j i:true>j", i=IF, j=ALL),
        drawn("a>j b>j", j=ALL),
        drawn("s>i s>k i:true>j k:true>j", i=IF, k=IF, j=ALL),
        drawn("t>a a>b a>c b>j c>j u>a", t=TRIGGER, u=SCHEDULE, j=ALL),
        drawn("i:true>j i:false>j i:false>k k>j", i=IF, j={"join": 2}),
        drawn("i:true>x i:false>x x>j i:true>y i:false>y y>j", i=IF, j=ALL),
        drawn("t>a t>b a>j b>j j>a", t=TRIGGER, j=ALL, a={"join": "each"}),
        drawn("a>j b>j", j={"join": 2}),
        drawn("a>j j>a", a=TRIGGER, j=ALL),
        drawn("a>b b>a", a={**TRIGGER, "join": "all"}),
        drawn("i:true>j i:false>j", i=IF, j={"join": "first"}),
        drawn("a>m b>m m>i i:true>j i:false>j", m={"join": "each"}, i=IF, j=ALL),
        drawn("t>i i>j", t=TRIGGER, i={"join": 1}, j=ALL),
        drawn("t>u t>j u>j", t=TRIGGER, u=SCHEDULE, j=ALL),
    ],
)
def test_a_join_that_may_fire_is_no_error(graph: dict[str, Any]) -> None:
    assert "join_never_fires" not in codes(graph)


@pytest.mark.parametrize("upstream", ["s>i i:true>a i:false>b a>j b>j b>s", "s>m r>m m>i i:true>j i:false>j"])
def test_a_join_over_two_ports_that_may_be_taken_one_after_the_other_is_a_warning(upstream: str) -> None:
    graph = drawn("r>s " + upstream, i=IF, j=ALL, m={"join": "each"})

    finding = only(graph, "join_may_never_fire")

    assert finding.severity == "warning"
    assert "join_never_fires" not in codes(graph)


def test_more_tokens_on_the_way_make_a_join_over_two_ports_possible() -> None:
    arrows = drawn("s>i i:true>j i:false>j", i=IF, j=ALL)
    arrows["edges"][0]["tokens"] = 2

    assert "join_never_fires" not in codes(arrows)


def test_a_default_edge_beside_a_plain_one_can_never_be_taken() -> None:
    graph = drawn("a>b a>c")
    graph["edges"][1]["default"] = True

    finding = only(graph, "default_never_taken")

    assert (finding.severity, finding.path) == ("error", "edges[1].default")


def test_a_default_edge_beside_a_plain_one_of_another_port_is_taken() -> None:
    graph = drawn("a:error>b a>b", a=SET)
    graph["edges"][1]["default"] = True

    assert checked(graph) == []


def test_a_port_with_conditions_only_may_end_the_branch() -> None:
    conditional = {"nodes": [node("a"), node("b")], "edges": [edge("a", "b", when="output")]}
    of_failures = {"nodes": [node("a"), node("b")], "edges": [edge("a", "b", "error", when="output"), edge("a", "b")]}
    with_default = {"nodes": [node("a"), node("b")], "edges": [*conditional["edges"], edge("a", "b", default=True)]}

    finding = only(conditional, "may_end_here")

    assert (finding.severity, finding.path) == ("warning", "nodes[0]")
    assert checked(of_failures) == []
    assert checked(with_default) == []


def test_a_switch_without_an_edge_for_the_default_may_end_the_branch() -> None:
    graph = drawn("s:p>a s:q>b", s=SWITCH)

    finding = only(graph, "switch_without_default")

    assert (finding.severity, finding.path) == ("warning", "nodes[0]")
    assert codes(drawn("s:p>a s:default>b", s=SWITCH)) == set()
    assert codes(drawn("a>s", s=SWITCH)) == set()


@pytest.mark.parametrize(
    "graph",
    [
        drawn("a>b b>b"),
        drawn("a>b b>c c>b"),
        drawn("a>b b>c c>b c>d"),
        drawn("a>i i:true>i i:false>i", i=IF),
        {"nodes": [node("a"), node("b")], "edges": [edge("a", "b"), edge("b", "b", default=True)]},
    ],
)
def test_a_cycle_that_nothing_ends_is_a_warning(graph: dict[str, Any]) -> None:
    finding = only(graph, "endless_cycle")

    assert (finding.severity, finding.path) == ("warning", "nodes[1]")


@pytest.mark.parametrize(
    "graph",
    [
        drawn("a>i i:true>i i:false>b", i=IF),
        drawn("a>i i:true>i", i=IF),
        drawn("a>b b>b b:error>c"),
        drawn("a>b b:error>b"),
        drawn("a>b b>c c>b a>d", d={"cancels": ["c"]}),
        drawn("a>b b>c c>b a>d", d={"type": "terminate"}),
        drawn("a>b b>c c>b c>d a>d", d={"join": "first", "rest": "cancel"}),
        {"nodes": [node("a"), node("b")], "edges": [edge("a", "b"), edge("b", "b", when="output")]},
        {
            "nodes": [node("a"), node("b")],
            "edges": [edge("a", "b"), edge("b", "b", default=True), edge("b", "a", when="output"), edge("a", "a", "error")],
        },
        drawn("b>c c>b a>d"),
    ],
)
def test_a_cycle_that_something_can_end_is_not_reported(graph: dict[str, Any]) -> None:
    assert "endless_cycle" not in codes(graph)


def test_a_cycle_that_only_its_own_member_cancels_goes_on() -> None:
    assert "endless_cycle" in codes(drawn("a>b b>c c>b", b={"cancels": ["c"]}))


@pytest.mark.parametrize(
    ("graph", "entries"),
    [
        (drawn("s>h s>x h>x x:true>h x:false>e", x=IF), ("h", "x")),
        (drawn("t>h t2>x h>x x:true>h x:false>e", x=IF), ("h", "x")),
        (drawn("s>o o>h o>x h>x x:true>h x:false>i i:true>o i:false>e", x=IF, i=IF), ("h",)),
    ],
)
def test_a_cycle_with_several_entries_is_a_warning(graph: dict[str, Any], entries: tuple[str, ...]) -> None:
    finding = only(graph, "multi_entry_cycle")

    assert finding.severity == "warning"
    assert f"({', '.join(entries)})" in finding.message


@pytest.mark.parametrize(
    "graph",
    [
        drawn("s>h r>h h>x x:true>h x:false>e", x=IF),
        drawn("s>o o>h h>x x:true>h x:false>i i:true>o i:false>e", x=IF, i=IF),
        drawn("s>h h>a h>b a>x b>x x:true>h x:false>e", x=IF),
    ],
)
def test_nested_loops_with_one_entry_each_are_not_reported(graph: dict[str, Any]) -> None:
    assert "multi_entry_cycle" not in codes(graph)


@pytest.mark.parametrize(
    ("graph", "slow"),
    [
        (drawn("s>work s>w work>end w>end", w=WAIT), "w"),
        (drawn("s>v v>work v>w work>end w>end", v=WAIT, w=WAIT), "w"),
        (drawn("s>work s>ask work>end ask:approved>end", ask=APPROVAL), "ask"),
        (drawn("s>work s>a a>w w>b b>end work>end", w=WAIT), "w"),
        (drawn("s>work s>w w>i i:true>w i:false>end work>end", w=WAIT, i=IF), "w"),
        (drawn("s>work s>r r>i i:true>r i:false>end work>end", i=IF), "r"),
        (drawn("s>work s>i i:true>w i:false>x w>end x>end work>end", i=IF, w=WAIT), "w"),
    ],
)
def test_a_join_that_waits_for_a_slow_branch_beside_a_quick_one_is_hinted_at(graph: dict[str, Any], slow: str) -> None:
    finding = only(graph, "waits_for_slow_branch")

    assert finding.severity == "warning"
    assert f"branch of {slow!r}" in finding.message
    assert f'"cancels": ["{slow}"]' in (finding.hint or "")


@pytest.mark.parametrize(
    "graph",
    [
        drawn("s>i i:true>w i:false>x w>end x>end", i=IF, w=WAIT),
        drawn("s>w w>a w>b a>end b>end", w=WAIT),
        drawn("s>v s>w v>end w>end", v=WAIT, w=WAIT),
        drawn("s>work s>w work>end w>end", w=WAIT, end=ALL),
        drawn("s>work s>w work>end w>end", w=WAIT, end={"join": "first"}),
        drawn("s>work s>w work>end w>end", w=WAIT, work={"cancels": ["w"]}),
        drawn("s>work s>w work>end w>end", w={"type": "workflow", "config": {"workflow": "child"}}),
        drawn("s>i i:true>s i:false>a a>end a>b b>end", i=IF),
        drawn("ask:approved>a ask:rejected>b a>end b>end ask:expired>end", ask=APPROVAL),
        {
            "nodes": [node("s"), node("w", "wait"), node("end")],
            "edges": [edge("s", "w", when="output"), edge("s", "end", default=True), edge("w", "end")],
        },
    ],
)
def test_a_join_that_waits_for_nothing_unexpected_is_not_hinted_at(graph: dict[str, Any]) -> None:
    assert "waits_for_slow_branch" not in codes(graph)


def test_a_mutex_that_a_node_around_holds_is_an_error() -> None:
    inner = {"nodes": [node("x", mutex="desk"), node("y", mutex="door")]}
    graph = {"nodes": [node("all", "for_each", mutex="desk", config={"graph": inner})]}

    finding = only(graph, "mutex_inside_itself")

    assert (finding.severity, finding.path) == ("error", "nodes[0].config.graph.nodes[0].mutex")


def test_inner_graphs_are_checked_with_their_whole_path() -> None:
    inner = drawn("i:true>j i:false>j", i=IF, j=ALL)
    graph = {"nodes": [node("a"), node("all", "for_each", config={"graph": inner})]}
    empty = {"nodes": [node("all", "for_each", config={"graph": {"nodes": []}})]}

    assert only(graph, "join_never_fires").path == "nodes[1].config.graph.nodes[1].join"
    assert only(empty, "no_start").path == "nodes[0].config.graph.nodes"


def test_a_trigger_in_an_inner_graph_is_an_error() -> None:
    graph = {"nodes": [node("all", "for_each", config={"graph": drawn("t>a b", t=TRIGGER)})]}

    findings = checked(graph)

    assert [(f.code, f.path, f.severity) for f in findings] == [
        ("trigger_inside", "nodes[0].config.graph.nodes[0].type", "error"),
    ]


def test_a_retry_policy_that_never_retries_is_a_warning() -> None:
    assert only({"nodes": [node(retry={"initial_interval": "5s"})]}, "retry_without_attempts").path == "nodes[0].retry"
    assert codes({"nodes": [node(retry={"max_attempts": 1})]}) == set()
    assert codes({"nodes": [node(retry={"max_attempts": 2, "initial_interval": "5s"})]}) == set()


def test_errors_come_before_warnings() -> None:
    graph = drawn("a>b b>b i:true>j i:false>j", i=IF, j=ALL)

    assert [f.severity for f in checked(graph)] == ["error", "warning"]


def test_thousands_of_findings_of_a_kind_are_counted_and_not_all_listed() -> None:
    graph = {"nodes": [node("t", "trigger.manual"), *(node(f"n{i}") for i in range(1_000))]}

    findings = checked(graph)

    assert len(findings) == MAX_OF_ONE_CODE + 1
    assert "and 900 more" in findings[-1].message
