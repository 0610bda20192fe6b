"""Cycles, endings and cancelling: patterns 10, 11, 19 to 22, 25 and 43."""

from __future__ import annotations

import pytest

from engine_house import House
from patterns.play import Play, example
from treadle.engine.children import MAX_DEPTH

DAY = 86400.0


@pytest.mark.parametrize(("have", "words", "expected"), [
    ("idea", ["give up"], {"write": 1, "give_up": 1}),
    ("idea", ["done", "done"], {"write": 1, "review": 1, "publish": 1}),
    ("idea", ["done", "back", "done", "back", "done", "done"], {"write": 3, "review": 3, "publish": 1}),
    ("idea", ["done", "back", "give up"], {"write": 2, "review": 1, "give_up": 1}),
    ("draft", ["done"], {"review": 1, "publish": 1}),
    ("draft", ["back", "give up"], {"write": 1, "review": 1, "give_up": 1}),
    ("draft", ["back", "done", "back", "done", "done"], {"write": 2, "review": 3, "publish": 1}),
])  # fmt: skip
def test_wcp_10_arbitrary_cycles(house: House, have: str, words: list[str], expected: dict[str, int]) -> None:
    play = Play(house, 10, {"have": have})
    turns = ["write", "review"] if have == "idea" else ["review", "write"]

    for number, word in enumerate(words):
        assert play.waits == [turns[number % 2]]
        play.send({"write": "written", "review": "reviewed"}[turns[number % 2]], payload=word)

    assert (play.status, play.ran) == ("completed", {"begin": 1, **expected})
    assert play.never_two_of("write", "review")


@pytest.mark.parametrize(("first", "last", "half_way"), [
    ("desk_ready", "account_ready", {"hired": 1, "desk": 1}),
    ("account_ready", "desk_ready", {"hired": 1, "account": 1, "welcome_mail": 1}),
])  # fmt: skip
def test_wcp_11_implicit_termination(house: House, first: str, last: str, half_way: dict[str, int]) -> None:
    play = Play(house, 11)
    together = play.waits

    play.send(first)
    with_one = (play.status, play.ran)
    play.send(last)

    assert together == ["account", "desk"]
    assert with_one == ("waiting", half_way)
    assert (play.status, play.ran) == ("completed", {"hired": 1, "desk": 1, "account": 1, "welcome_mail": 1})


def test_wcp_19_cancel_task(house: House) -> None:
    play = Play(house, 19)

    play.send("paid")
    withdrawn = (play.cancelled, play.waits)
    house.clock.advance(4 * DAY)
    play.send("delivered")

    assert withdrawn == (["reminder_due"], ["delivery"])
    assert (play.status, play.ran) == ("completed", {"invoice": 1, "payment": 1, "delivery": 1})


def test_wcp_19_cancel_task_that_has_ended_changes_nothing(house: House) -> None:
    play = Play(house, 19)

    play.pass_time(4 * DAY, until_ran="remind")
    play.send("paid", "delivered")

    assert (play.status, play.cancelled) == ("completed", [])
    assert play.ran == {"invoice": 1, "payment": 1, "reminder_due": 1, "remind": 1, "delivery": 1}


@pytest.mark.parametrize("checked", [(), ("papers_checked",)])
def test_wcp_20_cancel_case(house: House, checked: tuple[str, ...]) -> None:
    play = Play(house, 20)

    play.send(*checked, "withdrawn")

    under_way = ["value_house"] if checked else ["check_papers", "value_house"]
    assert (play.status, play.cancelled) == ("cancelled", under_way)
    assert "sign" not in play.reached


def test_wcp_20_cancel_case_from_outside(house: House) -> None:
    play = Play(house, 20)

    play.send("papers_checked")
    play.cancel()

    assert (play.status, play.cancelled) == ("cancelled", ["value_house", "withdrawal"])
    assert "sign" not in play.reached


@pytest.mark.parametrize(("pages", "totals"), [(0, [0]), (1, [5, 0]), (3, [9, 4, 0])])
def test_wcp_21_structured_loop(house: House, pages: int, totals: list[int]) -> None:
    play = Play(house, 21, {"pages": pages})

    for _ in range(pages):
        assert play.waits == ["page"]
        play.send("page")
    for total in totals:
        assert play.waits == ["total"]
        play.send("total", payload=total)

    loops = {"fetch_pages": 1, "settle": 1, "print_pages": 1}
    turns = {"page": pages, "total": len(totals), "print_page": pages}
    assert (play.status, play.ran) == ("completed", {**loops, **{node: count for node, count in turns.items() if count}})
    assert play.never_two_of("page", "total")


def boxes(*sizes: int) -> dict[str, object]:
    size, *inside = sizes
    return {"size": size, "inside": boxes(*inside)} if inside else {"size": size}


@pytest.mark.parametrize("sizes", [(7,), (1, 2), (1, 2, 4, 8)])
def test_wcp_22_recursion(house: House, sizes: tuple[int, ...]) -> None:
    workflow = example(22)

    ended = house.run(workflow.graph_config, workflow.name, input=boxes(*sizes))

    assert (ended.record.status, ended.output) == ("completed", sum(sizes))
    below = ended.record
    for _ in sizes[1:]:
        [below] = house.store.executions.list(parent=below.id).items
        assert below.workflow == workflow.name
    assert below.depth == len(sizes) - 1
    assert list(house.store.executions.list(parent=below.id).items) == []


def test_wcp_22_recursion_that_is_too_deep_fails_clearly(house: House) -> None:
    workflow = example(22)

    ended = house.run(workflow.graph_config, workflow.name, input=boxes(*range(MAX_DEPTH + 2)))

    executions = house.store.executions.list(workflow=workflow.name, limit=100).items
    [innermost] = [execution for execution in executions if execution.depth == MAX_DEPTH]
    assert {execution.status for execution in executions} == {"failed"}
    assert len(executions) == MAX_DEPTH + 1
    assert house.engine.show(innermost.id).error["type"] == "too_deep"
    assert ended.error["type"] == "child.failed"


def test_wcp_25_cancel_region(house: House) -> None:
    play = Play(house, 25)

    play.send("inspected", "withdrawn")
    withdrawn = (play.cancelled, play.waits)
    play.send("estimated", "heard")
    after = (play.waits, play.reached)
    play.send("archived")

    assert withdrawn == (["estimate", "hearing"], ["archive"])
    assert after[0] == ["archive"]
    assert "pay" not in after[1]
    assert (play.status, play.ran) == ("completed", {"claim": 1, "inspect": 1, "withdrawal": 1, "confirm": 1, "archive": 1})


def test_wcp_25_cancel_region_with_a_token_that_waits_at_its_join(house: House) -> None:
    play = Play(house, 25)

    play.send("heard", "withdrawn", "inspected", "archived")

    assert (play.status, play.cancelled) == ("completed", ["inspect"])
    assert "pay" not in play.reached


@pytest.mark.parametrize(("hit", "node", "other"), [
    ("found_at_home", "search_home", "search_work"), ("found_at_work", "search_work", "search_home")
])  # fmt: skip
def test_wcp_43_explicit_termination(house: House, hit: str, node: str, other: str) -> None:
    play = Play(house, 43)

    play.send(hit)

    assert (play.status, play.output) == ("completed", "found")
    assert (play.ran, play.cancelled) == ({"lost": 1, node: 1, "found": 1}, sorted([other, "search_car"]))
    assert "print_notice" not in play.reached
