"""treadle.testing: which nodes and edges no test has run."""

from __future__ import annotations

from engine_house import edge, graph, node, value
from treadle.testing import coverage, run_workflow

BRANCH = graph([node("pick", "if", {"condition": "input > 1"}), value("yes", 1), value("no", 0), value("end", 2)],
               "pick.true -> yes", "pick.false -> no", "yes -> end", "no -> end")  # fmt: skip


def test_a_result_names_what_did_not_run() -> None:
    result = run_workflow(BRANCH, input=2)

    assert (result.not_run, result.not_taken) == (["no"], ["pick.false -> no", "no -> end"])


def test_several_results_cover_more_together() -> None:
    results = [run_workflow(BRANCH, input=n) for n in (1, 2)]

    assert coverage(results[:1]).not_run == ["yes"]
    assert (coverage(results).not_run, coverage(results).not_taken, coverage(results).percent) == ([], [], 100.0)


def test_the_report_says_how_much_and_what_is_missing() -> None:
    report = str(coverage([run_workflow(BRANCH, input=2)]))

    assert report.splitlines() == [
        "62 % of 4 nodes and 4 edges have run",
        "  never ran    no",
        "  never taken  pick.false -> no",
        "  never taken  no -> end",
    ]


def test_conditions_on_edges_and_inner_graphs_count() -> None:
    each = node("each", "for_each", {"items": "input", "graph": graph([value("a", 1), value("b", 2), value("c", 3)], edge("a -> b", when="item > 5"), edge("a -> c", default=True))})
    small, large = (run_workflow(graph([each]), input=items) for items in ([1], [9]))

    assert (small.not_run, small.not_taken) == (["each/b"], ["each/a -> b"])
    assert (large.not_run, large.not_taken) == (["each/c"], ["each/a -> c"])
    assert coverage([small, large]).percent == 100.0


def test_items_that_are_executions_of_their_own_count_for_their_map() -> None:
    each = node("each", "for_each", {"items": [1], "distribute": True, "graph": graph([value("a", 1), value("b", 2)], edge("a -> b", when="item > 5"))})

    result = run_workflow(graph([each]))

    assert result.not_run == ["each/a", "each/b"]
    assert (coverage([result]).not_run, coverage([result]).not_taken) == (["each/b"], ["each/a -> b"])


def test_workflows_of_several_kinds_are_told_apart() -> None:
    parent = graph([node("sub", "workflow", {"workflow": "branch", "input": 1})])

    assert coverage([run_workflow(parent, workflows={"branch": BRANCH})]).not_run == ["branch: yes"]


def test_a_disabled_node_and_an_error_edge_are_told_from_those_that_run() -> None:
    off = graph([{**value("off", 1), "disabled": True}, node("no", "demo.flaky", {"fail_times": 9}), value("rescue", 1), value("never", 2)],
                "off -> no", "no.error -> rescue", "no -> never")  # fmt: skip

    result = run_workflow(off)

    assert (result.not_run, result.not_taken) == (["off", "never"], ["no -> never"])
