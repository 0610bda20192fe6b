"""How executions flow: order, forks and joins, decisions, loops, failure exits, output, and the ways to end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine_house import IN_LOOP, House, edge, graph, node, open_house, value


@pytest.fixture
def house(store_url: str) -> Iterator[House]:
    with open_house(store_url) as opened:
        opened.hire()
        yield opened


def test_nodes_in_sequence_see_what_came_before(house: House) -> None:
    chain = graph(
        [value("a", {"n": "{{ input.n }}"}), value("b", "{{ nodes.a.output.n + 1 }}"), value("c", "{{ nodes.b.output * 10 }}")],
        "a -> b", "b -> c",
    )  # fmt: skip

    ended = house.run(chain, input={"n": 4})

    assert (ended.record.status, ended.output) == ("completed", 50)
    assert [row.node_id for row in house.journal(ended.record.id)] == ["a", "b", "c"]


def test_a_join_after_a_fork_runs_once_with_both_branches(house: House) -> None:
    diamond = graph(
        [value("a", 1), value("b", 2), value("c", 3), node("d", "test.count", {"value": "{{ nodes.b.output + nodes.c.output }}"})],
        "a -> b", "a -> c", "b -> d", "c -> d",
    )  # fmt: skip

    ended = house.run(diamond)

    assert ended.output == 5
    assert house.steering.attempts("d") == [1]


@pytest.mark.parametrize(("total", "way"), [(150, "big"), (50, "small")])
def test_an_if_takes_one_way_and_the_other_is_skipped(house: House, total: int, way: str) -> None:
    choice = graph(
        [node("if", "if", {"condition": "input.total > 100"}), value("big", "big"), value("small", "small")],
        "if.true -> big", "if.false -> small",
    )  # fmt: skip

    ended = house.run(choice, input={"total": total})

    assert ended.output == way
    other = {"big": "small", "small": "big"}[way]
    assert (ended.nodes[way].status, ended.nodes[other].status, ended.nodes[other].visits) == ("completed", "skipped", 0)


@pytest.mark.parametrize(
    ("all_of_them", "number", "taken"),
    [(True, 15, {"x": "x", "y": "y"}), (False, 15, "x"), (True, 1, "z"), (False, 12, "x"), (True, 6, "y")],
)
def test_a_switch_takes_the_first_case_that_holds_or_all(house: House, all_of_them: bool, number: int, taken: Any) -> None:
    cases = [{"port": "x", "when": "input > 10"}, {"port": "y", "when": "input > 5"}]
    choice = graph(
        [node("s", "switch", {"cases": cases, "all": all_of_them}), value("x", "x"), value("y", "y"), value("z", "z")],
        "s.x -> x", "s.y -> y", "s.default -> z",
    )  # fmt: skip

    ended = house.run(choice, input=number)

    assert ended.output == taken


@pytest.mark.parametrize(("number", "ends"), [(7, {"odd": "odd", "high": "high"}), (1, "odd"), (2, "rest")])
def test_conditional_edges_leave_the_rest_to_the_default(house: House, number: int, ends: Any) -> None:
    choice = graph(
        [value("a", "{{ input }}"), value("odd", "odd"), value("high", "high"), value("rest", "rest")],
        edge("a -> odd", when="output % 2 == 1"), edge("a -> high", when="output > 5"), edge("a -> rest", default=True),
    )  # fmt: skip

    ended = house.run(choice, input=number)

    assert ended.output == ends


def test_a_branch_that_takes_no_edge_ends_there(house: House) -> None:
    choice = graph([value("a", 5), value("b", 6)], edge("a -> b", when="output > 9"))

    ended = house.run(choice)

    assert (ended.record.status, ended.output) == ("completed", 5)
    assert ended.nodes["b"].visits == 0


def test_a_condition_that_raises_fails_the_node_and_keeps_its_output(house: House) -> None:
    choice = graph([value("a", {"n": 5}), value("b", 6)], edge("a -> b", when="output.m > 9"))

    ended = house.run(choice)

    assert (ended.record.status, ended.error["type"], ended.error["node_id"]) == ("failed", "expression_error", "a")
    [row] = house.rows(ended.record.id, "a")
    assert (row.status, row.output_json) == ("failed", '{"n":5}')


def test_an_each_join_runs_for_every_branch(house: House) -> None:
    merge = graph(
        [value("a", 0), value("b", 1), value("c", 2), node("d", "test.count", {"value": "{{ incoming[0].output }}"}, join="each")],
        "a -> b", "a -> c", "b -> d", "c -> d",
    )  # fmt: skip

    ended = house.run(merge)

    assert ended.nodes["d"].visits == 2
    assert sorted(house.outputs(ended.record.id, "d")) == [1, 2]


def test_an_all_join_that_can_never_fire_is_starved(house: House) -> None:
    starving = graph(
        [value("a", 0), value("b", 1), value("c", 2), node("d", join="all")],
        "a -> b", edge("a -> c", when="input"), "b -> d", "c -> d",
    )  # fmt: skip

    ended = house.run(starving, input=False)

    assert (ended.record.status, ended.error["type"], ended.error["nodes"]) == ("failed", "starved", ["d"])


@pytest.mark.parametrize(("join", "rest"), [("first", "cancel"), (1, "cancel"), ("first", "ignore"), (1, "ignore")])
def test_a_first_join_goes_on_with_the_first_branch(house: House, join: Any, rest: str) -> None:
    race = graph(
        [value("a", 0), node("slow", IN_LOOP), node("quick", IN_LOOP), node("d", join=join, rest=rest), node("e", IN_LOOP)],
        "a -> slow", "a -> quick", "slow -> d", "quick -> d", "d -> e",
    )  # fmt: skip

    started = house.start(race)
    house.until_begun("slow", "quick")
    house.steering.opened["quick"].set()
    house.until_begun("e")

    assert (house.steering.cancelled == ["slow"]) is (rest == "cancel")
    house.steering.opened["slow"].set()
    house.steering.opened["e"].set()
    ended = house.ended(started)
    assert ended.record.status == "completed"
    assert house.steering.attempts("d") == [1]
    assert ended.nodes["slow"].status == ("cancelled" if rest == "cancel" else "completed")


def test_a_join_of_two_of_three_waits_for_two_different_branches(house: House) -> None:
    vote = graph(
        [value("a", 0), value("x", 1), node("y", IN_LOOP), node("z", IN_LOOP), node("d", join=2), node("e", IN_LOOP)],
        "a -> x", "a -> y", "a -> z", "x -> d", "y -> d", "z -> d", "d -> e",
    )  # fmt: skip
    started = house.start(vote)
    house.until_begun("y", "z")
    assert "e" not in house.steering.begun

    house.steering.opened["y"].set()
    house.until_begun("e")
    house.steering.opened["e"].set()
    house.steering.opened["z"].set()

    assert house.ended(started).record.status == "completed"
    assert house.steering.attempts("d") == [1]


def test_a_loop_visits_its_nodes_again_and_each_sees_its_own_past(house: House) -> None:
    loop = graph(
        [
            value("start", 0),
            node("work", "test.count", {"value": "{{ nodes.work.output + 1 if incoming[0].node == 'again' else 1 }}"}),
            node("enough", "if", {"condition": "nodes.work.output >= 4"}),
            value("again", "{{ nodes.work.output }}"),
            value("end", "{{ nodes.work.output }}"),
        ],
        "start -> work", "work -> enough", "enough.false -> again", "again -> work", "enough.true -> end",
    )  # fmt: skip

    ended = house.run(loop)

    assert ended.output == 4
    assert house.outputs(ended.record.id, "work") == [1, 2, 3, 4]
    assert ended.nodes["work"].visits == 4
    assert len({key for key, _ in house.steering.calls}) == 4


def test_a_runaway_loop_ends_with_a_clear_error(house: House) -> None:
    loop = graph(
        [value("start", 0), value("a", 1), value("b", 1), value("end", 0)],
        "start -> a", "a -> b", edge("b -> a", default=True), edge("b -> end", when="output > 1"),
        settings={"max_activities": 25},
    )  # fmt: skip

    ended = house.run(loop)

    assert (ended.record.status, ended.error["type"]) == ("failed", "max_activities")
    assert "25" in ended.error["message"]
    assert len(house.journal(ended.record.id)) <= 25


def test_a_node_that_cancels_others_withdraws_their_work(house: House) -> None:
    race = graph(
        [value("a", 0), node("slow", IN_LOOP), node("quick", cancels=["slow", "late"]), node("late", "wait", {"duration": "9d"})],
        "a -> slow", "a -> late", "a -> quick",
    )  # fmt: skip

    ended = house.run(race)

    assert ended.record.status == "completed"
    assert {ended.nodes["slow"].status, ended.nodes["late"].status} == {"cancelled"}


def test_the_error_port_handles_a_failure(house: House) -> None:
    handled = graph(
        [node("bad", "test.flaky", {"fail": 9}), value("fine", 1), value("handler", "{{ nodes.bad.error.type }}")],
        "bad -> fine", "bad.error -> handler",
    )  # fmt: skip

    ended = house.run(handled)

    assert (ended.record.status, ended.output) == ("completed", "flaky")
    assert (ended.nodes["bad"].status, ended.nodes["fine"].visits) == ("failed", 0)


@pytest.mark.parametrize(("attempt", "way"), [(1, "first"), (2, "other")])
def test_an_error_edge_can_ask_for_the_details_of_the_error(house: House, attempt: int, way: str) -> None:
    retry = {"max_attempts": attempt, "initial_interval": "1ms", "jitter": 0}
    flow = graph(
        [node("bad", "test.flaky", {"fail": 9, "type": "http.status"}, retry=retry), value("first", "{{ nodes.bad.error.attempt }}"), value("other", 0)],
        edge("bad.error -> first", when='error.type == "http.status" and error.attempt == 1'), edge("bad.error -> other", default=True),
    )  # fmt: skip

    ended = house.run(flow)

    assert (ended.record.status, ended.nodes[way].status) == ("completed", "completed")


def test_an_error_edge_whose_condition_is_false_does_not_handle(house: House) -> None:
    handled = graph(
        [node("bad", "test.flaky", {"fail": 9}), value("handler", 1)],
        edge("bad.error -> handler", when="error.type == 'other'"),
    )  # fmt: skip

    ended = house.run(handled)

    assert (ended.record.status, ended.error["type"], ended.error["node_id"]) == ("failed", "flaky", "bad")


def test_on_error_continue_goes_on_with_null(house: House) -> None:
    careless = graph(
        [node("bad", "test.flaky", {"fail": 9}, on_error="continue"),
         value("next", ["{{ nodes.bad.output }}", "{{ nodes.bad.error.message }}"])],
        "bad -> next",
    )  # fmt: skip

    ended = house.run(careless)

    assert (ended.record.status, ended.output) == ("completed", [None, "not yet"])


def test_several_ends_make_an_object_by_node(house: House) -> None:
    ends = graph([value("a", 1), value("b", 2), value("c", None)], "a -> b", "a -> c")

    ended = house.run(ends)

    assert ended.output == {"b": 2, "c": None}


def test_settings_output_says_what_comes_out(house: House) -> None:
    ends = graph([value("a", 1), value("b", 2)], "a -> b", settings={"output": "{'sum': nodes.a.output + nodes.b.output}"})

    ended = house.run(ends)

    assert ended.output == {"sum": 3}


def test_an_output_that_cannot_be_computed_fails_the_execution(house: House) -> None:
    ends = graph([value("a", 1), value("b", 2)], edge("a -> b", when="output > 5"), settings={"output": "nodes.b.output"})

    ended = house.run(ends)

    assert (ended.record.status, ended.error["type"]) == ("failed", "expression_error")
    assert "settings.output" in ended.error["message"]


@pytest.mark.parametrize("status", ["completed", "cancelled", "failed"])
def test_terminate_ends_everything_at_once(house: House, status: str) -> None:
    ending = graph(
        [value("a", 0), node("slow", IN_LOOP), node("stop", "terminate", {"status": status, "output": {"why": "enough"}})],
        "a -> slow", "a -> stop",
    )  # fmt: skip

    ended = house.run(ending)

    assert ended.record.status == status
    assert ended.output == {"why": "enough"}
    assert ended.nodes["slow"].status == "cancelled"
    assert (ended.error is not None) is (status == "failed")


def test_fail_fails_with_an_error_of_its_own(house: House) -> None:
    failing = graph([node("no", "fail", {"message": "no {{ input }}", "type": "luck"}, retry={"max_attempts": 5})])

    ended = house.run(failing, input="coins")

    assert ended.record.status == "failed"
    assert (ended.error["type"], ended.error["message"], ended.error["node_id"]) == ("luck", "no coins", "no")
    assert ended.nodes["no"].attempts == 1


def test_a_disabled_node_is_left_at_once_as_skipped(house: House) -> None:
    lazy = graph(
        [value("a", 1), node("off", "test.count", disabled=True, delivery="at_most_once"), value("b", "{{ nodes.off.output }}")],
        "a -> off", "off -> b",
    )  # fmt: skip

    ended = house.run(lazy)

    assert (ended.record.status, ended.output) == ("completed", None)
    assert (ended.nodes["off"].status, house.steering.calls) == ("skipped", [])


def test_nodes_that_share_a_mutex_run_one_after_the_other(house: House) -> None:
    critical = graph(
        [value("a", 0), node("x", IN_LOOP, mutex="m"), node("y", IN_LOOP, mutex="m"), node("z", IN_LOOP)],
        "a -> x", "a -> y", "a -> z",
    )  # fmt: skip
    started = house.start(critical)
    house.until_begun("x", "z")

    seen = house.engine.show(started)
    begun_while_x_ran = set(house.steering.begun)
    house.steering.opened["x"].set()
    house.until_begun("y")
    house.steering.opened["y"].set()
    house.steering.opened["z"].set()

    assert begun_while_x_ran == {"x", "z"}
    assert {"kind": "slot", "node_id": "y", "visit": 1, "mutex": "m"} in seen.waiting_on
    assert house.ended(started).record.status == "completed"


def test_the_journal_has_one_result_of_each_visit_and_no_gap(house: House) -> None:
    wide = graph(
        [value("a", 0), *(node(f"n{i}", IN_LOOP) for i in range(8)), node("end")],
        *(f"a -> n{i}" for i in range(8)), *(f"n{i} -> end" for i in range(8)),
    )  # fmt: skip
    started = [house.start(wide, f"w{i}") for i in range(3)]
    for i in range(8):
        house.steering.opened[f"n{i}"].set()
    for execution_id in started:
        house.ended(execution_id)

    gaps = house.sql("SELECT execution_id FROM journal GROUP BY execution_id HAVING min(seq) <> 1 OR max(seq) <> count(*)")
    twice = house.sql(
        "SELECT execution_id, node_id, visit FROM journal WHERE kind IN ('done', 'failed')"
        " GROUP BY execution_id, node_id, visit, scope HAVING count(*) > 1"
    )
    counts = house.sql("SELECT count(*) FROM journal WHERE kind = 'done'")

    assert (gaps, twice) == ([], [])
    assert [tuple(row) for row in counts] == [(30,)]
