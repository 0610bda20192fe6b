"""treadle.testing: results of executions that went back to a node, and of forks."""

from __future__ import annotations

from engine_house import graph, node, value
from treadle.testing import House, retry, run_workflow

FLOW = graph(
    [value("a", 1), node("b", "log", {"message": "b"}), value("c", "{{ nodes.b.output }}"),
     node("pick", "if", {"condition": "nodes.c.output > 1"}), node("low", "fail", {"message": "too low"}), value("high", "ok")],
    "a -> b", "b -> c", "c -> pick", "pick.false -> low", "pick.true -> high",
)  # fmt: skip


def fakes() -> dict[str, object]:
    """`b` gives 1, and one more each time."""
    given = iter(range(1, 10))
    return {"b": lambda: next(given)}


def test_after_going_back_only_what_counts_is_a_nodes_result() -> None:
    result = run_workflow(FLOW, fakes=fakes(), acts=[retry("1m", from_node="b")])

    b, low = result.node("b"), result.node("low")
    assert (result.status, result.output) == ("completed", "ok")
    assert (b.output, b.outputs, b.visits, b.attempts) == (2, [2], 1, 2)
    assert (low.status, low.error, low.visits) == ("not_run", None, 0)


def test_what_was_taken_back_has_run_all_the_same() -> None:
    result = run_workflow(FLOW, fakes=fakes(), acts=[retry("1m", from_node="b")])

    assert result.ran == ["a", "b", "c", "pick", "low", "b", "c", "pick", "high"]
    assert result.not_run == []
    assert len(result.calls_of("b")) == 2


def test_a_fork_has_the_results_that_it_took_over_and_has_not_run_them() -> None:
    with House(fakes=fakes()) as house:
        failed = house.run(FLOW)
        forked = house.finish(house.engine.fork(failed.id, "b").id or "")

    assert (forked.status, forked.output) == ("completed", "ok")
    assert (forked.reused, forked.ran) == (["a"], ["b", "c", "pick", "high"])
    assert (forked.node("a").output, forked.node("b").output) == (1, 2)
    assert forked.not_run == ["a", "low"]
    assert (failed.reused, failed.ran) == ([], ["a", "b", "c", "pick", "low"])


def test_a_fork_of_a_fork_has_run_only_what_was_new() -> None:
    with House(fakes=fakes()) as house:
        first = house.engine.fork(house.run(FLOW).id, "b").id or ""
        house.finish(first)
        second = house.finish(house.engine.fork(first, "pick").id or "")

    assert (second.reused, second.ran) == (["a", "b", "c"], ["pick", "high"])
